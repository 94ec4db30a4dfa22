"""Where a page's links lead: addresses made absolute from its base, its own site's told from others'.

Knows no markup: `document.Document` and `glance.Glance` say what their base is.
"""

import re
from abc import abstractmethod
from functools import cached_property
from urllib.parse import urljoin, urlsplit

#: A path that joining leaves as it stands: no dots to resolve, nothing empty.
_PLAIN_PATH = re.compile(r"(?:/[\w%+,~-][\w%+,.~-]*)+/?(?:\?[\w%+=&.,~-]+)?", re.ASCII)
#: An address that joining leaves as it stands whatever the page's own is.
_PLAIN_URL = re.compile(rf"https?://[\w.-]+(?:{_PLAIN_PATH.pattern})?", re.ASCII)
#: What follows an origin where splitting it again would tell nothing new.
_PLAIN = re.compile(r"/[^\s#]*")


class Addressed:
    """A page with an address. `url` is where it was found."""

    url: str

    @cached_property
    @abstractmethod
    def base(self) -> str:
        """The address that relative links start from: the first base href, else the page's own."""

    @cached_property
    def _absolutes(self) -> dict[str, str]:
        return {}

    @staticmethod
    def join(base: str, href: str) -> str:
        """`href` made absolute, or empty where it is no address."""
        try:
            return urljoin(base, href.strip())
        except ValueError:
            return ""

    def absolute(self, href: str) -> str:
        """`href` made absolute from the page's base; kept, since menus repeat their links."""
        url = self._absolutes.get(href)
        if url is None:
            url = self._absolutes[href] = self._joined(href)
        return url

    def _joined(self, href: str) -> str:
        if self.origin and _PLAIN_PATH.fullmatch(href):
            return self.origin + href
        if self.origin and _PLAIN_URL.fullmatch(href):
            return href
        return self.join(self.base, href)

    @cached_property
    def origin(self) -> str:
        """Scheme and host that relative links start from, empty where they are no web address."""
        try:
            parts = urlsplit(self.base)
        except ValueError:
            return ""
        return (
            f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""
        )

    @cached_property
    def host(self) -> str:
        try:
            return (urlsplit(self.url).hostname or "").removeprefix("www.")
        except ValueError:
            return ""

    @cached_property
    def own_origin(self) -> str:
        """`origin` where it is the page's own host, `www.` aside; else empty."""
        try:
            host = (urlsplit(self.origin).hostname or "").removeprefix("www.")
        except ValueError:
            return ""
        return self.origin if host == self.host else ""

    def own_path(self, url: str) -> str | None:
        """Path and query of an absolute address on the page's own host, `www.` aside; None for any other."""
        own = self.own_origin
        if own and url.startswith(own) and _PLAIN.fullmatch(url, len(own)):
            return url[len(own) :]
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            return None
        if parts.scheme not in {"http", "https"} or host != self.host:
            return None
        return f"{parts.path}?{parts.query}"

    def is_own(self, url: str) -> bool:
        """Whether an absolute address is on the page's own host, `www.` aside."""
        return self.own_path(url) is not None
