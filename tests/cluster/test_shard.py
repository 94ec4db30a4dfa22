"""A shard as the plain class it is, without Ray: what a batch does when no way out is left."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from cluster.shard import Shard
from crawl.egress import AllProxiesDeadError
from crawl.orders import Order, Orders
from crawl.rotation import Egresses
from models.tables import Agency
from tests.crawl.asked import enter
from tests.crawl.local_proxy import LocalProxy
from tests.crawl.mean_server import MeanServer
from tests.crawl.quick import quick_settings
from tests.crawl.sites import open_site


async def test_a_batch_without_a_way_out_gives_every_site_back_and_says_why_once(
    database_url: str, engine: Engine
) -> None:
    async with MeanServer() as web, LocalProxy("gate") as proxy:
        settings = quick_settings(proxies=proxy.address, max_open_sites=3)
        sites = [enter(engine, open_site(web, f"essai{n}", range(1, 4))) for n in range(6)]
        shard = Shard(settings, database_url, "one")
        (await shard._open()).fetcher.egresses = Egresses(settings.proxy_list, cool_down=0.05)
        await proxy.die()
        with pytest.raises(AllProxiesDeadError):
            await shard.crawl(sites)
        assert shard.sites == {}
        await shard.stop()
        assert web.log == []
    with engine.connect() as connection:
        rows = connection.execute(select(Agency.leased_until, Agency.scraping_error_count)).all()
    assert rows == [(None, 0)] * 6


async def test_a_shard_gives_back_at_once_what_waits_to_begin_and_after_its_page_what_it_crawls(
    database_url: str, engine: Engine
) -> None:
    async with MeanServer() as web:
        settings = quick_settings(max_open_sites=1, min_delay_between_requests=0.05)
        begun, waiting, staying = (
            enter(engine, open_site(web, slug, range(1, 9))) for slug in ("begun", "waiting", "staying")
        )
        shard = Shard(settings, database_url, "one")
        batch = asyncio.create_task(shard.crawl([begun, waiting, staying]))
        while len(web.paths("begun")) < 5:  # noqa: ASYNC110 - the server in this loop tells nobody
            await asyncio.sleep(0.01)
        (given,) = await shard.give_back([waiting])
        assert (given.agency_id, given.error_type, given.host) == (waiting, Order.MOVED, "")
        assert not batch.done()
        (given,) = await shard.give_back([begun])
        assert (given.agency_id, given.error_type, given.host) == (begun, Order.MOVED, "begun.localhost")
        assert _held(engine) <= {staying}
        reports = await batch
        assert [report.error_type for report in reports] == [Order.MOVED, Order.MOVED, None]
        assert shard.done == 1
        assert await shard.give_back([staying]) == [], "it ended here"
        assert web.paths("waiting") == []
        back = await shard.crawl([begun, waiting])
        assert [(report.status, report.new, report.resumed) for report in back] == [
            ("ok", 8, True), ("ok", 8, False),
        ]  # fmt: skip
        assert set(Counter((request.host, request.path) for request in web.log).values()) == {1}
        await shard.stop()


def _held(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return set(connection.scalars(select(Agency.id).where(Agency.leased_until.is_not(None))))


async def test_an_order_that_comes_late_or_early_is_heard_by_its_own_crawl_alone(database_url: str) -> None:
    shard = Shard(quick_settings(), database_url, "one")
    first, second = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    await shard.begin(first, Orders())
    await shard.obey(first, Orders(paused=True))
    assert shard.standing.orders.paused
    await shard.begin(second, Orders())
    await shard.obey(first, Orders(stopped=True))
    assert shard.standing.orders == Orders()
    third = datetime(2026, 3, 3, tzinfo=UTC)
    await shard.obey(third, Orders(paused=True))
    await shard.begin(third, Orders())
    assert shard.standing.orders.paused
