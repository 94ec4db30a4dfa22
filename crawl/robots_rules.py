"""Rules: from the bytes of a robots.txt to what one product token may fetch (RFC 9309, 2.2).

    >>> rules = read_rules("User-agent: PignonBot/1.0\\nDisallow: /prive", "PignonBot")
    >>> rules.allows("https://agence.example/prive/12")
    False

Lines, groups and spellings are read here; Protego weighs the patterns: `*`, `$`, the longest, ties to Allow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from protego import Protego

from models.settings import PRODUCT_TOKEN

#: RFC 9309, 2.5: parse at least this much.
MAX_BYTES: Final = 500 * 1024
#: A Crawl-delay beyond an hour is taken for a mistake; it is obeyed up to there.
LONGEST_DELAY: Final = 3_600.0

_NEW_LINE: Final = re.compile(r"\r\n|\r|\n")
_TOKEN: Final = re.compile(r"[a-z_-]*", re.I)
#: Names as owners write them, without spaces and hyphens: spelling errors that search engines accept, too.
_FIELDS: Final = {
    "useragent": "user-agent",
    "allow": "allow",
    **dict.fromkeys(("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "disallow"),
    "crawldelay": "crawl-delay",
    "requestrate": "request-rate",
    "sitemap": "sitemap",
    "sitemaps": "sitemap",
}
#: Escapes of octets beyond ASCII, and a slash escaped in a query, where it means nothing special (2.2.2).
_FOREIGN: Final = re.compile(r"(?:%[89a-f][0-9a-f])+", re.I)
_SLASH: Final = re.compile("%2f", re.I)
#: What stands for itself in a line given to Protego; the rest, line ends of Unicode among it, is escaped.
_PLAIN: Final = "".join(map(chr, range(0x20, 0x7F)))
_MARK: Final = re.compile(rb"\A(?:\xef\xbb\xbf|\xef\xbb?(?=[A-Za-z]))")


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What one product token may do. sitemaps: addresses as written.

    parsed: the token's lines alone, under `*`.
    """

    parsed: Protego
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Whether the absolute address `url` may be fetched."""
        return bool(self.parsed.can_fetch(_one_spelling(url), "*"))

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between two requests that the site asks for; Request-rate counts as well."""
        asked, rate = self.parsed.crawl_delay("*"), self.parsed.request_rate("*")
        pauses = [float(asked)] if asked is not None else []
        if rate is not None and rate.requests > 0:
            pauses.append(rate.seconds / rate.requests)
        return min(max(pauses), LONGEST_DELAY) if pauses else None


@dataclass(slots=True)
class _Groups:
    """The lines that count for a token: its own groups merged, else those for everyone."""

    token: str
    named: bool = False
    own: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)

    def read(self, text: str) -> None:
        ours = everyone = heading = False
        for name, value in directives(text):
            if name == "sitemap":  # ends no group (2.2.4)
                self.sitemaps.extend([value] if value else [])
                continue
            if name == "user-agent":
                agent = agent_of(value)
                ours = (heading and ours) or agent == self.token
                everyone = (heading and everyone) or agent == "*"
                self.named |= ours
            elif value and (ours or everyone):
                line = f"{name}: {_told(name, value)}"
                self.own.extend([line] if ours else [])
                self.common.extend([line] if everyone else [])
            heading = name == "user-agent"


def read_rules(text: str, token: str = PRODUCT_TOKEN) -> RobotsRules:
    """The rules of a robots.txt for `token`. Any text is one: lines that say nothing are passed over."""
    groups = _Groups(token.lower())
    groups.read(text)
    chosen = groups.own if groups.named else groups.common
    parsed = Protego.parse("\n".join(["User-agent: *", *dict.fromkeys(chosen)]))
    return RobotsRules(parsed, tuple(groups.sitemaps))


def decode(body: bytes) -> str:
    """The text of a robots.txt: 500 KiB at most, cut at a line; no byte order mark, be it whole or not.

    Bytes that are no UTF-8 are read as Windows' Latin alphabet, as French editors wrote it (2.2.2 allows it).
    """
    if len(body) > MAX_BYTES:
        body = body[:MAX_BYTES]
        body = body[: max(body.rfind(b"\n"), body.rfind(b"\r"), 0)]
    is_wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = body.decode("utf-16", errors="replace") if is_wide else _latin(_MARK.sub(b"", body))
    return text.replace("\x00", "")


def agent_of(value: str) -> str:
    """Whom a User-agent line names, lower case: a product token, without its version, or `*`."""
    if value == "*" or value.startswith(("* ", "*\t")):
        return "*"
    match = _TOKEN.match(value.lstrip("*"))
    return match[0].lower() if match else ""


def directives(text: str) -> Iterator[tuple[str, str]]:
    """The lines that say something, as (field, value). A forgotten colon is read where two words stand."""
    for whole in _NEW_LINE.split(text):
        line = whole.partition("#")[0].strip()
        name, colon, value = line.partition(":")
        if not colon:
            words = line.split()
            if len(words) != 2:
                continue
            name, value = words
        known = _FIELDS.get(name.lower().replace("-", "").replace(" ", "").strip())
        if known:
            yield known, value.strip()


def _told(name: str, value: str) -> str:
    """A value as Protego is to hear it."""
    if name == "crawl-delay":
        value = value.replace(",", ".")  # a French decimal
    return quote(_one_spelling(value), safe=_PLAIN)


def _one_spelling(address: str) -> str:
    """An address or pattern with octets beyond ASCII escaped as UTF-8, so that equal ones compare equal."""
    if "%" not in address:
        return address
    address = _FOREIGN.sub(lambda match: quote(_latin(unquote_to_bytes(match[0]))), address)
    path, mark, query = address.partition("?")
    return f"{path}{mark}{_SLASH.sub('/', query)}" if mark else address


def _latin(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", errors="replace")
