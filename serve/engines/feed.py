"""What the index must hear of: events after its place in the feed, and every listing that they change.

A dwelling's adverts are counted in each one's document: what comes, goes, or moves to another dwelling
changes those of its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection

from serve.engines import documents
from serve.engines.index import Document

Connected = AsyncConnection[Any]
#: Events that are heard at once.
MOST: Final = 2_000

_EVENTS: Final = """
    with told as (
        select transaction_id, id, listing_id, kind, property_id,
            case when field = 'property_id' and jsonb_typeof(old_value) = 'number'
                then old_value::bigint end as former
        from listing_history
        where (transaction_id, id) > (%(transaction)s, %(event)s)
            and transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        order by transaction_id, id limit %(most)s
    ), moving as (
        select t.property_id, t.former, l.property_id as present
        from told t left join aggregated_listings l on l.id = t.listing_id
        where t.kind in ('created', 'withdrawn', 'republished', 'merged', 'split')
    ), homes as (
        select property_id from moving union select former from moving union select present from moving
    )
    select (select count(*) from told) as number,
        (select array[transaction_id, id] from told order by transaction_id desc, id desc limit 1) as last,
        array(
            select listing_id from told
            union select l.id from live_listings l join homes h on h.property_id = l.property_id
        ) as listings
"""
_BEGIN: Final = """
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        (select coalesce(min(id), 1) - 1 from aggregated_listings),
        (select coalesce(max(id), 0) from aggregated_listings)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the feed: the last event heard of."""

    transaction: int
    event: int


@dataclass(frozen=True, slots=True)
class Heard:
    """Events and what they change; `place` is where to go on."""

    number: int
    place: Place
    listings: Sequence[int]


async def hear(connection: Connected, place: Place, most: int = MOST) -> Heard:
    """The next events after a place, of ended transactions before which none is under way."""
    asked = {"transaction": place.transaction, "event": place.event, "most": most}
    row = await (await connection.execute(_EVENTS, asked)).fetchone()
    assert row is not None
    number, last, listings = row
    return Heard(number, Place(*last) if last else place, sorted(listings))


async def beginning(connection: Connected) -> tuple[Place, int, int]:
    """For an index that is to be built: where its feed begins, and after and up to which ids listings lie.

    What is not seen when the listings are read belongs to a transaction of that place or later.
    """
    row = await (await connection.execute(_BEGIN)).fetchone()
    assert row is not None
    transaction, after, until = row
    return Place(transaction, 0), after, until


async def these(connection: Connected, ids: Sequence[int]) -> list[Document]:
    """The documents of these listings as they are now."""
    return await _read(connection, documents.THESE, {"ids": list(ids)})


async def between(connection: Connected, after: int, until: int) -> list[Document]:
    """The documents of the live listings of a range of ids."""
    return await _read(connection, documents.RANGE, {"after": after, "until": until})


async def _read(connection: Connected, statement: str, asked: dict[str, Any]) -> list[Document]:
    rows = await (await connection.execute(statement, asked)).fetchall()
    return [Document(*row) for row in rows]
