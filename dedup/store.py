"""Properties in the database: recognise the live listings, keep ids stable, write down every merge and split.

A cluster keeps the oldest property id among its listings; a listing split off gets a new one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from dedup.advert import Advert
from dedup.comparison import SAME, Comparison
from dedup.recognise import Recognition, recognise
from models.tables import AggregatedListing, EventKind, ListingHistory, Property, PropertyLink, utc_now

#: Any constant; two commands at once recognise one after the other.
DEDUP_LOCK = 7_406_602


@dataclass(frozen=True, slots=True)
class DedupReport:
    """Counts after one run over the live listings."""

    listings: int
    properties: int
    merged: int
    split: int
    pairs: int


@dataclass(frozen=True, slots=True)
class _Live:
    advert: Advert
    id: int
    property_id: int
    duplicate_of: int | None


def dedup_listings(engine: Engine) -> DedupReport:
    """Recognise every live listing, in one transaction. Running it twice changes nothing more."""
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": DEDUP_LOCK})
        live = _live_listings(connection)
        result = recognise([listing.advert for listing in live])
        merged, split = _assign(connection, live, result, utc_now())
        _write_links(connection, result)
    properties = len(set(result.properties.values()))
    return DedupReport(len(live), properties, merged, split, len(result.comparisons))


def _live_listings(connection: Connection) -> list[_Live]:
    table = AggregatedListing.__table__
    rows = connection.execute(select(table).where(table.c.is_active).order_by(table.c.id)).mappings()
    return [
        _Live(
            # Zero-padded, so that the smallest name is the oldest listing's.
            Advert.of({**row, "id": f"{row['id']:020d}", "agency": row["agency_id"]}),
            row["id"],
            row["property_id"],
            row["duplicate_of"],
        )
        for row in rows
    ]


def _assign(connection: Connection, live: list[_Live], result: Recognition, now: datetime) -> tuple[int, int]:
    clusters: dict[str, list[_Live]] = defaultdict(list)
    for listing in live:
        clusters[result.properties[listing.advert.id]].append(listing)
    taken: set[int] = set()
    merged = split = 0
    for members in sorted(clusters.values(), key=lambda own: own[0].id):
        free = sorted({m.property_id for m in members} - taken)
        target = free[0] if free else _new_property(connection, now)
        taken.add(target)
        kind = EventKind.MERGED if free else EventKind.SPLIT
        moved = [m for m in members if m.property_id != target]
        _move(connection, moved, target, kind, now)
        merged += len(moved) if free else 0
        split += 0 if free else len(moved)
        _mark_duplicates(connection, members)
    _retire(connection, {listing.property_id for listing in live} - taken)
    return merged, split


def _new_property(connection: Connection, now: datetime) -> int:
    return connection.execute(insert(Property).values(created_at=now).returning(Property.id)).scalar_one()


def _move(
    connection: Connection, moved: Iterable[_Live], target: int, kind: EventKind, now: datetime
) -> None:
    for listing in moved:
        connection.execute(
            update(AggregatedListing).where(AggregatedListing.id == listing.id).values(property_id=target)
        )
        connection.execute(
            insert(ListingHistory).values(
                listing_id=listing.id,
                property_id=target,
                kind=kind,
                field="property_id",
                old_value=listing.property_id,
                new_value=target,
                occurred_at=now,
            )
        )


def _mark_duplicates(connection: Connection, members: list[_Live]) -> None:
    oldest = min(member.id for member in members)
    for member in members:
        duplicate_of = None if member.id == oldest else oldest
        if member.duplicate_of != duplicate_of:
            connection.execute(
                update(AggregatedListing)
                .where(AggregatedListing.id == member.id)
                .values(duplicate_of=duplicate_of, is_duplicate=duplicate_of is not None)
            )


def _retire(connection: Connection, left: set[int]) -> None:
    """Point emptied properties to where their listings went, so that old addresses still resolve."""
    if left:
        connection.execute(
            text(
                """
                update properties p set merged_into = moved.new_id from (
                    select distinct on (old_value) (old_value #>> '{}')::bigint as old_id,
                        (new_value #>> '{}')::bigint as new_id
                    from listing_history where kind = 'merged' order by old_value, id desc
                ) moved
                where p.id = moved.old_id and p.id = any(:left)
                    and not exists (select from aggregated_listings l where l.property_id = p.id)
                """
            ),
            {"left": sorted(left)},
        )


def _write_links(connection: Connection, result: Recognition) -> None:
    """The edges behind today's merges, with their reasons. Those of withdrawn adverts stand: their merge
    must explain itself as well.
    """
    table = AggregatedListing
    live = select(table.id).where(table.is_active)
    connection.execute(
        delete(PropertyLink).where(PropertyLink.listing_a.in_(live), PropertyLink.listing_b.in_(live))
    )
    rows = [_link(pair) for pair in result.comparisons if _joins(pair, result)]
    if rows:
        connection.execute(insert(PropertyLink), rows)


def _joins(pair: Comparison, result: Recognition) -> bool:
    return (
        not pair.vetoed
        and pair.probability >= SAME
        and result.properties[pair.a] == result.properties[pair.b]
    )


def _link(pair: Comparison) -> dict[str, object]:
    a, b = sorted((int(pair.a), int(pair.b)))
    return {"listing_a": a, "listing_b": b, "probability": pair.probability, "reasons": list(pair.reasons)}
