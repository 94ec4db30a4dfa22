"""Finding in PostgreSQL: which live listings satisfy the criteria, page by keyset, and how many there are.

A planner that is told "the first 20 by price" walks the index of prices and hopes; where few of a million
match, that walk takes seconds. So nothing is left to hope: first all matches are gathered, which also counts
them; where they are too many, a bounded stretch of the order's index is walked, in which so many must lie
close; and only where even that finds too few, because the criteria and the order contradict each other, all
are sorted. Listings whose sorted value is unknown come last, newest first.

Words are asked of what the other criteria leave. Where they leave too many, common words are asked of these
in their order until the page is full: of a part of the country once it is sorted, of the whole by walking the
order's index. Only for the rest the index of words is asked, which is cheap for rare ones: to list all that
say "terrasse" takes a tenth of a second.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from serve import cursor
from serve.conditions import TABLE, asked, metres, saying, where
from serve.criteria import Criteria, SearchQuery, Sort
from serve.engines.contract import COUNT_LIMIT, Found, Hit, Search
from serve.engines.facets import count_values

#: Listings of an order's index that are looked through for one page: where the index itself holds all that
#: is asked, and where each must be looked up, ten times as dear.
LONG_WALK: Final = 100_000
WALK: Final = 10_000
#: Criteria that an order's index answers; of words only those are asked that satisfy the others.
_IN_INDEX: Final = frozenset({
    "transaction", "property_type", "price_min", "price_max", "surface_min", "surface_max", "rooms",
    "rooms_min", "rooms_max", "q", *SearchQuery.model_fields.keys() - Criteria.model_fields.keys(),
})  # fmt: skip
#: Criteria that leave a part of the country, which is sorted sooner than found in the order of the whole: its
#: prices lie together there, as its dates do not.
_PLACED: Final = frozenset((
    "city", "postal_code", "insee_code", "department", "agency_id", "lat", "bbox", "polygon",
))  # fmt: skip
#: Listings that are asked for their words one by one, 5 µs each.
ASKED: Final = 1_500
#: Share of those asked that say the words, from which a page of a part of the country is soon found in order.
OFTEN: Final = 0.04
#: The newest matches, of which the most relevant are found.
RANKED: Final = 10_000


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


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """The engine that is always there."""

    connection: AsyncConnection

    async def find(self, search: Search) -> Found:
        """The listings asked for. CursorError when `after` is none of this search."""
        found = await self._find(search)
        if not search.query.facet:
            return found
        facets, are_exact = await count_values(self.connection, search)
        return replace(found, facets=facets, facets_are_exact=are_exact)

    async def _find(self, search: Search) -> Found:
        question = _Question.of(search)
        least = 0
        if search.query.q:
            row = await self._one(question.asked, question.values)
            if row.looked_at <= ASKED:
                return Found(_hits(row), min(row.total, COUNT_LIMIT), total_is_exact=row.total <= COUNT_LIMIT)
            least = min(row.total, COUNT_LIMIT)
            often = row.total >= OFTEN * row.looked_at
            if (hits := await self._picked(question, often=often)) is not None:
                return Found(hits, max(least, len(hits)), total_is_exact=False)
        row = await self._one(question.gathered, question.values)
        if row.matches <= COUNT_LIMIT:
            return Found(_hits(row), row.total)
        hits = None if search.query.q else await self._walked(question)
        if hits is None:
            hits = _hits(await self._one(question.sorted, question.values))
        return Found(hits, min(row.total, COUNT_LIMIT), total_is_exact=False)

    async def _picked(self, question: "_Question", *, often: bool) -> list[Hit] | None:
        """The page of a search for words, were it found without all that say them; else None."""
        if not question.lies_in_part:
            return await self._walked(question)
        if not (often and question.pickable):
            return None
        rows = await self.connection.exec_driver_sql(question.picked, question.values)
        hits = [Hit(row.id, row.sorted_by) for row in rows]
        return hits if len(hits) > question.search.query.limit else None

    async def _walked(self, question: "_Question") -> list[Hit] | None:
        """The page, were it whole within a stretch of the order's index; else None."""
        if not question.walkable:
            return None
        rows = await self.connection.exec_driver_sql(question.walked, question.values)
        hits = [Hit(row.id, row.sorted_by) for row in rows]
        return hits if len(hits) > question.search.query.limit else None

    async def _one(self, sql: str, values: dict[str, Any]) -> Any:
        return (await self.connection.exec_driver_sql(sql, values)).one()


def _hits(row: Any) -> list[Hit]:
    return [Hit(*placed) for placed in zip(row.ids or (), row.keys or (), strict=True)]


