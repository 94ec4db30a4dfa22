"""The guard: what the crawler may dial. Nothing inward, ever, but the town when it is on.

The address is vetted where it is dialled: the backend resolves a host, vets every answer and dials
one of those very answers, so a second DNS answer or a redirect cannot turn the crawler inward.
"""

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore2

from crawl.wire import HeardStream
from models.errors import CrawlError

Resolve = Callable[[str, int], Awaitable[list[str]]]

#: Not the web, though Python calls them global: Azure's wire server, 6to4 relays, IETF assignments.
_REFUSED: Final = tuple(
    ip_network(net) for net in ("168.63.129.16/32", "192.88.99.0/24", "192.0.0.0/24", "192.31.196.0/24")
)
#: The only space where the IPv6 web lives, and the tunnels and documentation inside it (IANA, RFC 6890).
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_V6_REFUSED: Final = tuple(
    IPv6Network(net) for net in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "3ffe::/16")
)
#: Names that resolve inside a network, never on the web (RFC 6761, 6762, 8375, 7686).
_INNER_SUFFIXES: Final = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "corp", "home", "home.arpa",
    "private", "onion", "test", "invalid",
)  # fmt: skip
_PORTS: Final = frozenset({80, 443})
#: Where the town lives.
TOWN: Final = "127.0.0.1"
_TOWN_ADDRESS: Final = re.compile(r"\.a(\d{1,5})\.localhost$")
#: Seconds that a name's addresses are kept, and how many names.
_KNOWN_FOR: Final = 300.0
_MAX_KNOWN: Final = 50_000


class AddressRefusedError(CrawlError):
    """The address may not be dialled; the text says why."""


class Guard:
    """Decides about addresses. town=True opens `*.localhost`, on any port, on loopback alone."""

    def __init__(self, *, town: bool = False, resolve: Resolve | None = None) -> None:
        """`resolve` gives the addresses of a host; the system's resolver by default."""
        self._town = town
        self._known: dict[str, tuple[float, list[str]]] = {}
        self._resolve = resolve or _system_resolve

    def forget(self) -> None:
        """Resolve every name anew."""
        self._known.clear()

    def objection(self, url: str) -> str | None:
        """Why `url` may not be asked for, before any DNS; None when nothing speaks against it."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            return "the address cannot be read"
        if parts.scheme not in ("http", "https"):
            return "only http and https are fetched"
        if parts.username is not None or parts.password is not None:
            return "an address with a user name is refused"
        return self._name_objection(parts.hostname or "", port)

    async def addresses(self, name: str, port: int) -> list[str]:
        """The vetted IP addresses of a host. AddressRefusedError when one of them leads inward."""
        if objection := self._name_objection(name, port):
            raise AddressRefusedError(f"{name}: {objection}")
        if self._is_town(name):
            return [_town_address(name)]
        found = [name] if _literal(name) else await self._resolved(name, port)
        for address in found:
            if objection := address_objection(address):
                raise AddressRefusedError(f"{name} leads to {address}: {objection}")
        return found

    async def _resolved(self, name: str, port: int) -> list[str]:
        """What a name resolves to, kept for some minutes: it is vetted again whenever it is dialled."""
        until, found = self._known.get(name, (0.0, []))
        if time.monotonic() >= until:
            found = await self._resolve(name, port)
            if len(self._known) >= _MAX_KNOWN:
                self.forget()
            self._known[name] = time.monotonic() + _KNOWN_FOR, found
        return found

    def _is_town(self, name: str) -> bool:
        return self._town and name.endswith(".localhost")

    def _name_objection(self, name: str, port: int) -> str | None:
        name = name.rstrip(".").lower()
        if self._is_town(name):
            return None
        if port not in _PORTS:
            return "only ports 80 and 443 are dialled"
        if _literal(name):
            return address_objection(name.strip("[]"))
        if not name.isascii() and _literal(_folded(name)):
            return "an IP address in disguise"
        return _host_objection(name)


def _town_address(name: str) -> str:
    """127.0.0.1, or a loopback address of its own for the hosts of the town's address K, `*.aK.localhost`."""
    told = _TOWN_ADDRESS.search(name)
    number = int(told[1]) if told else 0
    return f"127.1.{number // 256 % 256}.{number % 256}" if told else TOWN


def address_objection(address: str) -> str | None:
    """Why an IP address may not be dialled; None for the public web's."""
    try:
        ip = ip_address(address.strip("[]"))
    except ValueError:
        return "not an IP address"
    if isinstance(ip, IPv6Address):
        return _v6_objection(ip)
    return _v4_objection(ip)


def _v4_objection(ip: IPv4Address) -> str | None:
    # is_global alone lets some multicast through.
    if not ip.is_global or ip.is_multicast or ip.is_reserved or any(ip in net for net in _REFUSED):
        return "not an address of the public web"
    return None


def _v6_objection(ip: IPv6Address) -> str | None:
    # Mapped, compatible and NAT64 addresses lie outside 2000::/3, 6to4 and Teredo in the refused part.
    if ip.scope_id or ip not in _GLOBAL_UNICAST or any(ip in net for net in _V6_REFUSED):
        return "not an address of the public web"
    return None


def _host_objection(name: str) -> str | None:
    if not name or "%" in name or any(c.isspace() or c in "\\@/#?<>^|" for c in name):
        return "the host cannot be read"
    # WHATWG "ends in a number": 2130706433, 0x7f.1, 0177.0.0.1, 127.1 are IPv4 to a resolver.
    last = name.rpartition(".")[2]
    if last.isdigit() or last.startswith("0x"):
        return "an IP address in disguise"
    if "." not in name or any(name == s or name.endswith(f".{s}") for s in _INNER_SUFFIXES):
        return "a name of an inner network"
    return None


def _literal(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _folded(name: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", name).replace("。", ".")


async def _system_resolve(name: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """httpcore2's network, dialling vetted addresses only."""

    def __init__(self, guard: Guard) -> None:
        """All connections of a pool go through `guard`."""
        self._guard = guard
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Dial one of the vetted addresses of `host`, the next one when it does not answer."""
        try:
            addresses = await asyncio.wait_for(self._guard.addresses(host, port), timeout)
        except TimeoutError:
            raise httpcore2.ConnectTimeout(f"no DNS answer for {host}") from None
        except OSError as error:
            raise httpcore2.ConnectError(f"no address for {host}") from error
        if not addresses:
            raise httpcore2.ConnectError(f"no address for {host}")
        dial = partial(
            self._network.connect_tcp,
            port=port,
            timeout=timeout,
            local_address=local_address,
            socket_options=socket_options,
        )
        for address in addresses[:-1]:
            try:
                return HeardStream(await dial(address))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return HeardStream(await dial(addresses[-1]))

    async def sleep(self, seconds: float) -> None:
        """Wait, between httpcore2's own attempts."""
        await asyncio.sleep(seconds)
