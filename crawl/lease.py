"""The lease: one crawler per site, with a fencing token, renewed by every transaction that writes.

A crawler that lost its lease (it slept, the network split) fails at its next write, before the write.
Here too: what a restart must know of politeness (`not_before`), and the crawl's log row.
"""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, or_, select, update

from models.errors import CrawlError
from models.tables import Agency, ScrapingLog, ScrapingStatus

#: A lease outlives the slowest single page (a long Crawl-delay is added to it).
LEASE: Final = timedelta(minutes=10)
#: Of a long host name, what a signature keeps.
HOST_LENGTH: Final = 40
#: An interrupted crawl is resumed within this time; later it is closed and a new one begins.
RESUMED_WITHIN: Final = timedelta(hours=24)


class LeaseLostError(CrawlError):
    """Another crawler has the site now; this one stops without writing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to crawl one site. since: start of the crawl, which may be an interrupted one's."""

    agency_id: int
    token: int
    log_id: int
    since: datetime
    resumed: bool
    agency: Row[Any]


def acquire(connection: Connection, agency_id: int, holder: str, now: datetime) -> Lease | None:
    """Take the site, and its interrupted crawl if there is one; None when someone else has it, or no row."""
    table = Agency.__table__
    row = connection.execute(
        update(Agency)
        .where(Agency.id == agency_id, or_(Agency.leased_until.is_(None), Agency.leased_until < now))
        .values(
            leased_by=holder[:80],
            leased_until=now + LEASE,
            lease_token=Agency.lease_token + 1,
            scraping_status=ScrapingStatus.RUNNING,
            updated_at=now,
        )
        .returning(*table.c)
    ).first()
    if row is None:
        return None
    open_log = _open_log(connection, agency_id, now)
    log_id, since = open_log or (_new_log(connection, agency_id, now), now)
    return Lease(agency_id, row.lease_token, log_id, since, open_log is not None, row)


def hold(connection: Connection, lease: Lease, now: datetime, wait: float) -> None:
    """Renew the lease and keep the pause that the site is owed, `wait` seconds from now.

    First statement of every writing transaction. LeaseLostError when the token is no longer ours.
    """
    pause = timedelta(seconds=wait)
    result = connection.execute(
        update(Agency)
        .where(Agency.id == lease.agency_id, Agency.lease_token == lease.token)
        .values(leased_until=now + LEASE + 2 * pause, not_before=now + pause, updated_at=now)
    )
    if result.rowcount != 1:
        raise LeaseLostError("Another worker took this site over.")


def release(connection: Connection, lease: Lease, values: dict[str, Any]) -> None:
    """Give the site back, with what the crawl learnt of it. Nothing happens when the lease is lost."""
    connection.execute(
        update(Agency)
        .where(Agency.id == lease.agency_id, Agency.lease_token == lease.token)
        .values(leased_by=None, leased_until=None, **values)
    )


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
    connection.execute(
        update(ScrapingLog).where(ScrapingLog.id == log_id).values(ended_at=ended_at, **values)
    )


def _new_log(connection: Connection, agency_id: int, now: datetime) -> int:
    query = insert(ScrapingLog).values(
        agency_id=agency_id, status=ScrapingStatus.RUNNING.value, started_at=now
    )
    return connection.execute(query.returning(ScrapingLog.id)).scalar_one()


def _open_log(connection: Connection, agency_id: int, now: datetime) -> tuple[int, datetime] | None:
    """The interrupted crawl to resume; older ones are closed as such."""
    connection.execute(
        update(ScrapingLog)
        .where(ScrapingLog.agency_id == agency_id, ScrapingLog.ended_at.is_(None))
        .where(ScrapingLog.started_at < now - RESUMED_WITHIN)
        .values(ended_at=now, status=ScrapingStatus.ERROR.value, error_message="Interrupted.")
    )
    query = select(ScrapingLog.id, ScrapingLog.started_at).where(
        ScrapingLog.agency_id == agency_id, ScrapingLog.ended_at.is_(None)
    )
    row = connection.execute(query.order_by(ScrapingLog.id.desc()).limit(1)).first()
    return (row.id, row.started_at) if row else None
