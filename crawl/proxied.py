"""The transport through a proxy: plain http forwarded, https tunnelled and verified, SOCKS where installed.

Tells the proxy's failures from the site's, as far as they can be told, and shows its credentials to nobody:
not even to the debug logs of httpcore2, which print what SOCKS is given.
"""

import ssl
from collections.abc import Iterable
from typing import Any, Final, cast

import httpcore2
import httpx2

from crawl.wire import HeardStream
from models.proxies import Proxy

#: Seconds that a proxy may take to be dialled, at most half of a request's time.
DIAL: Final = 10.0
#: What httpcore2 says when a proxy does not accept our account.
_REFUSED: Final = ("407", "Invalid username/password", "Requested ")


class ProxyUnreachableError(httpcore2.ProxyError):
    """The proxy itself could not be dialled, or is not who it says."""


class _Secret(bytes):
    """Bytes that no log prints."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    __str__ = __repr__


class ProxyTransport(httpx2.AsyncHTTPTransport):
    """httpx2's transport over one proxy; what the environment names counts for nothing."""

    def __init__(self, proxy: Proxy, context: ssl.SSLContext, seconds: float) -> None:
        """A pool of its own for one host. context: TLS, to sites and to the proxy; seconds: of a request."""
        super().__init__(verify=context, trust_env=False)
        self._socks = proxy.is_socks
        self._backend = _ProxyBackend(proxy, min(DIAL, seconds / 2))
        self._pool = httpcore2.AsyncConnectionPool(
            proxy=httpcore2.Proxy(proxy.url, _account(proxy), ssl_context=context if proxy.is_tls else None),
            ssl_context=context,
            max_connections=2,
            max_keepalive_connections=1,
            keepalive_expiry=15.0,
            network_backend=self._backend,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it. httpx2.ProxyError for whatever the proxy does wrong."""
        if not self._socks:
            return await super().handle_async_request(request)
        try:
            return await super().handle_async_request(request)
        except BaseException as error:
            await self._backend.hang_up()  # httpcore2 leaves it open when SOCKS is not agreed on
            if isinstance(error, (httpx2.HTTPError, OSError)) or not isinstance(error, Exception):
                raise
            # httpcore2 asserts what SOCKS should answer, and socksio raises errors of its own.
            raise httpx2.ProxyError("it speaks no SOCKS") from ProxyUnreachableError()


def own_failure(error: httpx2.ProxyError) -> str | None:
    """What the proxy itself does wrong, for people; None when the site may be the cause."""
    if isinstance(error.__cause__, ProxyUnreachableError):
        return str(error)
    if str(error).startswith(_REFUSED):
        return "it refuses our user and password"
    return None


def _account(proxy: Proxy) -> tuple[bytes, bytes] | None:
    if proxy.user is None:
        return None
    password = proxy.password.get_secret_value() if proxy.password else ""
    return _Secret(proxy.user.get_secret_value().encode()), _Secret(password.encode())


class _ProxyBackend(httpcore2.AsyncNetworkBackend):
    """httpcore2's network, dialling one proxy: the operator's word, so it may be on an inner network."""

    def __init__(self, proxy: Proxy, seconds: float) -> None:
        self._proxy, self._seconds = proxy, seconds
        self._network = httpcore2.AnyIOBackend()
        self._dialled: httpcore2.AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            stream = await self._network.connect_tcp(host, port, self._seconds, local_address, socket_options)
        except httpcore2.ConnectTimeout:
            raise ProxyUnreachableError(f"it does not answer in {self._seconds:g} s") from None
        except (httpcore2.ConnectError, OSError):
            raise ProxyUnreachableError("it cannot be reached") from None
        heard = HeardStream(stream)
        self._dialled = _Doorstep(heard) if self._proxy.is_tls else heard
        return self._dialled

    async def hang_up(self) -> None:
        """Close the connection dialled last."""
        if self._dialled is not None:
            await self._dialled.aclose()

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class _Doorstep(httpcore2.AsyncNetworkStream):
    """A connection to a proxy spoken to over TLS, before that: a failure of this handshake is the proxy's."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
            raise ProxyUnreachableError("its TLS certificate does not hold") from None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return cast(Any, self._stream).get_extra_info(info)
