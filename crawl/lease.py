"""The lease: one crawler per site, with a fencing token, renewed by every transaction that writes.

A crawler that lost its lease (it slept, the network split) fails at its next write, before the write.
Here too: what a restart must know of politeness (`not_before`), and the crawl's log row.
"""

import asyncio
import logging
import os
import socket
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, and_, func, insert, or_, select, text, update

from crawl.politeness import Owed
from crawl.store import Store
from models.errors import CrawlError, DatabaseError
from models.tables import Agency, ScrapingLog, ScrapingStatus

_log = logging.getLogger(__name__)

#: A lease outlives the slowest single page (a long Crawl-delay is added to it).
LEASE: Final = timedelta(minutes=10)
#: A worker that lives says so this often, seconds, for all of its sites.
_BEAT: Final = LEASE.total_seconds() / 4
#: Any constant: what host locks are told from others by.
_LOCK: Final = 7_406_602
#: Of a long host name, what a signature keeps.
HOST_LENGTH: Final = 40
#: An interrupted crawl is resumed within this time; later it is closed and a new one begins.
RESUMED_WITHIN: Final = timedelta(hours=24)
#: A row's columns, and what a lease keeps them in: a row of SQLAlchemy holds its result besides, 9 KB.
_AGENCY: Final = tuple(Agency.__table__.c)
_LOG: Final = tuple(ScrapingLog.__table__.c)
_AgencyRow: Final = namedtuple("_AgencyRow", [column.name for column in _AGENCY])  # type: ignore[misc]
_LogRow: Final = namedtuple("_LogRow", [column.name for column in _LOG])  # type: ignore[misc]


class LeaseLostError(CrawlError):
    """Another crawler has the site now; this one stops without writing."""


class OptedOutError(LeaseLostError):
    """The owner of the site asked not to be visited while it was crawled."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to crawl one site. since: start of the crawl, which may be an interrupted one's; log: the row
    of its scraping log, with what that one had counted.
    """

    agency_id: int
    token: int
    log_id: int
    since: datetime
    resumed: bool
    agency: Any
    log: Any
    #: What is owed to the host, by whichever of its sites.
    not_before: datetime | None = None
    backoff: float = 1.0


def acquire(
    connection: Connection, agency_id: int, holder: str, now: datetime, tokens: list[int]
) -> Lease | None:
    """Take the site, and its interrupted crawl if there is one; None when it is no row, or someone else has
    it or another site of its host: one worker a host, so that one request is in flight.

    tokens: empty at first; keeps what this call was given, should its commit be in doubt and it run again.
    """
    host = _lock_host(connection, agency_id)
    if host is None or _is_held_by_others(connection, host, holder, now):
        return None
    ours = and_(Agency.lease_token.in_(tokens), Agency.leased_by == holder[:80])
    row = connection.execute(
        update(Agency)
        .where(Agency.id == agency_id)
        .where(or_(Agency.leased_until.is_(None), Agency.leased_until < now, ours))
        .values(
            leased_by=holder[:80],
            leased_until=now + LEASE,
            lease_token=Agency.lease_token + 1,
            scraping_status=ScrapingStatus.RUNNING,
            updated_at=now,
        )
        .returning(*_AGENCY)
    ).first()
    if row is None:
        return None
    tokens.append(row.lease_token)
    open_log = _open_log(connection, agency_id, now)
    log = open_log or _new_log(connection, agency_id, now)
    told = select(func.max(Agency.not_before), func.max(Agency.backoff)).where(Agency.host.in_(host))
    resumed = open_log is not None
    return Lease(
        agency_id,
        row.lease_token,
        log.id,
        log.started_at,
        resumed,
        _AgencyRow(*row),
        log,
        *connection.execute(told).one(),
    )


def _lock_host(connection: Connection, agency_id: int) -> tuple[str, str] | None:
    """The names of a site's host, with and without `www.`, this transaction's alone; None for no site."""
    host = connection.scalar(select(Agency.host).where(Agency.id == agency_id))
    if host is None:
        return None
    bare = host.removeprefix("www.")
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(bare, _LOCK))))
    return bare, f"www.{bare}"


def _is_held_by_others(connection: Connection, host: tuple[str, str], holder: str, now: datetime) -> bool:
    held = select(Agency.id).where(
        Agency.host.in_(host), Agency.leased_until >= now, Agency.leased_by != holder[:80]
    )
    return connection.execute(held.limit(1)).first() is not None


# Plain SQL, as it is every transaction's: a tenth of a millisecond less.
_HOLD: Final = text(
    """
    update agencies
    set leased_until = :until, not_before = :not_before, backoff = :backoff, updated_at = :now
    where id = :id and lease_token = :token
    """
)


