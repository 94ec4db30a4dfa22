"""Which door of a site is knocked at: the other ones only where nothing answers at all."""

import pytest
from sqlalchemy import Engine

from crawl.context import CrawlContext, open_context
from crawl.site import crawl_site
from models.places import Places
from tests.crawl.asked import enter
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings
from tests.crawl.sites import open_site


async def test_where_the_apex_does_not_answer_the_site_is_read_at_www(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    open_site(web, "www.essai", range(1, 4))
    web.otherwise("essai", Reply(delay=5))
    site = enter(engine, web.url("essai"))
    settings = quick_settings(scraping_timeout=0.3)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        report = await crawl_site(context, site)
    assert (report.status, report.found) == ("ok", 3)
    assert set(web.paths("essai")) == {"/robots.txt"}
    assert "/robots.txt" in web.paths("www.essai"), "another door has rules of its own"


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
async def test_an_apex_that_answers_whatever_it_says_is_not_gone_round(
    web: MeanServer, context: CrawlContext, engine: Engine, status: int
) -> None:
    open_site(web, "www.essai", range(1, 4))
    web.otherwise("essai", Reply(status, headers={"Retry-After": "0"}))
    report = await crawl_site(context, enter(engine, web.url("essai")))
    assert report.found == 0
    assert web.paths("www.essai") == []


async def test_where_no_door_answers_the_site_is_unreachable_and_the_line_says_so(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    for slug in ("essai", "www.essai"):
        web.otherwise(slug, Reply(delay=5))
    settings = quick_settings(scraping_timeout=0.2)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        report = await crawl_site(context, enter(engine, web.url("essai")))
    assert report.status == "unreachable"
    assert report.error is not None
    assert report.error.startswith("The site cannot be reached")
    assert {request.path for request in web.log} == {"/robots.txt"}
