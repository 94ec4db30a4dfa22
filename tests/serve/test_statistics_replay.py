"""What is read of the live adverts at once, figured again advert by advert, of random small markets."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, update

from models.tables import AggregatedListing, ListingHistory, Property
from serve.statistics.answers import AgenciesAnswer, DistributionAnswer, Histogram
from tests.serve.lives import forget
from tests.serve.market import add_agency

NOW = datetime.now(UTC)
#: The last has opted out.
AGENCIES = 4
HOMES = 14
#: Of homes for sale and to rent; beside, at and beyond what is believed; many in francs are none of the two.
PRICES = (
    None, 150, 4_999, 5_000, 90_000, 120_000, 130_000, 150_000, 250_000, 900, 49, 14_900_000, 30_000_000,
)  # fmt: skip
KINDS = ("apartment", "apartment", "apartment", "house", "studio", "land", None)


@dataclass(frozen=True)
class Advert:
    """One advert as it is drawn. days: since it was first seen. cuts: former and later prices, and whether
    the currency changed with them.
    """

    agency: int
    home: int
    transaction: str | None
    property_type: str | None
    price: int | None
    currency: str | None
    postal_code: str | None
    surface: float | None
    rooms: int | None
    dpe: str | None
    days: int
    is_live: bool
    is_again: bool
    cuts: tuple[tuple[int, int, bool], ...]

    @property
    def is_shown(self) -> bool:
        """Whether anybody sees it."""
        return self.is_live and self.agency < AGENCIES - 1

    @property
    def euros(self) -> int | None:
        """Its price."""
        if self.price is None or self.currency == "CHF":
            return None
        if self.currency == "XPF":
            return round(self.price * 8.38 / 1_000)
        return None if self.currency is None and self.postal_code == "98800" else self.price

    @property
    def was_cut(self) -> bool:
        """Whether its price ever fell, in the currency that it has now."""
        since = max((at for at, cut in enumerate(self.cuts) if cut[2]), default=-1)
        return any(old > new >= old / 2 for old, new, _ in self.cuts[since + 1 :])

    @property
    def first_seen(self) -> datetime:
        """Never at a day's turn of the clock that counts days."""
        return NOW - timedelta(days=self.days, hours=6)


ADVERT = st.builds(
    Advert,
    agency=st.sampled_from((0, 0, 0, 1, 1, 2, 3)),
    home=st.integers(0, HOMES - 1),
    transaction=st.sampled_from(("sale", "sale", "sale", "rent", None)),
    property_type=st.sampled_from(KINDS),
    price=st.sampled_from(PRICES),
    currency=st.sampled_from(("EUR", "EUR", None, "XPF", "CHF")),
    postal_code=st.sampled_from(("69003", "69003", "98800", None)),
    surface=st.sampled_from((None, 1.0, 20.0, 41.5, 80.0)),
    rooms=st.sampled_from((None, 1, 3, 5, 7)),
    dpe=st.sampled_from((None, "A", "G")),
    days=st.integers(0, 400),
    is_live=st.sampled_from((True, True, True, True, False)),
    is_again=st.sampled_from((False, False, False, True)),
    cuts=st.lists(
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from((False, False, False, True))),
        max_size=3,
    ).map(tuple),
)
ADVERTS = st.one_of(st.lists(ADVERT, max_size=6), st.lists(ADVERT, min_size=20, max_size=40))
ASKED = st.fixed_dictionaries(
    {"transaction": st.sampled_from(("sale", "sale", "rent"))},
    optional={"postal_code": st.sampled_from(("69003", "98800"))},
)

_COLUMNS = (
    "transaction", "property_type", "price", "currency", "postal_code", "surface", "rooms", "dpe",
    "first_seen",
)  # fmt: skip

