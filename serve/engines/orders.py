"""Orders of search results in PostgreSQL: each sort's column or expression, and the indexes that lie in it.

order, values = order_of(query)
f"order by {order.by}"          # of rows with sorted_by and id
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from serve import cursor
from serve.conditions import TABLE, asked, metres
from serve.criteria import SearchQuery, Sort


@dataclass(frozen=True, slots=True)
class Order:
    """A sorted value as SQL, its type and direction, and how a cursor's is read; ids break ties alike."""

    key: str
    kind: str
    descending: bool
    read: Callable[[cursor.Value], object]
    #: Whether an index lies in this order, and whether one lies so without regard to the transaction.
    indexed: bool = False
    indexed_over_all: bool = False

    @property
    def by(self) -> str:
        """The order of rows with `sorted_by` and `id`: known values, then unknown ones, newest first."""
        if self.descending:
            return "sorted_by desc nulls last, id desc"
        return "sorted_by, case when sorted_by is null then -id else id end"

    def along(self, row: str) -> str:
        """The order of rows with known values, as the index has it."""
        way = "desc" if self.descending else ""
        return f"{self.key} {way}, {row}.id {way}"

    def beyond(self, key: str) -> str:
        """What comes after a page that ended at a known value."""
        return f"({key}, id) {'<' if self.descending else '>'} (%(after)s::{self.kind}, %(after_id)s)"


def order_of(query: SearchQuery, row: str = TABLE) -> tuple[Order, dict[str, Any]]:
    """What `query` sorts by, and the values that this names. row: the table's name in the statement."""
    if query.sort is Sort.DISTANCE and query.lat is not None and query.lng is not None:
        key, values = metres(query.lat, query.lng, row)
        # To the metre: engines tell a sine's last digits differently, and a cursor works on each of them.
        return Order(f"round({key})", "float8", descending=False, read=cursor.number), values
    if query.sort is Sort.RELEVANCE:
        words, values = asked(query) or ("''::tsquery", {})
        key = f"(select ts_rank(w.words, {words})::float8 from live_words w where w.id = {row}.id)"  # noqa: S608
        return Order(key, "float8", descending=True, read=cursor.number), values
    name, kind, descending = _ORDERS[query.sort]
    over_all = name in ("first_seen", "price_drop")
    return Order(f"{row}.{name}", kind, descending, _READ[kind], indexed=True, indexed_over_all=over_all), {}


_READ: Final = {"timestamptz": cursor.moment, "bigint": cursor.whole, "float8": cursor.number}
_ORDERS: Final[dict[Sort, tuple[str, str, bool]]] = {
    Sort.NEWEST: ("first_seen", "timestamptz", True),
    Sort.OLDEST: ("first_seen", "timestamptz", False),
    Sort.PRICE_ASC: ("price", "bigint", False),
    Sort.PRICE_DESC: ("price", "bigint", True),
    Sort.PRICE_DROP: ("price_drop", "float8", True),
    Sort.SURFACE_ASC: ("surface", "float8", False),
    Sort.SURFACE_DESC: ("surface", "float8", True),
    Sort.PRICE_PER_SQM_ASC: ("price_per_sqm", "bigint", False),
    Sort.PRICE_PER_SQM_DESC: ("price_per_sqm", "bigint", True),
}
