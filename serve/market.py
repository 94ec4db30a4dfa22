"""What a request needs: the database and the directory of places, opened once per process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.database import open_async_engine
from models.places import Places
from models.settings import Settings

#: A query beyond it is stopped by the server: no search may hold a connection from the others.
STATEMENT_TIMEOUT_MS = 5_000
#: Connections per process; twice as many under pressure.
POOL_SIZE = 5


@dataclass(frozen=True, slots=True)
class Market:
    """The open database and the places, for as long as the application lives."""

    engine: AsyncEngine
    places: Places


@asynccontextmanager
async def open_market(settings: Settings, database_url: str) -> AsyncIterator[Market]:
    """Open the market; its connections refuse to write and to run for long."""
    engine = open_async_engine(database_url, POOL_SIZE)
    event.listen(engine.sync_engine, "connect", _limit)
    try:
        yield Market(engine, Places.load(settings.home))
    finally:
        await engine.dispose()


async def connection(request: Request) -> AsyncIterator[AsyncConnection]:
    """A connection for one request, given back at its end."""
    market: Market = request.app.state.market
    async with market.engine.connect() as opened:
        yield opened


async def places(request: Request) -> Places:
    """The directory of places."""
    market: Market = request.app.state.market
    return market.places


Connection = Annotated[AsyncConnection, Depends(connection)]
Directory = Annotated[Places, Depends(places)]


def _limit(opened: object, _record: object) -> None:
    cursor = opened.cursor()  # type: ignore[attr-defined]
    cursor.execute(f"set statement_timeout = {STATEMENT_TIMEOUT_MS}")
    cursor.execute("set default_transaction_read_only = on")
    cursor.close()
    opened.commit()  # type: ignore[attr-defined]
