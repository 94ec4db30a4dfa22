"""Search in PostgreSQL: a page by keyset, and a count that stays cheap.

A page is read in the sorted column's index order from where the cursor ends: no offset, so page 500
costs what page 1 does. Rows whose sorted value is unknown follow in a second, newest-first stretch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, RowMapping, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from models.places import Places
from models.tables import Agency, AggregatedListing, EventKind, ListingHistory
from serve import cursor
from serve.answers import ListingCard, SearchPage
from serve.conditions import conditions
from serve.criteria import SearchQuery, Sort

L: Final = AggregatedListing

#: Beyond it nobody pages and the exact number costs more than it tells: the answer says "more than".
COUNT_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """A sorted column, its direction and how a cursor's value is read; the id breaks ties alike."""

    column: ColumnElement[Any]
    descending: bool
    read: Callable[[cursor.Value], object]


ORDERS: Final[dict[Sort, Order]] = {
    Sort.NEWEST: Order(L.first_seen.expression, descending=True, read=cursor.moment),
    Sort.OLDEST: Order(L.first_seen.expression, descending=False, read=cursor.moment),
    Sort.PRICE_ASC: Order(L.price.expression, descending=False, read=cursor.whole),
    Sort.PRICE_DESC: Order(L.price.expression, descending=True, read=cursor.whole),
    Sort.SURFACE_ASC: Order(L.surface.expression, descending=False, read=cursor.number),
    Sort.SURFACE_DESC: Order(L.surface.expression, descending=True, read=cursor.number),
    Sort.PRICE_PER_SQM_ASC: Order(L.price_per_sqm.expression, descending=False, read=cursor.whole),
    Sort.PRICE_PER_SQM_DESC: Order(L.price_per_sqm.expression, descending=True, read=cursor.whole),
}


async def search(connection: AsyncConnection, places: Places, query: SearchQuery) -> SearchPage:
    """The page of live listings that `query` asks for. CursorError when its cursor is none of this search."""
    after = cursor.decode(query.cursor, query.sort) if query.cursor else None
    wanted = conditions(query, places)
    total = await count(connection, wanted)
    placed = await _placed(connection, wanted, query, after)
    page = placed[: query.limit]
    more = len(placed) > query.limit
    return SearchPage(
        total=min(total, COUNT_LIMIT),
        total_is_exact=total <= COUNT_LIMIT,
        listings=await _filled(connection, [row.id for row in page]),
        next_cursor=cursor.encode(query.sort, page[-1].sorted_by, page[-1].id) if more else None,
    )


async def count(connection: AsyncConnection, wanted: Sequence[ColumnElement[bool]]) -> int:
    """How many listings satisfy `wanted`, counted to one past COUNT_LIMIT."""
    listings = select(literal(1)).select_from(L).join(Agency, Agency.id == L.agency_id)
    found = listings.where(*wanted).limit(COUNT_LIMIT + 1).subquery()
    return int((await connection.execute(select(func.count()).select_from(found))).scalar_one())


async def _placed(
    connection: AsyncConnection,
    wanted: Sequence[ColumnElement[bool]],
    query: SearchQuery,
    after: cursor.Position | None,
) -> list[Row[Any]]:
    """Ids of the page's listings with their sorted values, and of one more if there is one."""
    order, room = ORDERS[query.sort], query.limit + 1
    place = select(L.id, order.column.label("sorted_by")).join(Agency, Agency.id == L.agency_id)
    place = place.where(*wanted)
    rows: list[Row[Any]] = []
    if after is None or after.value is not None:
        rows += await connection.execute(_known(place, order, after).limit(room))
    if len(rows) < room and query.sort not in (Sort.NEWEST, Sort.OLDEST):
        unknown = place.where(order.column.is_(None)).order_by(L.id.desc())
        if after is not None and after.value is None:
            unknown = unknown.where(L.id < after.id)
        rows += await connection.execute(unknown.limit(room - len(rows)))
    return rows


async def _filled(connection: AsyncConnection, ids: Sequence[int]) -> list[ListingCard]:
    """The cards of these listings, in this order. A card's columns cost, so they are read last."""
    if not ids:
        return []
    rows = (await connection.execute(cards().where(L.id.in_(ids)))).mappings()
    by_id = {row["id"]: card(row) for row in rows}
    return [by_id[row_id] for row_id in ids if row_id in by_id]


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


_COMPUTED: Final = {"photo", "photo_count", "adverts", "previous_price", "agency_name"}
_PLAIN: Final = tuple(name for name in ListingCard.model_fields if name not in _COMPUTED)
