"""The request's id: what the client or a proxy in front calls it, else one of ours; for logs and errors.

Kept beside it: which route it took and the names of its parameters, for the log of slow queries.
"""

import re
import secrets
from contextvars import ContextVar
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

HEADER: Final = "X-Request-ID"
#: Hexadecimal, as UUIDs and trace ids are: no address, name or key can pass for one, and no telephone number
#: is so long.
_SANE: Final = re.compile(r"[0-9A-Fa-f-]{16,64}")

#: The request that this task answers; null outside of one.
current: ContextVar[Scope | None] = ContextVar("request", default=None)


def given_to(scope: Scope) -> str:
    """The id of a request that just arrived."""
    told = Headers(scope=scope).get(HEADER, "")
    return told if _SANE.fullmatch(told) else secrets.token_hex(16)


def of_current() -> str | None:
    """The id of the request that is answered now."""
    scope = current.get()
    return None if scope is None else scope["state"]["request_id"]


def route_of(scope: Scope | None) -> str:
    """The address's pattern, never the address: a path may hold what someone typed."""
    return getattr((scope or {}).get("route"), "path", None) or "-"
