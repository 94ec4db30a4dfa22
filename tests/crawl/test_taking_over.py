"""A site is taken over where it stood: whoever was killed, in whatever transaction, at whatever page."""

import asyncio
import os
import subprocess
import sys
from datetime import timedelta

from sqlalchemy import Engine, func, select, update

from crawl import lease
from crawl.agencies import due
from crawl.context import CrawlContext
from crawl.home import HomePage
from crawl.report import ended_since
from crawl.site import crawl_site
from models.tables import Agency, AggregatedListing, Page, ScrapingLog, utc_now
from tests.crawl.asked import active, enter
from tests.crawl.mean_server import MeanServer, Reply, Request
from tests.crawl.sites import HOME, open_site, path


def test_taking_a_site_again_after_a_commit_in_doubt_is_taking_it_once(
    web: MeanServer, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 3)))
    tokens: list[int] = []
    with engine.begin() as connection:
        first = lease.acquire(connection, site, "host:1:a", utc_now(), tokens)
    with engine.begin() as connection:
        again = lease.acquire(connection, site, "host:1:a", utc_now(), tokens)
    with engine.begin() as connection:
        other = lease.acquire(connection, site, "host:1:a", utc_now(), [])
    assert first is not None
    assert again is not None
    assert again.log_id == first.log_id
    assert again.token > first.token
    assert other is None


def test_a_token_that_was_rolled_back_takes_nothing_from_who_got_it_instead(
    web: MeanServer, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 3)))
    tokens: list[int] = []
    with engine.connect() as connection:
        assert lease.acquire(connection, site, "host:1:a", utc_now(), tokens)
        connection.rollback()
    with engine.begin() as connection:
        assert lease.acquire(connection, site, "host:2:b", utc_now(), [])
    with engine.begin() as connection:
        assert lease.acquire(connection, site, "host:1:a", utc_now(), tokens) is None


async def test_who_takes_over_asks_again_neither_for_robots_nor_sitemaps_nor_the_home_page(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    await crawl_site(context, site)
    _as_if_killed_before_the_last_page(engine, site)
    web.log.clear()
    report = await crawl_site(context, site)
    assert report.resumed
    assert len(web.log) == 1, web.log


async def test_a_recrawl_taken_over_by_another_process_compares_with_the_home_page_without_asking_for_it(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    await crawl_site(context, site)
    with engine.begin() as connection:
        connection.execute(update(AggregatedListing).values(first_seen=utc_now() - timedelta(days=9)))
    await crawl_site(context, site)
    gone = _as_if_killed_before_the_last_page(engine, site)
    web.page("essai", f"/{gone}", HOME)
    web.log.clear()
    report = await crawl_site(context, site)
    assert (report.resumed, report.withdrawn) == (True, 1)
    assert web.paths("essai") == [f"/{gone}"]
    assert gone not in active(engine)


async def test_sitemaps_that_a_killed_crawl_had_read_are_not_asked_for_again(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    url = open_site(web, "essai", range(1, 5))
    locs = "".join(f"<loc>{web.url('essai', f'/s{number}.xml')}</loc>" for number in range(3))
    web.put("essai", "/sitemap.xml", Reply(200, f"<sitemapindex>{locs}</sitemapindex>"))
    files = [f"<urlset><loc>{web.url('essai', path(number))}</loc></urlset>" for number in (1, 2, 3)]
    for number, listed in enumerate(files):
        web.put("essai", f"/s{number}.xml", Reply(200, listed))
    loop = asyncio.get_running_loop()

    def kill(_: Request) -> Reply:
        loop.call_soon_threadsafe(task.cancel)
        return Reply(200, "", delay=2.0)

    web.put("essai", "/s1.xml", kill)
    task = asyncio.create_task(crawl_site(context, site := enter(engine, url)))
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    web.put("essai", "/s1.xml", Reply(200, files[1]))
    web.log.clear()
    report = await crawl_site(context, site)
    assert (report.resumed, report.new) == (True, 4)
    asked = web.paths("essai")
    assert asked[:2] == ["/s1.xml", "/s2.xml"], "the one in hand, and what it had not come to"
    assert not {"/robots.txt", "/sitemap.xml", "/s0.xml"} & set(asked)
    with engine.connect() as connection:
        assert connection.scalars(select(ScrapingLog.sitemaps)).all() == [None], (
            "a crawl that ended needs none"
        )


async def test_an_agency_without_listings_is_told_by_the_home_page_that_another_process_read(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(0)))
    first = await crawl_site(context, site)
    with engine.begin() as connection:
        connection.execute(update(ScrapingLog).values(ended_at=None))
    again = await crawl_site(context, site)
    assert again.resumed
    assert (again.status, again.error) == (first.status, first.error) == ("empty", first.error)


def test_a_home_page_is_the_same_in_every_process() -> None:
    line = (
        "from crawl.home import HomePage; print(HomePage.of(b'<p>Bienvenue</p>', ['/a', 'é']).packed().hex())"
    )
    told = {
        subprocess.run([sys.executable, "-c", line], env=os.environ | {"PYTHONHASHSEED": seed}, text=True,
                       stdout=subprocess.PIPE, check=True).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1
    again = HomePage.unpack(bytes.fromhex(told.pop()))
    assert again.is_like(b"<b>Bienvenue</b>")
    assert (again.links_to("é"), again.links_to("/b")) == (True, False)
    assert HomePage.of(b"", map(str, range(40_000))).packed() is None


async def test_a_crawl_that_ended_before_its_worker_died_is_told_from_its_log(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    before = utc_now()
    report = await crawl_site(context, site)
    with engine.connect() as connection:
        told = ended_since(connection, site, before)
        assert ended_since(connection, site, utc_now()) is None
    assert told is not None
    assert (told.status, told.found, told.new, told.host) == ("ok", report.found, report.new, report.host)


def test_a_site_that_is_owed_a_short_wait_is_due_all_the_same(web: MeanServer, engine: Engine) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 3)))
    for wait, there in ((2, [site]), (3_600, [])):
        with engine.begin() as connection:
            connection.execute(update(Agency).values(not_before=utc_now() + timedelta(seconds=wait)))
        assert due(engine) == there


def _as_if_killed_before_the_last_page(engine: Engine, site: int) -> str:
    """Leaves its last crawl without its end; the path of the page that it has still to read."""
    with engine.begin() as connection:
        newest = select(func.max(ScrapingLog.id)).scalar_subquery()
        connection.execute(update(ScrapingLog).where(ScrapingLog.id == newest).values(ended_at=None))
        last = select(Page.id).where(Page.kind == "detail").order_by(Page.id.desc()).limit(1)
        due = update(Page).where(Page.id == last.scalar_subquery()).values(due_at=utc_now())
        url: str = connection.execute(due.returning(Page.url)).scalar_one()
        return url.partition(".localhost")[2].partition("/")[2]
