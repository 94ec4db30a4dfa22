"""What an engine of search is: criteria in, listings' ids in their order out.

Cards are always read from PostgreSQL by these ids, so prices, withdrawals and opt-outs that are shown are
the moment's, whichever engine found the listing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from models.listing import Transaction
from models.places import Places
from serve.criteria import Facet, SearchQuery
from serve.cursor import Position, Value

#: Matches that are gathered and counted: PostgreSQL does it in 2 ms where any index helps. Nobody pages
#: beyond, and what the exact number would cost is worth more to all others: the answer says "more than".
COUNT_LIMIT: Final = 2_000

#: Values of a facet that are told, the most frequent ones.
FACET_VALUES: Final = 50
#: Lower bounds of the bands that prices are counted in, euros.
_SALE_EDGES: Final = (
    0, 50_000, 100_000, 150_000, 200_000, 250_000, 300_000, 350_000, 400_000, 500_000, 600_000, 800_000,
    1_000_000, 1_500_000, 2_000_000,
)  # fmt: skip
_RENT_EDGES: Final = (0, 300, 400, 500, 600, 700, 800, 900, 1_000, 1_200, 1_500, 2_000, 3_000, 5_000)


def price_edges(transaction: Transaction | None) -> Sequence[int]:
    """Lower bounds of the bands of a facet of prices, euros; the last band is open."""
    return _RENT_EDGES if transaction is not None and transaction is not Transaction.SALE else _SALE_EDGES


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of an engine. after: where the page before ended; once: each dwelling once."""

    query: SearchQuery
    places: Places
    after: Position | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A listing found and its value in the sorted column; None where it is unknown."""

    id: int
    sorted_by: Value | datetime


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a field, None where it is unknown, and how many have it. Of a price its band: `0-50000`."""

    value: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Found:
    """The page's listings and one more if there is one, how many there are in all, and who found them.

    total: where it is not exact, at least so many, COUNT_LIMIT at most. degraded: the engine that is wanted
    could not be asked. facets: as asked for; not exact where there were too many matches to look at all.
    """

    hits: Sequence[Hit]
    total: int
    total_is_exact: bool = True
    facets: Mapping[Facet, Sequence[FacetValue]] = field(default_factory=dict)
    facets_are_exact: bool = True
    engine: str = "postgresql"
    degraded: bool = False


class Engine(Protocol):
    """Finds listings. Every engine gives the same ids in the same order, and reads the others' cursors."""

    async def find(self, search: Search) -> Found:
        """The listings asked for. CursorError when `after` is none of this search."""
        ...
