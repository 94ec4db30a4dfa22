"""Finding in PostgreSQL: which live listings satisfy the criteria, page by keyset, and how many there are.

A planner that is told "the first 20 by price" walks the index of prices and hopes; where few of a million
match, that walk takes seconds. So nothing is left to hope. In a place, whose index holds the order of age and
what most searches filter by, matches are gathered up to COUNT_LIMIT and one, which also counts them; where
there are more, all of the place are sorted. In the whole country a bounded stretch of the order's index is
walked, in which as many must lie; only where it has fewer, because the criteria and the order contradict each
other, are they gathered, and of many that match a longer stretch is walked before they are sorted. Listings
whose sorted value is unknown come last, newest first.

Words are asked of their own index, which knows each listing's place, too (`serve.facts`); what else most
searches ask stands beside them. Only where all of France is asked for words that PostgreSQL's statistics call
common, the order's index is walked, and each listing that satisfies the rest is asked what it says.
"""

import re
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from models.listing import Transaction
from models.tables import LiveWords
from serve import facts
from serve.conditions import TABLE, indexed, of_column, rows_of, saying, where
from serve.criteria import Criteria, SearchQuery, Sort
from serve.engines.contract import COUNT_LIMIT, Found, Hit, Search
from serve.engines.facets import FACETED, SAMPLED, count_values
from serve.engines.orders import Order, order_of
from serve.prepared import fetched
from serve.turns import Turns
from serve.words import read

#: Listings of an order's index that are looked through for one page; the more where the other ways are dear:
#: for words, where the index itself holds all that is asked besides, and where more match than are counted.
WALK: Final = 10_000
LONG_WALK: Final = 100_000
#: Criteria that an order's index answers; of words only those are asked that satisfy the others.
_IN_INDEX: Final = frozenset({
    "transaction", "property_type", "price_min", "price_max", "surface_min", "surface_max", "rooms",
    "rooms_min", "rooms_max", "q", *SearchQuery.model_fields.keys() - Criteria.model_fields.keys(),
})  # fmt: skip
#: Criteria that leave a part of the country: those of places, whose indexes hold their adverts in the order
#: of age, and others.
_PLACES: Final = frozenset(("city", "postal_code", "insee_code", "department"))
_PLACED: Final = _PLACES | {"agency_id", "lat", "bbox", "polygon"}
#: Matches of all of France that are counted for a page.
MANY: Final = 500
#: Listings that are asked for their words one by one, 5 µs each.
ASKED: Final = 800
#: Listings expected to say the words, up to which all of them are listed.
COMMON: Final = 10_000
#: Long searches, which hold a connection each, that a process has at once; one of them is asked.
LONG: Final = 8
#: What stands beside an advert's words, so that no other row is looked up.
_BESIDE: Final = frozenset(LiveWords.__table__.columns.keys())
#: The newest matches, of which the most relevant are found.
RANKED: Final = 10_000


