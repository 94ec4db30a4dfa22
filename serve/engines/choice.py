"""Which engine is asked: the second one where there is one that answers and is in step, else PostgreSQL.

async with open_finder(settings, database_url) as finder:
    found = await finder.find(PostgreSQL(connection, finder.turns), search)
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final

import psycopg

from models.settings import Settings
from serve.cursor import CursorError
from serve.engines import standing
from serve.engines.breaker import Breaker
from serve.engines.contract import Engine, Found, Search
from serve.engines.index import alias_of
from serve.engines.keeper import Keeper, connection
from serve.engines.postgresql import long_searches
from serve.engines.second import Second
from serve.engines.server import EngineError, Server, SilentError
from serve.engines.standing import Standing

_log = logging.getLogger(__name__)

#: Seconds between two looks at where the index stands.
LOOK: Final = 1.0
#: Of HTTP: a search that the engine does not understand tells nothing of its health.
_ODD: Final = (400, 413, 501)


class Finder:
    """Asks the engines of this process."""

    def __init__(self, server: Server | None = None) -> None:
        self.turns = long_searches()
        self._server = server
        self._breaker = Breaker()
        self._second: Second | None = None
        self._standing: Standing | None = None
        self._name = "the search engine"

    async def find(self, wanted: Engine, search: Search) -> Found:
        """What is found. wanted: PostgreSQL's engine, which answers when the second one does not."""
        second = self._second
        if self._server is None or (second is not None and not second.answers(search)):
            return await wanted.find(search)
        if second is not None and self.trouble is None and self._breaker.admits():
            try:
                found = await second.find(search)
            except EngineError as error:
                self._failed(error)
            except CursorError:  # forged, or by relevance, which PostgreSQL began: its pages go on
                self._breaker.dropped()
                return await wanted.find(search)
            except BaseException:  # a reader who left: no news of the engine
                self._breaker.dropped()
                raise
            else:
                self._breaker.succeeded()
                self._name = found.engine
                return found
        return replace(await wanted.find(search), degraded=True)

    @property
    def trouble(self) -> str | None:
        """Why the second engine's index cannot be trusted now; None when it can, or none is wanted."""
        if self._server is None:
            return None
        if self._standing is None or not self._standing.answers:
            return "the search engine's index is being built"
        return None if self._standing.is_fresh() else "the search engine's index is behind"

    @property
    def told(self) -> str:
        """Who finds listings now, in a few words."""
        if self._server is None:
            return "postgresql"
        trouble = self.trouble or ("the search engine does not answer" if self._breaker.is_open else None)
        return f"postgresql, as {trouble}" if trouble else self._name

    def _failed(self, error: EngineError) -> None:
        if error.status in _ODD:
            self._breaker.dropped()
        else:
            self._breaker.failed(
                dead=error.status == 404 or (isinstance(error, SilentError) and not error.late)
            )
        _log.warning("PostgreSQL searches in the search engine's stead: %s", error)

    async def watch(self, url: str) -> None:
        """Look where the index stands, for ever; a new one is asked once before readers ask it."""
        assert self._server is not None, "there is an engine to watch"
        while True:
            with suppress(psycopg.Error, OSError):
                async with connection(url) as opened:
                    second = Second(self._server, await alias_of(opened))
                    while True:
                        known = await standing.read(opened)
                        if known.answers and (self._standing is None or known.uuid != self._standing.uuid):
                            with suppress(EngineError):
                                await second.warm()
                        self._second, self._standing = second, known
                        await asyncio.sleep(LOOK)
            await asyncio.sleep(LOOK)


@asynccontextmanager
async def open_finder(settings: Settings, database_url: str) -> AsyncIterator[Finder]:
    """The engines that the settings name, and what keeps the second one's index in step meanwhile."""
    if settings.elasticsearch_url is None:
        yield Finder()
        return
    server = Server(settings.elasticsearch_url.get_secret_value())
    finder = Finder(server)
    tasks = [
        asyncio.create_task(finder.watch(database_url)),
        asyncio.create_task(Keeper(server, database_url).keep()),
    ]
    try:
        yield finder
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.close()
