"""One request to the mean town, and the raw connection it came on, for answers that no HTTP library makes.

    @resource("short-body")
    async def short_body(wire: Wire) -> None: ...

`mean_wire`, `mean_answers` and `mean_bodies` fill the first registry below, `mean_sites` and `mean_photos`
the second; `mean` serves them.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and when (monotonic seconds). host: lower case, no port; path: with its query."""

    time: float
    host: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Wire:
    """count: how often this address was asked, this time included; inner: a port that nobody may dial."""

    asked: Asked
    count: int
    port: int
    inner: int
    writer: asyncio.StreamWriter
    #: Whether the connection may serve another request.
    keep: bool = True

    @property
    def path(self) -> str:
        """The path with its query."""
        return self.asked.path

    def url(self, path: str, host: str | None = None) -> str:
        """An absolute address, on this host when none is named."""
        return f"http://{host or self.asked.host}:{self.port}{path}"

    async def raw(self, data: bytes) -> None:
        """Bytes as they are; after them the connection is closed. ConnectionError once the client left."""
        self.keep = False
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, *lines: str, status: str = "200 OK") -> None:
        """A status line and these header lines, no body yet."""
        text = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *lines))
        await self.raw(f"{text}\r\n".encode("latin-1"))

    async def reply(self, status: int = 200, body: bytes | str = b"", **fields: str) -> None:
        """A well-formed answer; underscores in the names of `fields` stand for hyphens."""
        data = body.encode() if isinstance(body, str) else body
        values = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data))}
        values |= {name.replace("_", "-"): value for name, value in fields.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in values.items())
        self.writer.write(f"HTTP/1.1 {status} So\r\n{lines}\r\n".encode("latin-1") + data)
        await self.writer.drain()

    async def redirect(self, target: str, **fields: str) -> None:
        """302 to `target`, as it stands."""
        await self.reply(302, "", Location=target, **fields)

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        self.keep = False
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Answer = Callable[[Wire], Awaitable[None]]

#: By the first part of the path under mean.localhost, and by the first label of NAME.mean.localhost.
RESOURCES: Final[dict[str, Answer]] = {}
SITES: Final[dict[str, Answer]] = {}


def resource(name: str) -> Callable[[Answer], Answer]:
    """Register the answer of http://mean.localhost/NAME."""
    return _registered(RESOURCES, name)


def site(name: str) -> Callable[[Answer], Answer]:
    """Register the answer of every address of http://NAME.mean.localhost."""
    return _registered(SITES, name)


def _registered(registry: dict[str, Answer], name: str) -> Callable[[Answer], Answer]:
    def register(answer: Answer) -> Answer:
        assert name not in registry, name
        registry[name] = answer
        return answer

    return register
