"""Photos on other hosts: each under its own robots.txt and pause, asked by one crawl at a time."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import Engine, select

from crawl import annex
from crawl.context import CrawlContext, open_context
from crawl.optout import opt_out
from crawl.site import crawl_site
from models.places import Places
from models.tables import Budget, PhotoHash
from tests.crawl.albums import IMAGE, JPEG, hang
from tests.crawl.asked import enter
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings
from tests.crawl.sites import open_site, path

CDN = "cdn.localhost"


def hosted(web: MeanServer, slug: str, numbers: Sequence[int], host: str = "cdn") -> str:
    """A site with a photo per advert on another host, which answers them all; its address."""
    url = open_site(web, slug, numbers)
    for number in numbers:
        hang(web, number, [web.url(host, f"/{slug}/{number}.jpg")], slug)
        web.put(host, f"/{slug}/{number}.jpg", Reply(200, JPEG, IMAGE))
    return url


def hashed(engine: Engine) -> int:
    with engine.connect() as connection:
        return len(connection.execute(select(PhotoHash.url)).all())


async def test_another_host_s_robots_txt_and_crawl_delay_are_its_own(
    web: MeanServer,
    looking: CrawlContext,
    engine: Engine,
) -> None:
    rules = "User-agent: *\nCrawl-delay: 0.2\nDisallow: /essai/2.jpg\n"
    web.put("cdn", "/robots.txt", Reply(200, rules))
    report = await crawl_site(looking, enter(engine, hosted(web, "essai", [1, 2, 3])))
    assert report.status == "ok"
    assert web.paths("cdn") == ["/robots.txt", "/essai/3.jpg", "/essai/1.jpg"]
    times = [one.time for one in web.log if one.host == "cdn"]
    assert min(b - a for a, b in pairwise(times)) >= 0.2
    assert hashed(engine) == 2


async def test_a_host_whose_robots_txt_cannot_be_had_is_asked_for_nothing(
    web: MeanServer,
    looking: CrawlContext,
    engine: Engine,
) -> None:
    url = hosted(web, "essai", [1, 2, 3])
    web.put("cdn", "/robots.txt", Reply(500))
    await crawl_site(looking, enter(engine, url))
    assert set(web.paths("cdn")) == {"/robots.txt"}
    assert hashed(engine) == 0


async def test_a_host_that_wants_a_long_pause_is_asked_for_no_photos(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    url = hosted(web, "essai", [1, 2, 3])
    web.put("cdn", "/robots.txt", Reply(200, "User-agent: *\nCrawl-delay: 90"))
    await crawl_site(looking, enter(engine, url))
    assert web.paths("cdn") == ["/robots.txt"]


async def test_one_crawl_at_a_time_asks_it_in_all_processes_and_the_other_comes_later(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    sites = [enter(engine, hosted(web, slug, [1, 2, 3])) for slug in ("port", "halles")]
    settings = quick_settings(photo_hashes=1, min_delay_between_requests=0.1)

    async def crawl(site: int) -> None:
        async with open_context(settings, database_url, places=Places.sample()) as process:
            await crawl_site(process, site)

    await asyncio.gather(*map(crawl, sites))
    asked = [one for one in web.log if one.host == "cdn"]
    assert max(one.in_flight for one in asked) == 1
    for _ in sites:
        for site in sites:
            await asyncio.sleep(0.1)
            await crawl(site)
    assert hashed(engine) == 6
    times = [one.time for one in web.log if one.host == "cdn"]
    assert min(b - a for a, b in pairwise(times)) >= 0.1, "also between two processes"


async def test_a_host_that_is_a_site_itself_is_left_to_its_own_crawl(
    web: MeanServer,
    looking: CrawlContext,
    engine: Engine,
) -> None:
    enter(engine, web.url("www.reseau"))
    await crawl_site(looking, enter(engine, hosted(web, "essai", [1], host="reseau")))
    assert web.paths("reseau") == []


async def test_a_host_whose_owner_opted_out_is_asked_for_nothing_but_its_site_is_crawled(
    web: MeanServer,
    looking: CrawlContext,
    engine: Engine,
) -> None:
    opt_out(engine, CDN)
    report = await crawl_site(looking, enter(engine, hosted(web, "essai", [1])))
    assert (report.status, report.found, web.paths("cdn")) == ("ok", 1, [])


async def test_a_photo_that_moved_to_a_third_host_is_not_followed(
    web: MeanServer,
    looking: CrawlContext,
    engine: Engine,
) -> None:
    url = hosted(web, "essai", [1])
    web.put("cdn", "/essai/1.jpg", Reply(302, headers={"Location": web.url("third", "/x.jpg")}))
    await crawl_site(looking, enter(engine, url))
    assert web.paths("third") == []
    assert hashed(engine) == 1


async def test_few_other_hosts_are_asked_in_one_crawl(
    web: MeanServer,
    looking: CrawlContext,
    engine: Engine,
) -> None:
    url = open_site(web, "essai", range(1, 8))
    for number in range(1, 8):
        hang(web, number, [web.url(f"cdn{number}", "/1.jpg")])
        web.put(f"cdn{number}", "/1.jpg", Reply(200, JPEG, IMAGE))
    await crawl_site(looking, enter(engine, url))
    assert len({one.host for one in web.log if one.host.startswith("cdn")}) == 4
    assert path(1) in web.paths("essai")


async def test_nothing_of_it_is_left_open_after_the_crawl(
    web: MeanServer,
    looking: CrawlContext,
    engine: Engine,
) -> None:
    await crawl_site(looking, enter(engine, hosted(web, "essai", [1, 2])))
    assert looking.fetcher._clients == {}
    with engine.begin() as connection:
        assert annex.take(connection, CDN) is not None, "it may be taken again"


def test_an_annex_is_had_by_one_until_it_is_left_and_its_pause_is_over(engine: Engine) -> None:
    with engine.begin() as connection:
        until = annex.take(connection, CDN)
        assert until is not None
        assert annex.take(connection, CDN) is None
    with engine.begin() as connection:
        later = annex.keep(connection, CDN, until, pause=30)
        assert later is not None
        assert (later - until).total_seconds() >= 60
        assert annex.keep(connection, CDN, until, pause=30) is None, "that token is spent"
        annex.leave(connection, CDN, later, pause=0.2)
    with engine.begin() as connection:
        assert annex.take(connection, CDN) is None, "its pause"
    with engine.begin() as connection:
        connection.exec_driver_sql("select pg_sleep(0.2)")
        assert annex.take(connection, CDN) is not None


def test_whoever_kept_it_too_long_finds_it_lost(engine: Engine) -> None:
    with engine.begin() as connection:
        first = annex.take(connection, CDN)
        assert first is not None
        connection.exec_driver_sql("update budgets set ready_at = clock_timestamp() - interval '1 second'")
        assert annex.take(connection, CDN) is not None
        assert annex.keep(connection, CDN, first, pause=0) is None
        assert len(connection.execute(select(Budget.name)).all()) == 1
