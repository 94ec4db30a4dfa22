"""What a crawl counts: every request by outcome, where its seconds went, in its site's log."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Engine, select

from crawl.context import CrawlContext
from crawl.meter import BOUNDS, Meter, Step
from crawl.site import crawl_site
from models.tables import ScrapingLog
from tests.crawl.asked import enter
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.sites import open_site, path


def _log(engine: Engine) -> ScrapingLog:
    from sqlalchemy.orm import Session

    with Session(engine, expire_on_commit=False) as session:
        return session.scalars(select(ScrapingLog)).one()


async def test_a_sites_log_tells_every_request_and_where_the_seconds_went(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    web.put("essai", path(2), Reply(410))
    web.put("essai", path(3), Reply(200, b"x", {"Content-Type": "text/html"}, delay=0.2))
    await crawl_site(context, site)
    log = _log(engine)
    assert log.requests == len(web.log) == sum(log.outcomes.values())
    assert log.outcomes["gone"] == 1
    assert log.outcomes["ok"] > 4
    assert log.fetching > 0.2
    assert 0 < log.reading < log.duration
    assert 0 < log.storing < log.duration
    assert log.bytes_fetched > 1000
    assert context.meter.total.requests == log.outcomes
    assert context.meter.ended == {"ok": 1}
    assert context.meter.sites == {}
    assert context.meter.in_flight == 0


async def test_an_interrupted_crawls_counts_go_on_where_they_stood(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 9)))
    reached = asyncio.Event()
    task = asyncio.create_task(crawl_site(context, site, lambda r: reached.set() if r.pages > 5 else None))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    before = _log(engine)
    assert 0 < before.requests < len(range(1, 9)) + 4
    await crawl_site(context, site)
    after = _log(engine)
    assert after.requests == sum(after.outcomes.values()) == context.meter.total.requests.total()
    assert after.bytes_fetched > before.bytes_fetched > 0
    assert after.storing > before.storing > 0


async def test_a_retry_and_a_wait_are_counted(web: MeanServer, context: CrawlContext, engine: Engine) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 2), robots="User-agent: *\nCrawl-delay: 0.1"))
    web.put("essai", path(1), Reply(500))
    await crawl_site(context, site)
    log = _log(engine)
    assert (log.retries, log.outcomes["server_error"]) == (1, 2)
    assert log.waiting >= 0.1 * (log.requests - 3)


async def test_a_step_falls_into_the_bucket_of_its_seconds_and_out_of_flight_when_cancelled() -> None:
    meter = Meter()

    @asynccontextmanager
    async def turn():
        yield

    async def ask() -> None:
        with meter.site(7, "a.example") as tally:
            async with meter.turn(turn()):
                assert (meter.in_flight, tally.doing, meter.sites[7]) == (1, Step.FETCH, tally)
                await asyncio.sleep(10)

    task = asyncio.create_task(ask())
    await asyncio.sleep(BOUNDS[1] * 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (meter.in_flight, meter.sites, meter.total.requests) == (0, {}, {"cancelled": 1})
    assert sum(meter.steps[Step.FETCH]) == 1
    assert sum(meter.steps[Step.FETCH][:2]) == 0, "it took longer than the second bound"
    assert meter.steps[Step.WAIT][0] == 1
