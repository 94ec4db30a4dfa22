"""What a request needs: the database and the directory of places, opened once per process."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import psycopg
from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from models.database import open_async_engine
from models.places import Places
from models.settings import Settings
from serve.completion import Completion
from serve.engines.choice import Finder, open_finder
from serve.metrics import watch_pool
from serve.slow import watch_queries

#: A query beyond it is stopped by the server: no search may hold a connection from the others.
STATEMENT_TIMEOUT_MS = 5_000
#: Connections per process. None is opened for one request: a new one reads the catalogue first, which costs
#: more than a search.
POOL_SIZE = 12
#: A connection that waited longer is tested before it is used, seconds.
PING_AFTER_S = 1.0
#: Times that a statement must be asked before psycopg prepares it unasked.
NEVER = 2**62
#: Connections per process that write.
WRITERS = 2


@dataclass(frozen=True, slots=True)
class Market:
    """The open database and the places, for as long as the application lives."""

    #: Reads in transactions, for what must see one moment in several statements.
    engine: AsyncEngine
    #: The same connections without transactions: beginning and ending one took two of a search's round trips.
    reader: AsyncEngine
    #: Writes what belongs to users; the market itself is the crawl's to write.
    writer: AsyncEngine
    places: Places
    completion: Completion
    finder: Finder


@asynccontextmanager
async def open_market(settings: Settings, database_url: str) -> AsyncIterator[Market]:
    """Open the market; its connections refuse to run for long, and all but the writer's to write."""
    engine = open_async_engine(database_url, POOL_SIZE, ping=False, overflow=0)
    writer = open_async_engine(database_url, WRITERS)
    for name, watched in (("read", engine), ("write", writer)):
        watch_queries(watched, settings.slow_query_seconds)
        watch_pool(watched, name)
    reader = engine.execution_options(isolation_level="AUTOCOMMIT")
    event.listen(engine.sync_engine, "connect", _read_only)
    event.listen(engine.sync_engine, "checkout", _ping_if_idle)
    event.listen(writer.sync_engine, "connect", _bounded)
    try:
        async with open_finder(settings, database_url) as finder:
            places = Places.load(settings.home)
            yield Market(engine, reader, writer, places, Completion(places), finder)
    finally:
        await engine.dispose()
        await writer.dispose()


async def connection(request: Request) -> AsyncIterator[AsyncConnection]:
    """A connection for one request, given back at its end. Each statement sees the market of its moment."""
    market: Market = request.app.state.market
    async with market.reader.connect() as opened:
        yield opened


async def writing(request: Request) -> AsyncIterator[AsyncConnection]:
    """One transaction for one request: committed before the answer leaves, undone when it fails."""
    market: Market = request.app.state.market
    async with market.writer.begin() as opened:
        yield opened


async def places(request: Request) -> Places:
    """The directory of places."""
    market: Market = request.app.state.market
    return market.places


async def completion(request: Request) -> Completion:
    """What knows places by how their names begin."""
    market: Market = request.app.state.market
    return market.completion


async def finder(request: Request) -> Finder:
    """What asks the engines of search."""
    market: Market = request.app.state.market
    return market.finder


Connection = Annotated[AsyncConnection, Depends(connection)]
Writing = Annotated[AsyncConnection, Depends(writing, scope="function")]
Directory = Annotated[Places, Depends(places)]
Completing = Annotated[Completion, Depends(completion)]
Finding = Annotated[Finder, Depends(finder)]


def _bounded(opened: object, _record: object) -> None:
    _run(opened, f"set statement_timeout = {STATEMENT_TIMEOUT_MS}")


def _read_only(opened: Any, record: ConnectionPoolEntry) -> None:
    """Many small searches share the cores, so none takes several; and every plan is made for its values, as
    what fits a village does not fit Paris: but for what is told to be prepared (`serve.prepared`).
    """
    opened.driver_connection.prepare_threshold = NEVER
    _run(
        opened,
        f"set statement_timeout = {STATEMENT_TIMEOUT_MS}",
        "set default_transaction_read_only = on",
        "set max_parallel_workers_per_gather = 0",
        "set jit = off",
        "set random_page_cost = 1.5",
    )
    record.info["used"] = time.monotonic()


def _ping_if_idle(opened: Any, record: ConnectionPoolEntry, _: object) -> None:
    """Test a connection that nobody used for a while: a restarted server is survived, and a busy one is not
    asked twice.
    """
    idle = time.monotonic() - record.info["used"]
    record.info["used"] = time.monotonic()
    if idle < PING_AFTER_S:
        return
    try:
        _run(opened, "select 1")
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


def _run(opened: object, *statements: str) -> None:
    cursor = opened.cursor()  # type: ignore[attr-defined]
    for statement in statements:
        cursor.execute(statement)
    cursor.close()
    opened.commit()  # type: ignore[attr-defined]
