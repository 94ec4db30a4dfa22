"""The town on loopback: every host `slug.localhost:port` from one asynchronous process.

    with running_town(seed=0) as town:
        town.url("agence-du-port"), town.set_day(7), town.log.of("agence-du-port.localhost")

Hosts are told apart by the Host header alone; `pages.py` makes the answers, `control.py` the town's own.
"""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn

from models.errors import ServiceError
from town.clock import LAST_DAY
from town.control import control
from town.pages import Answer, Asked, Pages
from town.truth import write_truth
from town.visits import VisitLog
from town.world import World, build_world

_START_SECONDS = 20


class Town:
    """A running town. `async with Town(seed=0) as town:`; port 0 takes a free one.

    latency: seconds that every answer takes, so that what is in flight can be seen.
    """

    def __init__(
        self,
        seed: int = 0,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        agencies: int = 36,
        latency: float = 0.0,
        world: World | None = None,
    ) -> None:
        self.world = world or build_world(seed, agencies)
        self.host = host
        self.port = port
        self.day = 0
        self.latency = latency
        self.log = VisitLog()
        self.pages = Pages(self.world, self.url)
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    def url(self, slug: str = "town") -> str:
        """The origin of an agency, without a trailing slash; the town's own host when unnamed."""
        return f"http://{slug}.localhost:{self.port}"

    def urls(self) -> list[str]:
        """The home pages of all agencies."""
        return [f"{self.url(agency.slug)}/" for agency in self.world.agencies]

    def set_day(self, day: int) -> None:
        """Move the clock. ValueError when it does not go so far."""
        if not 0 <= day <= LAST_DAY:
            raise ValueError(f"the town's clock runs from day 0 to day {LAST_DAY}, not to {day}")
        self.day = day

    def write_truth(self, path: Path) -> None:
        """The truth of the present day, for tests, gates and benches alone."""
        write_truth(self.world, self.day, self.url, path)

    async def __aenter__(self) -> "Town":
        config = uvicorn.Config(
            self._application,
            host=self.host,
            port=self.port,
            interface="asgi3",
            proxy_headers=False,
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = self._server = _QuietServer(config)
        listener = _bind(self.host, self.port)
        self.port = listener.getsockname()[1]
        self._task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not self._task.done():  # noqa: ASYNC110 uvicorn has no event for it
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server and self._task:
            self._server.should_exit = True
            with suppress(asyncio.CancelledError):
                await self._task

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application: one coroutine for all hosts."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "").rsplit(":", 1)[0].lower()
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        method = scope["method"]
        with self.log.visit(host, method, path, headers.get("user-agent", "")) as visit:
            if self.latency:
                await asyncio.sleep(self.latency)
            answer = await self._answer(host, method, path, headers)
            visit.status = answer.status
            await _send(send, answer, method)

    async def _answer(self, host: str, method: str, path: str, headers: dict[str, str]) -> Answer:
        slug = host.removesuffix(".localhost")
        if slug in {"town", "localhost", "127.0.0.1"}:
            return control(self, method, path)
        if slug not in self.world:
            return Answer(421, (("Content-Type", "text/plain"),), b"No such host in this town\n")
        if method not in {"GET", "HEAD"}:
            return Answer(405, (("Allow", "GET, HEAD"), ("Content-Type", "text/plain")), b"")
        asked = Asked(
            accepts_gzip="gzip" in headers.get("accept-encoding", ""),
            if_none_match=headers.get("if-none-match"),
            if_modified_since=headers.get("if-modified-since"),
        )
        if self.pages.is_photo(path):
            return await asyncio.to_thread(self.pages.answer, slug, self.day, path, asked)
        return self.pages.answer(slug, self.day, path, asked)


class _QuietServer(uvicorn.Server):
    """Leaves the process's signals to whoever runs the town."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def running_town(seed: int = 0, **options: Any) -> Iterator[Town]:
    """A town served by a thread of its own, for synchronous callers. Options are `Town`'s."""
    town = Town(seed, **options)
    ready, done = threading.Event(), threading.Event()
    failure: list[BaseException] = []

    async def live() -> None:
        try:
            async with town:
                ready.set()
                while not done.is_set():  # noqa: ASYNC110 set by another thread
                    await asyncio.sleep(0.02)
        except ServiceError as error:
            failure.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=lambda: asyncio.run(live()), name="town", daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise ServiceError(f"The town did not start within {_START_SECONDS} seconds.")
        if failure:
            raise failure[0]
        yield town
    finally:
        done.set()
        thread.join(_START_SECONDS)


@asynccontextmanager
async def open_town(seed: int, port: int, truth_path: Path | None = None) -> AsyncIterator[Town]:
    """A town that writes its truth at the start."""
    async with Town(seed, port) as town:
        if truth_path:
            town.write_truth(truth_path)
        yield town


async def serve(seed: int = 0, port: int = 0, truth_path: Path | None = None) -> None:
    """Serve the town until cancelled (Ctrl-C under `asyncio.run`); prints its address once."""
    async with open_town(seed, port, truth_path) as town:
        print(f"The town is at {town.url()}/ ({len(town.world.agencies)} agencies)", flush=True)
        await asyncio.Event().wait()


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket. ServiceError when the port is taken."""
    import socket

    # The protocol is named because asyncio sets TCP_NODELAY on such sockets alone: 43 ms a request else.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ServiceError(f"The town cannot listen on {host}:{port}: {error.strerror}.") from error
    listener.listen(1024)
    return listener


async def _send(send: Any, answer: Answer, method: str) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    if answer.status != 304:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})
