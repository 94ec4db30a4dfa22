"""A site is taken over where it stood: whoever was killed, in whatever transaction, at whatever page."""

from datetime import timedelta

from sqlalchemy import Engine, select, update

from crawl import frontier, lease
from crawl.agencies import due
from crawl.context import CrawlContext
from crawl.report import ended_since
from crawl.site import crawl_site
from models.tables import Agency, AggregatedListing, Page, ScrapingLog, utc_now
from tests.crawl.asked import enter
from tests.crawl.mean_server import MeanServer
from tests.crawl.sites import open_site


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


async def test_a_recrawl_taken_over_reads_the_home_page_that_listings_are_compared_with(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    await crawl_site(context, site)
    _as_if_killed_before_the_last_page(engine, site)
    with engine.begin() as connection:
        connection.execute(update(AggregatedListing).values(first_seen=utc_now() - timedelta(days=9)))
        since = connection.execute(select(ScrapingLog.started_at)).scalar_one()
        assert frontier.passed(connection, site, since) == frontier.Passed(sitemaps=True, home=False)


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


def _as_if_killed_before_the_last_page(engine: Engine, site: int) -> None:
    with engine.begin() as connection:
        connection.execute(update(ScrapingLog).values(ended_at=None))
        last = select(Page.id).where(Page.kind == "detail").order_by(Page.id.desc()).limit(1)
        connection.execute(update(Page).where(Page.id == last.scalar_subquery()).values(due_at=utc_now()))
