"""A page family: the habits of one kind of site, from its addresses to its markup.

A family overrides the addresses and the `render_*` methods; this base turns a path into a page and
answers for withdrawn adverts. Families differ in structure, not only in colour.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import ClassVar

from models.listing import Transaction
from town.model import Advert, Article, Site, Withdrawal


@dataclass(frozen=True, slots=True)
class Response:
    """What the server sends. `body` is already encoded as the family's charset."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def redirect(location: str, status: int = 301) -> Response:
    """A redirect to a path of the same site."""
    return Response(b"", status, headers={"Location": location})


class Family(ABC):
    """Base of all page families. Paths may carry a query (`/index.php?page=3`)."""

    name: ClassVar[str]
    #: What `extract.platforms` should answer for these sites, or None where nothing tells.
    platform: ClassVar[str | None] = None
    charset: ClassVar[str] = "utf-8"
    #: False where the charset is declared in the page's meta alone.
    charset_in_header: ClassVar[bool] = True
    per_page: ClassVar[int] = 9
    #: Names of `models.listing.Listing` fields that these pages never tell: null in the truth.
    hidden: ClassVar[frozenset[str]] = frozenset()

    # Addresses -----------------------------------------------------------------------------

    @abstractmethod
    def list_path(self, transaction: Transaction, page: int = 1) -> str:
        """The address of one page of the sale or rent list."""

    @abstractmethod
    def detail_path(self, site: Site, advert: Advert) -> str:
        """The address of one advert; must vary with `advert.path_suffix`."""

    def info_paths(self) -> dict[str, str]:
        """Addresses of `agency`, `fees`, `blog`, `contact` and `legal`."""
        return {
            "agency": "/agence",
            "fees": "/honoraires",
            "blog": "/blog",
            "contact": "/contact",
            "legal": "/mentions-legales",
        }

    def article_path(self, article: Article) -> str:
        return f"{self.info_paths()['blog']}/{article.slug}"

    # Pages: text, encoded by `page` --------------------------------------------------------

    @abstractmethod
    def render_home(self, site: Site) -> str:
        """The home page, with a few listings."""

    @abstractmethod
    def render_list(self, site: Site, transaction: Transaction, page: int) -> str:
        """One page of a list, with its cards and its way to the next."""

    @abstractmethod
    def render_detail(self, site: Site, advert: Advert) -> str:
        """The advert's page. When `advert.withdrawn` is SOLD_STICKER it wears its sticker."""

    @abstractmethod
    def render_info(self, site: Site, kind: str) -> str:
        """One of `agency`, `fees`, `blog`, `contact`, `legal`."""

    @abstractmethod
    def render_article(self, site: Site, article: Article) -> str:
        """One blog post."""

    @abstractmethod
    def render_not_found(self, site: Site) -> str:
        """What an unknown address shows."""

    def robots(self, site: Site) -> str:
        delay = f"Crawl-delay: {site.crawl_delay:g}\n" if site.crawl_delay else ""
        return f"User-agent: *\n{delay}Disallow: /admin/\nSitemap: {site.base_url}/sitemap.xml\n"

    def sitemap(self, site: Site) -> str:
        urls = "".join(f"<url><loc>{self.sitemap_url(site, p)}</loc></url>" for p in self.sitemap_paths(site))
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>\n'
        )

    def sitemap_url(self, site: Site, path: str) -> str:
        return (site.base_url + path).replace("&", "&amp;")

    def extra(self, site: Site) -> dict[str, Response]:
        """Further resources by path: feeds, style sheets, sub-sitemaps."""
        return {}

    # From a path to a page -----------------------------------------------------------------

    def page(self, text: str, status: int = 200) -> Response:
        """`text` as a response in the family's charset."""
        kind = f"text/html; charset={self.charset}" if self.charset_in_header else "text/html"
        return Response(text.encode(self.charset, "xmlcharrefreplace"), status, kind)

    def pages_of(self, site: Site, transaction: Transaction) -> int:
        return max(1, ceil(len(site.of(transaction)) / self.per_page))

    def slice(self, site: Site, transaction: Transaction, page: int) -> tuple[Advert, ...]:
        start = (page - 1) * self.per_page
        return site.of(transaction)[start : start + self.per_page]

    def similar(self, site: Site, advert: Advert, count: int = 3) -> tuple[Advert, ...]:
        """Other live adverts, for the similar-listings block that fools naive readers."""
        others = [a for a in site.of(advert.dwelling.transaction) if a.id != advert.id]
        start = advert.id % max(1, len(others))
        return tuple((others[start:] + others[:start])[:count])

    def sitemap_paths(self, site: Site) -> list[str]:
        live = [a for a in site.adverts if a.id not in site.sitemap_missing]
        dead = [a for a in site.withdrawn if a.id in site.sitemap_dead]
        return ["/", *self.info_paths().values(), *(self.detail_path(site, a) for a in (*live, *dead))]

    def respond(self, site: Site, path: str) -> Response:
        """The answer to `GET path` (path and query, as sent)."""
        found = self.routes(site).get(path)
        if found is None:
            return self.page(self.render_not_found(site), 404)
        return found()

    def routes(self, site: Site) -> dict[str, Callable[[], Response]]:
        """Every address of the site and what makes its page."""
        table: dict[str, Callable[[], Response]] = {
            "/": lambda: self.page(self.render_home(site)),
            "/robots.txt": lambda: Response(self.robots(site).encode(), content_type="text/plain"),
            "/sitemap.xml": lambda: Response(self.sitemap(site).encode(), content_type="application/xml"),
        }
        for transaction in (Transaction.SALE, Transaction.RENT):
            for number in range(1, self.pages_of(site, transaction) + 1):
                table[self.list_path(transaction, number)] = self.deferred(
                    self.render_list, site, transaction, number
                )
        for kind, path in self.info_paths().items():
            table[path] = self.deferred(self.render_info, site, kind)
        for article in site.articles:
            table[self.article_path(article)] = self.deferred(self.render_article, site, article)
        for advert in (*site.withdrawn, *site.adverts):
            table[self.detail_path(site, advert)] = partial(self.answer, site, advert)
        for path, response in self.extra(site).items():  # noqa: S610 (not Django)
            table[path] = partial(lambda r: r, response)
        return table

    def deferred(self, renderer: Callable[..., str], *arguments: object) -> Callable[[], Response]:
        """A page that is rendered when it is asked for."""
        return lambda: self.page(renderer(*arguments))

    def answer(self, site: Site, advert: Advert) -> Response:
        """A detail page, or what a withdrawn advert's address answers."""
        match advert.withdrawn:
            case Withdrawal.NOT_FOUND:
                return self.page(self.render_not_found(site), 404)
            case Withdrawal.GONE:
                return self.page(self.render_not_found(site), 410)
            case Withdrawal.REDIRECT_TO_LIST:
                return redirect(self.list_path(advert.dwelling.transaction), 302)
            case Withdrawal.HOME_PAGE:
                return self.page(self.render_home(site))
            case _:
                return self.page(self.render_detail(site, advert))
