"""What the database tells of all crawls: beside one under way, after a kill, and what went wrong."""

import asyncio

import pytest
from sqlalchemy import Engine, update

from crawl import orders
from crawl.agencies import find
from crawl.context import CrawlContext
from crawl.report import CrawlReport
from crawl.site import crawl_site
from crawl.status import read_site, read_status
from models.errors import InputError
from models.tables import Agency
from tests.crawl.asked import enter
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.sites import open_site, path


async def test_a_crawl_under_way_is_told_with_its_worker_its_pages_and_its_lease(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 9)))
    seen = []

    class Killed(BaseException):
        """As `kill -9`: nothing is given back."""

    def look(report: CrawlReport) -> None:
        if report.found == 3:
            seen.append(read_status(engine))
            raise Killed

    with pytest.raises(Killed):
        await crawl_site(context, site, look)
    during, after = seen[0], read_status(engine)
    for status in (during, after):
        assert status.sites == {
            "known": 1, "due": 0, "waiting": 0, "paused": 0, "opted_out": 0, "running": 1
        }  # fmt: skip
        (row,) = status.running
        assert (row["agency_id"], row["host"]) == (site, "essai.localhost")
        assert row["worker"] == context.worker
        assert row["since"] <= status.now < row["lease_until"]
        assert row["pages_done"] > 3
        assert row["pages_due"] == status.pages_due >= 5
    assert after.crawls == {"running": 1}


async def test_the_last_day_is_told_by_status_with_errors_pages_and_seconds(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    good, limited, walled = (
        enter(engine, open_site(web, slug, range(1, 4))) for slug in ("a", "limited", "walled")
    )
    web.put("walled", "/", Reply(403))
    web.put("limited", path(1), Reply(429, headers={"Retry-After": "3600"}))
    await asyncio.gather(*(crawl_site(context, site) for site in (good, limited, walled)))
    status = read_status(engine)
    assert status.crawls == {"challenged": 1, "interrupted": 1, "ok": 1}
    assert (status.day["crawls"], status.done_today) == (3, 2), "the interrupted one has not ended"
    assert status.day["requests"] == sum(status.outcomes.values()) == len(web.log)
    assert (status.outcomes["forbidden"], status.outcomes["limited"]) == (1, 1)
    assert status.day["found"] >= 3
    assert status.day["bytes"] > 5_000
    assert status.day["reading"] > 0
    (error,) = status.errors
    assert (error["status"], error["crawls"], error["host"]) == ("challenged", 1, "walled.localhost")
    assert error["line"].startswith("The home page cannot be read")
    assert status.sites["waiting"] == 1
    assert status.running == []


async def test_a_site_is_told_with_its_pages_and_its_crawls(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 4)))
    await crawl_site(context, site)
    web.put("essai", path(2), Reply(410))
    with engine.begin() as connection:
        connection.execute(update(Agency).values(not_before=None))
    await crawl_site(context, site)
    orders.pause(engine, [site])
    status = read_site(engine, find(engine, web.url("essai"), town=True))
    assert status.paused
    assert status.site["active_listings"] == 2
    assert {row["kind"]: row["pages"] for row in status.pages}["detail"] == 3
    assert [(crawl["status"], crawl["withdrawn"]) for crawl in status.crawls] == [("ok", 1), ("ok", 0)]
    assert status.crawls[0]["outcomes"]["gone"] == 1


def test_a_site_that_is_not_known_is_one_clear_line(engine: Engine) -> None:
    with pytest.raises(InputError, match="not among the known sites"):
        find(engine, "https://nobody.example")
