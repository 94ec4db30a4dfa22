"""Proxies: the ways out that an operator names. `PROXIES=http://user:password@gate.example:3128,…`.

Knows their addresses and how to keep their credentials to itself; `crawl.egress` knows how they fare.
"""

from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import SecretStr

SCHEMES: Final = ("http", "https", "socks5")
#: More addresses than this are another list, pasted by mistake.
MAX_PROXIES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Proxy:
    """name: what logs and people see, such as `gate.example:3128`; url: scheme, host and port only."""

    name: str
    url: str
    user: SecretStr | None = None
    password: SecretStr | None = None

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS rather than HTTP."""
        return self.url.startswith("socks")

    @property
    def is_tls(self) -> bool:
        """Whether the proxy itself is spoken to over TLS."""
        return self.url.startswith("https")


def parse_proxies(told: str) -> tuple[Proxy, ...]:
    """Proxies from a comma separated list, each once; two accounts at one gate are two proxies.

    Raises ValueError with the place in the list of the entry that is none, and never a word of it.
    """
    entries = list(dict.fromkeys(filter(None, (entry.strip() for entry in told.split(",")))))
    if len(entries) > MAX_PROXIES:
        raise ValueError(f"more than {MAX_PROXIES} proxies")
    seen: Counter[str] = Counter()
    return tuple(_proxy(entry, place, seen) for place, entry in enumerate(entries, 1))


def _proxy(entry: str, place: int, seen: Counter[str]) -> Proxy:
    parts, port = _split(entry, place)
    if parts.scheme == "socks5" and find_spec("socksio") is None:
        raise ValueError(f"proxy {place} is socks5://, which needs a package: pip install 'httpx2[socks]'")
    name = f"{_bracketed(parts.hostname or '')}:{port}"
    seen[name] += 1
    return Proxy(
        name if seen[name] == 1 else f"{name} ({seen[name]})",
        f"{parts.scheme}://{name}",
        None if parts.username is None else SecretStr(unquote(parts.username)),
        None if parts.username is None else SecretStr(unquote(parts.password or "")),
    )


def _split(entry: str, place: int) -> tuple[SplitResult, int]:
    """The parts of one entry, and its port. The parser's own errors quote the entry, so they end here."""
    try:
        parts = urlsplit(entry)
        port = parts.port
    except ValueError:
        port = None
    if not port or not parts.hostname or not _is_plain(entry):
        raise ValueError(
            f"proxy {place} is no address such as http://user:password@host:3128 "
            "(write /, #, ?, @ and commas of a password as %2F, %23, %3F, %40 and %2C)"
        ) from None
    if parts.scheme not in SCHEMES:
        raise ValueError(f"proxy {place} must begin with http://, https:// or socks5://")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"proxy {place} has something after its port")
    return parts, port


def _is_plain(entry: str) -> bool:
    return entry.isascii() and entry.isprintable() and " " not in entry


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
