"""Sitemaps: from robots.txt's word, or the usual address, to the pages of the site they name.

Follows indexes within bounds, reads every file as it comes (`sitemap_reader`): none is ever held whole.
Knows no page; `site` puts what it yields into the frontier.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from crawl.fetch import SITEMAP_BYTES, Fetched, Fetcher, Manner, Permit
from crawl.sitemap_reader import Listed, SitemapReader
from crawl.url import absolute, key, origin, same_site

#: sitemaps.org allows 50,000 addresses a file; a site's crawl never needs more files than this.
MAX_FILES: Final = 50
#: Addresses kept of one file (16 MiB, measured; 5 MiB of the 20,000 that a site's crawl asks for), and files
#: that wait to be read.
MAX_URLS: Final = 50_000
_WAITING: Final = 1_000


@dataclass(slots=True)
class _Opened:
    """The reader of the answer under way: a second try is read from its beginning."""

    limit: int
    reader: SitemapReader

    def __call__(self) -> Callable[[bytes], bool]:
        self.reader = SitemapReader(self.limit)
        return self.reader.feed


async def read_sitemaps(
    fetcher: Fetcher, home: str, told: Sequence[str], permit: Permit, limit: int = MAX_URLS
) -> AsyncIterator[tuple[Fetched, list[Listed]]]:
    """Fetch the sitemaps of the site at `home` and yield, file by file, the pages of that site.

    told: robots.txt's own list; when empty, /sitemap.xml is tried. Each file once, MAX_FILES at most, `limit`
    pages of each. A file that breaks off counts as far as it came.
    """
    limit = min(limit, MAX_URLS)
    queue = deque(absolute_sitemap(home, url) for url in (told or ("/sitemap.xml",)))
    seen: set[str] = set()
    while queue and len(seen) < MAX_FILES:
        url = queue.popleft()
        if url is None or key(url) in seen or not same_site(home, url):
            continue
        seen.add(key(url))
        opened = _Opened(limit, SitemapReader(limit))
        manner = Manner(permit=permit, cap=SITEMAP_BYTES, cut=True, sink=opened)
        fetched = await fetcher.fetch(url, manner)
        opened.reader.close()
        found = (absolute_sitemap(fetched.final_url, one) for one in opened.reader.sitemaps)
        queue.extend(one for one, _ in zip(found, range(_WAITING - len(queue)), strict=False))
        yield fetched, _own(home, fetched.final_url, opened.reader.pages)


def _own(home: str, base: str, pages: Sequence[Listed]) -> list[Listed]:
    """The pages of the site itself, absolute and tidy, each once."""
    own: dict[str, Listed] = {}
    for page in pages:
        url = absolute(base, page.url)
        if url and same_site(home, url):
            own.setdefault(url, Listed(url, page.lastmod))
    return list(own.values())


def absolute_sitemap(base: str, url: str) -> str | None:
    """A sitemap's address, absolute; None when it is none. `crawl.url.absolute` would refuse its ending."""
    try:
        joined = urljoin(base if "/" in base.removeprefix(origin(base)) else f"{base}/", url.strip())
        joined.encode()
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None
