"""Whose request it is, by address: the peer's, or what a trusted proxy says of it."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from models.settings import Network

Address = IPv4Address | IPv6Address
#: Proxies of a chain that are looked through.
_MOST_HOPS = 20


def client_address(scope: Scope, trusted: Sequence[Network]) -> Address | None:
    """The nearest address of the chain that is not a trusted proxy's; None over a socket without addresses.

    X-Forwarded-For is read from its end, where our own proxies write, and only if the peer is one of them:
    what a client writes at its beginning is never believed.
    """
    address = _parse(scope["client"][0]) if scope.get("client") else None
    told = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
    for hop in reversed(told.split(",")[-_MOST_HOPS:] if told else []):
        if address is None or not any(address in network for network in trusted):
            break
        before = _parse(hop)
        if before is None:
            break
        address = before
    return address


def counted_as(address: Address | None) -> str:
    """What is counted together: an IPv4 address; of IPv6 a /64, as one customer has all of it."""
    if address is None:
        return "-"
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _parse(text: str) -> Address | None:
    """An address, with the port that some proxies add, or without; IPv4 within IPv6 as IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
