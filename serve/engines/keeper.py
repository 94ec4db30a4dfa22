"""The keeper: one process at a time builds the index, and then keeps it in step with the feed of events.

    await Keeper(server, url).keep()        # for ever; whoever comes second waits for the first to go

An index that is missing, emptied, replaced or of another version is built beside what there is, caught up,
and put behind the alias. Where the engine fails the keeper tries again: its place in the feed waits.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from models.database import driver_url
from serve.engines import feed, standing
from serve.engines.documents import VERSION
from serve.engines.feed import Connected, Place
from serve.engines.index import GRACE, Indexed, Indices, alias_of
from serve.engines.server import EngineError, Server
from serve.engines.standing import Standing

_log = logging.getLogger(__name__)

#: Any constant; held by the process that keeps the index.
LOCK: Final = 7_406_607
#: Seconds between two looks at the feed, and at a lock that another holds.
PAUSE: Final = 1.0
WAIT: Final = 5.0
#: Seconds until what failed is tried again, at most.
LONGEST_PAUSE: Final = 15.0
#: Ids of listings that are read and sent at once, and by how many at a time.
RANGE: Final = 2_000
HANDS: Final = 4


async def connected(url: str) -> Connected:
    """A connection of its own, which commits each statement."""
    told = driver_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await psycopg.AsyncConnection.connect(told, autocommit=True, connect_timeout=10)


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[Connected]:
    """As `connected`, for as long as the block lasts."""
    opened = await connected(url)
    try:
        yield opened
    finally:
        await opened.close()


class Keeper:
    """Keeps the index of one database on one engine."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self._url = url

    async def keep(self) -> None:
        """Keep the index in step until cancelled. Troubles are noted, and tried again."""
        pause = PAUSE
        while True:
            try:
                async with self.holding() as own:
                    while own is not None:
                        await self.step(own)
                        pause = PAUSE
                        await asyncio.sleep(PAUSE)
                await asyncio.sleep(WAIT)
            except Exception as error:  # noqa: BLE001 - whatever one round met, the next one comes
                _log.warning("the search index is not in step: %s", _line(error))
                await self._tell(error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[Connected | None]:
        """A connection that holds the keeper's lock; None while another one does."""
        async with connection(self._url) as opened:
            row = await (await opened.execute("select pg_try_advisory_lock(%s)", (LOCK,))).fetchone()
            yield opened if row and row[0] else None

    async def step(self, own: Connected) -> None:
        """Bring the index in step once: build it where there is none that is ours, else hear the feed."""
        indices = Indices(self._server, await alias_of(own))
        await self._server.flavour()
        known = await standing.read(own)
        if known.rebuild_asked_at is not None or not known.answers or await indices.current() != known.index:
            await self._build(own, indices, known)
            known = await standing.read(own)
        await _catch_up(own, indices, known)

    async def _build(self, own: Connected, indices: Indices, known: Standing) -> None:
        """A new index beside the one there is, which is kept in step meanwhile if it answers at all."""
        _log.info("building the search index %s", indices.alias)
        old = await indices.current()
        await indices.drop([name for name in await indices.all() if old is None or name != old.name])
        index = await indices.create()
        building = asyncio.create_task(self._fill(indices, index))
        try:
            while not (await asyncio.wait({building}, timeout=PAUSE))[0]:
                if known.answers and old == known.index:
                    await _catch_up(own, indices, await standing.read(own))
            place = await building
        finally:
            building.cancel()
            await asyncio.gather(building, return_exceptions=True)
        await indices.show(index)
        place = await _hear_all(own, indices, place, index)
        await indices.switch(index)
        await standing.note(
            own, name=index.name, uuid=index.uuid, version=VERSION, transaction_id=place.transaction,
            event_id=place.event, in_step_at="now", built_at="now", rebuild_asked_at=None, trouble=None,
            building_done=None, building_total=None,
        )  # fmt: skip
        if old is not None:
            await asyncio.sleep(GRACE)
            await indices.drop([old.name])

    async def _fill(self, indices: Indices, index: Indexed) -> Place:
        """Put every live listing into a new index; its place in the feed."""
        async with connection(self._url) as own:
            place, after, until = await feed.beginning(own)
            starts = iter(range(after, until, RANGE))
            await standing.note(own, building_done=0, building_total=max(0, until - after))

            async def work() -> None:
                async with connection(self._url) as reading:
                    for start in starts:
                        some = await feed.between(reading, start, min(start + RANGE, until))
                        _warn(await indices.put(some, index))
                        await own.execute(_DONE, (min(RANGE, until - start),))

            try:
                async with asyncio.TaskGroup() as hands:
                    for _ in range(HANDS):
                        hands.create_task(work())
            except* (EngineError, psycopg.Error) as failed:
                raise failed.exceptions[0] from None
        return place

    async def _tell(self, error: Exception) -> None:
        """Note what is wrong, where the database can be told."""
        try:
            async with connection(self._url) as opened:
                await standing.note(opened, trouble=_line(error))
        except (psycopg.Error, OSError):
            pass


_DONE: Final = "update search_index set building_done = building_done + %s"


async def _catch_up(own: Connected, indices: Indices, known: Standing) -> None:
    """Hear the feed to its present end, and note that the index is in step."""
    place = await _hear_all(own, indices, known.place)
    noted = known.in_step_at
    is_due = noted is None or datetime.now(UTC) - noted >= timedelta(seconds=standing.NOTED)
    if is_due or known.trouble is not None or place != known.place:
        await standing.note(own, in_step_at="now", trouble=None)


async def _hear_all(own: Connected, indices: Indices, place: Place, into: Indexed | None = None) -> Place:
    """Tell an index what happened since. Its place is kept after each part, but of one being built."""
    while True:
        heard = await feed.hear(own, place)
        for start in range(0, len(heard.listings), RANGE):
            documents = await feed.these(own, heard.listings[start : start + RANGE])
            _warn(await indices.put(documents, into))
        if heard.place != place and into is None:
            await standing.note(own, transaction_id=heard.place.transaction, event_id=heard.place.event)
        place = heard.place
        if heard.number < feed.MOST:
            return place


def _warn(refused: int) -> None:
    if refused:
        _log.warning("%d documents were refused by the search index's mapping", refused)


def _line(error: Exception) -> str:
    """What went wrong, without an address or a password."""
    if isinstance(error, EngineError):
        return str(error)[:400]
    return type(error).__name__
