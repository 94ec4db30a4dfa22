"""Search: a page of cards; and how PostgreSQL finds them, by keyset, with a count that stays cheap.

A page is read in the sorted column's index order from where the cursor ends: no offset, so page 500
costs what page 1 does. Rows whose sorted value is unknown follow in a second, newest-first stretch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    RowMapping,
    Select,
    and_,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import QueryableAttribute, aliased

from models.places import Places
from models.tables import Agency, AggregatedListing, EventKind, ListingHistory
from serve import cursor
from serve.answers import ListingCard, PropertyCard, PropertyPage, SearchPage
from serve.conditions import Listings, conditions, metres_from
from serve.criteria import SearchQuery, Sort
from serve.engines.choice import Finder
from serve.engines.contract import COUNT_LIMIT, Found, Hit, Search

L: Final = AggregatedListing


@dataclass(frozen=True, slots=True)
class Order:
    """A sorted column, its direction and how a cursor's value is read; the id breaks ties alike."""

    column: ColumnElement[Any]
    descending: bool
    read: Callable[[cursor.Value], object]


def order_of(query: SearchQuery, listings: Listings = AggregatedListing) -> Order:
    """What `query` sorts by, of the table or an alias of it."""
    if query.sort is Sort.DISTANCE and query.lat is not None and query.lng is not None:
        away = metres_from(query.lat, query.lng, listings)
        return Order(away, descending=False, read=cursor.number)
    name, descending, read = _ORDERS[query.sort]
    return Order(getattr(listings, name).expression, descending, read)


_ORDERS: Final[dict[Sort, tuple[str, bool, Callable[[cursor.Value], object]]]] = {
    Sort.NEWEST: ("first_seen", True, cursor.moment),
    Sort.OLDEST: ("first_seen", False, cursor.moment),
    Sort.PRICE_ASC: ("price", False, cursor.whole),
    Sort.PRICE_DESC: ("price", True, cursor.whole),
    Sort.SURFACE_ASC: ("surface", False, cursor.number),
    Sort.SURFACE_DESC: ("surface", True, cursor.number),
    Sort.PRICE_PER_SQM_ASC: ("price_per_sqm", False, cursor.whole),
    Sort.PRICE_PER_SQM_DESC: ("price_per_sqm", True, cursor.whole),
}
#: Orders whose value every listing found has.
_ALWAYS_KNOWN: Final = (Sort.NEWEST, Sort.OLDEST, Sort.DISTANCE)


async def search(
    finder: Finder, connection: AsyncConnection, places: Places, query: SearchQuery
) -> SearchPage:
    """The page of live listings that `query` asks for. CursorError when its cursor is none of this search."""
    found, following = await _found(finder, connection, Search(query, places))
    return SearchPage(
        total=min(found.total, COUNT_LIMIT),
        total_is_exact=found.total <= COUNT_LIMIT,
        listings=await _filled(connection, query, found.hits),
        next_cursor=following,
        engine=found.engine,
        degraded=found.degraded,
    )


async def search_properties(
    finder: Finder, connection: AsyncConnection, places: Places, query: SearchQuery
) -> PropertyPage:
    """As `search`, each dwelling once: by the advert that comes first of those that satisfy the criteria."""
    found, following = await _found(finder, connection, Search(query, places, once=True))
    listings = await _filled(connection, query, found.hits)
    spans = await _spans(connection, [listing.property_id for listing in listings])
    return PropertyPage(
        total=min(found.total, COUNT_LIMIT),
        total_is_exact=found.total <= COUNT_LIMIT,
        properties=[
            PropertyCard(id=listing.property_id, listing=listing, **spans[listing.property_id])
            for listing in listings
            if listing.property_id in spans  # else it was withdrawn or merged between two questions
        ],
        next_cursor=following,
        engine=found.engine,
        degraded=found.degraded,
    )


async def _found(finder: Finder, connection: AsyncConnection, search: Search) -> tuple[Found, str | None]:
    """What the engines find for the page alone, and the cursor of the page after, if there is one."""
    query = search.query
    after = cursor.decode(query.cursor, query.sort) if query.cursor else None
    found = await finder.find(PostgreSQL(connection), replace(search, after=after))
    page, more = found.hits[: query.limit], len(found.hits) > query.limit
    following = cursor.encode(query.sort, page[-1].sorted_by, page[-1].id) if more else None
    return replace(found, hits=page), following


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """The engine that is always there."""

    connection: AsyncConnection

    async def find(self, search: Search) -> Found:
        """The listings asked for. CursorError when `after` is none of this search."""
        query, wanted = search.query, conditions(search.query, search.places)
        total = await count(self.connection, wanted, L.property_id if search.once else None)
        once = [_first_of_dwelling(query, search.places)] if search.once else []
        rows = await _placed(self.connection, [*wanted, *once], query, search.after)
        return Found([Hit(row.id, row.sorted_by) for row in rows], total)


