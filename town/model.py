"""The town's own truth as plain values: agencies, dwellings, adverts, and a site at one instant.

`world.py` makes them from a seed, `families/` print them as HTML, `truth.py` writes them down for
tests, gates and benches alone. Times are UTC; the town's clock counts days from `DAY_ZERO`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.listing import FeesPayer, PropertyType, Transaction

DAY_ZERO = date(2026, 1, 5)


def date_of(day: int) -> date:
    """The calendar date of a town day."""
    return DAY_ZERO + timedelta(days=day)


@dataclass(frozen=True, slots=True)
class Place:
    """A real commune (or arrondissement), fictitious streets."""

    insee_code: str
    postal_code: str
    city: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Dwelling:
    """The property behind one to five adverts."""

    id: int
    property_type: PropertyType
    transaction: Transaction
    place: Place
    address: str
    latitude: float
    longitude: float
    surface: float | None
    land_surface: float | None
    rooms: int | None
    bedrooms: int | None
    bathrooms: int | None
    floor: int | None
    construction_year: int | None
    dpe: str | None
    dpe_value: int | None
    ges: str | None
    ges_value: int | None
    #: Net price of the owner (sale) or rent without charges (rent), euros.
    net_price: int
    charges: int | None
    furnished: bool | None
    features: Mapping[str, bool]
    photo_count: int


@dataclass(frozen=True, slots=True)
class Agency:
    """A fictitious agency and what its site says of it. `slug` is its host: `slug.localhost`."""

    slug: str
    name: str
    family: str
    address: str
    place: Place
    phone: str
    email: str
    siren: str
    siret: str
    rcs: str
    cpi: str
    manager: str
    slogan: str


class Withdrawal(StrEnum):
    """How a withdrawn listing's address answers: every way seen in the wild."""

    NOT_FOUND = "not_found"
    GONE = "gone"
    REDIRECT_TO_LIST = "redirect_to_list"
    HOME_PAGE = "home_page"
    SOLD_STICKER = "sold_sticker"


@dataclass(frozen=True, slots=True)
class Advert:
    """One dwelling in one agency's words, at one instant of the clock.

    price: as displayed, euros (rent: with charges when `charges_included`). surface: as displayed,
    perhaps rounded. photos: the paths of this agency's own encodings, on its own host. `withdrawn`
    is null while the advert is live. `path_suffix` changes when it is republished elsewhere.
    """

    id: int
    agency: str
    dwelling: Dwelling
    reference: str
    title: str
    description: str
    price: int
    charges_included: bool
    fees: int | None
    fees_payer: FeesPayer | None
    deposit: int | None
    surface: float | None
    exclusive: bool
    availability: str | None
    photos: tuple[str, ...]
    first_day: int
    path_suffix: str = ""
    withdrawn: Withdrawal | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A blog post: text that must never be read as a listing."""

    slug: str
    title: str
    paragraphs: tuple[str, ...]
    day: int


@dataclass(frozen=True, slots=True)
class Site:
    """One agency's site at one instant. `adverts` are live, newest first; `withdrawn` are not.

    base_url has no trailing slash: `http://agence-du-port.localhost:8123`.
    """

    agency: Agency
    base_url: str
    day: int
    adverts: tuple[Advert, ...]
    withdrawn: tuple[Advert, ...]
    articles: tuple[Article, ...]
    #: Advert ids that the sitemap forgets, and withdrawn ones that it still lists.
    sitemap_missing: frozenset[int]
    sitemap_dead: frozenset[int]
    #: Seconds of `Crawl-delay` in robots.txt, if the site asks for one.
    crawl_delay: float | None = None

    def of(self, transaction: Transaction) -> tuple[Advert, ...]:
        """The live adverts of one transaction, newest first."""
        return tuple(a for a in self.adverts if a.dwelling.transaction is transaction)
