"""Annexes: hosts besides the site's own that hold its photos. One crawl at a time, of all processes, asks it.

    annexes = Annexes(store, fetcher)          # one per crawl of a site
    if await annexes.have("cdn.example"): ...  # before every request; done within `Annexes.patience`
    await annexes.close()

A site is asked by whoever holds its lease; an annex is nobody's site, so it is spoken for in `budgets`, by
the database's clock. A crawl that is killed leaves it spoken for until that time is over, longer than any
pause. A host that is a registered site is never an annex. Knows nothing of what is asked.
"""

from contextlib import suppress
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, select, text

from crawl.fetch import Fetcher
from crawl.store import Store
from models.errors import DatabaseError
from models.tables import Agency

#: Hosts besides the site's own that one crawl of it asks.
MOST: Final = 4
#: Share of the time for which an annex is ours that is surely so, whatever the database's answer took.
_SURE: Final = 0.9
#: Seconds that an annex is kept between two requests; its pause is added twice, as to a lease.
HELD: Final = 600.0

_TAKE: Final = text(
    """
    insert into budgets (name, ready_at)
    values (:name, clock_timestamp() + make_interval(secs => :seconds))
    on conflict (name) do update set ready_at = excluded.ready_at
    where budgets.ready_at <= clock_timestamp()
    returning ready_at
    """
)
_SPEAK_FOR: Final = text(
    """
    update budgets set ready_at = clock_timestamp() + make_interval(secs => :seconds)
    where name = :name and ready_at = :until
    returning ready_at
    """
)


class Annexes:
    """Those of one crawl of a site."""

    def __init__(self, store: Store, fetcher: Fetcher) -> None:
        self._store = store
        self._fetcher = fetcher
        #: By host, until when it is ours; None where it is not, or no longer.
        self._until: dict[str, datetime | None] = {}

    async def have(self, host: str) -> bool:
        """Whether a host is ours, for long enough for one request."""
        if host not in self._until:
            new = host and len(self._until) < MOST
            self._until[host] = await self._store.run(take, host) if new else None
        elif (until := self._until[host]) is not None:
            pause = self._fetcher.politeness.delay(host)
            self._until[host] = await self._store.run(keep, host, until, pause)
        return self._until[host] is not None

    def patience(self, host: str) -> float:
        """Seconds within which a request must have ended, as afterwards another crawl may ask."""
        return _SURE * HELD + self._fetcher.politeness.delay(host)

    async def close(self) -> None:
        """Leave them to other crawls, with the pause that they are owed."""
        politeness = self._fetcher.politeness
        crawled = {tally.host for tally in self._fetcher.meter.sites.values()}
        ours = {host: until for host, until in self._until.items() if until}
        self._until.clear()
        for host, until in ours.items():
            pause = politeness.remaining(host)
            if host not in crawled:
                await self._fetcher.close(host)
            politeness.forget(host)
            with suppress(DatabaseError):
                await self._store.run(leave, host, until, pause)


def take(connection: Connection, host: str) -> datetime | None:
    """Have a host to oneself until the instant returned, which is the token as well. None when another crawl
    has it, it is still owed a pause, or it is a site that is crawled for itself.
    """
    if is_site(connection, host):
        return None
    until: datetime | None = connection.scalar(_TAKE, {"name": _name(host), "seconds": HELD})
    return until


def is_site(connection: Connection, host: str) -> bool:
    """Whether a host is a registered site, which its own crawl may be asking at this moment."""
    return bool(connection.scalar(select(exists().where(Agency.host.in_((host, f"www.{host}"))))))


def keep(connection: Connection, host: str, until: datetime, pause: float) -> datetime | None:
    """Have it for longer; None when it was lost, because it was kept too late."""
    return _speak_for(connection, host, until, HELD + 2 * pause)


def leave(connection: Connection, host: str, until: datetime, pause: float) -> None:
    """Leave it to others, who may ask it `pause` seconds from now."""
    _speak_for(connection, host, until, pause)


def _speak_for(connection: Connection, host: str, until: datetime, seconds: float) -> datetime | None:
    values = {"name": _name(host), "until": until, "seconds": seconds}
    moved: datetime | None = connection.scalar(_SPEAK_FOR, values)
    return moved


def _name(host: str) -> str:
    return f"photos {host}"[:120]
