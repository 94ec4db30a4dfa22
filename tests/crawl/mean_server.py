"""A web that misbehaves on demand, for the crawl's tests: one real server for every `*.localhost` host.

async with MeanServer() as web:
    web.put("site", "/robots.txt", Reply(503))
    web.url("site", "/robots.txt")
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Reply:
    """What is answered. delay: seconds before it; cut: close the connection after that many body bytes."""

    status: int = 200
    body: bytes | str = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None


@dataclass(frozen=True)
class Request:
    """What was asked, when (monotonic), and how many were in flight on that host, itself included."""

    host: str
    path: str
    headers: dict[str, str]
    time: float
    in_flight: int


Answer = Reply | Callable[[Request], Reply]


class MeanServer:
    """Unknown paths answer 404; `log` keeps every request."""

    def __init__(self) -> None:
        self.log: list[Request] = []
        self._answers: dict[tuple[str, str], Answer] = {}
        self._open: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, slug: str, path: str, answer: Answer) -> None:
        """Say what `path` of `slug.localhost` answers from now on."""
        self._answers[slug, path] = answer

    def otherwise(self, slug: str, answer: Answer) -> None:
        """Say what all paths of `slug.localhost` answer that nothing was said of."""
        self.put(slug, "*", answer)

    def page(self, slug: str, path: str, html: str, **headers: str) -> None:
        """An HTML page."""
        self.put(slug, path, Reply(200, html, {"Content-Type": "text/html; charset=utf-8", **headers}))

    def remove(self, slug: str, path: str) -> None:
        """Let `path` answer 404 again."""
        self._answers.pop((slug, path), None)

    def url(self, slug: str, path: str = "/") -> str:
        """The address of a path."""
        return f"http://{slug}.localhost:{self.port}{path}"

    def paths(self, slug: str) -> list[str]:
        """The paths asked of one host, in order."""
        return [request.path for request in self.log if request.host == slug]

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._tasks)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        slug = headers["host"].split(":")[0].removesuffix(".localhost")
        self._open[slug] += 1
        request = Request(slug, head[0].split(" ")[1], headers, time.monotonic(), self._open[slug])
        self.log.append(request)
        try:
            return await self._reply(writer, request)
        finally:
            self._open[slug] -= 1

    async def _reply(self, writer: asyncio.StreamWriter, request: Request) -> bool:
        answer = self._answers.get((request.host, request.path)) or self._answers.get(
            (request.host, "*"), Reply(404, "absent")
        )
        reply = answer if isinstance(answer, Reply) else answer(request)
        await asyncio.sleep(reply.delay)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        headers = {"Content-Length": str(len(body)), "Content-Type": "text/html", **reply.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {reply.status} X\r\n{lines}\r\n".encode("latin-1"))
        writer.write(body if reply.cut is None else body[: reply.cut])
        await writer.drain()
        return reply.cut is None
