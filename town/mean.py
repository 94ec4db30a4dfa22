"""The mean town: every way in which a server or a site may misbehave, each under a name.

    with running_mean_town() as town:
        town.url("slow-drip"), town.site("calendar"), town.asked, town.inner_visits

http://mean.localhost:PORT/NAME is one answer (`mean_wire`, `mean_answers`,
`mean_bodies`), http://NAME.mean.localhost:PORT/ a whole site
(`mean_sites`, `mean_photos`). A second port listens that no redirect and no link may bring a crawler to dial.
"""

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Final, Self

from models.errors import ServiceError
from town import mean_bodies, mean_pages, mean_photos, mean_sites, mean_wire
from town.mean_answers import INNER_TARGETS
from town.wire import RESOURCES, SITES, Answer, Asked, Wire

HOST: Final = "mean.localhost"
#: Importing them fills the registries.
_ROOMS: Final = (mean_wire, mean_bodies, mean_sites, mean_photos)
_START_SECONDS: Final = 20
_LONGEST_HEAD: Final = 65_536

_Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class MeanTown:
    """A running mean town. `async with MeanTown() as town:`; port 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        #: All requests, oldest first, and how many connections the inner port took.
        self.asked: list[Asked] = []
        self.inner_visits = 0
        self.port = port
        self._counts: Counter[tuple[str, str]] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._inner_port = 0

    def url(self, name: str) -> str:
        """The address of one misdeed."""
        return f"http://{HOST}:{self.port}/{name}"

    def site(self, name: str) -> str:
        """The home page of a site."""
        return f"http://{name}.{HOST}:{self.port}/"

    def names(self) -> list[str]:
        """Every misdeed."""
        inner = [f"redirect-to/{name}" for name in INNER_TARGETS]
        return [name for name in RESOURCES if name != "redirect-to"] + inner

    def sites(self) -> list[str]:
        """Every site."""
        return list(SITES)

    def paths(self, site: str) -> list[str]:
        """What was asked of one site."""
        return [asked.path for asked in self.asked if asked.host == f"{site}.{HOST}"]

    async def __aenter__(self) -> Self:
        self.port = await self._listen(self._serve, self.port)
        self._inner_port = await self._listen(self._inner, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self, serve: _Serve, port: int) -> int:
        try:
            server = await asyncio.start_server(serve, "127.0.0.1", port, limit=_LONGEST_HEAD)
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise ServiceError(f"The mean town cannot listen on port {port}: {reason}.") from error
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _inner(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.inner_visits += 1
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            pass  # by __aexit__ alone; Python 3.11 would print it
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        host = headers.get("host", "").partition(":")[0].lower()
        asked = Asked(time.monotonic(), host, head[0].split(" ")[1], headers)
        self.asked.append(asked)
        self._counts[host, asked.path] += 1
        wire = Wire(asked, self._counts[host, asked.path], self.port, self._inner_port, writer)
        await _answer_for(asked)(wire)
        return wire.keep


def _answer_for(asked: Asked) -> Answer:
    if asked.host == HOST:
        name = asked.path[1:].partition("/")[0].partition("?")[0]
        return RESOURCES.get(name, _absent) if name else _index
    return SITES.get(asked.host.removeprefix("www.").removesuffix(f".{HOST}"), _absent)


async def _index(wire: Wire) -> None:
    """What there is, for people."""
    rows = [(wire.url(f"/{name}"), answer) for name, answer in RESOURCES.items() if name != "redirect-to"]
    rows += [(wire.url(f"/redirect-to/{name}"), RESOURCES["redirect-to"]) for name in INNER_TARGETS]
    rows += [(wire.url("/", f"{name}.{HOST}"), answer) for name, answer in SITES.items()]
    lines = (f'<li><a href="{url}">{url}</a> {escape(answer.__doc__ or "")}</li>' for url, answer in rows)
    await wire.reply(200, mean_pages.page("La ville méchante", f"<ul>{''.join(lines)}</ul>"))


async def serve(port: int = 0) -> None:
    """Serve the mean town until cancelled (Ctrl-C under `asyncio.run`); prints its address once."""
    async with MeanTown(port) as town:
        count = f"{len(town.names())} misdeeds, {len(town.sites())} sites"
        print(f"The mean town is at {town.url('')} ({count})", flush=True)
        await asyncio.Event().wait()


async def _absent(wire: Wire) -> None:
    await wire.reply(404, "<p>Rien ici</p>")


@contextmanager
def running_mean_town() -> Iterator[MeanTown]:
    """A mean town served by a thread of its own, for synchronous callers."""
    town = MeanTown()
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    async def live() -> None:
        async with town:
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),), name="mean-town", daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise ServiceError(f"The mean town did not start within {_START_SECONDS} seconds.")
        yield town
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(_START_SECONDS)
        loop.close()
