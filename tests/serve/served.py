"""The application on a real socket: uvicorn in a thread, on a database of the test's choice."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from sqlalchemy import Engine, text

from models.database import driver_url, open_engine
from models.settings import Settings
from serve.api import create_app

_numbers = count()


@contextmanager
def fresh_engine(postgres_url: str) -> Iterator[Engine]:
    """An engine on an empty, migrated database that outlives a single test."""
    name = f"market_{next(_numbers)}"
    _administer(postgres_url, f"create database {name} template template_pignon")
    engine = open_engine(driver_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    _administer(postgres_url, f"drop database {name} with (force)")


def _administer(url: str, statement: str) -> None:
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()


class _Server(uvicorn.Server):
    """Ends at once. Uvicorn's own looks ten times a second whether it should, and takes a tenth more to end:
    a minute of the suite.
    """

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # noqa: ASYNC110 uvicorn has no event for it
            await asyncio.sleep(0.005)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in self.servers:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 nor for these
            await asyncio.sleep(0.005)
        await self.lifespan.shutdown()


@contextmanager
def served(database_url: str, home: Path, **settings: Any) -> Iterator[str]:
    """The application's address for as long as the block lasts, without a general limit unless told."""
    values = {"pignon_home": home, "rate_limit": 0, **settings}
    app = create_app(Settings(_env_file=None, **values), database_url)  # type: ignore[call-arg]
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", proxy_headers=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
        assert thread.is_alive(), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def asking(address: str, timeout: float = 10, **options: Any) -> httpx2.Client:
    """A client of plain HTTP: to read the authorities of TLS takes longer than most tests."""
    return httpx2.Client(base_url=address, timeout=timeout, verify=False, **options)