any_market = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def _written(engine: Engine, adverts: list[Advert]) -> list[int]:
    """The market in the database; the ids of its agencies."""
    forget(engine)
    agencies = [add_agency(engine, f"Agence {at}") for at in range(AGENCIES - 1)]
    agencies.append(add_agency(engine, "Agence Discrète", opted_out_at=NOW))
    with engine.begin() as connection:
        homes = connection.scalars(insert(Property).returning(Property.id), [{} for _ in range(HOMES)]).all()
        rows = [
            {name: getattr(advert, name) for name in _COLUMNS}
            | {"agency_id": agencies[advert.agency], "property_id": homes[advert.home]}
            | {"source_url": f"https://a.example/{at}", "hash": str(at), "is_active": advert.is_live}
            | {"withdrawn_at": None if advert.is_live else NOW}
            for at, advert in enumerate(adverts)
        ]
        returning = insert(AggregatedListing).returning(AggregatedListing.id, sort_by_parameter_order=True)
        ids = connection.scalars(returning, rows).all() if rows else []
        again = [listing for listing, advert in zip(ids, adverts, strict=True) if advert.is_again]
        later = update(AggregatedListing).where(AggregatedListing.id.in_(again))
        connection.execute(later.values(republishes=min(ids, default=None)))
        events = [event for at, advert in enumerate(adverts) for event in _events(ids[at], advert)]
        if events:
            connection.execute(insert(ListingHistory), events)
    return agencies


def _events(listing: int, advert: Advert) -> Iterator[dict[str, Any]]:
    for number, (old, new, recurrencied) in enumerate(advert.cuts):
        event = {"listing_id": listing, "occurred_at": NOW - timedelta(hours=9 - number)}
        yield event | {"kind": "price", "field": "price", "old_value": old, "new_value": new}
        if recurrencied:
            yield event | {"kind": "changed", "field": "currency", "old_value": "GBP", "new_value": "EUR"}


def _matches(advert: Advert, asked: dict[str, str]) -> bool:
    return all(getattr(advert, name) == value for name, value in asked.items())


@pytest.fixture
def market(client: httpx2.Client, engine: Engine) -> tuple[httpx2.Client, Engine]:
    """A client of a database."""
    return client, engine


@any_market
@given(adverts=ADVERTS, asked=ASKED, most=st.sampled_from((None, None, 130_000)))
def test_distributions_are_those_of_each_dwellings_cheapest_advert(
    market: tuple[httpx2.Client, Engine], adverts: list[Advert], asked: dict[str, str], most: int | None
) -> None:
    client, engine = market
    _written(engine, adverts)
    answer = client.get("/api/statistics/listings", params={**asked, **({"price_max": most} if most else {})})
    told = DistributionAnswer.model_validate_json(answer.content)
    cheapest: dict[int, Advert] = {}
    for advert in adverts:
        price = advert.euros
        if not (advert.is_shown and _matches(advert, asked)) or (most and (price is None or price > most)):
            continue
        best = cheapest.get(advert.home)
        if best is None or (price is not None and (best.euros is None or price < best.euros)):
            cheapest[advert.home] = advert
    homes = list(cheapest.values())
    sale = asked["transaction"] == "sale"
    assert (told.number, told.is_complete) == (len(homes), True)
    _is_spread(told.price, [home.euros for home in homes if _is_believed(home, sale)])
    squares = [round(home.euros / home.surface) for home in homes if home.euros and home.surface]
    low, high = (100, 60_000) if sale else (1, 200)
    _is_spread(told.price_per_sqm, [value for value in squares if low <= value <= high])
    _is_spread(told.surface, [home.surface for home in homes if home.surface])
    _is_spread(told.days_on_market, [home.days + 0.25 for home in homes])
    rooms = Counter("5+" if home.rooms and home.rooms > 4 else str(home.rooms) for home in homes)
    assert {share.value: share.number for share in told.rooms if share.number} == _named(rooms)
    letters = Counter(str(home.dpe) for home in homes)
    assert {share.value: share.number for share in told.dpe if share.number} == _named(letters)


def _is_believed(home: Advert, sale: bool) -> bool:
    if home.euros is None:
        return False
    if home.property_type in ("apartment", "house", "studio"):
        return 5_000 <= home.euros <= 50_000_000 if sale else 50 <= home.euros <= 50_000
    return 10 <= home.euros <= 100_000_000


