"""Photos: off unless asked for, after the pages, under the same rules on every host, and never in the way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, select, update

from crawl.context import CrawlContext, open_context
from crawl.optout import opt_out
from crawl.orders import Orders
from crawl.site import crawl_site
from models.photo_hash import ALIKE, MAX_BYTES, distance, perceptual_hash
from models.places import Places
from models.tables import Agency, AggregatedListing, PhotoHash, utc_now
from tests.crawl.albums import IMAGE, JPEG, gallery, hang
from tests.crawl.asked import enter
from tests.crawl.mean_server import MeanServer, Reply, Request
from tests.crawl.quick import quick_settings
from tests.models.pictures import as_shown, bomb, encoded, photo, plain


def asked(web: MeanServer, slug: str = "essai") -> list[str]:
    """The photos asked for, in order."""
    return [one for one in web.paths(slug) if one.startswith("/img/")]


def stored(engine: Engine) -> dict[str, int | None]:
    """The hashes by the path of their photo."""
    with engine.connect() as connection:
        rows = connection.execute(select(PhotoHash.url, PhotoHash.hash))
        return {"/" + row.url.split("/", 3)[3]: row.hash for row in rows}


async def test_no_photo_is_asked_for_unless_the_operator_wants_it(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    report = await crawl_site(context, enter(engine, gallery(web, [1, 2])))
    assert (report.found, report.photos, asked(web), stored(engine)) == (2, 0, [], {})


async def test_the_first_photos_of_each_listing_are_hashed_once_after_the_pages(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, [1, 2]))
    report = await crawl_site(looking, site)
    wanted = {f"/img/{number}-{at}.jpg" for number in (1, 2) for at in (0, 1)}
    assert (report.status, report.photos, "4 photos looked at" in report.line) == ("ok", 4, True)
    assert set(asked(web)) == wanted
    assert all(one in wanted for one in web.paths("essai")[-4:]), "pages go first"
    hashes = stored(engine)
    told = perceptual_hash(as_shown(photo(0), 1))
    assert hashes["/img/1-0.jpg"] == told
    assert told is not None
    assert told >= 2**63 or (hashes["/img/1-1.jpg"] or 0) >= 2**63, "the highest bit survives a bigint"
    assert distance(told, hashes["/img/2-0.jpg"] or 0) <= ALIKE
    await crawl_site(looking, site)
    assert len(asked(web)) == 4
    accepts = {one.headers["accept"] for one in web.log if one.path.startswith("/img/")}
    assert all(accept.startswith("image/") for accept in accepts)


async def test_later_crawls_look_at_new_listings_and_changed_photos_alone(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, [1]))
    await crawl_site(looking, site)
    gallery(web, [1, 2])
    web.put("essai", "/img/new.jpg", Reply(200, JPEG, IMAGE))
    hang(web, 1, ["/img/1-0.jpg", "/img/new.jpg"])
    web.log.clear()
    await crawl_site(looking, site)
    assert set(asked(web)) == {"/img/new.jpg", "/img/2-0.jpg", "/img/2-1.jpg"}


async def test_a_photo_that_several_adverts_show_is_asked_for_once(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, [1, 2, 3], each=1))
    for number in (1, 2, 3):
        hang(web, number, ["/img/1-0.jpg"])
    report = await crawl_site(looking, site)
    assert (asked(web), report.photos) == (["/img/1-0.jpg"], 3)


async def test_photos_wait_for_their_turn_as_pages_do(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, gallery(web, [1, 2]))
    settings = quick_settings(photo_hashes=2, min_delay_between_requests=0.15)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        await crawl_site(context, site)
    assert len(asked(web)) == 4
    assert max(one.in_flight for one in web.log) == 1
    assert min(b.time - a.time for a, b in pairwise(web.log)) >= 0.15


async def test_robots_txt_is_obeyed_photo_by_photo_and_asked_again_later(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    url = gallery(web, [1, 2])
    web.put("essai", "/robots.txt", Reply(200, "User-agent: *\nDisallow: /img/1-\n"))
    site = enter(engine, url)
    await crawl_site(looking, site)
    assert set(asked(web)) == {"/img/2-0.jpg", "/img/2-1.jpg"} == stored(engine).keys()
    web.put("essai", "/robots.txt", Reply(200, ""))
    with engine.begin() as connection:
        connection.execute(update(Agency).values(robots_fetched_at=utc_now() - timedelta(days=2)))
    await crawl_site(looking, site)
    assert len(stored(engine)) == 4


async def test_a_photo_that_asks_not_to_be_listed_names_nobody(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, [1], each=1))
    web.put("essai", "/img/1-0.jpg", Reply(200, JPEG, {**IMAGE, "X-Robots-Tag": "noindex"}))
    await crawl_site(looking, site)
    assert stored(engine) == {"/img/1-0.jpg": None}


MISDEEDS: dict[str, Reply] = {
    "truncated": Reply(200, JPEG[:2_000], IMAGE),
    "a page called a picture": Reply(200, "<p>Vendu</p>", IMAGE),
    "a bomb": Reply(200, bomb(), {"Content-Type": "image/png"}),
    "too many bytes": Reply(200, JPEG + bytes(MAX_BYTES), IMAGE),
    "one colour": Reply(200, encoded(plain()), IMAGE),
    "gone": Reply(410),
    "forbidden": Reply(403, "non"),
    "elsewhere": Reply(302, headers={"Location": "http://127.0.0.1:1/x.jpg"}),
    "in a circle": Reply(302, headers={"Location": "/img/bad.jpg"}),
}


@pytest.mark.parametrize("name", MISDEEDS)
async def test_a_bad_photo_names_nobody_is_not_asked_for_again_and_costs_nothing_else(
    web: MeanServer, looking: CrawlContext, engine: Engine, name: str
) -> None:
    site = enter(engine, gallery(web, [1], each=1))
    web.put("essai", "/img/bad.jpg", MISDEEDS[name])
    hang(web, 1, ["/img/bad.jpg", "/img/1-0.jpg"])
    report = await crawl_site(looking, site)
    assert (report.status, report.found) == ("ok", 1)
    hashes = stored(engine)
    assert hashes.keys() == {"/img/bad.jpg", "/img/1-0.jpg"}
    assert hashes["/img/bad.jpg"] is None
    assert hashes["/img/1-0.jpg"] is not None
    web.log.clear()
    await crawl_site(looking, site)
    assert asked(web) == []


async def test_a_lying_content_type_hides_no_photo(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, [1], each=1))
    web.put("essai", "/img/1-0.jpg", Reply(200, JPEG, {"Content-Type": "text/html"}))
    await crawl_site(looking, site)
    assert stored(engine)["/img/1-0.jpg"] is not None


@pytest.mark.parametrize("broken", [Reply(500), Reply(200, JPEG, IMAGE, cut=50)], ids=["500", "cut"])
async def test_a_photo_that_fails_passingly_is_due_again(
    web: MeanServer, looking: CrawlContext, engine: Engine, broken: Reply
) -> None:
    site = enter(engine, gallery(web, [1], each=2))
    web.put("essai", "/img/1-0.jpg", broken)
    report = await crawl_site(looking, site)
    assert (report.status, stored(engine).keys()) == ("ok", {"/img/1-1.jpg"})
    web.put("essai", "/img/1-0.jpg", Reply(200, JPEG, IMAGE))
    await crawl_site(looking, site)
    assert len(stored(engine)) == 2


async def test_a_host_that_shows_no_photos_is_left_alone(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, range(1, 9)))
    for number in range(1, 9):
        for at in (0, 1):
            web.put("essai", f"/img/{number}-{at}.jpg", Reply(200, "<p>Êtes-vous humain ?</p>"))
    report = await crawl_site(looking, site)
    assert (report.status, len(asked(web))) == ("ok", 5)


async def test_a_site_that_asks_for_less_is_asked_for_no_more_photos(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, range(1, 5)))
    for number in range(1, 5):
        web.put("essai", f"/img/{number}-0.jpg", Reply(429, headers={"Retry-After": "900"}))
    report = await crawl_site(looking, site)
    assert (report.status, report.found, len(asked(web)), stored(engine)) == ("ok", 4, 1, {})
    with engine.connect() as connection:
        owed = connection.scalar(select(Agency.not_before))
    assert owed is not None
    assert owed > utc_now() + timedelta(seconds=800), "kept for the next crawl"


async def test_photos_have_what_the_pages_leave_of_the_budget(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, gallery(web, range(1, 5)))
    pages = 4 + 4  # robots.txt is not counted: home, sitemap, list, ...
    settings = quick_settings(photo_hashes=2, max_pages_per_site=pages)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        report = await crawl_site(context, site)
    assert report.found == 4
    assert 0 < len(asked(web)) == pages - report.pages


async def _interrupted(
    web: MeanServer, context: CrawlContext, site: int, stop: Callable[["asyncio.Task[object]"], None]
) -> None:
    """A crawl to which `stop` happens during its third photo."""
    task: asyncio.Task[object] = asyncio.create_task(crawl_site(context, site))

    def answer(request: Request) -> Reply:
        if len(asked(web)) == 3:
            stop(task)
        return Reply(200, JPEG, IMAGE, delay=0.05)

    for number in range(1, 5):
        for at in (0, 1):
            web.put("essai", f"/img/{number}-{at}.jpg", answer)
    await asyncio.wait([task])


async def test_what_a_killed_crawl_had_hashed_is_kept_and_the_rest_is_fetched_later(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, range(1, 5)))
    await _interrupted(web, looking, site, lambda task: task.cancel() and None)
    before = set(stored(engine))
    assert len(before) == 2
    web.log.clear()
    report = await crawl_site(looking, site)
    assert (report.status, report.found, report.photos) == ("ok", 4, 6)
    assert before.isdisjoint(asked(web))
    assert len(stored(engine)) == 8


async def test_a_stop_of_the_operator_ends_after_the_photo_in_hand_and_the_crawl_is_done(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, range(1, 5)))

    def stop(_: object) -> None:
        looking.standing.orders = Orders(stopped=True)

    await _interrupted(web, looking, site, stop)
    assert len(asked(web)) == len(stored(engine)) == 3
    with engine.connect() as connection:
        assert connection.scalar(select(Agency.scraping_status)) == "ok"


async def test_an_owner_who_opts_out_is_asked_no_more_and_their_hashes_are_forgotten(
    web: MeanServer, looking: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, gallery(web, range(1, 5)))
    await _interrupted(web, looking, site, lambda _: opt_out(engine, "essai.localhost") and None)
    assert len(asked(web)) <= 4
    assert stored(engine) == {}
    with engine.connect() as connection:
        assert connection.scalar(select(Agency.scraping_status)) == "opted_out"
        assert set(connection.scalars(select(AggregatedListing.is_active))) == {False}
