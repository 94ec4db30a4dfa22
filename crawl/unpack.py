"""Unpacking: a body's chunks as they come, in pieces of bounded size, whatever they unpack to.

    for piece in Unpacker(response.headers.get("content-encoding", "")).feed(chunk): ...

A file that is gzip is unpacked once, whatever its name and type say, beside its Content-Encoding; what is
packed once more stays packed. What breaks off or is damaged ends there: the pieces before count.
"""

from __future__ import annotations  # zlib tells the type of its objects to type checkers only

import zlib
from collections.abc import Iterator
from typing import Final

#: Bytes of one piece; a chunk of 64 KiB may hold 64 MiB of zeros.
PIECE: Final = 64 * 1024
_GZIP: Final = b"\x1f\x8b"
#: Of zlib: a gzip header is expected; a zlib header is; none is, as some servers understand `deflate`.
_GZIPPED, _ZLIB, _RAW = 31, 15, -15


class _Layer:
    """One layer: gzip where the bytes begin as gzip does, deflate where it was announced, else nothing."""

    def __init__(self, *, deflate: bool = False) -> None:
        self._deflate = deflate
        self._head: bytes | None = b""
        self._unzip: zlib._Decompress | None = None
        self._damaged = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        if self._head is not None:
            chunk = self._head + chunk
            if len(chunk) < len(_GZIP):
                self._head = chunk
                return
            self._head, self._unzip = None, self._opened(chunk)
        if self._unzip is None:
            yield chunk
        elif not self._damaged:
            yield from self._unpacked(self._unzip, chunk)

    def _opened(self, head: bytes) -> zlib._Decompress | None:
        if head.startswith(_GZIP):
            return zlib.decompressobj(_GZIPPED)
        if not self._deflate:
            return None
        # RFC 1950, 2.2: a zlib header is a multiple of 31, its method 8.
        zlibbed = head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0
        return zlib.decompressobj(_ZLIB if zlibbed else _RAW)

    def _unpacked(self, unzip: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = unzip.decompress(chunk, PIECE)
            except zlib.error:
                self._damaged = True
                return
            if piece:
                yield piece
            chunk = unzip.unconsumed_tail
            if unzip.eof:  # gzip files may be several, one after another
                chunk = unzip.unused_data
                self._damaged = bool(chunk) and not chunk.startswith(_GZIP)
                if not chunk or self._damaged:
                    return
                self._unzip = unzip = zlib.decompressobj(_GZIPPED)
            elif not chunk and len(piece) < PIECE:
                return


class Unpacker:
    """The layers of one body, and whether anything comes out of a chunk."""

    def __init__(self, encoding: str = "") -> None:
        """encoding: the Content-Encoding, as the server says."""
        encoding = encoding.lower()
        announced = (
            [_Layer(deflate="deflate" in encoding)] if "gzip" in encoding or "deflate" in encoding else []
        )
        self._layers = (*announced, _Layer())

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The pieces that `chunk` unpacks to, PIECE bytes each at most, or the chunk."""
        pieces: Iterator[bytes] = iter((chunk,))
        for layer in self._layers:
            pieces = _through(layer, pieces)
        yield from pieces


def _through(layer: _Layer, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from layer.feed(piece)
