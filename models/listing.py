"""A Listing: what one advert says, each field null rather than wrong, each with its evidence.

    >>> Listing(title="Appartement T3", price=245_000, transaction=Transaction.SALE)

Knows neither HTML nor the database. `extract` makes it, `crawl` stores it, `dedup` compares it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class Transaction(StrEnum):
    """What is offered. Sale and rent never mix in any figure."""

    SALE = "sale"
    RENT = "rent"
    SEASONAL = "seasonal"
    LIFE_ANNUITY = "life_annuity"
    AUCTION = "auction"


class PropertyType(StrEnum):
    """The kind of dwelling or premises."""

    APARTMENT = "apartment"
    HOUSE = "house"
    STUDIO = "studio"
    LAND = "land"
    PARKING = "parking"
    COMMERCIAL = "commercial"
    BUILDING = "building"
    OTHER = "other"


class FeesPayer(StrEnum):
    """Who pays the agency's fees."""

    BUYER = "buyer"
    SELLER = "seller"
    TENANT = "tenant"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value came from.

    source: the reader's name (`json_ld`, `microdata`, `label`, `text`, …); raw: the text read,
    at most 200 characters; confidence: 0 to 1.
    """

    source: str
    raw: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Listing:
    """One advert as read. Every field may be null: null means that the page does not tell."""

    title: str | None = None
    #: Whole currency units. Rent: per month, charges included when that is the headline.
    price: int | None = None
    #: ISO 4217.
    currency: str | None = None
    #: Living area, m².
    surface: float | None = None
    #: Plot, m².
    land_surface: float | None = None
    #: French count: living rooms and bedrooms, kitchen and bathrooms left out.
    rooms: int | None = None
    bedrooms: int | None = None
    #: Bathrooms and shower rooms together.
    bathrooms: int | None = None
    #: 0 is the ground floor (rez-de-chaussée).
    floor: int | None = None
    #: Of the property, never of the agency.
    address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    insee_code: str | None = None
    property_type: PropertyType | None = None
    transaction: Transaction | None = None
    description: str | None = None
    #: Absolute addresses, in the page's order, this property's only.
    photos: tuple[str, ...] = ()
    #: `models.features.FEATURES` names; absent means unknown.
    features: Mapping[str, bool] = field(default_factory=dict)
    #: Energy letter, A to G.
    dpe: str | None = None
    #: kWh per m² and year.
    dpe_value: int | None = None
    #: Emission letter, A to G.
    ges: str | None = None
    #: kg of CO2 per m² and year.
    ges_value: int | None = None
    #: Euros per month.
    charges: int | None = None
    #: The agency's fees, euros.
    fees: int | None = None
    fees_payer: FeesPayer | None = None
    #: Euros.
    deposit: int | None = None
    furnished: bool | None = None
    construction_year: int | None = None
    #: The agency's own reference, as displayed.
    reference: str | None = None
    exclusive: bool | None = None
    #: ISO date, or `now`.
    availability: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    def known(self) -> dict[str, Any]:
        """The fields that have a value, by name."""
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: value for name, value in pairs if value not in (None, (), {})}


LISTING_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Listing))
