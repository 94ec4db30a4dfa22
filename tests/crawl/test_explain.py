"""Explanations: the crawl's own rules, told."""

import asyncio
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import Engine, update

from crawl import lease
from crawl.agencies import register
from crawl.context import CrawlContext, open_context
from crawl.explain import explain
from crawl.optout import opt_out
from crawl.site import crawl_site
from models.places import Places
from models.quiet import PARIS
from models.tables import Agency, utc_now
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings
from tests.crawl.sites import open_site, path


async def test_an_address_that_robots_closes_may_not_be_fetched_and_another_may(
    web: MeanServer, context: CrawlContext
) -> None:
    web.put("essai", "/robots.txt", Reply(200, "User-agent: PignonBot\nDisallow: /prive/\nCrawl-delay: 7.5"))
    closed = await explain(context, web.url("essai", "/prive/1"))
    assert (closed.allowed, closed.at) == (False, None)
    assert "robots.txt closes this address to PignonBot" in closed.reasons
    free = await explain(context, web.url("essai", "/vente"))
    assert free.allowed
    assert free.pause == 7.5
    assert "its robots.txt asks for 7.5 s, which counts" in free.reasons
    assert {request.path for request in web.log} == {"/robots.txt"}, "nothing else is asked for"


async def test_a_robots_file_that_cannot_be_had_is_told_as_no(web: MeanServer, context: CrawlContext) -> None:
    web.put("essai", "/robots.txt", Reply(503))
    told = await explain(context, web.url("essai"))
    assert not told.allowed
    assert any("cannot be had (it answers 503)" in reason for reason in told.reasons)


async def test_what_is_owed_and_known_is_told(web: MeanServer, context: CrawlContext, engine: Engine) -> None:
    url = open_site(web, "essai", range(3))
    (agency,) = register(engine, [url], town=True)
    await crawl_site(context, agency)
    until = utc_now() + timedelta(hours=1)
    with engine.begin() as connection:
        connection.execute(update(Agency).values(not_before=until, backoff=4.0))
    told = await explain(context, web.url("essai", path(1)))
    assert told.allowed
    assert told.at is not None
    assert abs((told.at - until).total_seconds()) < 5
    assert any(reason.startswith("the page was fetched on") for reason in told.reasons)
    assert any("4 times as long" in reason for reason in told.reasons)


async def test_an_opt_out_is_told_first(web: MeanServer, context: CrawlContext, engine: Engine) -> None:
    opt_out(engine, "essai.localhost")
    told = await explain(context, open_site(web, "essai", range(3)))
    assert not told.allowed
    assert told.reasons == ("never: its owner asked not to be visited",)
    assert web.log == []


async def test_an_inner_address_is_refused_without_a_request(web: MeanServer, context: CrawlContext) -> None:
    told = await explain(context, f"http://127.0.0.1:{web.port}/")
    assert not told.allowed
    assert told.reasons == ("never: not an address of the public web",) or told.reasons[0].startswith(
        "never:"
    )
    assert web.log == []


async def test_a_site_that_may_not_be_asked_now_is_not_asked_and_nobody_waits(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    url = open_site(web, "essai", range(3), robots="User-agent: *\nDisallow: /prive/")
    register(engine, [url], town=True)
    with engine.begin() as connection:
        connection.execute(update(Agency).values(not_before=utc_now() + timedelta(hours=1)))
    async with asyncio.timeout(20):
        told = await explain(context, url)
        assert (told.allowed, told.at) == (False, None)
        assert told.reasons[0].startswith("robots.txt is not known, and may not be asked for now")
        old = {"robots_txt": "User-agent: *\nDisallow: /prive/", "robots_status": "rules"}
        with engine.begin() as connection:
            aged = utc_now() - timedelta(days=2)
            connection.execute(update(Agency).values(robots_fetched_at=aged, **old))
        assert (await explain(context, url)).allowed
        told = await explain(context, web.url("essai", "/prive/1"))
    assert not told.allowed
    assert "it is asked for again before" in told.reasons[0]
    assert web.log == []


async def test_while_a_crawl_has_the_site_it_is_not_asked_by_anyone_else(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    url = open_site(web, "essai", range(3))
    (agency,) = register(engine, [url], town=True)
    assert await context.store.run(lease.acquire, agency, "another:1", utc_now(), [])
    told = await explain(context, url)
    assert not told.allowed
    assert web.log == []


async def test_who_asked_for_robots_to_explain_owes_the_site_a_pause(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    (agency,) = register(engine, [open_site(web, "essai", range(3))], town=True)
    settings = quick_settings(min_delay_between_requests=0.5)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        await explain(context, web.url("essai"))
    async with open_context(settings, database_url, places=Places.sample()) as context:
        await crawl_site(context, agency)
    assert min(b.time - a.time for a, b in pairwise(web.log)) >= 0.5


async def test_quiet_hours_are_told_and_kept(web: MeanServer, database_url: str, engine: Engine) -> None:
    (agency,) = register(engine, [open_site(web, "essai", range(3))], town=True)
    async with open_context(quick_settings(), database_url, places=Places.sample()) as context:
        await crawl_site(context, agency)
    web.log.clear()
    now = utc_now().astimezone(PARIS)
    quiet = f"{now - timedelta(minutes=2):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    settings = quick_settings(quiet_hours=quiet)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        told = await explain(context, web.url("essai", path(1)))
        report = await crawl_site(context, agency)
    assert told.at is not None
    assert told.at > utc_now() + timedelta(hours=1.9)
    assert f"quiet hours: {quiet}, France's time" in told.reasons
    assert (report.status, web.log) == ("interrupted", [])
    assert (report.error or "").startswith("Quiet hours last until ")
