"""Sitemaps: from robots.txt's word, or the usual address, to the pages of the site they name.

Follows indexes within bounds, reads every file as it comes (`sitemap_reader`): none is ever held whole.
Knows no page; `site` puts what it yields into the frontier.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self
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


class SitemapFiles:
    """The sitemaps of one site: those still to read, and the keys of those that were."""

    def __init__(self, waiting: Iterable[str], read: Iterable[str] = ()) -> None:
        """Files to begin with; `of` knows which."""
        self._waiting, self._read = deque(waiting), set(read)

    @classmethod
    def of(cls, home: str, told: Sequence[str]) -> Self:
        """Those of the site at `home`. told: robots.txt's own list; when empty, /sitemap.xml is tried."""
        urls = (absolute_sitemap(home, url) for url in (told or ("/sitemap.xml",)))
        return cls(url for url in urls if url is not None)

    @classmethod
    def unpack(cls, packed: dict[str, list[str]]) -> Self:
        """What `packed` gave."""
        return cls(packed["waiting"], packed["read"])

    def packed(self) -> dict[str, list[str]]:
        """For whoever takes the crawl over: where it stands."""
        return {"waiting": list(self._waiting), "read": sorted(self._read)}

    def next(self, home: str) -> str | None:
        """The next file of that site that was not read yet; None when there is none, or MAX_FILES were."""
        while self._waiting and len(self._read) < MAX_FILES:
            url = self._waiting.popleft()
            if key(url) not in self._read and same_site(home, url):
                self._read.add(key(url))
                return url
        return None

    def add(self, urls: Iterable[str]) -> None:
        """Files that another one named."""
        room = range(_WAITING - len(self._waiting))
        self._waiting.extend(url for url, _ in zip(urls, room, strict=False))


async def read_sitemaps(
    fetcher: Fetcher, home: str, files: SitemapFiles, permit: Permit, limit: int = MAX_URLS
) -> AsyncIterator[tuple[Fetched, list[Listed]]]:
    """Fetch the sitemaps of the site at `home` and yield, file by file, the pages of that site.

    Each file once, MAX_FILES at most, `limit` pages of each. A file that breaks off counts as far as it came.
    """
    limit = min(limit, MAX_URLS)
    while (url := files.next(home)) is not None:
        opened = _Opened(limit, SitemapReader(limit))
        manner = Manner(permit=permit, cap=SITEMAP_BYTES, cut=True, sink=opened)
        fetched = await fetcher.fetch(url, manner)
        opened.reader.close()
        found = (absolute_sitemap(fetched.final_url, one) for one in opened.reader.sitemaps)
        files.add(one for one in found if one is not None)
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
