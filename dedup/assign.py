"""Properties of clusters: ids stay stable, every merge and split is written down, none is ever reused.

A cluster keeps the oldest property id among its listings that no older cluster took; listings without one
get a new one. A listing that is gone stays in the property it had, as long as a live one does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, text

from models.tables import EventKind, Property

#: Listings that one statement moves.
BATCH = 20_000
_PLACE = text(
    """
    update aggregated_listings l
    set property_id = m.home, duplicate_of = m.first, is_duplicate = m.first is not null
    from unnest(:ids, :homes, cast(:firsts as bigint[])) m(id, home, first)
    where l.id = m.id and (l.property_id <> m.home or l.duplicate_of is distinct from m.first)
    """
)
_TELL = text(
    """
    insert into listing_history (listing_id, property_id, kind, field, old_value, new_value, occurred_at)
    select id, new, kind, 'property_id', to_jsonb(old), to_jsonb(new), :now
    from unnest(:ids, cast(:old as bigint[]), cast(:new as bigint[]), cast(:kinds as text[])) m(id, old, new, kind)
    """  # noqa: E501
)
#: What is withdrawn follows the last live adverts of its property, so that a dwelling keeps its past.
_FOLLOW = text(
    """
    with left_behind as (
        select m.old, min(m.new) as new
        from unnest(cast(:old as bigint[]), cast(:new as bigint[])) m(old, new)
        where not exists (select from aggregated_listings l where l.property_id = m.old and l.is_active)
        group by m.old
    ), moved as (
        update aggregated_listings l set property_id = b.new from left_behind b where l.property_id = b.old
        returning l.id, b.old, b.new
    )
    insert into listing_history (listing_id, property_id, kind, field, old_value, new_value, occurred_at)
    select id, new, 'merged', 'property_id', to_jsonb(old), to_jsonb(new), :now from moved
    """
)
#: Emptied properties point to where their listings went, so that old addresses still resolve.
_RETIRE = text(
    """
    update properties p set merged_into = m.new
    from unnest(cast(:old as bigint[]), cast(:new as bigint[])) m(old, new)
    where p.id = m.old and not exists (select from aggregated_listings l where l.property_id = p.id)
    """
)


@dataclass(frozen=True, slots=True)
class Member:
    """A live listing with the property that it has."""

    id: int
    property_id: int


@dataclass(frozen=True, slots=True)
class _Move:
    listing: int
    old: int
    new: int
    kind: EventKind


def assign(connection: Connection, clusters: Iterable[Sequence[Member]], now: datetime) -> tuple[int, int]:
    """Give each cluster its property. Clusters hold all live listings of the properties they touch.

    Returns how many listings were merged into another property and how many split off.
    """
    ordered = sorted((sorted(own, key=lambda m: m.id) for own in clusters), key=lambda own: own[0].id)
    moves = list(_moves(connection, ordered, now))
    homes = {move.listing: move.new for move in moves}
    placed = [
        (m.id, homes.get(m.id, m.property_id), None if m is own[0] else own[0].id)
        for own in ordered
        for m in own
    ]
    for start in range(0, len(placed), BATCH):
        ids, new, firsts = map(list, zip(*placed[start : start + BATCH], strict=True))
        connection.execute(_PLACE, {"ids": ids, "homes": new, "firsts": firsts})
    for start in range(0, len(moves), BATCH):
        _tell(connection, moves[start : start + BATCH], now)
    merged = sum(move.kind is EventKind.MERGED for move in moves)
    return merged, len(moves) - merged


def _moves(connection: Connection, ordered: Sequence[Sequence[Member]], now: datetime) -> Iterator[_Move]:
    taken: set[int] = set()
    homeless: list[Sequence[Member]] = []
    for own in ordered:
        free = min((m.property_id for m in own if m.property_id not in taken), default=None)
        if free is None:
            homeless.append(own)
            continue
        taken.add(free)
        yield from (_Move(m.id, m.property_id, free, EventKind.MERGED) for m in own if m.property_id != free)
    for own, new in zip(homeless, _new_properties(connection, len(homeless), now), strict=True):
        yield from (_Move(m.id, m.property_id, new, EventKind.SPLIT) for m in own)


def _new_properties(connection: Connection, count: int, now: datetime) -> list[int]:
    if not count:
        return []
    rows = [{"created_at": now}] * count
    return sorted(connection.execute(insert(Property).returning(Property.id), rows).scalars())


def _tell(connection: Connection, moves: Sequence[_Move], now: datetime) -> None:
    told = {
        "ids": [m.listing for m in moves],
        "old": [m.old for m in moves],
        "new": [m.new for m in moves],
        "kinds": [m.kind.value for m in moves],
        "now": now,
    }
    connection.execute(_TELL, told)
    connection.execute(_FOLLOW, told)
    connection.execute(_RETIRE, told)
