"""The crawl of one site, end to end, on real servers and a real database."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from crawl.agencies import register
from crawl.context import CrawlContext, open_context
from crawl.site import crawl_site
from models.places import Places
from models.tables import AggregatedListing, ListingHistory, Page, Property, ScrapingLog, utc_now
from tests.crawl.asked import WALL, active, agency, changes, enter, events
from tests.crawl.mean_server import MeanServer, Reply, Request
from tests.crawl.quick import quick_settings
from tests.crawl.sites import HOME, detail, listing_page, open_site, path
from town.server import Town
from town.truth import truth_lines


async def test_a_site_is_read_from_its_lists_and_sitemap(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 6)))
    web.page("essai", "/ventes", listing_page([1, 2, 3], "/ventes?page=2"))
    web.page("essai", "/ventes?page=2", listing_page([6, 7]))
    for number in (6, 7):
        web.page("essai", path(number), detail(number))
    report = await crawl_site(context, site)
    assert report.status == "ok", report
    assert active(engine) == {path(n)[1:] for n in range(1, 8)}
    assert report.new == report.found == 7
    row = agency(engine, site)
    assert (row.active_listings, row.total_listings, row.scraping_status) == (7, 7, "ok")
    assert row.name == ["Agence Essai", "Immobilier à Bordeaux"][0]
    assert row.leased_until is None
    assert row.next_crawl_at > utc_now()


async def test_every_listing_belongs_to_one_property_of_its_own_from_birth(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    await crawl_site(context, enter(engine, open_site(web, "essai", range(1, 4))))
    with engine.connect() as connection:
        properties = connection.scalars(select(AggregatedListing.property_id)).all()
        assert len(set(properties)) == 3
        assert set(connection.scalars(select(Property.id))) == set(properties)


async def test_the_same_crawl_twice_changes_nothing_and_says_so(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 6)))
    await crawl_site(context, site)
    before = events(engine)
    report = await crawl_site(context, site)
    assert changes(report) == (0, 0, 0, 0)
    assert report.found == 5
    assert "nothing changed" in report.line
    assert events(engine) == before == Counter(created=5)
    with engine.connect() as connection:
        logs = connection.execute(select(ScrapingLog).order_by(ScrapingLog.id)).all()
    assert [(log.status, log.listings_new, log.listings_found) for log in logs] == [
        ("ok", 5, 5),
        ("ok", 0, 5),
    ]
    assert all(log.ended_at and log.duration is not None for log in logs)


async def test_a_page_that_did_not_change_is_asked_for_conditionally(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1]))
    sent = []

    def answer(request: Request) -> Reply:
        sent.append(request.headers.get("if-none-match"))
        return Reply(304) if sent[-1] else Reply(200, detail(1), {"ETag": '"v1"'})

    web.put("essai", path(1), answer)
    await crawl_site(context, site)
    report = await crawl_site(context, site)
    assert sent == [None, '"v1"']
    assert report.found == 1, "not modified is seen live"


async def test_a_page_that_its_sitemap_says_has_changed_is_looked_at_again(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 9)))
    clock = {"now": utc_now()}

    def date(days: dict[int, int]) -> None:
        entry = "<url><loc>{}</loc><lastmod>{}</lastmod></url>"
        told = {n: (clock["now"] - timedelta(days=days.get(n, 40 + n))).isoformat() for n in range(1, 9)}
        entries = (entry.format(web.url("essai", path(n)), at) for n, at in told.items())
        web.put("essai", "/sitemap.xml", Reply(200, f"<urlset>{''.join(entries)}</urlset>"))

    async def looked_at(context: CrawlContext) -> set[str]:
        before = len(web.log)
        await crawl_site(context, site)
        return {request.path for request in web.log[before:]} & {path(n) for n in range(1, 9)}

    settings = quick_settings(revisit_hours=24)
    async with open_context(
        settings, database_url, places=Places.sample(), clock=lambda: clock["now"]
    ) as context:
        date({})
        assert len(await looked_at(context)) == 8
        clock["now"] += timedelta(hours=6)
        assert await looked_at(context) == set()
        date({3: 0})
        assert await looked_at(context) == {path(3)}
        date(dict.fromkeys(range(1, 9), 0))
        assert await looked_at(context) == set(), "all changed just now: the file was made just now"


async def test_a_price_that_drops_is_an_event_with_old_and_new(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2]))
    await crawl_site(context, site)
    web.page("essai", path(1), detail(1, price=239_000))
    assert changes(await crawl_site(context, site)) == (0, 1, 0, 0)
    with engine.connect() as connection:
        row = connection.execute(select(ListingHistory).where(ListingHistory.kind == "price")).one()
        assert (row.old_value, row.new_value, row.field) == (250_000, 239_000, "price")
        assert 239_000 in connection.scalars(select(AggregatedListing.price)).all()


@pytest.mark.parametrize("how", ["gone", "not_found", "redirected", "home", "sold"])
async def test_a_listing_is_withdrawn_on_its_own_pages_evidence(
    web: MeanServer, context: CrawlContext, engine: Engine, how: str
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    await crawl_site(context, site)
    sold = detail(1).replace("<h1>", "<p>Vendu</p><h1>")
    answers = {
        "gone": Reply(410),
        "not_found": Reply(404),
        "redirected": Reply(301, headers={"Location": "/ventes"}),
        "home": Reply(200, HOME),
        "sold": Reply(200, sold),
    }
    web.put("essai", path(1), answers[how])
    report = await crawl_site(context, site)
    assert changes(report) == (0, 0, 1, 0)
    assert active(engine) == {path(n)[1:] for n in (2, 3, 4)}
    with engine.connect() as connection:
        row = connection.execute(select(AggregatedListing).where(~AggregatedListing.is_active)).one()
    assert row.withdrawn_reason == how
    again = await crawl_site(context, site)
    assert changes(again) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "answer",
    [
        Reply(500),
        Reply(503, headers={"Retry-After": "0"}),
        Reply(403, "Interdit"),
        Reply(200, ""),
        Reply(200, detail(1), cut=40),
        Reply(200, "<html><body>maintenance</body></html>"),
        Reply(200, WALL),
        Reply(302, headers={"Location": "http://ailleurs.localhost/"}),
        Reply(302, headers={"Location": "http://10.0.0.1/"}),
    ],
)  # fmt: skip
async def test_nothing_is_withdrawn_without_evidence(
    web: MeanServer, context: CrawlContext, engine: Engine, answer: Reply
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2]))
    await crawl_site(context, site)
    web.put("essai", path(1), answer)
    report = await crawl_site(context, site)
    assert (report.withdrawn, report.new) == (0, 0)
    assert len(active(engine)) == 2


#: WordPress's own page of nothing found, which says so in its body's class alone.
LOST = (
    HOME.replace("<body>", '<body class="error404">')
    .replace("</head>", '<link rel="stylesheet" href="/wp-content/themes/agence/style.css"></head>')
    .replace("Bienvenue à l'Agence Essai", "On s'est perdus")
    .replace("depuis 1985", "depuis longtemps")
)


async def test_a_platforms_own_mark_of_a_page_not_found_withdraws_its_listing_alone(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    await crawl_site(context, site)
    web.page("essai", path(1), LOST)
    web.page("essai", path(2), detail(2).replace("<body>", '<body class="error404">'))
    assert changes(await crawl_site(context, site))[2] == 1
    assert active(engine) == {path(n)[1:] for n in (2, 3, 4)}
    with engine.connect() as connection:
        row = connection.execute(select(AggregatedListing).where(~AggregatedListing.is_active)).one()
    assert row.withdrawn_reason == "gone"


async def test_a_platforms_mark_on_every_page_is_a_burst_and_without_it_the_page_proves_nothing(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 9)))
    await crawl_site(context, site)
    for number in range(1, 9):
        web.page("essai", path(number), LOST)
    report = await crawl_site(context, site)
    assert (report.withdrawn, report.held) == (0, 8)
    for number in range(1, 9):
        web.page("essai", path(number), LOST.replace("error404", "page"))
    report = await crawl_site(context, site)
    assert (report.withdrawn, report.held) == (0, 0)
    assert len(active(engine)) == 8


async def test_a_listing_that_no_list_names_any_more_stays_until_its_own_page_says_so(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 4)))
    await crawl_site(context, site)
    web.page("essai", "/ventes", listing_page([]))
    web.remove("essai", "/sitemap.xml")
    report = await crawl_site(context, site)
    assert (report.found, report.withdrawn) == (3, 0)


async def test_a_burst_of_withdrawals_is_held_back_and_a_later_crawl_confirms_it(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 11)))
    clock = {"now": utc_now()}
    async with open_context(
        quick_settings(), database_url, places=Places.sample(), clock=lambda: clock["now"]
    ) as context:
        await crawl_site(context, site)
        for number in range(1, 7):
            web.remove("essai", path(number))
        for hours in (1, 2):
            clock["now"] += timedelta(hours=hours)
            report = await crawl_site(context, site)
            assert (report.withdrawn, report.held) == (0, 6)
            assert "held back" in (report.error or "")
            assert len(active(engine)) == 10
        clock["now"] += timedelta(hours=24)
        report = await crawl_site(context, site)
        assert (report.withdrawn, report.held) == (6, 0)
    assert len(active(engine)) == 4


async def test_a_burst_confirms_only_the_listings_that_were_gone_before(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 15)))
    clock = {"now": utc_now()}
    async with open_context(
        quick_settings(), database_url, places=Places.sample(), clock=lambda: clock["now"]
    ) as context:
        await crawl_site(context, site)
        for broken in (range(1, 9), range(6, 15)):
            open_site(web, "essai", range(1, 15))
            for number in broken:
                web.remove("essai", path(number))
            clock["now"] += timedelta(hours=24)
            report = await crawl_site(context, site)
    assert (report.withdrawn, report.held) == (3, 6)
    assert active(engine) == {path(n)[1:] for n in range(1, 15) if n not in (6, 7, 8)}


@pytest.mark.parametrize("number", [3, 5])
async def test_a_small_site_that_loses_all_it_has_at_once_is_held_back(
    web: MeanServer, context: CrawlContext, engine: Engine, number: int
) -> None:
    site = enter(engine, open_site(web, "essai", range(number)))
    await crawl_site(context, site)
    for gone in range(number):
        web.remove("essai", path(gone))
    report = await crawl_site(context, site)
    assert (report.withdrawn, report.held) == (0, number)


async def test_a_site_under_maintenance_at_every_address_loses_nothing(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2]))
    await crawl_site(context, site)
    notice = "<html><body><h1>Maintenance</h1><p>Notre site fait peau neuve et revient très vite.</p></body>"
    for address in ("/", path(1), path(2)):
        web.page("essai", address, notice)
    report = await crawl_site(context, site)
    assert (report.withdrawn, report.held) == (0, 0)
    assert len(active(engine)) == 2


async def test_a_site_that_recovers_from_a_burst_loses_nothing(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 11)))
    await crawl_site(context, site)
    for number in range(1, 11):
        web.remove("essai", path(number))
    await crawl_site(context, site)
    open_site(web, "essai", range(1, 11))
    report = await crawl_site(context, site)
    assert changes(report) == (0, 0, 0, 0)
    assert events(engine) == Counter(created=10)


@pytest.mark.parametrize("same_crawl", [True, False])
async def test_an_advert_republished_at_a_new_address_keeps_its_property(
    web: MeanServer, context: CrawlContext, engine: Engine, *, same_crawl: bool
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2, 3]))
    await crawl_site(context, site)
    web.remove("essai", path(1))
    if not same_crawl:
        await crawl_site(context, site)
    web.page("essai", "/ventes", listing_page([2, 3, 91]))
    web.page("essai", path(91), detail(1, price=245_000))
    report = await crawl_site(context, site)
    assert (report.new, report.republished) == (1, 1)
    with engine.connect() as connection:
        rows = {r.source_url.rpartition("-")[2]: r for r in connection.execute(select(AggregatedListing))}
    assert rows["91"].republishes == rows["1"].id
    assert rows["91"].property_id == rows["1"].property_id
    assert rows["91"].is_active
    assert not rows["1"].is_active


async def test_a_withdrawn_listing_that_comes_back_at_its_address_is_on_line_again(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2]))
    await crawl_site(context, site)
    web.remove("essai", path(1))
    await crawl_site(context, site)
    web.page("essai", path(1), detail(1))
    report = await crawl_site(context, site)
    assert report.republished == 1
    assert len(active(engine)) == 2
    assert events(engine) == Counter(created=2, withdrawn=1, republished=1)


async def test_an_address_that_redirects_to_the_adverts_new_one_moves_the_same_row(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", [1, 2]))
    await crawl_site(context, site)
    web.put("essai", path(1), Reply(301, headers={"Location": "/bien/1"}))
    web.page("essai", "/bien/1", detail(1))
    report = await crawl_site(context, site)
    assert (report.new, report.withdrawn) == (0, 0)
    assert active(engine) == {"bien/1", path(2)[1:]}
    assert changes(await crawl_site(context, site)) == (0, 0, 0, 0)


async def test_the_town_is_found_and_followed_through_time(database_url: str, engine: Engine) -> None:
    """Two agencies, a week apart, against the truth: no live listing is withdrawn, few are missed."""
    async with Town(seed=0, agencies=2) as town:
        sites = register(engine, town.urls(), "town", town=True)
        async with open_context(quick_settings(), database_url, places=Places.sample()) as context:
            for day in (0, 7):
                town.set_day(day)
                reports = await asyncio.gather(*(crawl_site(context, site) for site in sites))
                assert {report.status for report in reports} == {"ok"}
                truth = {line["url"]: line["live"] for line in truth_lines(town.world, day, town.url)}
                with engine.connect() as connection:
                    known = select(AggregatedListing.source_url, AggregatedListing.is_active)
                    rows = {row.source_url: row.is_active for row in connection.execute(known)}
                hosts = tuple(town.url(agency.slug) + "/" for agency in town.world.agencies)
                live = {url for url, alive in truth.items() if alive and url.startswith(hosts)}
                assert {url for url, on in rows.items() if not on} <= {u for u, a in truth.items() if not a}
                assert len(live & {url for url, on in rows.items() if on}) >= 0.95 * len(live)
    assert max(visit.in_flight for visit in town.log.all()) == 1
    with engine.connect() as connection:
        assert not connection.scalars(select(Page.id).where(Page.due_at.is_not(None))).all()


async def test_lists_go_first_then_what_they_say_otherwise_of_then_new_listings_then_those_that_are_due(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    web.remove("essai", "/sitemap.xml")
    await crawl_site(context, site)
    open_site(web, "essai", range(1, 7))
    listed = listing_page([6, 5], "/ventes?page=2")
    web.page("essai", "/ventes", listed)
    web.page("essai", "/ventes?page=2", listing_page([4, 3, 2]).replace("250002 €", "240002 €"))
    web.log.clear()
    await crawl_site(context, site)
    asked = [one for one in web.paths("essai") if one not in ("/robots.txt", "/sitemap.xml")]
    assert asked[:3] == ["/", "/ventes", "/ventes?page=2"]
    assert set(asked[3:5]) == {path(1), path(2)}, "one that no list names any more, and a cheaper one"
    assert set(asked[5:7]) == {path(5), path(6)}
    assert set(asked[7:]) == {path(3), path(4)}


async def test_what_lists_tell_and_what_is_found_later_are_one_burst(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 11)))
    web.remove("essai", "/sitemap.xml")
    await crawl_site(context, site)
    web.page("essai", "/ventes", listing_page(range(4, 11)))
    for number in range(1, 7):
        web.remove("essai", path(number))
    report = await crawl_site(context, site)
    assert (report.withdrawn, report.held) == (3, 3), "three were settled before the other three were found"
    assert active(engine) == {path(number)[1:] for number in range(4, 11)}
