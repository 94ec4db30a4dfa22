"""Opt-outs: owners who asked not to be visited. Kept by host, known or not, and heard by running crawls.

    opt_out(engine, "agence.example", note="e-mail of 3 May")
    undo(engine, "agence.example")

What lies under a host is meant, too. Listings are taken off line and hidden, what was learnt of the site is
forgotten; rows and history stay, so that ids of properties stay good and an error can be undone. After an
undo the listings come back when the next crawl has seen them.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from crawl.store import Store
from crawl.url import site_host
from models.tables import (
    Agency,
    AggregatedListing,
    EventKind,
    ListingHistory,
    OptOut,
    Page,
    PhotoHash,
    ScrapingLog,
    ScrapingStatus,
    SiteWrapper,
    utc_now,
)

#: Seconds for which a process trusts what it was told of opt-outs; less than the usual pause of a site.
LOOK: Final = 1.0
#: What the log and the report say.
LINE: Final = "The agency asked not to be visited."
REASON: Final = "opted_out"


@dataclass(frozen=True, slots=True)
class Left:
    """What an opt-out or its undoing met: the host, how many known sites, how many live listings."""

    host: str
    sites: int
    listings: int = 0


def opt_out(engine: Engine, host: str, note: str | None = None, now: datetime | None = None) -> Left:
    """Visit a host no more, and take its listings off line. host: `site_host` of an address.

    A crawl under way loses its lease: it neither goes on nor puts a listing on line again.
    """
    with engine.begin() as connection:
        return write_opt_out(connection, host, note, now or utc_now())


def write_opt_out(connection: Connection, host: str, note: str | None, now: datetime) -> Left:
    """As `opt_out`, in the caller's transaction."""
    statement = insert(OptOut).values(host=host, since=now, note=note)
    connection.execute(statement.on_conflict_do_update(index_elements=[OptOut.host], set_={"note": note}))
    sites = connection.scalars(
        update(Agency)
        .where(_under(_bare(Agency.host), host))
        .values(
            opted_out_at=func.coalesce(Agency.opted_out_at, now),
            is_active=False,
            scraping_status=ScrapingStatus.OPTED_OUT,
            active_listings=0,
            lease_token=Agency.lease_token + 1,
            leased_by=None,
            leased_until=None,
        )
        .returning(Agency.id)
    ).all()
    _forget(connection, sites, now)
    return Left(host, len(sites), _hide(connection, sites, now))


def undo(engine: Engine, host: str) -> Left | None:
    """Let a host be visited again, and what lies under it and under no other; None when it was not out."""
    with engine.begin() as connection:
        if not connection.execute(delete(OptOut).where(OptOut.host == host)).rowcount:
            return None
        bare = _bare(Agency.host)
        elsewhere = exists().where(_under(bare, OptOut.host))
        freed = update(Agency).where(_under(bare, host), Agency.opted_out_at.is_not(None), ~elsewhere)
        values = {"opted_out_at": None, "is_active": True, "scraping_status": ScrapingStatus.NEVER}
        return Left(host, connection.execute(freed.values(**values, next_crawl_at=utc_now())).rowcount)


def listed(engine: Engine) -> Sequence[OptOut]:
    """All opt-outs, by host."""
    with engine.connect() as connection:
        rows = connection.execute(select(*OptOut.__table__.c).order_by(OptOut.host)).mappings()
        return [OptOut(**row) for row in rows]


def is_out(connection: Connection, url: str) -> bool:
    """Whether the owner of an address asked not to be visited. Whoever adds sites asks first."""
    query = select(exists().where(OptOut.host.in_(list(_above(site_host(url))))))
    return bool(connection.scalar(query))


class OptOuts:
    """What a process knows of opt-outs, asked of the database again when it is a second old."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hosts: frozenset[str] = frozenset()
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def welcome(self, url: str) -> bool:
        """Whether an address may still be asked for: the fetcher's last question before each request."""
        if self._is_old():
            async with self._reading:
                if self._is_old():
                    began = time.monotonic()
                    self._hosts = await self._store.run(_hosts)
                    self._read_at = began
        return not self._hosts or self._hosts.isdisjoint(_above(site_host(url)))

    def _is_old(self) -> bool:
        return time.monotonic() - self._read_at >= LOOK


def _hosts(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(select(OptOut.host)))


def _above(host: str) -> Iterator[str]:
    """A host and those it lies under."""
    while host:
        yield host
        host = host.partition(".")[2]


def _bare(host: Any) -> ColumnElement[str]:
    return func.regexp_replace(host, r"^www\.", "", type_=OptOut.host.type)


def _under(host: ColumnElement[str], other: Any) -> ColumnElement[bool]:
    """Whether a host is another one or lies under it."""
    return or_(host == other, func.right(host, func.length(other) + 1) == func.concat(".", other))


def _forget(connection: Connection, sites: Sequence[int], now: datetime) -> None:
    """End what is under way on these sites, and drop what was learnt of their pages."""
    connection.execute(delete(Page).where(Page.agency_id.in_(sites)))
    connection.execute(delete(SiteWrapper).where(SiteWrapper.agency_id.in_(sites)))
    listings = select(AggregatedListing.id).where(AggregatedListing.agency_id.in_(sites))
    connection.execute(delete(PhotoHash).where(PhotoHash.listing_id.in_(listings)))
    ended = {"ended_at": now, "status": ScrapingStatus.OPTED_OUT.value, "error_message": LINE}
    running = ScrapingLog.agency_id.in_(sites), ScrapingLog.ended_at.is_(None)
    connection.execute(update(ScrapingLog).where(*running).values(**ended))


def _hide(connection: Connection, sites: Sequence[int], now: datetime) -> int:
    table = AggregatedListing
    gone = connection.execute(
        update(table)
        .where(table.agency_id.in_(sites), table.is_active)
        .values(is_active=False, withdrawn_at=now, withdrawn_reason=REASON, updated_at=now)
        .returning(table.id, table.property_id)
    ).all()
    told = {"kind": EventKind.WITHDRAWN, "new_value": REASON, "occurred_at": now}
    events = [{"listing_id": row.id, "property_id": row.property_id, **told} for row in gone]
    if events:
        connection.execute(insert(ListingHistory), events)
    return len(gone)
