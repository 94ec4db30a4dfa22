"""A connection that knows whether anything was heard on it since the last question.

HTTP/1.1 readers keep what a server sends beyond the length it told, and take it for the next answer: a page
would be read under another one's address.
"""

import ssl
from typing import Any, Final

import httpcore2
import httpx2

_UNASKED: Final = "an answer that was there before its question"


class HeardStream(httpcore2.AsyncNetworkStream):
    """httpcore2's stream, of which `heard` tells whether something was read since the last write."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        """Around an open stream."""
        self._stream = stream
        self.heard = True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore2's signature
        """Up to `max_bytes` as they come."""
        data = await self._stream.read(max_bytes, timeout)
        self.heard = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """All of `buffer`."""
        self.heard = False
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> "HeardStream":
        """The same connection, encrypted."""
        return HeardStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """What the stream below knows of itself."""
        return self._stream.get_extra_info(info)


def check_asked(response: httpx2.Response) -> None:
    """RemoteProtocolError when the head of an answer was there before its request was sent."""
    stream = response.extensions.get("network_stream")
    if isinstance(stream, HeardStream) and not stream.heard:
        raise httpx2.RemoteProtocolError(_UNASKED)
