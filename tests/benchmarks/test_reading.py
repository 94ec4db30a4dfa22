"""Pages per second of one core: the whole reading, beside a peer that seeks one price and nothing else.

The peer parses with the same library and answers the first amount in euros of the visible text: a floor for
what any reader must cost, and a measure of what naive reading gets wrong.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from extract.charset import decode
from extract.page import read_page
from extract.samples import Sample
from extract.wrapper import Wrapper
from extract.wrapping import learn
from models.places import Places
from tests.benchmarks.harness import Track
from tests.benchmarks.pages import Page, real_pages, town_details
from tests.benchmarks.siblings import sibling

#: Details of the town; every agency has its share.
TOWN_PAGES = 108
#: Enough of them to learn every agency's site from eight and read a few more.
LEARNT_PAGES = 432
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


def by_wrapper(wrapper: Wrapper, page: Page) -> bool:
    """Whether the page is read by its site's wrapper alone."""
    return read_page(page.body, page.url, content_type=page.content_type, wrapper=wrapper).by_wrapper


def wrapper_of(pages: Sequence[Page]) -> Wrapper | None:
    """What the pages of one site teach."""
    samples = []
    for page in pages:
        reading = read_page(page.body, page.url, content_type=page.content_type)
        if reading.listing is not None:
            samples.append(Sample.of(decode(page.body, page.content_type)[0], page.url, reading))
    return learn(samples, Places.sample())


def siblings_of(page: Page) -> list[Page]:
    """The page and five like it."""
    html, _ = decode(page.body, page.content_type)
    others = [replace(page, url=f"{page.url}{n}", body=sibling(html, n).encode()) for n in range(1, 6)]
    return [replace(page, url=f"{page.url}0"), *others]


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


@pytest.mark.timeout(300)
def test_details_of_the_town_are_read_by_their_sites_wrappers(track: Track) -> None:
    sites: dict[str, list[Page]] = {}
    for page in town_details(LEARNT_PAGES):
        sites.setdefault(page.url.split("/")[2], []).append(page)
    wrappers = {site: wrapper_of(pages[:8]) for site, pages in sites.items()}
    learnt = [(wrappers[site], page) for site, pages in sites.items() for page in pages[8:]]
    short = [(w, page) for w, page in learnt if w is not None and by_wrapper(w, page)]
    pages = [page for _, page in short]
    alone = track.measure("whole reading, town", "pages", lambda: read_all(pignon, pages))
    ours = track.measure("by wrapper, town", "pages", lambda: sum(by_wrapper(w, page) for w, page in short))
    track.note(share=len(short) / len(learnt), times=ours.per_core_second / alone.per_core_second)
    assert ours.per_core_second > alone.per_core_second


@pytest.mark.timeout(300)
def test_real_details_are_read_by_wrappers(track: Track, real: list[Page]) -> None:
    """What the short way costs: learnt from the page and five like it, and believed wherever it is whole."""
    short: list[tuple[Wrapper, Page]] = []
    for page in real:
        like = siblings_of(page)
        wrapper = wrapper_of(like) if pignon(page) is not None else None
        if wrapper is None:
            continue
        # Photos that a script alone tells cannot be learnt: such a page is timed without.
        for forced in (replace(wrapper, swift=True), replace(wrapper, swift=True, photos=())):
            if by_wrapper(forced, like[0]):
                short.append((forced, like[0]))
                break
    if not short:
        pytest.skip("no real detail could be learnt")
    pages = [page for _, page in short]
    alone = track.measure("whole reading, real details", "pages", lambda: read_all(pignon, pages))
    track.note(kb=sum(len(page.body) for _, page in short) / len(short) / 1024)
    ours = track.measure("by wrapper, real details", "pages", lambda: sum(by_wrapper(w, p) for w, p in short))
    track.note(times=ours.per_core_second / alone.per_core_second)
    assert ours.per_core_second > alone.per_core_second
