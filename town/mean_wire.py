"""What a server may do wrong on the wire: time, lengths, resets, garbage. See `mean` for the names."""

import asyncio
from typing import Final

from town.wire import Wire, resource

_HTML: Final = "Content-Type: text/html"
_DRIP_SECONDS: Final = 0.02


@resource("silence")
async def silence(wire: Wire) -> None:
    """Takes the request and never answers."""
    await asyncio.sleep(3_600)


@resource("slow-drip")
async def slow_drip(wire: Wire) -> None:
    """A byte of body now and then, for ever: no read ever times out."""
    await wire.head(_HTML, "Content-Length: 1000000")
    await _drip(wire)


@resource("slow-headers")
async def slow_headers(wire: Wire) -> None:
    """A byte of a header now and then, for ever."""
    await wire.raw(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    await _drip(wire)


@resource("endless-continue")
async def endless_continue(wire: Wire) -> None:
    """100 Continue, for ever."""
    while True:
        await wire.head(status="100 Continue")


async def _drip(wire: Wire) -> None:
    while True:
        await wire.raw(b"x")
        await asyncio.sleep(_DRIP_SECONDS)


@resource("endless-body")
async def endless_body(wire: Wire) -> None:
    """A body without length and without end."""
    await wire.head(_HTML, "Connection: close")
    while True:
        await wire.raw(b"<p>encore</p>" * 5_000)


@resource("endless-chunks")
async def endless_chunks(wire: Wire) -> None:
    """Chunks without end, one byte each, so that each costs its reader the most."""
    await wire.head(_HTML, "Transfer-Encoding: chunked")
    while True:
        await wire.raw(b"1\r\nx\r\n" * 5_000)


@resource("short-body")
async def short_body(wire: Wire) -> None:
    """Fewer bytes than Content-Length tells."""
    await wire.head(_HTML, "Content-Length: 5000")
    await wire.raw(b"<p>trop court</p>")


@resource("long-body")
async def long_body(wire: Wire) -> None:
    """More bytes than Content-Length tells, on a connection kept open: the next answer would be these."""
    await wire.reply(
        200, b"<p>juste</p>HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfaux", Content_Length="12"
    )


@resource("two-lengths")
async def two_lengths(wire: Wire) -> None:
    """Two Content-Lengths that disagree."""
    await wire.head(_HTML, "Content-Length: 5", "Content-Length: 50")
    await wire.raw(b"<p>deux longueurs</p>")


@resource("negative-length")
async def negative_length(wire: Wire) -> None:
    """A Content-Length below nought."""
    await wire.head(_HTML, "Content-Length: -1")


@resource("huge-length")
async def huge_length(wire: Wire) -> None:
    """A Content-Length of 10^18, and little that follows."""
    await wire.head(_HTML, f"Content-Length: {10**18}")
    await wire.raw(b"<p>peu</p>")


@resource("reset-before-headers")
async def reset_before_headers(wire: Wire) -> None:
    """A TCP reset instead of an answer."""
    wire.reset()


@resource("reset-in-headers")
async def reset_in_headers(wire: Wire) -> None:
    """A TCP reset within the headers."""
    await wire.raw(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await asyncio.sleep(_DRIP_SECONDS)
    wire.reset()


@resource("reset-in-body")
async def reset_in_body(wire: Wire) -> None:
    """A TCP reset within the body."""
    await wire.head(_HTML, "Content-Length: 5000")
    await wire.raw(b"<p>jusqu'ici")
    await asyncio.sleep(_DRIP_SECONDS)
    wire.reset()


@resource("bad-chunks")
async def bad_chunks(wire: Wire) -> None:
    """A chunk whose size is no number."""
    await wire.head(_HTML, "Transfer-Encoding: chunked")
    await wire.raw(b"zz\r\nquoi\r\n0\r\n\r\n")


@resource("negative-chunk")
async def negative_chunk(wire: Wire) -> None:
    """A chunk of a size below nought."""
    await wire.head(_HTML, "Transfer-Encoding: chunked")
    await wire.raw(b"-5\r\nquoi\r\n0\r\n\r\n")


@resource("huge-chunk")
async def huge_chunk(wire: Wire) -> None:
    """A chunk said to be of 2^64 bytes."""
    await wire.head(_HTML, "Transfer-Encoding: chunked")
    await wire.raw(b"ffffffffffffffff\r\n" + b"x" * 1_000)


@resource("http-0.9")
async def http_09(wire: Wire) -> None:
    """A body without status or headers, as in 1991."""
    await wire.raw(b"<html><p>Bonjour de 1991</p></html>\r\n")


@resource("garbage")
async def garbage(wire: Wire) -> None:
    """Bytes of no protocol."""
    await wire.raw(bytes(range(256)) * 100 + b"\r\n\r\n")


@resource("no-status")
async def no_status(wire: Wire) -> None:
    """A status that is no number."""
    await wire.raw(b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n")


@resource("switching")
async def switching(wire: Wire) -> None:
    """101, to a protocol that nobody asked for, then noise."""
    await wire.head("Upgrade: bruit", "Connection: Upgrade", status="101 Switching Protocols")
    await wire.raw(bytes(5_000))
