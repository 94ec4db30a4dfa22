"""Pages per second of one core: the whole reading, beside a peer that seeks one price and nothing else.

The peer parses with the same library and answers the first amount in euros of the visible text: a floor for
what any reader must cost, and a measure of what naive reading gets wrong.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from extract.charset import decode
from extract.list_wrapper import ListWrapper, is_same
from extract.list_wrapping import ListSample
from extract.list_wrapping import learn as learn_lists
from extract.page import PageReading, read_page
from extract.rehearsal import compare
from extract.samples import Sample
from extract.wrapper import Wrapper
from extract.wrapping import learn
from models.places import Places
from tests.benchmarks.harness import Track
from tests.benchmarks.pages import Page, real_pages, town_details
from tests.benchmarks.siblings import detail_sibling, list_sibling

#: Details of the town; every agency has its share.
TOWN_PAGES = 108
#: Enough of them to learn every agency's site from eight and read a few more.
LEARNT_PAGES = 432
_EUROS = re.compile(r"(\d[\d .\u00a0\u202f]*)\s*€")

_UTF8 = "text/html; charset=utf-8"

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


@dataclass(frozen=True)
class Taught:
    """A page with what others of its site teach; it is not among them."""

    page: Page
    wrapper: Wrapper | None = None
    lists: ListWrapper | None = None

    def read(self) -> PageReading:
        """The page's reading by what was taught."""
        return read_page(
            self.page.body, self.page.url, content_type=self.page.content_type,
            wrapper=self.wrapper, lists=self.lists,
        )  # fmt: skip


def taught(page: Page) -> Taught:
    """The page with what eight details, or eight lists, like it teach: nothing where it is neither."""
    html, _ = decode(page.body, page.content_type)
    page = replace(page, url=f"{page.url}page-a?page=1")  # the site's door is no list
    reading = read_page(page.body, page.url, content_type=page.content_type)
    if reading.kind == "other":
        return Taught(page)
    printed = detail_sibling if reading.listing is not None else list_sibling
    like = [
        Page(page.url.replace("-a?", f"-{'abcdefghi'[n]}?"), printed(html, reading, n).encode(), _UTF8)
        for n in range(1, 9)
    ]
    if reading.listing is not None:
        return Taught(page, wrapper=wrapper_of(like))
    return Taught(page, lists=lists_of(like) if reading.links else None)


def lists_of(pages: Sequence[Page]) -> ListWrapper | None:
    """What the lists of one site teach."""
    samples = []
    for page in pages:
        told = read_page(page.body, page.url, content_type=page.content_type)
        if told.kind == "index" and told.links:
            html = decode(page.body, page.content_type)[0]
            samples.append(ListSample(html, page.url, told.links, told.next, told.follow, told.platform))
    return learn_lists(samples)


@pytest.fixture(scope="module")
def real_taught(real: list[Page]) -> list[Taught]:
    """The pages of live sites, with what others like them teach."""
    return [taught(page) for page in real if page.live]


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


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["detail", "index"])
def test_real_pages_are_read_by_what_others_of_their_sites_teach(
    track: Track, real_taught: list[Taught], kind: str
) -> None:
    """How often the short way is granted by its own check, and what it then costs."""
    asked = [one for one in real_taught if one.read().kind == kind]
    short = [one for one in asked if one.read().by_wrapper]
    if not short:
        pytest.skip(f"of {len(asked)} real pages none goes the short way")
    whole = track.measure(f"whole, real {kind}", "pages", lambda: read_all(pignon, [t.page for t in short]))
    track.note(kb=sum(len(one.page.body) for one in short) / len(short) / 1024)
    ours = track.measure(f"by wrapper, real {kind}", "pages", lambda: sum(t.read().by_wrapper for t in short))
    times = ours.per_core_second / whole.per_core_second
    track.note(granted=len(short), asked=len(asked), times=times, alike=agreement(short))
    track.measure(f"as granted, real {kind}", "pages", lambda: sum(t.read().kind == kind for t in asked))
    assert times > 1


def agreement(short: Sequence[Taught]) -> float:
    """Share of the values, or of the lists, on which the short way and the readers agree."""
    right = told = 0
    for one in short:
        reading, whole = one.read(), read_page(one.page.body, one.page.url)
        if one.lists is not None:
            right, told = right + is_same(reading, whole), told + 1
        elif reading.listing is not None and whole.listing is not None:
            alike = compare(reading.listing, whole.listing)
            right, told = right + sum(alike.values()), told + len(alike)
    return right / max(1, told)
