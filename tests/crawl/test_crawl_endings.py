"""How a crawl ends or is interrupted: kills, lost leases, silent sites, walls, budgets, a database away."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, select, text, update

from crawl.context import CrawlContext, open_context
from crawl.report import CrawlReport
from crawl.site import crawl_site
from models.database import driver_url, open_engine
from models.places import Places
from models.tables import Agency, ScrapingLog, utc_now
from tests.crawl.asked import WALL, active, agency, enter, events
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings
from tests.crawl.sites import HOME, detail, open_site, path


async def test_a_killed_crawl_is_resumed_where_it_stood(
    web: MeanServer, database_url: str, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 13)))
    pages = 0

    class Killed(BaseException):
        pass

    def kill(report: CrawlReport) -> None:
        nonlocal pages
        pages += 1
        if pages == 6:
            raise Killed

    with pytest.raises(Killed):
        await crawl_site(context, site, kill)
    fetched = set(web.paths("essai"))
    web.log.clear()
    with engine.begin() as connection:
        connection.execute(update(Agency).values(leased_until=utc_now() - timedelta(seconds=1)))
    report = await crawl_site(context, site)
    again = [p for p in web.paths("essai") if p in fetched and p.startswith("/vente/")]
    assert again == []
    assert report.resumed
    assert (report.new, report.found) == (12, 12), "the whole crawl's work is reported"
    assert events(engine) == Counter(created=12)
    with engine.connect() as connection:
        assert connection.scalars(select(ScrapingLog.status)).all() == ["ok"]


async def test_ctrl_c_gives_the_site_back_and_the_next_crawl_resumes(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 9)))
    pages = asyncio.Event()
    task = asyncio.create_task(crawl_site(context, site, lambda r: pages.set() if r.pages > 5 else None))
    await pages.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    row = agency(engine, site)
    assert row.leased_until is None
    assert "resumes" in (row.scraping_error or "")
    report = await crawl_site(context, site)
    assert report.resumed
    assert report.found == 8
    assert events(engine) == Counter(created=8)


async def test_two_workers_never_crawl_one_site_at_once(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 4)))
    first, second = await asyncio.gather(crawl_site(context, site), crawl_site(context, site))
    assert {first.status, second.status} == {"ok", "running"}
    assert web.paths("essai").count(path(1)) == 1


async def test_a_worker_that_lost_its_lease_writes_nothing_more(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 6)))

    def usurp(report: CrawlReport) -> None:
        if report.found == 2:
            with engine.begin() as connection:
                connection.execute(update(Agency).values(lease_token=Agency.lease_token + 1))

    report = await crawl_site(context, site, usurp)
    assert (report.status, report.error_type) == ("error", "LeaseLostError")
    assert len(active(engine)) == 2


async def test_what_a_site_is_owed_survives_a_restart(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2], robots="User-agent: *\nCrawl-delay: 0.4"))
    for _ in range(2):
        async with open_context(quick_settings(), database_url, places=Places.sample()) as context:
            await crawl_site(context, site)
    gaps = [b.time - a.time for a, b in pairwise(web.log)]
    assert min(gaps) >= 0.4
    assert max(request.in_flight for request in web.log) == 1


@pytest.mark.parametrize("where", [path(2), "/sitemap.xml"])
async def test_a_site_that_asks_for_a_long_wait_is_left_alone_until_then(
    web: MeanServer, database_url: str, engine: Engine, where: str
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    web.put("essai", where, Reply(429, headers={"Retry-After": "3600"}))
    for _ in range(2):
        async with open_context(quick_settings(), database_url, places=Places.sample()) as context:
            report = await crawl_site(context, site)
            assert report.status == "interrupted"
            assert "wait until" in (report.error or "")
    assert web.paths("essai").count(where) == 1
    assert web.paths("essai").count("/robots.txt") == 1


@pytest.mark.parametrize(
    ("case", "status", "words"),
    [
        ("nobody", "unreachable", "cannot be reached"),
        ("robots_500", "unreachable", "robots.txt cannot be had"),
        ("robots_no", "disallowed", "robots.txt does not allow"),
        ("challenge", "challenged", "human"),
        ("forbidden", "challenged", "403"),
        ("moved", "unreachable", "moved"),
        ("no_agency", "not_an_agency", "No listing"),
        ("no_listing", "empty", "No listing"),
        ("dead_home", "unreachable", "500"),
    ],
)
async def test_a_site_that_cannot_be_crawled_ends_as_a_status_and_one_clear_line(
    web: MeanServer, context: CrawlContext, engine: Engine, case: str, status: str, words: str
) -> None:
    url = web.url(case.replace("_", "-"))
    slug = case.replace("_", "-")
    blog = "<html><title>Recettes</title><body><h1>Mes recettes</h1><p>La tarte aux pommes.</p></body>"
    answers = {
        "nobody": ("/x", Reply(200)),
        "robots_500": ("/robots.txt", Reply(500)),
        "robots_no": ("/robots.txt", Reply(200, "User-agent: *\nDisallow: /")),
        "challenge": ("/", Reply(503, WALL, {"Retry-After": "0"})),
        "forbidden": ("/", Reply(403, "non")),
        "moved": ("/", Reply(301, headers={"Location": "http://ailleurs.localhost/"})),
        "no_agency": ("/", Reply(200, blog)),
        "no_listing": ("/", Reply(200, HOME)),
        "dead_home": ("/", Reply(500)),
    }
    web.put(slug, *answers[case])
    if case == "nobody":
        url = "http://nobody.localhost:1/"
    report = await crawl_site(context, enter(engine, url))
    assert report.status == status, report
    assert words in (report.error or "")
    assert "\n" not in (report.error or "")
    row = agency(engine, report.agency_id)
    assert (row.scraping_status, row.scraping_error) == (status, report.error)
    assert row.scraping_error_count == 1
    assert row.leased_until is None


async def test_a_site_that_falls_silent_halfway_is_left_alone_and_keeps_its_listings(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 21)))
    await crawl_site(context, site)
    for number in range(1, 21):
        web.put("essai", path(number), Reply(500))
    web.log.clear()
    report = await crawl_site(context, site)
    assert report.status == "unreachable"
    assert len([p for p in web.paths("essai") if p.startswith("/vente/")]) <= 10
    assert len(active(engine)) == 20


async def test_robots_is_obeyed_page_by_page(web: MeanServer, context: CrawlContext, engine: Engine) -> None:
    url = open_site(web, "essai", [1, 2, 12], robots=f"User-agent: *\nDisallow: {path(2)}\n")
    await crawl_site(context, enter(engine, url))
    assert path(2) not in web.paths("essai")
    assert active(engine) == {path(1)[1:], path(12)[1:]}


async def test_a_robots_that_cannot_be_renewed_is_obeyed_as_it_was_and_the_log_says_so(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2], robots=f"User-agent: *\nDisallow: {path(2)}\n"))
    later = 0
    async with open_context(
        quick_settings(),
        database_url,
        places=Places.sample(),
        clock=lambda: datetime.now(UTC) + timedelta(days=later),
    ) as context:
        await crawl_site(context, site)
        web.log.clear()
        for status, expected in ((429, "unreachable"), (500, "ok")):
            later += 2
            web.put("essai", "/robots.txt", Reply(status, headers={"Retry-After": "0"}))
            report = await crawl_site(context, site)
            assert report.status == expected
            assert agency(engine, site).robots_status == "rules", "a failure is no copy, and destroys none"
        assert "robots.txt cannot be renewed" in (report.error or "")
        assert path(2) not in web.paths("essai")
        later = 40
        assert (await crawl_site(context, site)).status == "unreachable"


async def test_noindex_and_nofollow_are_obeyed(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    url = open_site(web, "essai", [1, 2])
    web.page("essai", path(2), detail(2).replace("<head>", '<head><meta name="robots" content="noindex">'))
    await crawl_site(context, enter(engine, url))
    assert active(engine) == {path(1)[1:]}


async def test_a_crawl_stops_at_its_page_budget_and_says_so(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 31)))
    settings = quick_settings(max_pages_per_site=10)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        report = await crawl_site(context, site)
    assert report.pages <= 12
    assert "MAX_PAGES_PER_SITE" in (report.error or "")


async def test_a_calendar_without_end_does_not_hold_the_crawl(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    url = open_site(web, "essai", [1, 2])
    for n in range(300):
        links = f'<a href="/annonces/jour-{n + 1}">annonces du lendemain</a>'
        web.page("essai", f"/annonces/jour-{n}", f"<html><body><h1>Jour {n}</h1>{links}</body></html>")
    web.page("essai", "/", HOME.replace("</nav>", '<a href="/annonces/jour-0">annonces du jour</a></nav>'))
    report = await crawl_site(context, enter(engine, url))
    assert report.found == 2
    assert report.pages < 20


async def test_a_database_that_stays_away_stops_the_crawl_with_nothing_half_written(
    web: MeanServer, database_url: str, engine: Engine
) -> None:

    site = enter(engine, open_site(web, "essai", range(1, 6)))
    name = driver_url(database_url).database
    admin = open_engine(
        driver_url(database_url).set(database="postgres").render_as_string(hide_password=False)
    )

    def administer(allow: bool) -> None:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"alter database {name} with allow_connections {allow}"))
            kill = "select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"
            connection.execute(text(kill), {"name": name})

    async with open_context(quick_settings(), database_url, places=Places.sample()) as context:
        context.store._backoff = (0.05, 0.1)
        report = await crawl_site(context, site, lambda r: administer(False) if r.found == 2 else None)
        assert (report.status, report.error_type) == ("error", "DatabaseError")
        administer(True)
        with engine.begin() as connection:
            connection.execute(update(Agency).values(leased_until=utc_now() - timedelta(seconds=1)))
        report = await crawl_site(context, site)
    admin.dispose()
    assert report.found == 5
    assert events(engine) == Counter(created=5)


async def test_a_connection_that_drops_in_the_middle_is_survived(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:

    site = enter(engine, open_site(web, "essai", range(1, 6)))
    kill = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"

    def cut(report: CrawlReport) -> None:
        if report.found == 2:
            with engine.connect() as connection:
                connection.execute(text(f"{kill} and pid <> pg_backend_pid()"))

    report = await crawl_site(context, site, cut)
    assert (report.status, report.found) == ("ok", 5)
    assert events(engine) == Counter(created=5)


async def test_a_page_that_the_tables_refuse_costs_neither_the_others_nor_later_crawls(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("alter table aggregated_listings add constraint mean check (price <> 666000)")
        )
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    web.page("essai", path(2), detail(2, price=666_000))
    for _ in range(2):
        report = await crawl_site(context, site)
        assert (report.status, report.found) == ("ok", 3)
    assert active(engine) == {path(n)[1:] for n in (1, 3, 4)}


async def test_a_failure_of_ours_ends_as_a_status_and_gives_the_site_back(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 3)))

    def fail(report: CrawlReport) -> None:
        raise ZeroDivisionError

    report = await crawl_site(context, site, fail)
    assert (report.status, report.error_type) == ("error", "ZeroDivisionError")
    row = agency(engine, site)
    assert (row.leased_by, row.scraping_status) == (None, "error")
    assert (await crawl_site(context, site)).status == "ok"
