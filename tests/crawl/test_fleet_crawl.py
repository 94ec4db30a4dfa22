"""The crawl of a small fleet, judged by the fleet's own log."""

import asyncio

from sqlalchemy import Engine

from crawl.context import open_context
from crawl.site import crawl_site
from models.places import Places
from tests.crawl.asked import enter
from tests.crawl.quick import quick_settings
from town.fleet import Fleet
from town.judge import fetched_again, judge, never_fetched


async def test_hosts_crawled_at_once_find_every_page_fetched_once_and_no_manners_broken(
    database_url: str, engine: Engine
) -> None:
    settings = quick_settings(min_delay_between_requests=0.05)
    delays = {"delay_of": lambda number: 0.1 * (number % 2), "robots_absent": 0.25, "robots_broken": 0.25}
    async with (
        Fleet(hosts=8, pages=5, private=0.5, **delays) as fleet,
        open_context(settings, database_url, places=Places.sample()) as context,
    ):
        kinds = {(rules.silent, bool(rules.disallow), rules.delay > 0) for rules in fleet.rules().values()}
        assert len(kinds) >= 4, "hosts of each kind"
        agencies = [enter(engine, url) for url in fleet.urls()]
        await asyncio.gather(*(crawl_site(context, agency) for agency in agencies))
        log = fleet.log()
        verdict = judge(log, fleet.rules(), delay=settings.min_delay_between_requests)
        assert {rule: found.lines() for rule, found in verdict.items() if len(found)} == {}
        assert never_fetched(log, fleet.expected()) == []
        assert fetched_again(log).lines() == []
