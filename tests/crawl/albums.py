"""Photos for the crawl's tests: sites whose adverts show some."""

from collections.abc import Sequence

from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.sites import detail, open_site, path
from tests.models.pictures import as_shown, photo

IMAGE = {"Content-Type": "image/jpeg"}
JPEG = as_shown(photo(), 1)


def hang(web: MeanServer, number: int, photos: Sequence[str], slug: str = "essai") -> None:
    """Let an advert show these photos, each an address or a path of its own site."""
    urls = [url if url.startswith("http") else web.url(slug, url) for url in photos]
    web.page(slug, path(number), detail(number, photos=urls))


def gallery(web: MeanServer, numbers: Sequence[int], each: int = 3, slug: str = "essai") -> str:
    """A site whose adverts show `each` photos, all answered; its address."""
    url = open_site(web, slug, numbers)
    for number in numbers:
        shown = [f"/img/{number}-{at}.jpg" for at in range(each)]
        hang(web, number, shown, slug)
        for at, one in enumerate(shown):
            web.put(slug, one, Reply(200, as_shown(photo(at % 2), number), IMAGE))
    return url
