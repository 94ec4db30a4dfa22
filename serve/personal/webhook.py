"""Webhook addresses: vetted when they are told, and again whenever they are dialled (`crawl.guard`)."""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from crawl.guard import AddressRefusedError, Guard

#: Seconds to wait for DNS.
PATIENCE: Final = 5.0
MAX_ADDRESS: Final = 1_000


async def objection(address: str, guard: Guard) -> str | None:
    """Why messages may not be posted to `address`, as a line about it; None when nothing speaks against it.

    What an address leads to may change, so whoever dials it lets the guard judge anew.
    """
    if not address.isprintable() or not address.isascii() or " " in address:
        return "must be a web address in plain ASCII"
    if wrong := guard.objection(address):
        return f"cannot be used: {wrong}"
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" and not host.endswith(".localhost"):
        return "must begin with https://"
    try:
        found = await asyncio.wait_for(guard.addresses(host, parts.port or 443), PATIENCE)
    except AddressRefusedError:
        return "cannot be used: its host leads to no address of the public web"
    except (OSError, UnicodeError, TimeoutError):
        return "cannot be used: its host has no address now"
    return None if found else "cannot be used: its host has no address now"
