"""Finding in PostgreSQL: which live listings satisfy the criteria, page by keyset, and how many there are.

A planner that is told "the first 20 by price" walks the index of prices and hopes; where few of a million
match, that walk takes seconds. So nothing is left to hope: first all matches are gathered, which also counts
them; where they are too many, a bounded stretch of the order's index is walked, in which so many must lie
close; and only where even that finds too few, because the criteria and the order contradict each other, all
are sorted. Listings whose sorted value is unknown come last, newest first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from models.places import Places
from models.tables import LiveListing, LiveWords
from serve import cursor
from serve.conditions import Listings, asked, conditions, metres_from
from serve.criteria import SearchQuery, Sort
from serve.engines.contract import COUNT_LIMIT, Found, Hit, Search
from serve.engines.facets import count_values

#: Listings of an order's index that are looked through for one page.
WALK: Final = 10_000
#: The newest matches, of which the most relevant are found.
RANKED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """A sorted column, its direction and how a cursor's value is read; the id breaks ties alike."""

    column: ColumnElement[Any]
    descending: bool
    read: Callable[[cursor.Value], object]
    #: Whether an index lies in this order, and whether it lies so within sale and rent alone.
    indexed: bool = False
    by_transaction: bool = False

    def after(self, position: cursor.Position, row_id: ColumnElement[int]) -> ColumnElement[bool]:
        """What comes after a page that ended at `position`."""
        if position.value is None:
            return and_(self.column.is_(None), row_id < position.id)
        key, place = tuple_(self.column, row_id), tuple_(self._value(position), literal(position.id))
        return or_(key < place if self.descending else key > place, self.column.is_(None))

    def known_after(self, position: cursor.Position, row_id: ColumnElement[int]) -> ColumnElement[bool]:
        """As `after`, without the unknown ones: what an index walks to at once."""
        key, place = tuple_(self.column, row_id), tuple_(self._value(position), literal(position.id))
        return key < place if self.descending else key > place

    def by(self, row_id: ColumnElement[int]) -> tuple[ColumnElement[Any], ...]:
        """The order of rows: known values, then unknown ones, newest first."""
        unknown = self.column.is_(None)
        if self.descending:
            return unknown, self.column.desc(), row_id.desc()
        return unknown, self.column.asc(), case((unknown, -row_id), else_=row_id)

    def on(self, column: ColumnElement[Any]) -> "Order":
        """The same order of another relation's column."""
        return Order(column, self.descending, self.read)

    def _value(self, position: cursor.Position) -> ColumnElement[Any]:
        return literal(self.read(position.value), self.column.type)


def order_of(query: SearchQuery, listings: Listings = LiveListing) -> Order:
    """What `query` sorts by, of the table or an alias of it."""
    if query.sort is Sort.DISTANCE and query.lat is not None and query.lng is not None:
        return Order(metres_from(query.lat, query.lng, listings), descending=False, read=cursor.number)
    if query.sort is Sort.RELEVANCE:
        return Order(_rank(query, listings), descending=True, read=cursor.number)
    name, descending, read = _ORDERS[query.sort]
    apart = name in ("price", "price_per_sqm")
    return Order(getattr(listings, name).expression, descending, read, indexed=True, by_transaction=apart)


def _rank(query: SearchQuery, listings: Listings) -> ColumnElement[float]:
    """How well a listing's words answer; without any asked, all answer alike."""
    query_words = asked(query)
    if query_words is None:
        return literal(0.0, Float)
    rank = select(cast(func.ts_rank(LiveWords.words, query_words), Float)).where(LiveWords.id == listings.id)
    return rank.correlate(listings).scalar_subquery()


