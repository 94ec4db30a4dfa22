"""Traps: each costs a bounded number of requests, and all the real listings are still found."""

import re
from collections.abc import Callable
from itertools import count

import pytest
from sqlalchemy import Engine

from crawl.context import CrawlContext
from crawl.frontier import DuePage, Priority
from crawl.site import crawl_site
from crawl.traps import (
    BARREN,
    BARREN_DATED,
    BARREN_DETAILS,
    BARREN_FOLDER,
    BARREN_NEXT,
    Traps,
    dated,
    loops,
    shape,
    without,
)
from crawl.url import key
from extract.page import PageReading
from tests.crawl.asked import active, enter
from tests.crawl.mean_server import MeanServer, Reply, Request
from tests.crawl.sites import HOME, detail, listing_page, open_site, path

LISTINGS = range(1, 9)
Page = Callable[[str], str | None]


@pytest.mark.parametrize(
    "trap", ["/a/b/a/b/a/b", "/fr/fr/fr/ventes", "/x/biens/biens/biens", "/" + "/".join("abcdefghijklm")]
)
def test_a_path_that_repeats_itself_loops(trap: str) -> None:
    assert loops(trap)


@pytest.mark.parametrize("real", ["/", "/vente/paris/paris/15e", "/annonces/0/0/0/12.html", "/a/b/a/b"])
def test_a_real_path_does_not(real: str) -> None:
    assert not loops(real)


def test_addresses_made_by_one_rule_have_one_shape() -> None:
    assert shape("https://a.example/agenda/2026/01") == shape("https://a.example/agenda/2027/12")
    assert shape("https://a.example/tag/vue-mer") == shape("https://a.example/tag/plain-pied")
    assert shape("https://a.example/l?b=1&a=2") == shape("https://a.example/l?a=3&b=4")
    assert shape("https://a.example/l?a=1") != shape("https://a.example/l?b=1")
    assert shape("https://a.example/contact") != shape("https://a.example/tag/vue-mer")


@pytest.mark.parametrize(
    "url", ["/agenda/2026/01", "/agenda?mois=2", "/2026-1-3/x", "/p?jour=lundi", "/x/202603"]
)
def test_dates_are_told(url: str) -> None:
    assert dated(f"https://a.example{url}")


@pytest.mark.parametrize("url", ["/bien/201234567", "/bien/2026", "/vente/maison-120m2", "/p?aujourdhui=1"])
def test_numbers_are_no_dates(url: str) -> None:
    assert not dated(f"https://a.example{url}")


def test_a_parameter_is_taken_out_of_an_address_or_a_key() -> None:
    assert without("https://a.example/l?zz=1&b=2", frozenset({"zz"})) == "https://a.example/l?b=2"
    assert without("a.example/l?zz=1#!/x", frozenset({"zz"})) == "a.example/l#!/x"


def _links(*hrefs: str) -> str:
    return "<p>Une page de plus.</p>" + "".join(
        f'<a href="{h}">Annonces {n}</a> ' for n, h in enumerate(hrefs)
    )


def calendar(path: str) -> str | None:
    """Every month links to those beside it, for ever."""
    if not (at := re.fullmatch(r"/agenda/(\d{4})/(\d\d)", path)):
        return None
    month = int(at[1]) * 12 + int(at[2]) - 1
    beside = [f"/agenda/{m // 12:04}/{m % 12 + 1:02}" for m in range(month - 12, month + 13)]
    return HOME.replace("</main>", f"{_links(*beside)}</main>").replace("Bienvenue", f"Agenda {path}")


def facets(path: str) -> str | None:
    """Every combination of criteria shows the same adverts, and links to more of them."""
    if not path.startswith("/ventes?"):
        return None
    turned = [
        f"{path}&{name}={value}" for name in "abcdefgh" if f"{name}=" not in path for value in range(12)
    ]
    return listing_page(LISTINGS).replace("</main>", f"{_links(*turned)}</main>")


def folders(path: str) -> str | None:
    """Relative links that dig deeper, under a server that ignores what follows."""
    if not path.startswith("/infos/"):
        return None
    return HOME.replace("</main>", f"{_links('infos/plan/', 'plan/infos/', 'suite/')}{path}</main>")


def slugs(path: str) -> str | None:
    """Words upon words, each a page."""
    if not path.startswith("/tag/"):
        return None
    made = [f"/tag/mot-{'abcdefghij'[n % 10]}{'abcdefghij'[len(path) % 10]}{path[-2:]}" for n in range(40)]
    return HOME.replace("</main>", f"{_links(*made)}{path}</main>")


