"""Pages per second of one core: the whole reading, beside a peer that seeks one price and nothing else.

The peer parses with the same library and answers the first amount in euros of the visible text: a floor for
what any reader must cost, and a measure of what naive reading gets wrong.
"""

import re
from collections.abc import Callable, Sequence

import pytest
from selectolax.lexbor import LexborHTMLParser

from extract.page import read_page
from tests.benchmarks.harness import Track
from tests.benchmarks.pages import Page, real_pages, town_details

#: Details of the town; every agency has its share.
TOWN_PAGES = 108
_EUROS = re.compile(r"(\d[\d .\u00a0\u202f]*)\s*€")

Reader = Callable[[Page], int | None]


@pytest.fixture(scope="module")
def town() -> list[Page]:
    """The town's details, printed once."""
    return town_details(TOWN_PAGES)


@pytest.fixture(scope="module")
def real() -> list[Page]:
    """Real pages."""
    pages = real_pages()
    if not pages:
        pytest.skip("no real pages here; name their folder in PIGNON_LABELLED")
    return pages


def pignon(page: Page) -> int | None:
    """The price that the whole reading finds."""
    listing = read_page(page.body, page.url, content_type=page.content_type).listing
    return listing.price if listing else None


def first_amount(page: Page) -> int | None:
    """The peer: the first amount in euros of the visible text."""
    tree = LexborHTMLParser(page.body.decode("utf-8", "replace"))
    tree.strip_tags(["script", "style"])
    found = _EUROS.search(tree.body.text(separator=" ") if tree.body else "")
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return int(digits) if digits else None


def read_all(reader: Reader, pages: Sequence[Page]) -> int:
    """Read every page; how many there were."""
    for page in pages:
        reader(page)
    return len(pages)


def price_right(reader: Reader, pages: Sequence[Page]) -> float:
    """Share of the pages whose price is the one displayed."""
    return sum(reader(page) == page.price for page in pages) / len(pages)


def test_details_of_the_town_are_read(track: Track, town: list[Page]) -> None:
    right = price_right(pignon, town)  # also fills the caches that a crawl fills once
    ours = track.measure("read_page, town", "pages", lambda: read_all(pignon, town))
    track.note(price_right=right, kb=sum(len(page.body) for page in town) / len(town) / 1024)
    peer = track.measure("first amount, town", "pages", lambda: read_all(first_amount, town))
    track.note(price_right=price_right(first_amount, town), times=peer.per_core_second / ours.per_core_second)
    assert right > 0.5, "a bench of a reader that does not read says nothing"


def test_real_pages_are_read(track: Track, real: list[Page]) -> None:
    ours = track.measure("read_page, real", "pages", lambda: read_all(pignon, real), rounds=2)
    track.note(kb=sum(len(page.body) for page in real) / len(real) / 1024)
    peer = track.measure("first amount, real", "pages", lambda: read_all(first_amount, real))
    track.note(times=peer.per_core_second / ours.per_core_second)