_ORDERS: Final[dict[Sort, tuple[str, bool, Callable[[cursor.Value], object]]]] = {
    Sort.NEWEST: ("first_seen", True, cursor.moment),
    Sort.OLDEST: ("first_seen", False, cursor.moment),
    Sort.PRICE_ASC: ("price", False, cursor.whole),
    Sort.PRICE_DESC: ("price", True, cursor.whole),
    Sort.PRICE_DROP: ("price_drop", True, cursor.number),
    Sort.SURFACE_ASC: ("surface", False, cursor.number),
    Sort.SURFACE_DESC: ("surface", True, cursor.number),
    Sort.PRICE_PER_SQM_ASC: ("price_per_sqm", False, cursor.whole),
    Sort.PRICE_PER_SQM_DESC: ("price_per_sqm", True, cursor.whole),
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
        row = (await self.connection.execute(_gathered(search))).one()
        if row.matches <= COUNT_LIMIT:
            return Found(_hits(row), row.total)
        hits = await _walked(self.connection, search)
        if hits is None:
            hits = _hits((await self.connection.execute(_sorted(search))).one())
        return Found(hits, min(row.total, COUNT_LIMIT), total_is_exact=False)


def _gathered(search: Search) -> Select[Any]:
    """All matches up to COUNT_LIMIT and one: their number and, were they all, the page."""
    found = _matches(search).limit(COUNT_LIMIT + 1).cte("found")
    counted = found.c.property_id.distinct() if search.once else found.c.id
    return _paged(search, found).add_columns(
        select(func.count()).select_from(found).scalar_subquery().label("matches"),
        select(func.count(counted)).select_from(found).scalar_subquery().label("total"),
    )


def _sorted(search: Search) -> Select[Any]:
    """All matches, sorted; by relevance the newest of them."""
    matches = _matches(search)
    if search.query.sort is Sort.RELEVANCE:
        matches = matches.order_by(LiveListing.id.desc()).limit(RANKED)
    return _paged(search, matches.offset(0).cte("found"))


def _matches(search: Search) -> Select[Any]:
    key = order_of(search.query).column.label("sorted_by")
    wanted = conditions(search.query, search.places)
    return select(LiveListing.id, LiveListing.property_id, key).where(*wanted)


def _paged(search: Search, found: Any) -> Select[Any]:
    """The page of what was found, as an array of ids and one of sorted values."""
    query = search.query
    if search.once:
        first = select(found).ext(distinct_on(found.c.property_id))
        order = order_of(query).on(found.c.sorted_by)
        found = first.order_by(found.c.property_id, *order.by(found.c.id)).subquery()
    order = order_of(query).on(found.c.sorted_by)
    page = select(found.c.id, found.c.sorted_by).order_by(*order.by(found.c.id)).limit(query.limit + 1)
    if search.after is not None:
        page = page.where(order.after(search.after, found.c.id))
    placed = page.subquery()
    columns: list[ColumnElement[Any]] = [
        func.array_agg(placed.c.id).label("ids"),
        func.array_agg(placed.c.sorted_by).label("keys"),
    ]
    return select(*columns)


def _hits(row: Any) -> list[Hit]:
    return [Hit(*placed) for placed in zip(row.ids or (), row.keys or (), strict=True)]


async def _walked(connection: AsyncConnection, search: Search) -> list[Hit] | None:
    """The page, were it whole within a stretch of the order's index; else None."""
    query, places, after, order = search.query, search.places, search.after, order_of(search.query)
    unknown = after is not None and after.value is None
    if not order.indexed or unknown or (order.by_transaction and query.transaction is None):
        return None
    near = aliased(LiveListing, _stretch(query, order, after))
    walked = order_of(query, near)
    page = select(near.id, walked.column.label("sorted_by")).where(*conditions(query, places, near))
    if search.once:
        page = page.where(_first_of_dwelling(query, places, near))
    page = page.order_by(*walked.by(near.id.expression)).limit(query.limit + 1)
    hits = [Hit(row.id, row.sorted_by) for row in await connection.execute(page)]
    return hits if len(hits) > query.limit else None


def _stretch(query: SearchQuery, order: Order, after: cursor.Position | None) -> Subquery:
    """The listings that come next in the order's index, whatever else is asked of them."""
    row_id = LiveListing.id.expression
    stretch = select(LiveListing).where(order.column.is_not(None))
    if order.by_transaction:
        stretch = stretch.where(LiveListing.transaction == query.transaction)
    if after is not None:
        stretch = stretch.where(order.known_after(after, row_id))
    by = (order.column.desc(), row_id.desc()) if order.descending else (order.column, row_id)
    return stretch.order_by(*by).limit(WALK).subquery()


def _first_of_dwelling(query: SearchQuery, places: Places, listings: Listings) -> ColumnElement[bool]:
    """No other advert of the dwelling that satisfies the criteria comes before."""
    other = aliased(LiveListing)
    order, its = order_of(query, listings), order_of(query, other).column
    mine, theirs = tuple_(order.column, listings.id), tuple_(its, other.id)
    ahead = theirs > mine if order.descending else theirs < mine
    later = and_(its.is_(None), other.id > listings.id)
    ahead = or_(ahead, and_(order.column.is_(None), or_(its.is_not(None), later)))
    found = select(literal(1)).where(
        other.property_id == listings.property_id, *conditions(query, places, other), ahead
    )
    return not_(found.correlate(listings).exists())
