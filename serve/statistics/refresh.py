"""Refreshing the statistics: what happened since the last time, and the areas that it touched, no more.

    report = refresh(engine)

Two kinds of step, each one transaction: some events become states and note the areas that they change, the
cursor moving with them; some areas noted are figured again and taken off the list. Killed between two steps,
the next run goes on; two runs at once take turns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, text

from serve.statistics.cells import make_cells
from serve.statistics.states import follow, follow_all

#: Any constant; held through each step.
STATISTICS_LOCK: Final = 7_406_604
#: Events of one step.
EVENTS: Final = 20_000
#: Areas of one step: communes and postal codes, départements.
SMALL_AREAS: Final = 400
LARGE_AREAS: Final = 12
#: Told now and then: areas done, and areas known to be left.
Watch = Callable[[int, int], None]

# As the feed of events: in the order of transactions, of which only those before any under way are read.
_EVENTS: Final = text(
    """
    select h.transaction_id, h.id, h.listing_id from listing_history h
    where (h.transaction_id, h.id) > (:transaction, :event)
        and h.transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    order by h.transaction_id, h.id limit :most
    """
)
_CURSOR: Final = text("select transaction_id, event_id from statistics_cursor")
_MOVE: Final = text(
    """
    insert into statistics_cursor (id, transaction_id, event_id) values (1, :transaction, :event)
    on conflict (id) do update set transaction_id = excluded.transaction_id, event_id = excluded.event_id
    """
)
_DUE: Final = text(
    """
    select area from statistics_due
    order by case when area = 'fr' then 2 when area like 'dep:%' then 1 else 0 end, area limit :most
    """
)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Of one run: events read (of a rebuild, none: it reads them all), areas figured again."""

    events: int = 0
    areas: int = 0


def refresh(engine: Engine, *, rebuild: bool = False, watch: Watch | None = None) -> Refreshed:
    """Bring every figure up to date. The first run, and a rebuild, make them all from nothing.

    While it runs, each area shows its former figures until the new ones are there.
    """
    events = _follow(engine, rebuild)
    areas = 0
    while True:
        with engine.begin() as connection:
            _lock(connection)
            done, left = _figure(connection)
        areas += done
        if watch:
            watch(areas, left)
        if not done:
            break
    with engine.begin() as connection:
        connection.execute(text("update statistics_cursor set refreshed_at = clock_timestamp()"))
    return Refreshed(events, areas)


def _follow(engine: Engine, rebuild: bool) -> int:
    read = 0
    while True:
        with engine.begin() as connection:
            _lock(connection)
            cursor = connection.execute(_CURSOR).one_or_none()
            if cursor is None or rebuild:
                _follow_all(connection)
                rebuild = False
                continue
            asked: dict[str, Any] = {"transaction": cursor[0], "event": cursor[1], "most": EVENTS}
            rows = connection.execute(_EVENTS, asked).all()
            if not rows:
                return read
            follow(connection, sorted({row.listing_id for row in rows}))
            connection.execute(_MOVE, {"transaction": rows[-1].transaction_id, "event": rows[-1].id})
        read += len(rows)


def _follow_all(connection: Connection) -> None:
    """The cursor stands before any transaction under way; what those write is read again, to no harm."""
    ended = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    begun = connection.scalar(text(ended))
    follow_all(connection)
    connection.execute(_MOVE, {"transaction": begun, "event": 0})


def _figure(connection: Connection) -> tuple[int, int]:
    """One step's areas; how many, and how many are left."""
    due = connection.scalars(_DUE, {"most": SMALL_AREAS}).all()
    areas = [area for area in due if area != "fr" and not area.startswith("dep:")]
    areas = areas or [area for area in due if area != "fr"][:LARGE_AREAS] or list(due)
    if areas:
        make_cells(connection, areas)
    left = connection.scalar(text("select count(*) from statistics_due"))
    return len(areas), int(left or 0)


def _lock(connection: Connection) -> None:
    """Until this transaction ends, nobody else refreshes; and plans are made for large sets."""
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": STATISTICS_LOCK})
    connection.execute(text("set local jit = off"))
    connection.execute(text("set local work_mem = '64MB'"))
