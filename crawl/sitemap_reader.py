"""Reading sitemaps as their bytes come: url sets, indexes, text, RSS, Atom, broken XML, in bounded memory.

    reader = SitemapReader(limit=20_000)
    while reader.feed(piece): ...
    reader.close()
    reader.pages, reader.sitemaps

Holds what it found and 4 KiB of what it has not yet understood. Believes no date that most pages share: it
tells of the file.
"""

import codecs
import html
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

#: Longer than any token that is read: its end may still be to come.
_KEPT: Final = 4_096
#: Longer addresses are none; tags and blanks are bounded, so that no input makes it slow.
_TOKEN: Final = re.compile(
    rb"<(?:(!--)|(/?)(?:(\w{1,20}):)?"
    rb"(loc|link|lastmod|updated|pubdate|url|urlset|sitemap|sitemapindex|item|entry|rss|feed|rdf)\b"
    rb"([^<>]{0,400}+)>(?:\s{0,200}+(?:<!\[CDATA\[)?+([^<]{0,2100}+)(?=<(?:[^!]|!--)))?)",
    re.I,
)
_HREF: Final = re.compile(rb"\bhref\s?=\s?[\"']([^\"'<>]{1,2100})[\"']", re.I)
_REL: Final = re.compile(rb"\brel\s?=\s?[\"']?([\w-]{1,30})", re.I)
#: Links of a feed's entry that are not its page.
_BESIDE: Final = frozenset({b"self", b"edit", b"enclosure", b"replies", b"via", b"related", b"hub", b"next"})
_ENTRIES: Final = frozenset({b"url", b"sitemap", b"item", b"entry"})
_ROOTS: Final = frozenset({b"urlset", b"sitemapindex", b"rss", b"feed", b"rdf"})
_FEED_ENTRIES: Final = frozenset({b"item", b"entry"})
_DATES: Final = frozenset({b"lastmod", b"updated", b"pubdate"})
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Pages from which on one day for most of them tells of the file and not of the pages.
_MANY: Final = 5


@dataclass(frozen=True, slots=True)
class Listed:
    """A page as a sitemap names it. lastmod: the last instant at which it may have changed, if told."""

    url: str
    lastmod: datetime | None = None


class SitemapReader:
    """One file. limit: addresses kept at most; the reading ends with them."""

    def __init__(self, limit: int) -> None:
        """Nothing read yet."""
        self.sitemaps: list[str] = []
        self.pages: list[Listed] = []
        self._limit = limit
        self._tail = b""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._text: bool | None = None
        self._over = self._commented = False
        self._root = self._prefix = self._inside = b""
        self._address = self._date = b""

    def feed(self, piece: bytes) -> bool:
        """Take the next bytes; False when no more of them are wanted."""
        if self._over:
            return False
        if self._text is None and not self._tail and piece.startswith(_UTF_16):
            self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        if self._decoder:
            piece = self._decoder.decode(piece).encode()
        self._tail += piece
        if self._text is None and (len(self._tail) >= _KEPT or b"<" in self._tail):
            self._tell_dialect()
        if self._text is not None:
            self._read()
        self._over = self._over or len(self.pages) + len(self.sitemaps) >= self._limit
        return not self._over

    def close(self) -> None:
        """The file is over, whole or not."""
        if not self._over:
            if self._text is None:
                self._tell_dialect()
            self._tail += b"\n" if self._text else b"<>"
            self._read(last=True)
            self._flush()
        days = Counter(page.lastmod.date() for page in self.pages if page.lastmod)
        for day, pages in days.most_common(1):
            if pages >= _MANY and pages > days.total() / 2:
                self.pages = [
                    p if p.lastmod and p.lastmod.date() != day else Listed(p.url) for p in self.pages
                ]

    def _tell_dialect(self) -> None:
        self._text = b"<" not in self._tail
        self._over = self._text and b"http" not in self._tail

    def _read(self, *, last: bool = False) -> None:
        if self._text:
            *words, tail = re.split(rb"\s+", self._tail)
            self._tail = tail[:_KEPT]
            for word in (word.removeprefix(codecs.BOM_UTF8) for word in words):
                self._address = word if word.startswith(b"http") else b""
                self._flush()
        elif not self._root and _is_html(self._tail[:_KEPT].lower()):
            self._over = True
        else:
            done = self._tokens(last=last)
            self._tail = self._tail[max(done, len(self._tail) - _KEPT) :]

    def _tokens(self, *, last: bool) -> int:
        """Read the tokens that are whole; where the last of them ends."""
        done = 0
        while True:
            if self._commented:
                end = self._tail.find(b"-->", done)
                if end < 0:
                    return max(done, len(self._tail) - 2)
                done, self._commented = end + 3, False
            found = _TOKEN.search(self._tail, done)
            if found is None or len(self.pages) >= self._limit:
                return done
            cut = not found[1] and not found[2] and found[6] is None
            if cut and not last and len(self._tail) - found.start() <= _KEPT:
                return found.start()
            done = found.end()
            self._commented = bool(found[1])
            if not found[1]:
                self._token(found[2] == b"/", (found[3] or b"").lower(), found[4].lower(), found[5], found[6])

    def _token(self, closing: bool, prefix: bytes, name: bytes, inside: bytes, text: bytes | None) -> None:
        if name in _ROOTS:
            self._root, self._prefix = self._root or name, self._prefix or prefix
        elif prefix not in (b"", self._prefix):
            return  # of an image, a video, another language
        elif name in _ENTRIES:
            self._flush()
            self._inside = b"" if closing else name
        elif closing:
            return
        elif name in _DATES:
            self._date = text or b""
        elif name == b"loc" and text and _plain(text):
            if self._address:
                self._flush()
            self._address = text
        elif name == b"link" and self._inside in _FEED_ENTRIES and not self._address:
            self._address = _link(inside, text)

    def _flush(self) -> None:
        address, date = _plain(self._address), _plain(self._date)
        self._address = self._date = b""
        if not address or len(self.pages) >= self._limit:
            return
        url = html.unescape(_decoded(address))
        if self._root == b"sitemapindex" or self._inside == b"sitemap":
            self.sitemaps.append(url)
        else:
            self.pages.append(Listed(url, instant(_decoded(date)) if date else None))


@lru_cache(maxsize=256)
def instant(told: str) -> datetime | None:
    """The last instant that a date in W3C's or RFC 822's form may mean; None for any other.

    A day without an hour lasts until its end; an hour without a zone is taken for UTC.
    """
    told = told.strip()
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        try:
            at = parsedate_to_datetime(told)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    try:
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        return at + timedelta(days=1, microseconds=-1) if len(told) <= len("2026-01-31") else at
    except (ValueError, OverflowError):
        return None


def _link(inside: bytes, text: bytes | None) -> bytes:
    href, rel = _HREF.search(inside), _REL.search(inside)
    if href:
        return b"" if rel and rel[1].lower() in _BESIDE else href[1]
    return text or b""


def _plain(text: bytes) -> bytes:
    return text.strip().removesuffix(b"]]>").strip()


def _is_html(head: bytes) -> bool:
    return b"<html" in head or b"<!doctype html" in head


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("cp1252", errors="replace")
