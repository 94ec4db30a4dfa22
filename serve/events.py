"""What happened on the market, in order: a feed that programs follow by its cursor and miss nothing of.

Events are told in the order of their transactions, of which only those are told before which none is still
under way: nothing appears behind a cursor.
"""

from typing import Final

from sqlalchemy import BigInteger, Text, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import Agency, AggregatedListing, ListingHistory
from serve import cursor
from serve.answers import EventPage, MarketEvent
from serve.criteria import EventQuery

H: Final = ListingHistory
_ORDER: Final = "events"


async def read_events(connection: AsyncConnection, query: EventQuery) -> EventPage:
    """The events after the cursor. CursorError when it is none of this feed."""
    after = cursor.decode(query.cursor, _ORDER) if query.cursor else cursor.Position(_ORDER, 0, 0)
    ended = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
    begun = tuple_(literal(cursor.whole(after.value)), literal(after.id))
    statement = (
        select(H.transaction_id, *(getattr(H, name) for name in _COLUMNS), AggregatedListing.agency_id)
        .join(AggregatedListing, AggregatedListing.id == H.listing_id)
        .join(Agency, Agency.id == AggregatedListing.agency_id)
        .where(
            tuple_(H.transaction_id, H.id) > begun, H.transaction_id < ended, Agency.opted_out_at.is_(None)
        )
        .order_by(H.transaction_id, H.id)
        .limit(query.limit + 1)
    )
    if query.kind:
        statement = statement.where(H.kind.in_(query.kind))
    if query.listing_id:
        statement = statement.where(H.listing_id.in_(query.listing_id))
    if query.property_id:
        statement = statement.where(AggregatedListing.property_id.in_(query.property_id))
    if query.since is not None:
        statement = statement.where(H.occurred_at >= query.since)
    rows = (await connection.execute(statement)).mappings().all()
    page = rows[: query.limit]
    end = cursor.encode(_ORDER, page[-1]["transaction_id"], page[-1]["id"]) if page else query.cursor
    return EventPage(
        events=[MarketEvent.model_validate(row) for row in page],
        more=len(rows) > query.limit,
        next_cursor=end,
    )


_COLUMNS: Final = tuple(name for name in MarketEvent.model_fields if name != "agency_id")
