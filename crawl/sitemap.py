"""Sitemaps: from robots.txt's word, or the usual address, to the pages of the site they name.

Reads indexes, url sets, gzip, plain text, RSS and Atom, CDATA and broken XML alike; follows indexes
within bounds. Knows no page; `site` puts what it yields into the frontier.
"""

import html
import re
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from crawl.fetch import SITEMAP_BYTES, Fetched, Fetcher, FetchOutcome, Manner, Permit
from crawl.url import absolute, key, origin, same_site

#: sitemaps.org allows 50,000 addresses a file; a site's crawl never needs more files than this.
MAX_FILES: Final = 50
MAX_URLS: Final = 200_000

#: Image and video extensions carry a `loc` of their own. Bounded, so that no input makes it slow.
_LOC: Final = re.compile(
    rb"<(?!image:|video:)(?:\w{1,20}:)?(?:loc|link)\b[^<>]{0,200}>\s{0,200}(?:<!\[CDATA\[)?([^<\]]{1,2100})",
    re.I,
)
_ATOM_LINK: Final = re.compile(rb"<link\b[^<>]{0,400}?\bhref\s?=\s?[\"']([^\"'<>]{1,2100})[\"']", re.I)
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """What one file names: other sitemaps, or pages; addresses as they stand."""

    sitemaps: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


async def read_sitemaps(
    fetcher: Fetcher, home: str, told: Sequence[str], permit: Permit
) -> AsyncIterator[tuple[Fetched, list[str]]]:
    """Fetch the sitemaps of the site at `home` and yield, file by file, the pages of that site.

    told: robots.txt's own list; when empty, /sitemap.xml is tried. Each file once, MAX_FILES at most.
    """
    queue = [absolute_sitemap(home, url) for url in (told or ("/sitemap.xml",))]
    seen: set[str] = set()
    while queue and len(seen) < MAX_FILES:
        url = queue.pop(0)
        if url is None or key(url) in seen or not same_site(home, url):
            continue
        seen.add(key(url))
        fetched = await fetcher.fetch(url, Manner(permit=permit, cap=SITEMAP_BYTES))
        file = parse(fetched.body) if fetched.outcome is FetchOutcome.OK else SitemapFile()
        queue.extend(absolute_sitemap(fetched.final_url, found) for found in file.sitemaps)
        pages = (absolute(fetched.final_url, found) for found in file.pages)
        yield fetched, [page for page in pages if page and same_site(home, page)][:MAX_URLS]


def absolute_sitemap(base: str, url: str) -> str | None:
    """A sitemap's address, absolute; None when it is none. `crawl.url.absolute` would refuse its ending."""
    try:
        joined = urljoin(base if "/" in base.removeprefix(origin(base)) else f"{base}/", url.strip())
        joined.encode()
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None


def parse(body: bytes) -> SitemapFile:
    """What a sitemap's bytes name, whatever its dialect; empty when it is none."""
    body = unpack(body)
    head = body[:4096].lower()
    if b"<html" in head or b"<!doctype html" in head:
        return SitemapFile()
    if b"<" not in head:
        return SitemapFile(pages=tuple(line for line in _text(body).split() if line.startswith("http")))
    found = _LOC.findall(body) + (_ATOM_LINK.findall(body) if b"<feed" in head else [])
    addresses = tuple(dict.fromkeys(html.unescape(_text(address)) for address in found[:MAX_URLS]))
    return SitemapFile(sitemaps=addresses) if b"<sitemapindex" in head else SitemapFile(pages=addresses)


def unpack(body: bytes, cap: int = SITEMAP_BYTES) -> bytes:
    """The body of a `.gz` file, at most `cap` bytes of it; other bodies as they are."""
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, cap)
    except zlib.error:
        return b""


def _text(body: bytes) -> str:
    return body.decode("utf-8-sig", errors="replace").strip()
