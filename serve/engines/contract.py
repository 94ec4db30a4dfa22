"""What an engine of search is: criteria in, listings' ids in their order out.

Cards are always read from PostgreSQL by these ids, so prices, withdrawals and opt-outs that are shown are
the moment's, whichever engine found the listing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from models.places import Places
from serve.criteria import SearchQuery
from serve.cursor import Position, Value

#: Matches that are gathered and counted: PostgreSQL does it in 2 ms where any index helps. Nobody pages
#: beyond, and what the exact number would cost is worth more to all others: the answer says "more than".
COUNT_LIMIT: Final = 2_000


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
class Found:
    """The page's listings and one more if there is one, how many there are in all, and who found them.

    total: where it is not exact, at least so many, COUNT_LIMIT at most. degraded: the engine that is wanted
    could not be asked.
    """

    hits: Sequence[Hit]
    total: int
    total_is_exact: bool = True
    engine: str = "postgresql"
    degraded: bool = False


class Engine(Protocol):
    """Finds listings. Every engine gives the same ids in the same order, and reads the others' cursors."""

    async def find(self, search: Search) -> Found:
        """The listings asked for. CursorError when `after` is none of this search."""
        ...
