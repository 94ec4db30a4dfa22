"""The API in a process of its own, and visitors who ask it one search after the other."""

import asyncio
import http.client
import multiprocessing
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from multiprocessing.connection import Connection
from pathlib import Path

#: Seconds that the server may take to start, and one answer to come.
PATIENCE = 30
#: As browsers do.
_HEADERS = {"Accept-Encoding": "gzip", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Served:
    """A running API: where it listens, and the process whose time it takes."""

    port: int
    pid: int


@contextmanager
def api_process(database_url: str, home: Path) -> Iterator[Served]:
    """The application behind plain uvicorn, one process, for as long as the block lasts."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(database_url, home, theirs), daemon=True)
    process.start()
    try:
        assert ours.poll(PATIENCE), "the server did not start"
        assert process.pid is not None
        yield Served(ours.recv(), process.pid)
    finally:
        process.terminate()
        process.join(PATIENCE)


def _serve(database_url: str, home: Path, told: Connection) -> None:
    import uvicorn

    from models.settings import Settings
    from serve.api import create_app

    # The protocol is named because asyncio sets TCP_NODELAY on such sockets alone: 43 ms a request else.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    app = create_app(Settings(_env_file=None, pignon_home=home, rate_limit=1_000_000), database_url)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    told.send(listener.getsockname()[1])
    asyncio.run(server.serve(sockets=[listener]))


def visit(served: Served, path: str, requests: int, visitors: int) -> list[float]:
    """`requests` requests of `path` by `visitors` at once, each waiting for its answer; seconds of each."""
    with ThreadPoolExecutor(visitors) as pool:
        shares = pool.map(_one_visitor, repeat(served.port), repeat(path), [requests // visitors] * visitors)
        return [seconds for share in shares for seconds in share]


def _one_visitor(port: int, path: str, requests: int) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    taken = []
    for _ in range(requests):
        began = time.perf_counter()
        connection.request("GET", path, headers=_HEADERS)
        answer = connection.getresponse()
        body = answer.read()
        taken.append(time.perf_counter() - began)
        assert answer.status == 200, body[:500]
    connection.close()
    return taken
