"""What a hostile client writes to the front door: bytes, not requests, each over a connection of its own."""

import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

#: A request in another one's body: who takes that one's end for elsewhere answers both.
_HIDDEN: Final = b"GET /api/listings/1 HTTP/1.1\r\nHost: x\r\n\r\n"
_LENGTH: Final = b"Content-Length: %d\r\n" % len(_HIDDEN)
_CHUNKED: Final = b"Transfer-Encoding: chunked\r\n"
_END: Final = b"\r\n0\r\n\r\n" + _HIDDEN
_GET: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
_POST: Final = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

#: Nothing that HTTP/1.1 allows: refused.
BROKEN: Final = {
    "two lengths": _POST + b"Content-Length: 0\r\n" + _LENGTH + b"\r\n" + _HIDDEN,
    "two lengths in a list": _POST + b"Content-Length: 0, 41\r\n\r\n" + _HIDDEN,
    "a length with a sign": _POST + b"Content-Length: +0\r\n\r\n" + _HIDDEN,
    "an unknown encoding": _POST + b"Transfer-Encoding: xchunked\r\n" + _END,
    "two encodings": _POST + _CHUNKED + b"Transfer-Encoding: x\r\n" + _END,
    "a broken chunk": _POST + _CHUNKED + b"\r\nzz\r\n\r\n" + _HIDDEN,
    "a chunk's length past all numbers": _POST + _CHUNKED + b"\r\n" + b"f" * 17 + b"\r\n\r\n" + _HIDDEN,
    "a space before the colon": _POST + b"Content-Length : 41\r\n\r\n" + _HIDDEN,
    "a space in a name": _GET + b"Content Length: 41\r\n\r\n" + _HIDDEN,
    "a fold before any header": b"GET /healthz HTTP/1.1\r\n Host: x\r\n" + _LENGTH + b"\r\n" + _HIDDEN,
    "a name with a null": _GET + b"X-\x00A: 1\r\n\r\n",
    "a value with a null": _GET + b"X-A: 1\x002\r\n\r\n",
    "a bare CR": _GET + b"X-A: 1\r" + _LENGTH + b"\r\n" + _HIDDEN,
    "no name": _GET + b": 1\r\n\r\n",
    "a line that is no header": _GET + b"nothing\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": _GET + b"Host: y\r\n\r\n",
    "a host with a space": b"GET /healthz HTTP/1.1\r\nHost: x y\r\n\r\n",
    "a host with a path": b"GET /healthz HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "a host with a user": b"GET /healthz HTTP/1.1\r\nHost: a@x\r\n\r\n",
    "a host of two ports": b"GET /healthz HTTP/1.1\r\nHost: x:1:2\r\n\r\n",
    "another host than the address's": b"GET http://y/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n",
    "no path": b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the address": b"GET /health z HTTP/1.1\r\nHost: x\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a line of 100 KB": b"GET /?" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "5,000 headers": _GET + b"X-A: 1\r\n" * 5_000 + b"\r\n",
}

#: What RFC 9112 lets a server read, in one way alone (2.2, 5.2, 6.3): both ends must take it in that way.
ODD: Final = {
    "both lengths": _POST + b"Content-Length: 5\r\n" + _CHUNKED + _END,
    "both lengths of a GET": _GET + _CHUNKED + b"Content-Length: 5\r\n" + _END,
    "chunks of HTTP/1.0": _POST.replace(b"/1.1", b"/1.0") + _CHUNKED + _END,
    "a folded length": _POST + _LENGTH.replace(b" ", b"\r\n ") + b"\r\n" + _HIDDEN,
    "a folded encoding": _POST
    + _CHUNKED.replace(b" ", b"\r\n ")
    + b"\r\n%x\r\n" % len(_HIDDEN)
    + _HIDDEN
    + b"\r\n0\r\n\r\n",
    "bare LF": (_POST + _LENGTH + b"\r\n").replace(b"\r\n", b"\n") + _HIDDEN,
    "a bare LF among others": _POST + b"X-A: 1\n" + _LENGTH + b"\r\n" + _HIDDEN,
    "a whole address": b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
}


def answers(port: int, sent: bytes, seconds: float = 15) -> bytes:
    """All that is answered to `sent` until the connection is closed or a second passes without a byte."""
    told = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        with suppress(ConnectionError):  # answered before all was sent
            connection.sendall(sent)
        try:
            while more := connection.recv(65_536):
                told += more
                connection.settimeout(1)
        except (ConnectionError, TimeoutError):
            pass
    return told


def statuses(told: bytes) -> list[int]:
    """Of every answer in `told`."""
    return [int(part[:3]) for part in told.split(b"HTTP/1.1 ")[1:]]


@dataclass
class Drip:
    """A connection that began a request and goes on by a byte a second."""

    connection: socket.socket
    byte: bytes
    began: float
    told: bytes = b""
    ended: float | None = None

    @classmethod
    def of(cls, port: int, begun: bytes, byte: bytes) -> "Drip":
        """One that has sent `begun`, and sends `byte` again and again."""
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(begun)
        connection.setblocking(False)
        return cls(connection, byte, time.monotonic())

    def go_on(self) -> None:
        """One more byte, unless it has been ended."""
        try:
            more = self.connection.recv(65_536)
            self.told += more
            closed = not more
        except BlockingIOError:
            closed = False
        except ConnectionError:
            closed = True
        if closed:
            self.ended = time.monotonic() - self.began
            self.connection.close()
        else:
            with suppress(BlockingIOError, ConnectionError):  # read of at the next second
                self.connection.send(self.byte)


#: What begins a request that never comes to its end, and the byte that it goes on with.
SLOW: Final = (
    (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ", b"a"),
    (_POST + b"Content-Length: 5000\r\n\r\n{", b" "),
)