def _is_spread(told: Histogram, values: Iterable[float | None]) -> None:
    """Each bin holds what lies in it, and each value lies in one; fewer than five are in none."""
    known = [value for value in values if value is not None]
    assert told.number == len(known)
    assert (told.bins == []) == (len(known) < 5)
    for part in told.bins:
        least = -1.0 if part.least is None else part.least
        below = 1e12 if part.below is None else part.below
        assert part.number == sum(least <= value < below for value in known)
    assert not told.bins or sum(part.number for part in told.bins) == len(known)


def _named(counts: Counter[str]) -> dict[str, int]:
    return {"unknown" if value == "None" else value: number for value, number in counts.items()}


@any_market
@given(adverts=ADVERTS, asked=ASKED)
def test_agencies_are_told_what_their_adverts_say(
    market: tuple[httpx2.Client, Engine], adverts: list[Advert], asked: dict[str, str]
) -> None:
    client, engine = market
    agencies = _written(engine, adverts)
    where = asked if "postal_code" in asked else {**asked, "agency_id": agencies}
    answer = client.get("/api/statistics/agencies", params=where)
    told = AgenciesAnswer.model_validate_json(answer.content).agencies
    wanted = [_figures(at, adverts, asked) for at in range(AGENCIES)]
    expected = sorted((figures for figures in wanted if figures["adverts"]), key=_most_dwellings)
    assert [agencies.index(one.agency.id) for one in told] == [figures["agency"] for figures in expected]
    for one, figures in zip(told, expected, strict=True):
        assert (one.transaction, one.dwellings, one.adverts) == (
            asked["transaction"],
            figures["dwellings"],
            figures["adverts"],
        )
        assert one.median_days_on_market == pytest.approx(figures["days"], abs=0.11)
        assert one.price_cut_share == pytest.approx(figures["cuts"], abs=0.001)
        assert one.exclusive_share == pytest.approx(figures["alone"], abs=0.001)
        assert [(agencies.index(rival.agency.id), rival.dwellings) for rival in one.overlap] == figures[
            "shared"
        ]
        assert {month.month: month.adverts for month in one.new_per_month if month.adverts} == figures["born"]


def _most_dwellings(figures: dict[str, Any]) -> tuple[int, int]:
    return -figures["dwellings"], figures["agency"]


def _figures(agency: int, adverts: list[Advert], asked: dict[str, str]) -> dict[str, Any]:
    """One agency's, of its own adverts there; who else offers a dwelling may do so anywhere."""
    own = [
        advert
        for advert in adverts
        if advert.agency == agency and advert.is_shown and _matches(advert, asked)
    ]
    homes = {advert.home for advert in own}
    elsewhere: dict[int, set[int]] = defaultdict(set)
    for advert in adverts:
        if advert.is_shown and advert.transaction == asked["transaction"] and advert.agency != agency:
            elsewhere[advert.home].add(advert.agency)
    shared = Counter(rival for home in homes for rival in elsewhere[home])
    return {
        "agency": agency,
        "dwellings": len(homes),
        "adverts": len(own),
        "days": median(advert.days + 0.25 for advert in own) if len(own) >= 5 else None,
        "cuts": sum(advert.was_cut for advert in own) / len(own) if len(own) >= 5 else None,
        "alone": sum(not elsewhere[home] for home in homes) / len(homes) if len(homes) >= 5 else None,
        "shared": sorted(shared.items(), key=lambda told: (-told[1], told[0])),
        "born": _born([one for one in adverts if one.agency == agency and _matches(one, asked)]),
    }


def _born(own: list[Advert]) -> dict[str, int]:
    """New ones by month of Paris, of this month and the eleven before."""
    paris = ZoneInfo("Europe/Paris")
    today = NOW.astimezone(paris)
    months = {f"{at // 12:04}-{at % 12 + 1:02}" for at in range(_month(today) - 11, _month(today) + 1)}
    new = [one for one in own if not one.is_again]
    counted = Counter(f"{one.first_seen.astimezone(paris):%Y-%m}" for one in new)
    return {month: number for month, number in counted.items() if month in months}


def _month(at: datetime) -> int:
    return at.year * 12 + at.month - 1
