"""A crawl of a site whose proxies die: it stops clearly, withdraws nothing, and the next one resumes."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import Engine, select

from crawl.context import CrawlContext
from crawl.egress import AllProxiesDeadError
from crawl.rotation import Egresses
from crawl.site import crawl_site
from models.tables import ScrapingLog, utc_now
from tests.crawl.asked import WALL, active, agency, enter, events
from tests.crawl.local_proxy import LocalProxy
from tests.crawl.mean_server import MeanServer
from tests.crawl.quick import quick_settings
from tests.crawl.sites import open_site, path


def go_through(context: CrawlContext, *proxies: LocalProxy) -> None:
    """Let the context's crawls leave through these proxies from now on."""
    settings = quick_settings(proxies=",".join(proxy.address for proxy in proxies))
    context.fetcher.egresses = Egresses(settings.proxy_list, cool_down=0.05)


async def test_where_all_proxies_die_the_site_is_given_back_and_the_next_crawl_resumes(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 9)))
    deaths: list[asyncio.Task[None]] = []

    def die_in_the_middle(target: str) -> None:
        if target.endswith(path(4)) and not deaths:
            deaths.append(asyncio.create_task(proxy.die()))

    async with LocalProxy("gate") as proxy:
        proxy.refuse = die_in_the_middle
        go_through(context, proxy)
        with pytest.raises(AllProxiesDeadError):
            await crawl_site(context, site)
        row, before = agency(engine, site), set(web.paths("essai"))
        assert (row.scraping_status, row.scraping_error_count) == ("interrupted", 0)
        assert row.leased_until is None
        assert row.next_crawl_at <= utc_now()
        assert 0 < len(active(engine)) < 8
        web.log.clear()
        await proxy.live()
        go_through(context, proxy)
        report = await crawl_site(context, site)
    assert (report.status, report.found) == ("ok", 8)
    assert report.resumed
    read = {path(number) for number in range(1, 9)}
    assert not {p for p in web.paths("essai") if p in read} & (before - {path(4)}), "no page is read twice"
    assert events(engine) == Counter(created=8)
    assert {request.headers.get("via") for request in web.log} == {"1.1 gate"}


async def test_a_dead_proxy_withdraws_nothing(web: MeanServer, context: CrawlContext, engine: Engine) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 4)))
    async with LocalProxy("gate") as proxy:
        go_through(context, proxy)
        assert (await crawl_site(context, site)).found == 3
        web.log.clear()
    with pytest.raises(AllProxiesDeadError):
        await crawl_site(context, site)
    assert len(active(engine)) == 3
    assert events(engine) == Counter(created=3)
    assert web.log == []
    with engine.connect() as connection:
        log = connection.execute(select(ScrapingLog).order_by(ScrapingLog.id.desc())).first()
    assert log is not None
    assert log.status == "interrupted"
    assert log.error_type == "AllProxiesDeadError"


async def test_a_challenge_counts_as_the_egress_being_refused_and_is_not_tried_elsewhere(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 4)))
    web.page("essai", "/", WALL)
    async with LocalProxy("one") as one, LocalProxy("two") as two:
        go_through(context, one, two)
        assert (await crawl_site(context, site)).status == "challenged"
        assert sum(health.refusals for health in context.fetcher.egresses.health()) == 1
        assert web.paths("essai").count("/") == 1
