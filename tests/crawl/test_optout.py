"""Opt-outs: nothing of the site is asked for, shown or added any more, even in the middle of a crawl."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import Engine, func, select, text

from crawl.agencies import register
from crawl.context import CrawlContext, open_context
from crawl.optout import LOOK, Left, OptOuts, listed, opt_out, undo
from crawl.report import CrawlReport
from crawl.site import crawl_site
from crawl.store import Store
from models.errors import InputError
from models.places import Places
from models.tables import Page, ScrapingLog
from tests.crawl.asked import active, agency, enter, events
from tests.crawl.mean_server import MeanServer, Reply, Request
from tests.crawl.quick import quick_settings
from tests.crawl.sites import HOME, detail, open_site, path

HOST = "essai.localhost"


async def test_a_site_that_opted_out_is_not_visited_and_its_listings_go_off_line(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2]))
    await crawl_site(context, site)
    assert opt_out(engine, HOST) == Left(HOST, sites=1, listings=2)
    web.log.clear()
    report = await crawl_site(context, site)
    assert (report.status, web.log, active(engine)) == ("opted_out", [], set())
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Page)) == 0
        reasons = connection.scalars(text("select withdrawn_reason from aggregated_listings"))
        assert set(reasons) == {"opted_out"}


async def test_what_it_had_comes_back_after_an_undo_once_it_is_seen_again(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2]))
    await crawl_site(context, site)
    opt_out(engine, HOST)
    assert undo(engine, HOST) == Left(HOST, sites=1)
    assert active(engine) == set()
    report = await crawl_site(context, site)
    assert (report.status, report.republished, len(active(engine))) == ("ok", 2, 2)
    assert events(engine)["created"] == 2
    assert undo(engine, HOST) is None


def leaving(engine: Engine, answer: Reply) -> Callable[[Request], Reply]:
    """A page during whose request the owner opts out."""

    def answers(request: Request) -> Reply:
        opt_out(engine, HOST)
        return answer

    return answers


PAGE = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("/robots.txt", Reply(200, "User-agent: *\nDisallow:")),
        ("/robots.txt", Reply(302, headers={"Location": "/r"})),
        ("/", Reply(200, HOME, PAGE)),
        ("/sitemap.xml", Reply(200, "<urlset></urlset>")),
        (path(1), Reply(200, detail(1), PAGE)),
        (path(2), Reply(302, headers={"Location": path(3)})),
        (path(3), Reply(500)),
    ],
    ids=["robots", "robots moved", "home", "sitemap", "listing", "redirect", "failure"],
)
async def test_an_opt_out_in_the_middle_of_a_crawl_leaves_at_most_one_request(
    web: MeanServer, database_url: str, engine: Engine, at: str, answer: Reply
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 6)))
    web.put("essai", at, leaving(engine, answer))
    # As on real sites the pause is longer than what a process's knowledge of opt-outs is old.
    settings = quick_settings(min_delay_between_requests=LOOK + 0.2)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        report = await crawl_site(context, site)
    asked = web.paths("essai")
    assert asked.index(at) == len(asked) - 1, "not a single request after it"
    assert report.status == "opted_out"
    row = agency(engine, site)
    assert (row.scraping_status, row.leased_by, active(engine)) == ("opted_out", None, set())
    with engine.connect() as connection:
        log = connection.execute(select(ScrapingLog.status, ScrapingLog.ended_at)).one()
        assert log.status == "opted_out"
        assert log.ended_at is not None


async def test_without_a_pause_every_write_hears_of_it(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 6)))
    await crawl_site(context, site)
    web.log.clear()
    for number in range(1, 6):
        web.page("essai", path(number), detail(number, price=199_000))

    def leave(report: CrawlReport) -> None:
        if any(request.path == path(1) for request in web.log):
            opt_out(engine, HOST)

    report = await crawl_site(context, site, leave)
    assert (report.status, active(engine)) == ("opted_out", set())
    assert len(web.paths("essai")) - web.paths("essai").index(path(1)) <= 2, "one request at most"


async def test_a_site_that_waits_long_for_its_turn_is_not_asked_at_its_end(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1]))
    asked = asyncio.Event()

    def robots(request: Request) -> Reply:
        asked.set()
        return Reply(200, "User-agent: *\nCrawl-delay: 3")

    web.put("essai", "/robots.txt", robots)
    async with open_context(quick_settings(), database_url, places=Places.sample()) as context:
        crawl = asyncio.create_task(crawl_site(context, site))
        await asked.wait()
        opt_out(engine, HOST)
        assert (await crawl).status == "opted_out"
    assert web.paths("essai") == ["/robots.txt"]


def test_an_unknown_site_is_remembered_and_never_added(engine: Engine) -> None:
    assert opt_out(engine, "agence.example", "e-mail of 3 May") == Left("agence.example", 0)
    for url in ("https://agence.example", "www.agence.example", "http://vente.agence.example/biens"):
        with pytest.raises(InputError, match="asked not to be visited"):
            register(engine, [url])
    assert register(engine, ["https://autre-agence.example", "agence.example.fr"]) == [1, 2]
    assert [(row.host, row.note) for row in listed(engine)] == [("agence.example", "e-mail of 3 May")]


def test_what_lies_under_a_host_is_meant_and_freed_unless_it_asked_itself(engine: Engine) -> None:
    urls = ["https://www.groupe.example", "https://lyon.groupe.example", "https://nice.groupe.example"]
    ids = register(engine, [*urls, "https://mon-groupe.example"])
    opt_out(engine, "lyon.groupe.example")
    assert opt_out(engine, "groupe.example").sites == 3
    out = [agency(engine, number).opted_out_at is not None for number in ids]
    assert out == [True, True, True, False]
    undo(engine, "groupe.example")
    assert [agency(engine, number).opted_out_at is not None for number in ids] == [False, True, False, False]


async def test_a_process_asks_once_a_second_however_many_requests_leave(
    context: CrawlContext, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    run: Callable[..., Awaitable[object]] = Store.run

    async def counted(self: Store, *args: object) -> object:
        nonlocal asked
        asked += 1
        return await run(self, *args)

    monkeypatch.setattr(Store, "run", counted)
    opt_outs = OptOuts(context.store)
    opt_out(engine, "agence.example")
    told = await asyncio.gather(*(opt_outs.welcome(f"https://s{n}.example/") for n in range(200)))
    assert all(told)
    assert not await opt_outs.welcome("https://www.agence.example/vente/1")
    assert asked == 1
