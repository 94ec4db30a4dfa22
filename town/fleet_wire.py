"""The fleet's wire: just enough HTTP/1.1 for speed (GET, keep-alive, one request at a time per connection).

Answers from a `FleetPlan` and notes every request in the ledger; the host `fleet.localhost` takes orders.
"""

import asyncio
import json
import re
import time
from typing import Final, Protocol

from town.fleet_plan import FleetPlan, RobotsKind, is_since, modified
from town.judge import ROBOTS
from town.ledger import Ledger, Log, as_number

CONTROL: Final = "fleet.localhost"
_HOST: Final = re.compile(rb"(?i)\r\nhost:[ \t]*([^\r:]+)")
_ETAG: Final = re.compile(rb"(?i)\r\nif-none-match:[ \t]*([^\r]+)")
_SINCE: Final = re.compile(rb"(?i)\r\nif-modified-since:[ \t]*([^\r]+)")
_LONGEST_HEAD: Final = 65_536
_REASONS: Final = {200: b"OK", 304: b"Not Modified", 404: b"Not Found", 421: b"Misdirected", 503: b"Busy"}


class Served(Protocol):
    """What a connection needs of its fleet."""

    plan: FleetPlan
    day: int
    ledger: Ledger
    connections: set[asyncio.Transport]

    def log(self) -> Log: ...
    def reset(self) -> None: ...
    def set_day(self, day: int) -> None: ...


class Connection(asyncio.Protocol):
    """One client's connection: parses, answers, notes."""

    def __init__(self, fleet: Served) -> None:
        self.fleet = fleet
        self.buffer = b""
        #: The ledger and row of the request in flight; the ledger may be replaced meanwhile.
        self.noted: tuple[Ledger, int] | None = None
        self.busy = False
        self.paused = False
        self.status = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.address = as_number(transport.get_extra_info("sockname")[0])
        self.egress = as_number(transport.get_extra_info("peername")[0])
        if self.egress >> 24 != 127:
            transport.abort()
            return
        # Told as soon as a byte waits, so that the end of an answer is the end of its last byte.
        transport.set_write_buffer_limits(high=0)
        self.fleet.connections.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.fleet.connections.discard(self.transport)
        self._finish()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self.busy and self.status:
            self._finish()
            self._next()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._next()

    def _next(self) -> None:
        end = self.buffer.find(b"\r\n\r\n")
        if self.busy or end < 0 or self.transport.is_closing():
            if len(self.buffer) > _LONGEST_HEAD:
                self.transport.abort()
            return
        arrival = time.monotonic()
        head, self.buffer = self.buffer[: end + 2], self.buffer[end + 4 :]
        method, _, rest = head.partition(b" ")
        path = rest[: rest.find(b" ")].decode("latin-1")
        found = _HOST.search(head)
        host = found[1].decode("latin-1").lower() if found else ""
        self.busy, self.status = True, 0
        if host == CONTROL:
            self._send(*_control(self.fleet, method, path))
            return
        ledger = self.fleet.ledger
        self.noted = ledger, ledger.arrive(arrival, host, path, self.address, self.egress)
        if self.fleet.plan.latency:
            loop = asyncio.get_running_loop()
            loop.call_later(self.fleet.plan.latency, self._answer, host, path, head)
        else:
            self._answer(host, path, head)

    def _answer(self, host: str, path: str, head: bytes) -> None:
        plan = self.fleet.plan
        number = plan.number(host)
        if number is None:
            self._send(421, b"")
        elif path == ROBOTS:
            self._robots(number)
        elif (page := plan.page_number(path)) is None:
            self._send(404, b"<html><title>Absente</title></html>")
        else:
            self._page(number, page, head)

    def _robots(self, number: int) -> None:
        kind = self.fleet.plan.robots(number)
        if kind is RobotsKind.RULES:
            self._send(200, self.fleet.plan.robots_text(number), b"Content-Type: text/plain\r\n")
        elif kind is not RobotsKind.HANGING:
            self._send(404 if kind is RobotsKind.ABSENT else 503, b"")

    def _page(self, number: int, page: int, head: bytes) -> None:
        plan = self.fleet.plan
        version = plan.version(number, page, self.fleet.day)
        etag = b'"%d-%d-%d"' % (number, page, version)
        fields = b"ETag: %b\r\nLast-Modified: %b\r\n" % (etag, modified(version))
        if _has_copy(head, etag, version):
            self._send(304, b"", fields)
        else:
            own, shared = plan.body(number, page, self.fleet.day)
            self._send(200, own, fields + b"Content-Type: text/html; charset=utf-8\r\n", shared)

    def _send(self, status: int, body: bytes, fields: bytes = b"", more: bytes = b"") -> None:
        if self.transport.is_closing():
            return
        length = b"" if status == 304 else b"Content-Length: %d\r\n" % (len(body) + len(more))
        self.status = status
        line = b"HTTP/1.1 %d %b\r\n" % (status, _REASONS[status])
        self.transport.write(b"".join((line, fields, length, b"\r\n", body, more)))
        if not self.paused:
            self._finish()
            if self.buffer:
                asyncio.get_running_loop().call_soon(self._next)

    def _finish(self) -> None:
        self.busy = False
        if self.noted is not None:
            ledger, row = self.noted
            ledger.finish(row, time.monotonic(), self.status)
            self.noted = None


def _has_copy(head: bytes, etag: bytes, version: int) -> bool:
    """Whether the client's conditions say that it has this version (RFC 9110, 13.2.2: ETag first)."""
    if found := _ETAG.search(head):
        return etag in found[1]
    since = _SINCE.search(head)
    return bool(since and is_since(since[1], version))


def _control(fleet: Served, method: bytes, path: str) -> tuple[int, bytes]:
    """The fleet's own host: /log, /usage, and by POST /reset and /day/N."""
    order = f"{method.decode('latin-1')} {path}"
    if order == "GET /log":
        return 200, fleet.log().pack()
    if order == "GET /usage":
        usage = {"cpu": time.process_time(), "requests": len(fleet.ledger)}
        return 200, json.dumps(usage).encode()
    if order == "POST /reset":
        fleet.reset()
        return 200, b""
    if order.startswith("POST /day/") and path[5:].isdigit():
        fleet.set_day(int(path[5:]))
        return 200, b""
    return 404, b""
