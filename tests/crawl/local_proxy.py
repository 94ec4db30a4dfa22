"""A real proxy on loopback for the crawl's tests: forwards plain http, tunnels https, and fails on demand.

async with LocalProxy("gate", account="user:secret") as proxy:
    proxy.address            # http://user:secret@127.0.0.1:40123
    await proxy.die(); await proxy.live()
"""

import asyncio
import base64
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Passed:
    """One request to the proxy. target: what it was to reach; status: its own answer, null if it passed."""

    method: str
    target: str
    headers: dict[str, str]
    time: float
    status: int | None


class LocalProxy:
    """Names itself in the `Via` header of what it forwards; every `*.localhost` is 127.0.0.1 to it."""

    def __init__(
        self, name: str = "proxy", account: str | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.name = name
        self.account = account
        self._tls = tls
        self.port = 0
        self.log: list[Passed] = []
        #: Its own answer instead of a site's, by target; and seconds before any answer.
        self.refuse: Callable[[str], int | None] = lambda _: None
        self.delay = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Its address for PROXIES, account included."""
        account = f"{self.account}@" if self.account else ""
        return f"{'https' if self._tls else 'http'}://{account}127.0.0.1:{self.port}"

    @property
    def called(self) -> str:
        """What Pignon calls it."""
        return f"127.0.0.1:{self.port}"

    async def live(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def die(self) -> None:
        """Refuse connections and break those that stand."""
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aenter__(self) -> Self:
        await self.live()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.die()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._one(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        status = self._own_answer(target, headers)
        self.log.append(Passed(method, target, headers, time.monotonic(), status))
        await asyncio.sleep(self.delay)
        if status is not None:
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        elif method == "CONNECT":
            await self._tunnel(target, reader, writer)
        else:
            await self._forward(target, head[1:], writer)

    def _own_answer(self, target: str, headers: dict[str, str]) -> int | None:
        if self.account is not None:
            wanted = "Basic " + base64.b64encode(self.account.encode()).decode()
            if headers.get("proxy-authorization") != wanted:
                return 407
        return 502 if ".invalid" in target else self.refuse(target)

    async def _tunnel(self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site, to_site = await asyncio.open_connection("127.0.0.1", int(target.rpartition(":")[2]))
        writer.write(b"HTTP/1.1 200 X\r\n\r\n")
        try:
            await asyncio.gather(_pour(reader, to_site), _pour(site, writer))
        finally:
            to_site.close()

    async def _forward(self, target: str, lines: list[str], writer: asyncio.StreamWriter) -> None:
        host, _, path = target.removeprefix("http://").partition("/")
        site, to_site = await asyncio.open_connection("127.0.0.1", int(host.partition(":")[2] or 80))
        kept = [line for line in lines if line and not line.lower().startswith(("proxy-", "connection"))]
        kept += [f"Via: 1.1 {self.name}", "Connection: close"]
        to_site.write("\r\n".join([f"GET /{path} HTTP/1.1", *kept, "", ""]).encode("latin-1"))
        try:
            writer.write((await site.readuntil(b"\r\n")) + b"Connection: close\r\n")
            head = await site.readuntil(b"\r\n\r\n")
            writer.write(head)
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            writer.write(await site.readexactly(length))
            await writer.drain()
        finally:
            to_site.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(65_536):
        writer.write(part)
        await writer.drain()
    writer.write_eof() if writer.can_write_eof() else writer.close()


@contextmanager
def running_proxy(name: str = "proxy", account: str | None = None) -> Iterator[LocalProxy]:
    """A proxy in a thread of its own, for what is no coroutine."""
    proxy, loop = LocalProxy(name, account), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(proxy.live(), loop).result(10)
    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(proxy.die(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
