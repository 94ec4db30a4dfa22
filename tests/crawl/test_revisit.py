"""What a later crawl asks for again: what lists tell otherwise, what they no longer name, what is old."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawl import teaser
from crawl.agencies import register
from crawl.context import open_context
from crawl.report import CrawlReport
from crawl.site import crawl_site
from models.database import open_engine
from models.places import Places
from models.tables import utc_now
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings
from tests.crawl.sites import detail, listing_page, open_site, path

NUMBERS = range(1, 9)


async def _crawl(database_url: str, url: str, hours: float) -> CrawlReport:
    """A crawl `hours` from now."""
    settings = quick_settings(revisit_hours=48)

    def clock() -> datetime:
        return utc_now() + timedelta(hours=hours)

    engine = open_engine(database_url)
    (number,) = register(engine, [url], town=True)
    engine.dispose()
    async with open_context(settings, database_url, places=Places.sample(), clock=clock) as context:
        return await crawl_site(context, number)


def _asked(web: MeanServer) -> set[str]:
    told = {request.path for request in web.log if request.path.startswith("/vente/")}
    web.log.clear()
    return told


async def test_a_listing_of_which_its_list_says_the_same_is_left_alone_for_two_days(
    web: MeanServer, database_url: str
) -> None:
    url = open_site(web, "essai", NUMBERS)
    await _crawl(database_url, url, 0)
    assert len(_asked(web)) == len(NUMBERS)
    report = await _crawl(database_url, url, 24)
    assert _asked(web) == set()
    assert report.found == len(NUMBERS), "named by the list is seen"
    await _crawl(database_url, url, 49)
    assert len(_asked(web)) == len(NUMBERS)
    await _crawl(database_url, url, 49 + 60)
    assert _asked(web) == set(), "nothing had changed: half as long again"


async def test_what_a_list_tells_otherwise_is_looked_at_at_once(web: MeanServer, database_url: str) -> None:
    url = open_site(web, "essai", NUMBERS)
    await _crawl(database_url, url, 0)
    _asked(web)
    web.page(
        "essai", "/ventes", listing_page(NUMBERS).replace("250,003", "1").replace("250003 €", "239000 €")
    )
    web.page("essai", path(3), detail(3, price=239_000))
    report = await _crawl(database_url, url, 24)
    assert _asked(web) == {path(3)}
    assert report.changed == 1


async def test_what_the_lists_no_longer_name_is_looked_at_and_withdrawn_on_its_own_evidence(
    web: MeanServer, database_url: str
) -> None:
    url = open_site(web, "essai", NUMBERS)
    await _crawl(database_url, url, 0)
    _asked(web)
    web.page("essai", "/ventes", listing_page(NUMBERS[2:]))
    web.put("essai", path(1), Reply(404))
    report = await _crawl(database_url, url, 24)
    assert _asked(web) == {path(1), path(2)}
    assert (report.withdrawn, report.found) == (1, len(NUMBERS) - 1)


async def test_a_list_that_did_not_change_still_names_its_listings(
    web: MeanServer, database_url: str
) -> None:
    url = open_site(web, "essai", NUMBERS)
    same = Reply(200, listing_page(NUMBERS), {"ETag": '"1"', "Content-Type": "text/html"})
    web.put("essai", "/ventes", lambda request: Reply(304) if "if-none-match" in request.headers else same)
    await _crawl(database_url, url, 0)
    _asked(web)
    report = await _crawl(database_url, url, 24)
    assert _asked(web) == set()
    assert report.found == len(NUMBERS)


def test_a_teaser_is_what_stands_between_two_listings_without_its_markup() -> None:
    page = listing_page([1, 2, 3])
    links = [path(n) for n in (1, 2, 3)]
    before = teaser.told(page.encode(), links)
    assert len(set(before.values())) == 3
    again = page.replace("<article class", '<article data-hash="9f" class').replace(
        "250002 €", "250&nbsp;002 €"
    )
    assert teaser.told(again.encode(), links) == before
    cheaper = teaser.told(page.replace("250002 €", "240002 €").encode(), links)
    assert {link for link in links if cheaper[link] != before[link]} == {path(2)}


@pytest.mark.parametrize("body", [b"", b"<a href='/1'>", b'"/1"' * 10_000, Path(__file__).read_bytes()])
def test_a_teaser_that_tells_no_price_tells_nothing(body: bytes) -> None:
    assert teaser.told(body, ["/1", "/2", "", "\ud800"]) == {}