def hold(connection: Connection, lease: Lease, now: datetime, owed: Owed) -> None:
    """Renew the lease and keep what the site is owed: seconds to wait from now, its back-off.

    First statement of every writing transaction. LeaseLostError when the token is no longer ours,
    OptedOutError when that is because the owner opted out.
    """
    pause = timedelta(seconds=owed.wait)
    result = connection.execute(
        _HOLD,
        {
            "id": lease.agency_id,
            "token": lease.token,
            "until": now + LEASE + 2 * pause,
            "not_before": now + pause,
            "backoff": owed.backoff,
            "now": now,
        },
    )
    if result.rowcount != 1:
        if connection.scalar(select(Agency.opted_out_at).where(Agency.id == lease.agency_id)) is not None:
            raise OptedOutError("The agency asked not to be visited.")
        raise LeaseLostError("Another worker took this site over.")


def note(connection: Connection, lease: Lease, values: dict[str, Any]) -> None:
    """Keep what was learnt of the site while the crawl goes on."""
    if values:
        connection.execute(update(Agency).where(Agency.id == lease.agency_id).values(**values))


def release(connection: Connection, lease: Lease, values: dict[str, Any]) -> None:
    """Give the site back, with what the crawl learnt of it. Nothing happens when the lease is lost."""
    connection.execute(
        update(Agency)
        .where(Agency.id == lease.agency_id, Agency.lease_token == lease.token)
        .values(leased_by=None, leased_until=None, **values)
    )


def renew(connection: Connection, holder: str, now: datetime) -> None:
    """Renew what a worker holds: a site may wait for its turn for longer than a lease."""
    connection.execute(
        update(Agency)
        .where(Agency.leased_by == holder[:80], Agency.leased_until < now + LEASE / 2)
        .values(leased_until=now + LEASE)
    )


class Heartbeat:
    """Renews a worker's leases for as long as the block lasts; a database that is away is asked again."""

    def __init__(self, store: Store, holder: str, clock: Callable[[], datetime]) -> None:
        self._store, self._holder, self._clock = store, holder, clock
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT)
            try:
                await self._store.run(renew, self._holder, self._clock())
            except DatabaseError as error:
                _log.warning("leases could not be renewed: %s", error)


def take_back(connection: Connection, holders: Sequence[str]) -> None:
    """Free the sites of workers that are dead. Should one of them still breathe, its token is no longer good
    once someone else has the site; what it owes the site (`not_before`) stays owed.
    """
    connection.execute(
        update(Agency).where(Agency.leased_by.in_(holders)).values(leased_by=None, leased_until=None)
    )


def this_worker() -> str:
    """How this process signs its leases; a signature may go on after another colon."""
    return f"{socket.gethostname()[:HOST_LENGTH]}:{os.getpid()}"


def release_dead(engine: Engine) -> int:
    """Free the sites held by processes of this machine that live no more; returns how many.

    For start-up: after a kill nobody need wait for leases to run out. A wrong guess is harmless, as the
    fencing token keeps the former holder from writing.
    """
    with engine.begin() as connection:
        held = select(Agency.id, Agency.leased_by).where(Agency.leased_by.is_not(None)).with_for_update()
        dead = [row.id for row in connection.execute(held) if _is_dead(row.leased_by)]
        if dead:
            connection.execute(
                update(Agency).where(Agency.id.in_(dead)).values(leased_by=None, leased_until=None)
            )
    return len(dead)


def _is_dead(holder: str) -> bool:
    """Whether a lease's signature (`host:pid`, perhaps more) names a process of this machine that is gone."""
    host, _, rest = holder.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname()[:HOST_LENGTH] or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def close_log(connection: Connection, log_id: int, values: dict[str, Any], ended_at: datetime | None) -> None:
    """Write a crawl's log row; without `ended_at` it stays open, to be resumed."""
    passed: dict[str, Any] = {} if ended_at is None else {"sitemaps": None}
    connection.execute(
        update(ScrapingLog).where(ScrapingLog.id == log_id).values(ended_at=ended_at, **passed, **values)
    )


def keep_sitemaps(connection: Connection, log_id: int, files: dict[str, list[str]]) -> None:
    """Keep which sitemaps a crawl has read and has still to read, for whoever takes it over."""
    connection.execute(update(ScrapingLog).where(ScrapingLog.id == log_id).values(sitemaps=files))


def _new_log(connection: Connection, agency_id: int, now: datetime) -> Any:
    query = insert(ScrapingLog).values(
        agency_id=agency_id, status=ScrapingStatus.RUNNING.value, started_at=now
    )
    return _LogRow(*connection.execute(query.returning(*_LOG)).one())


def _open_log(connection: Connection, agency_id: int, now: datetime) -> Any:
    """The interrupted crawl to resume, if there is one; older ones are closed as such."""
    connection.execute(
        update(ScrapingLog)
        .where(ScrapingLog.agency_id == agency_id, ScrapingLog.ended_at.is_(None))
        .where(ScrapingLog.started_at < now - RESUMED_WITHIN)
        .values(ended_at=now, status=ScrapingStatus.ERROR.value, error_message="Interrupted.")
    )
    query = select(*_LOG).where(ScrapingLog.agency_id == agency_id, ScrapingLog.ended_at.is_(None))
    row = connection.execute(query.order_by(ScrapingLog.id.desc()).limit(1)).first()
    return _LogRow(*row) if row else None
