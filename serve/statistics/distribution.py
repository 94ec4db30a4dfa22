"""How the dwellings that satisfy a search are spread: by price, surface, rooms, energy letter and age.

Read from the listings themselves, so that any criteria can be asked; bounded by a number of adverts.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.places import Places
from models.tables import LiveListing
from serve.conditions import conditions
from serve.statistics.answers import Bin, DistributionAnswer, Histogram, Share
from serve.statistics.bounds import HOMES, MOST_ROOMS, OTHER_PRICES, PRICES, PRICES_PER_SQM
from serve.statistics.cells import FEWEST
from serve.statistics.criteria import DistributionQuery

L: Final = LiveListing
#: Adverts that are looked at: the newest. Quartiles of 4,000 stand within a hundredth of the whole's.
MOST_ADVERTS: Final = 4_000
#: Bins of a histogram, about; the first and the last hold a fiftieth of the dwellings each, or less.
BINS: Final = 20
_TAIL: Final = 0.02
_DAYS: Final = (7, 14, 30, 60, 90, 180, 365)


async def read_distribution(
    connection: AsyncConnection, places: Places, query: DistributionQuery
) -> DistributionAnswer:
    """The spread of what `query` asks for."""
    rows = (await connection.execute(_adverts(query, places))).all()
    complete = len(rows) <= MOST_ADVERTS
    if not complete:
        newest = _adverts(query, places).order_by(L.first_seen.desc(), L.id.desc())
        rows = (await connection.execute(newest)).all()
    homes = _cheapest(rows[:MOST_ADVERTS])
    by_area = PRICES_PER_SQM[query.transaction]
    return DistributionAnswer(
        number=len(homes),
        is_complete=complete,
        price=_histogram(home.price for home in homes if _is_believed(home, query.transaction)),
        price_per_sqm=_histogram(
            home.price_per_sqm
            for home in homes
            if home.price_per_sqm and by_area[0] <= home.price_per_sqm <= by_area[1]
        ),
        surface=_histogram(home.surface for home in homes),
        days_on_market=_binned([float(home.days) for home in homes], _DAYS),
        rooms=_shares((_rooms(home.rooms) for home in homes), [*map(_rooms, range(1, MOST_ROOMS + 1))]),
        dpe=_shares((home.dpe for home in homes), list("ABCDEFG")),
    )


def _adverts(query: DistributionQuery, places: Places) -> Select[Any]:
    """One more than are looked at. In no order at first: where few match, an order would walk them all."""
    days = func.extract("epoch", func.now() - L.first_seen) / 86_400
    names = ("id", "property_id", "property_type", "price", "price_per_sqm", "surface", "rooms", "dpe")
    columns: list[Any] = [getattr(L, name) for name in names]
    return select(*columns, days.label("days")).where(*conditions(query, places)).limit(MOST_ADVERTS + 1)


def _cheapest(rows: Sequence[Any]) -> list[Any]:
    """Each dwelling once, by its cheapest advert, of those the oldest."""
    found: dict[int, Any] = {}
    for row in sorted(rows, key=lambda row: (math.inf if row.price is None else row.price, row.id)):
        found.setdefault(row.property_id, row)
    return list(found.values())


def _is_believed(home: Any, transaction: str) -> bool:
    """Whether its price is one that such a property may have."""
    least, most = PRICES[transaction] if home.property_type in HOMES else OTHER_PRICES
    return home.price is not None and least <= home.price <= most


def _histogram(values: Iterable[float | None]) -> Histogram:
    """Bins of one round width, the first and the last open."""
    known = sorted(float(value) for value in values if value is not None)
    if len(known) < FEWEST:
        return Histogram(number=len(known), bins=[])
    low, high = known[int(_TAIL * len(known))], known[math.ceil((1 - _TAIL) * len(known)) - 1]
    width = _round_width((high - low) / BINS)
    first = math.floor(low / width) + 1
    edges = [step * width for step in range(first, max(first, math.floor(high / width)) + 1)]
    return _binned(known, edges)


def _round_width(wanted: float) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten that is as wide."""
    power = 10.0 ** math.floor(math.log10(max(wanted, 1.0)))
    return next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= wanted)


def _binned(values: Sequence[float], edges: Sequence[float]) -> Histogram:
    """values below the first edge, between two, and from the last on."""
    if len(values) < FEWEST:
        return Histogram(number=len(values), bins=[])
    counts = Counter(bisect_right(edges, value) for value in values)
    bounds = [None, *edges, None]
    bins = [
        Bin(least=least, below=below, number=counts[at]) for at, (least, below) in enumerate(pairwise(bounds))
    ]
    return Histogram(number=len(values), bins=bins)


def _rooms(number: int | None) -> str | None:
    return None if number is None else f"{MOST_ROOMS}+" if number >= MOST_ROOMS else str(number)


def _shares(values: Iterable[str | None], known: Sequence[str | None]) -> list[Share]:
    """How many of each known value, then of those that no advert tells."""
    counts = Counter(values)
    return [Share(value=value or "", number=counts[value]) for value in known if value] + [
        Share(value="unknown", number=counts[None])
    ]