def pages(path: str) -> str | None:
    """A list whose next page is never the last, and shows the last adverts again."""
    if not (at := re.fullmatch(r"/liste\?page=(\d+)", path)):
        return None
    return listing_page(LISTINGS[-2:], f"/liste?page={int(at[1]) + 1}").replace("8 biens", path)


def links(path: str) -> str | None:
    """A hundred thousand links on one page, each of them a page."""
    if path == "/plan":
        return HOME.replace("</main>", f"{_links(*(f'/plan/{n}' for n in range(100_000)))}</main>")
    return HOME.replace("Bienvenue", path) if path.startswith("/plan/") else None


@pytest.mark.parametrize(
    ("trap", "entrance", "most"),
    [
        (calendar, "/agenda/2026/01", BARREN_DATED),
        (facets, "/ventes?a=1", BARREN_FOLDER + 1),
        (folders, "/infos/", BARREN),
        (slugs, "/tag/vue", BARREN_FOLDER),
        (pages, "/liste?page=1", BARREN_NEXT + 1),
        (links, "/plan", BARREN + 1),
    ],
)
async def test_a_trap_costs_a_bounded_number_of_requests_and_no_listing(
    web: MeanServer, context: CrawlContext, engine: Engine, trap: Page, entrance: str, most: int
) -> None:
    site = enter(engine, open_site(web, "essai", LISTINGS))
    web.page("essai", "/", HOME.replace("</nav>", f'<a href="{entrance}">Nos annonces</a></nav>'))
    known = {"/", "/ventes", "/robots.txt", "/sitemap.xml", *map(path, LISTINGS)}
    web.otherwise("essai", lambda request: _answer(trap(request.path)))
    for crawl in range(2):
        before = len(web.log)
        report = await crawl_site(context, site)
        spent = [r.path for r in web.log[before:] if r.path not in known]
        print(f"{trap.__name__}, crawl {crawl + 1}: {len(spent)} requests. {report.line}")
        assert report.status == "ok", report
        assert active(engine) == {path(n)[1:] for n in LISTINGS}
        assert crawl or spent
        assert len(spent) <= most


def _answer(page: str | None) -> Reply:
    return Reply(200, page) if page else Reply(404)


def test_lists_never_take_the_pages_of_the_listings_and_the_report_says_what_was_left_out() -> None:
    traps = Traps.of(pages=60)
    for number in range(1, 41):
        url = f"https://a.example/ventes?page={number}"
        if not traps.skips(url, Priority.LIST):
            page = DuePage(number, url, key(url), None, Priority.LIST, 1, "list", None, None, None)
            traps.saw(page, PageReading("index"), named=True)
    assert traps.asked == {"lists": 30}, "half of the pages"
    assert traps.note is not None
    assert "10 lists" in traps.note
    for kept in (Priority.HOME, Priority.CHANGED, Priority.NEW, Priority.KNOWN, Priority.SITEMAP):
        assert not traps.skips("https://a.example/ventes?page=50", kept)


def test_addresses_that_lists_take_for_listings_and_are_none_end_until_one_is_a_listing() -> None:
    traps = Traps.of(pages=5_000)
    url = "https://a.example/bien/7"
    page = DuePage(1, url, key(url), None, Priority.NEW, 1, "list", None, None, None)
    for _ in range(BARREN_DETAILS):
        assert not traps.skips(url, Priority.NEW)
        traps.saw(page, PageReading("other"), named=False)
    assert traps.skips(url, Priority.NEW)
    for known in (Priority.CHANGED, Priority.KNOWN):
        assert not traps.skips(url, known), "a listing that is known is always looked at"
    traps.saw(page, PageReading("detail"), named=False)
    assert not traps.skips(url, Priority.NEW)


async def test_a_parameter_that_changes_nothing_is_learnt_to_be_noise(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", LISTINGS))
    web.remove("essai", "/sitemap.xml")
    visit = count()

    def answer(request: Request) -> Reply:
        """A new visit's number in every link, unless the request has one of its own."""
        place = request.path.partition("?")[0]
        pages = {"/": HOME, "/ventes": listing_page(LISTINGS)} | {path(n): detail(n) for n in LISTINGS}
        if place not in pages:
            return Reply(404)
        return Reply(
            200, re.sub(r'href="([^"]+)"', lambda m: f'href="{m[1]}?zz={next(visit)}"', pages[place])
        )

    web.otherwise("essai", answer)
    for place in ("/", "/ventes", *map(path, LISTINGS)):
        web.remove("essai", place)
    report = await crawl_site(context, site)
    print(len(web.log), "requests.", report.line)
    assert {place.partition("?")[0] for place in active(engine)} == {path(n)[1:] for n in LISTINGS}
    assert len(web.log) <= 2 * len(LISTINGS) + 20
    assert "zz" in (report.error or "")
