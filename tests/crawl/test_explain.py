"""Explanations: the crawl's own rules, told."""

from datetime import timedelta

from sqlalchemy import Engine, update

from crawl.agencies import register
from crawl.context import CrawlContext
from crawl.explain import explain
from crawl.optout import opt_out
from crawl.site import crawl_site
from models.tables import Agency, utc_now
from tests.crawl.mean_server import MeanServer, Reply
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