def long_searches() -> Turns:
    """The turns that PostgreSQL's long searches of one process take."""
    too_many = "Too many search all of France at this moment; name a place, or try again."
    return Turns(1, most=LONG, told=too_many)


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """The engine that is always there."""

    connection: AsyncConnection
    #: Where the long ones wait for each other, and nothing else for them.
    turns: Turns = field(default_factory=long_searches)

    async def find(self, search: Search) -> Found:
        """The listings asked for. CursorError when `after` is none of this search. Busy when too many long
        ones wait: each keeps a connection that others want.
        """
        found = await self._find(search)
        if not search.query.facet:
            return found
        question = _Question.of(search)
        most = FACETED if question.is_placed else SAMPLED
        async with self._turn(question):
            facets, are_exact = await count_values(self.connection, search, most)
        return replace(found, facets=facets, facets_are_exact=are_exact)

    async def _find(self, search: Search) -> Found:
        question = _Question.of(search)
        walks = question.is_everywhere and await self._are_many(question)
        if walks:
            page = await self._page(question, question.walked)
            if page.fills(search):
                return Found(page.hits, min(page.matches, COUNT_LIMIT), total_is_exact=False)
        async with self._turn(question):
            found = await self._page(question, question.gathered)
            if found.matches > COUNT_LIMIT:
                return await self._first_of_many(question, found, walked=walks)
        if found.hits or search.after is None:
            return Found(found.hits, found.total)
        # None of those gathered comes after the cursor, so no row told how many there are.
        whole = await self._find(replace(search, after=None))
        if whole.total_is_exact:
            return replace(whole, hits=[])
        async with self._turn(question):
            return await self._first_of_many(question, _Page(total=whole.total), walked=walks)  # others may

    def _turn(self, question: "_Question") -> AbstractAsyncContextManager[None]:
        """Of all of France, tens of times what others take: two or three at once would hold them all up."""
        return nullcontext() if question.is_placed else self.turns

    async def _first_of_many(self, question: "_Question", found: "_Page", *, walked: bool) -> Found:
        """The page, where more match than are counted."""
        page = found if question.gathers_in_order else _Page()
        ways = (None if walked else question.ordered, question.walked_far, question.sorted)
        for way in filter(None, ways):
            if not page.fills(question.search):
                page = await self._page(question, way)
        return Found(page.hits, min(found.total, COUNT_LIMIT), total_is_exact=False)

    async def _page(self, question: "_Question", sql: str) -> "_Page":
        rows = await fetched(self.connection, sql, question.values)
        if not rows:
            return _Page()
        hits = [Hit(row["id"], row["sorted_by"]) for row in rows]
        return _Page(hits, rows[0]["matches"], rows[0]["total"])

    async def _are_many(self, question: "_Question") -> bool:
        """Whether PostgreSQL, which has seen a sample, expects many of France to be looked at."""
        rows = await fetched(self.connection, question.expected, question.values)
        least = COMMON if question.words else LONG_WALK
        return bool(rows[0]["QUERY PLAN"][0]["Plan"]["Plan Rows"] > least)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's listings; of those that were looked at, how many match and how many are told of."""

    hits: list[Hit] = field(default_factory=list)
    matches: int = 0
    total: int = 0

    def fills(self, search: Search) -> bool:
        """Whether it is whole, and one more was found."""
        return len(self.hits) > search.query.limit