@dataclass(frozen=True, slots=True)
class _Question:
    """A search as SQL, in the three ways of answering it, with one set of values."""

    search: Search
    order: Order
    values: dict[str, Any]

    @classmethod
    def of(cls, search: Search) -> "_Question":
        """CursorError when `after` is none of this search."""
        order, named = order_of(search.query)
        wanted = where(search.query, search.places)
        values = {**wanted.values, **named, "room": search.query.limit + 1, "most": COUNT_LIMIT + 1}
        if search.after is not None:
            values["after_id"] = search.after.id
            if search.after.value is not None:
                values["after"] = order.read(search.after.value)
        return cls(search, order, values)

    @property
    def asked(self) -> str:
        """Of what satisfies all else, up to ASKED and one, those that say the words; how many were asked."""
        near = f"{self._matches(said=False)} limit {ASKED + 1}"
        found = f"select * from near where {saying(self.search.query, 'near')}"  # noqa: S608
        looked_at = ", (select count(*) from near) as looked_at"
        return self._paged(found, self._counts + looked_at, f"near as materialized ({near}), ")

    @property
    def gathered(self) -> str:
        """All matches up to COUNT_LIMIT and one: their number and, were they all, the page."""
        said = ""
        matches = self._matches(said=not self.search.query.q)
        if words := asked(self.search.query):
            said = f"said as materialized (select id from live_words where words @@ {words[0]}), "  # noqa: S608
            matches += " and id in (select id from said)"
        return self._paged(f"{matches} limit %(most)s", self._counts, said)

    @property
    def _counts(self) -> str:
        counted = "distinct property_id" if self.search.once else "*"
        matches = ", (select count(*) from found) as matches"
        return f"{matches}, (select count({counted}) from found) as total"  # noqa: S608 - one of two words

    @property
    def sorted(self) -> str:
        """All matches, sorted; by relevance the newest of them."""
        newest = f" order by id desc limit {RANKED}" if self.search.query.sort is Sort.RELEVANCE else ""
        return self._paged(self._matches() + newest, "")

    @property
    def walkable(self) -> bool:
        """Whether an index lies in the order, and the page in the part of it that has a value."""
        lies = self.order.indexed if self.search.query.transaction else self.order.indexed_over_all
        by_age = self.search.query.sort in (Sort.NEWEST, Sort.OLDEST)
        return lies and not self._among_unknown and (by_age or not self.lies_in_part)

    @property
    def lies_in_part(self) -> bool:
        """Whether the criteria leave a part of the country."""
        return bool(self.search.query.model_fields_set & _PLACED)

    @property
    def pickable(self) -> bool:
        """Whether that part can be put in order before its words are read."""
        return self.search.query.sort is not Sort.RELEVANCE and not self._among_unknown

    @property
    def _among_unknown(self) -> bool:
        return self.search.after is not None and self.search.after.value is None

    @property
    def picked(self) -> str:
        """All that satisfies the other criteria, in order; asked for its words until the page is full."""
        near, _ = order_of(self.search.query, "near")
        wanted = [saying(self.search.query, "near")]
        if self.search.once:
            wanted.append(self._first_of_dwelling(replace(near, key="near.sorted_by")))
        # Without the offset, PostgreSQL would ask them all for their words before it puts them in order.
        return f"""
            select id, sorted_by from (
                select * from ({self._matches(said=False)}) matching
                where sorted_by is not null and {self._after} order by {self.order.by} offset 0
            ) near
            where {" and ".join(wanted)} limit %(room)s
        """  # noqa: S608 - nothing but names of ours

    @property
    def walked(self) -> str:
        """Those that match of the listings that come next in the order's index."""
        order, way = self.order, "desc" if self.order.descending else ""
        next_ones = [f"{order.key} is not null"]
        if self.search.query.transaction is not None:
            next_ones.append("transaction = %(transaction)s")
        if self.search.after is not None:
            next_ones.append(order.beyond(order.key))
        covered = self.search.query.model_fields_set <= _IN_INDEX
        near, _ = order_of(self.search.query, "near")
        wanted = where(self.search.query, self.search.places, "near", said=False).sql
        if self.search.once:
            wanted += f" and {self._first_of_dwelling(near)}"
        room, said = "%(room)s", "true"
        if self.search.query.q:
            room, said = str(ASKED), saying(self.search.query, "near")
        return f"""
            select id, sorted_by from (
                select near.id, {near.key} as sorted_by from (
                    select * from {TABLE} where {" and ".join(next_ones)}
                    order by {order.key} {way}, id {way} limit {LONG_WALK if covered else WALK}
                ) near
                where {wanted} order by {near.key} {way}, near.id {way} limit {room}
            ) near
            where {said} order by sorted_by {way}, id {way} limit %(room)s
        """  # noqa: S608 - nothing but names of ours

    def _matches(self, *, said: bool = True) -> str:
        wanted = where(self.search.query, self.search.places, said=said).sql
        return f"select id, property_id, {self.order.key} as sorted_by from {TABLE} where {wanted}"  # noqa: S608

    def _paged(self, matches: str, counts: str, before: str = "") -> str:
        """The page of what was found, as an array of ids and one of sorted values. before: what it names."""
        first = f"select distinct on (property_id) * from found order by property_id, {self.order.by}"  # noqa: S608
        source = f"({first}) firsts" if self.search.once else "found"
        return f"""
            with {before}found as materialized ({matches}), page as (
                select id, sorted_by from {source} where {self._after} order by {self.order.by} limit %(room)s
            )
            select array_agg(id) as ids, array_agg(sorted_by) as keys{counts} from page
        """  # noqa: S608 - nothing but names of ours

    @property
    def _after(self) -> str:
        after = self.search.after
        if after is None:
            return "true"
        if after.value is None:
            return "sorted_by is null and id < %(after_id)s"
        return f"({self.order.beyond('sorted_by')} or sorted_by is null)"

    def _first_of_dwelling(self, near: Order) -> str:
        """No other advert of the dwelling that satisfies the criteria comes before."""
        other, _ = order_of(self.search.query, "other")
        wanted = where(self.search.query, self.search.places, "other").sql
        ahead = f"({other.key}, other.id) {'>' if near.descending else '<'} ({near.key}, near.id)"
        return f"""not exists (
            select from {TABLE} other where other.property_id = near.property_id and {ahead} and {wanted}
        )"""