def _first_of_dwelling(query: SearchQuery, places: Places) -> ColumnElement[bool]:
    """No other advert of the dwelling that satisfies the criteria comes before."""
    other, agency = aliased(AggregatedListing), aliased(Agency)
    order, its = order_of(query), order_of(query, other).column
    mine, theirs = tuple_(order.column, L.id), tuple_(its, other.id)
    ahead = theirs > mine if order.descending else theirs < mine
    if query.sort not in _ALWAYS_KNOWN:
        later = and_(its.is_(None), other.id > L.id)
        ahead = or_(ahead, and_(order.column.is_(None), or_(its.is_not(None), later)))
    found = select(literal(1)).select_from(other).join(agency, agency.id == other.agency_id)
    found = found.where(other.property_id == L.property_id, *conditions(query, places, other, agency), ahead)
    return not_(exists(found.correlate(L)))


async def _spans(connection: AsyncConnection, properties: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Of each dwelling's live adverts: lowest and highest price, how many, of how many agencies."""
    statement = (
        select(
            L.property_id,
            func.min(L.price).label("lowest_price"),
            func.max(L.price).label("highest_price"),
            func.count().label("adverts"),
            func.count(L.agency_id.distinct()).label("agencies"),
        )
        .join(Agency, Agency.id == L.agency_id)
        .where(L.property_id.in_(properties), L.is_active, Agency.opted_out_at.is_(None))
        .group_by(L.property_id)
    )
    rows = (await connection.execute(statement)).mappings()
    return {row["property_id"]: {name: row[name] for name in row if name != "property_id"} for row in rows}


async def count(
    connection: AsyncConnection,
    wanted: Sequence[ColumnElement[bool]],
    once: QueryableAttribute[int] | None = None,
) -> int:
    """How many listings, or values of `once`, satisfy `wanted`, counted to one past COUNT_LIMIT."""
    chosen = select(literal(1)) if once is None else select(once).distinct()
    listings = chosen.select_from(L).join(Agency, Agency.id == L.agency_id)
    found = listings.where(*wanted).limit(COUNT_LIMIT + 1).subquery()
    return int((await connection.execute(select(func.count()).select_from(found))).scalar_one())


async def _placed(
    connection: AsyncConnection,
    wanted: Sequence[ColumnElement[bool]],
    query: SearchQuery,
    after: cursor.Position | None,
) -> list[Row[Any]]:
    """Ids of the page's listings with their sorted values, and of one more if there is one."""
    order, room = order_of(query), query.limit + 1
    place = select(L.id, order.column.label("sorted_by")).join(Agency, Agency.id == L.agency_id)
    place = place.where(*wanted)
    rows: list[Row[Any]] = []
    if after is None or after.value is not None:
        rows += await connection.execute(_known(place, order, after).limit(room))
    if len(rows) < room and query.sort not in _ALWAYS_KNOWN:
        unknown = place.where(order.column.is_(None)).order_by(L.id.desc())
        if after is not None and after.value is None:
            unknown = unknown.where(L.id < after.id)
        rows += await connection.execute(unknown.limit(room - len(rows)))
    return rows


async def _filled(connection: AsyncConnection, query: SearchQuery, hits: Sequence[Hit]) -> list[ListingCard]:
    """The cards of these listings, in this order: of those that are live and not opted out at this moment.

    A card's columns cost, so they are read last.
    """
    if not hits:
        return []
    live = L.id.in_([hit.id for hit in hits]), L.is_active, Agency.opted_out_at.is_(None)
    statement = cards().where(*live)
    if query.lat is not None and query.lng is not None:
        statement = statement.add_columns(func.round(metres_from(query.lat, query.lng)).label("distance"))
    rows = (await connection.execute(statement)).mappings()
    by_id = {row["id"]: card(row) for row in rows}
    return [by_id[hit.id] for hit in hits if hit.id in by_id]


def _known(statement: Select[Any], order: Order, after: cursor.Position | None) -> Select[Any]:
    """The stretch of rows whose sorted value is known, from `after` on."""
    column, row_id = order.column, L.id
    if after is not None:
        value = literal(order.read(after.value), column.type)
        key, place = tuple_(column, row_id), tuple_(value, literal(after.id))
        statement = statement.where(key < place if order.descending else key > place)
    statement = statement.where(column.is_not(None))
    if order.descending:
        return statement.order_by(column.desc(), row_id.desc())
    return statement.order_by(column, row_id)


def cards() -> Select[Any]:
    """The columns of a ListingCard, for a statement to be narrowed."""
    other = AggregatedListing.__table__.alias("other")
    adverts = (
        select(func.count()).where(other.c.property_id == L.property_id, other.c.is_active).scalar_subquery()
    )
    previous = (
        select(ListingHistory.old_value)
        .where(ListingHistory.listing_id == L.id, ListingHistory.kind == EventKind.PRICE)
        .order_by(ListingHistory.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    plain = [getattr(L, name) for name in _PLAIN]
    return select(
        *plain,
        L.photos[0].astext.label("photo"),
        func.jsonb_array_length(L.photos).label("photo_count"),
        adverts.label("adverts"),
        previous.label("previous_price"),
        Agency.name.label("agency_name"),
    ).join(Agency, Agency.id == L.agency_id)


def card(row: RowMapping) -> ListingCard:
    """A row of `cards()` as its answer."""
    previous = row["previous_price"]
    price = previous if type(previous) is int else None
    return ListingCard.model_validate({**row, "previous_price": price})


_COMPUTED: Final = {"distance", "photo", "photo_count", "adverts", "previous_price", "agency_name"}
_PLAIN: Final = tuple(name for name in ListingCard.model_fields if name not in _COMPUTED)