@dataclass(frozen=True, slots=True)
class _Question:
    """A search as SQL, in the ways of answering it, with one set of values. Each gives a `_Page`."""

    search: Search
    order: Order
    values: dict[str, Any]
    #: What is searched: the live listings, or a city's.
    rows: str
    #: What the index of words is asked, were any asked for.
    words: str | None
    #: The same without regard to where a phrase's words stand; none where no phrase is asked for.
    anywhere: str | None

    @classmethod
    def of(cls, search: Search) -> "_Question":
        """CursorError when `after` is none of this search."""
        query, places = search.query, search.places
        order, named = order_of(query)
        rows, of_city = rows_of(query, places)
        words, said = (indexed(query, places) or ("''", {})) if query.q else (None, {})
        told_phrase = any(term.is_phrase and not term.excluded for term in read(query.q or ""))
        anywhere = indexed(query, places, anywhere=True) if told_phrase else None
        told = where(query, places, said=False).values
        values = {**told, **of_city, **named, **said, "room": query.limit + 1, "most": COUNT_LIMIT + 1}
        if search.after is not None:
            values["after_id"] = search.after.id
            if search.after.value is not None:
                values["after"] = order.read(search.after.value)
        return cls(search, order, values, rows, words, anywhere[0] if anywhere else None)

    @property
    def gathered(self) -> str:
        """Matches up to COUNT_LIMIT and one: all of them, or the first, or any."""
        matches = self._matches
        if self.gathers_in_order:
            matches = f"select * from ({matches}) matching order by {self.order.by}"  # noqa: S608
        return self._paged(f"{self._side_by_side(matches)} limit %(most)s")

    @property
    def sorted(self) -> str:
        """All matches, sorted; by relevance the newest of them."""
        newest = f" order by id desc limit {RANKED}" if self.search.query.sort is Sort.RELEVANCE else ""
        # Without the offset, PostgreSQL would walk the order's index, and hope.
        return self._paged(f"{self._side_by_side(self._matches)}{newest} offset 0", counted=False)

    @property
    def walked(self) -> str:
        """Those that match of a stretch of the order's index; of words, those of them that say them."""
        is_long = self.words and self.search.query.model_fields_set <= _IN_INDEX
        return self._walked(LONG_WALK if is_long else WALK)

    @property
    def walked_far(self) -> str | None:
        """As `walked`, ten times as far, where otherwise many would be sorted; None where it went so far."""
        return self._walked(LONG_WALK) if self.is_everywhere and not self.words else None

    def _walked(self, length: int) -> str:
        query, order = self.search.query, self.order
        near, _ = order_of(query, "near")
        wanted = self._wanted("near", near)
        matches = f"""
            select near.id, near.property_id, {near.key} as sorted_by from ({self._stretch(length)}) near
            where {wanted} order by {near.along("near")} limit {ASKED if self.words else MANY}
        """  # noqa: S608 - nothing but names of ours
        if self.words:
            said = saying(query, "near")
            way = "desc" if order.descending else ""  # as the index has it: none is asked before it must be
            first = f"order by sorted_by {way}, id {way} limit %(room)s"
            matches = f"select * from ({matches}) near where {said} {first}"  # noqa: S608
        return self._paged(matches)

    @property
    def ordered(self) -> str | None:
        """Of more than were gathered the page, as an index has it in the order; None if none has."""
        if self.is_everywhere:
            return self.walked
        if self.words or not self._is_by_age:
            return None
        if not self._is_in_place:
            return self.walked if self._is_indexed else None
        wanted = f"{self._wanted(TABLE, self.order)} and {self._next_ones}"
        first = f"order by {self.order.along(TABLE)} limit %(room)s"
        return self._paged(f"{self._chosen} where {wanted} {first}", counted=False)

    @property
    def expected(self) -> str:
        """How many there are; how many say the words, and satisfy what the index of words knows besides."""
        among = f"live_words where words @@ {self.words}" if self.words else TABLE
        return f"explain (format json) select from {among}"

    @property
    def is_everywhere(self) -> bool:
        """Whether an index lies in the order of all of France, and no narrower one helps."""
        return self._is_indexed and not self.is_placed

    @property
    def is_placed(self) -> bool:
        """Whether a part of the country is asked for that an index knows; of words, that theirs knows."""
        query = self.search.query
        if self.words:
            return bool(facts.place(query, self.search.places))
        return bool(query.model_fields_set & _PLACED)

    @property
    def gathers_in_order(self) -> bool:
        """Whether what is gathered comes first in the order: where it must be found as a whole anyway."""
        query = self.search.query
        is_found_whole = bool(self.words or query.model_fields_set & _PLACES)
        return is_found_whole and self.search.after is None and query.sort is not Sort.RELEVANCE

    @property
    def _is_by_age(self) -> bool:
        return self.search.query.sort in (Sort.NEWEST, Sort.OLDEST)

    @property
    def _is_in_place(self) -> bool:
        """Whether a place's index holds what is asked by its age: sales, rents and kinds are apart in it."""
        query = self.search.query
        return query.transaction is not None and bool(query.model_fields_set & _PLACES)

    @property
    def _is_indexed(self) -> bool:
        """Whether an index lies in the order, and the page in the part of it that has a value."""
        after = self.search.after
        return self.order.indexed and (after is None or after.value is not None)

    @property
    def _chosen(self) -> str:
        return f"select id, property_id, {self.order.key} as sorted_by from {self.rows}"  # noqa: S608

    @property
    def _matches(self) -> str:
        """All that match. The index of words is asked first: a planner would hope to find few others."""
        if not self.words:
            return f"{self._chosen} where {self._wanted(TABLE)}"
        words = self.anywhere if self._is_loose else self.words
        order, _ = order_of(self.search.query, "said")
        wanted = self._wanted("said")
        if _BESIDE.issuperset(re.findall(r"\bsaid\.(\w+)", f"{wanted} {order.key}")):
            chosen = f"select id, property_id, {order.key} as sorted_by from live_words said"  # noqa: S608
            return f"{chosen} where {wanted} and words @@ {words}"
        said = f"select id from live_words where words @@ {words}"  # noqa: S608
        among = "id in (select id from said)"
        return f"with said as materialized ({said}) {self._chosen} where {self._wanted(TABLE)} and {among}"

    @property
    def _is_loose(self) -> bool:
        """Whether `_matches` has those, too, that say a phrase's words apart: of all of France, where half a
        second would be spent on texts of which only the first are needed.
        """
        return self.anywhere is not None and self.is_everywhere

    def _side_by_side(self, matches: str) -> str:
        """Of these, in their order, and as far as asked for, those that say each phrase as one."""
        if not self._is_loose:
            return matches
        return f"select * from ({matches} offset 0) near where {saying(self.search.query, 'near')}"  # noqa: S608

    def _stretch(self, length: int) -> str:
        """So many of the next ones in the order. Where its index has each transaction by itself, and all are
        asked for, they are the first of the next ones of each.
        """
        first = f"order by {self.order.along(TABLE)} limit {length}"
        if self.search.query.transaction is not None or self.order.indexed_over_all:
            return f"select * from {TABLE} where {self._next_ones} {first}"  # noqa: S608
        ones = (*(f"transaction = '{one}'" for one in Transaction), "transaction is null")
        each = (f"(select * from {TABLE} where {one} and {self._next_ones} {first})" for one in ones)  # noqa: S608
        return f"select * from ({' union all '.join(each)}) {TABLE} {first}"  # noqa: S608

    @property
    def _next_ones(self) -> str:
        """Where to begin in the order's index, and where to end."""
        query, order = self.search.query, self.order
        bounds = [f"{order.key} is not null", *of_column(query, order.key)]
        if query.transaction is not None:
            bounds.append("transaction = %(transaction)s")
        if self.search.after is not None:
            bounds.append(order.beyond(order.key))
        return " and ".join(bounds)

    def _wanted(self, row: str, once_by: Order | None = None) -> str:
        """What a row must satisfy besides words; in an order, it must also come first of its dwelling."""
        within = row != TABLE  # else it is one of `rows`
        wanted = where(self.search.query, self.search.places, row, said=False, within=within).sql
        if self.search.once and once_by is not None:
            wanted += f" and {self._first_of_dwelling(row, once_by)}"
        return wanted

    def _first_of_dwelling(self, row: str, order: Order) -> str:
        """No other advert of the dwelling that satisfies the criteria comes before."""
        other, _ = order_of(self.search.query, "other")
        wanted = where(self.search.query, self.search.places, "other").sql
        ahead = f"({other.key}, other.id) {'>' if order.descending else '<'} ({order.key}, {row}.id)"
        return f"""not exists (
            select from {TABLE} other where other.property_id = {row}.property_id and {ahead} and {wanted}
        )"""

    def _paged(self, matches: str, *, counted: bool = True) -> str:
        """The page of what matches, each row with the counts of all."""
        number = "count(*) over ()" if counted else "0"
        found = f"select *, {number} as matches from ({matches}) matching"  # noqa: S608
        total = "matches"
        if self.search.once:
            first = f"order by property_id, {self.order.by}"
            found = f"select distinct on (property_id) * from ({found}) found {first}"  # noqa: S608
            total = number
        return f"""
            select id, sorted_by, matches, total from (
                select id, sorted_by, matches, {total} as total from ({found}) found
            ) counted
            where {self._after} order by {self.order.by} limit %(room)s
        """  # noqa: S608 - nothing but names of ours

    @property
    def _after(self) -> str:
        after = self.search.after
        if after is None:
            return "true"
        if after.value is None:
            return "sorted_by is null and id < %(after_id)s"
        return f"({self.order.beyond('sorted_by')} or sorted_by is null)"
