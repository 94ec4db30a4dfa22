"""What pages ask by X-Robots-Tag and metas is done: not stored, not followed, taken off line, put back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from crawl.context import CrawlContext, open_context
from crawl.site import crawl_site
from models.places import Places
from models.tables import AggregatedListing
from tests.crawl.asked import active, enter
from tests.crawl.mean_server import MeanServer
from tests.crawl.quick import quick_settings
from tests.crawl.sites import detail, open_site, path

PAST, FUTURE = "Saturday, 25 Jun 2011 15:00:00 GMT", "2200-01-01"


def ask(web: MeanServer, number: int, tag: str) -> None:
    """Let an advert's page be as before, under an X-Robots-Tag; one header a line of `tag`."""
    web.page(
        "essai", path(number), detail(number), **{"X-Robots-Tag": tag.replace("\n", "\r\nX-Robots-Tag: ")}
    )


def reasons(engine: Engine) -> set[str | None]:
    with engine.connect() as connection:
        return set(connection.scalars(select(AggregatedListing.withdrawn_reason)))


@pytest.mark.parametrize(
    ("tag", "stored"),
    [
        ("noindex", False),
        ("none", False),
        ("otherbot: noindex\npignonbot: noindex", False),
        ("otherbot: noindex\nnoarchive", True),
        (f"unavailable_after: {PAST}", False),
        (f"unavailable_after: {FUTURE}", True),
    ],
)
async def test_a_header_keeps_a_page_from_being_stored(
    web: MeanServer, context: CrawlContext, engine: Engine, tag: str, stored: bool
) -> None:
    url = open_site(web, "essai", [1, 2])
    ask(web, 2, tag)
    await crawl_site(context, enter(engine, url))
    assert active(engine) == {path(n)[1:] for n in ((1, 2) if stored else (1,))}


@pytest.mark.parametrize("meta", ["robots", "pignonbot"])
async def test_a_meta_for_all_or_for_us_keeps_a_page_from_being_stored(
    web: MeanServer, context: CrawlContext, engine: Engine, meta: str
) -> None:
    url = open_site(web, "essai", [1, 2])
    head = f'<head><meta name="{meta}" content="noindex">'
    web.page("essai", path(2), detail(2).replace("<head>", head))
    await crawl_site(context, enter(engine, url))
    assert active(engine) == {path(1)[1:]}


@pytest.mark.parametrize(("tag", "followed"), [("nofollow", False), ("otherbot: nofollow", True)])
async def test_the_links_of_a_page_that_asks_so_are_not_followed(
    web: MeanServer, context: CrawlContext, engine: Engine, tag: str, followed: bool
) -> None:
    url = open_site(web, "essai", [1, 2])
    web.remove("essai", "/sitemap.xml")
    home = '<html><body><nav><a href="/ventes">Nos ventes</a></nav><p>Agence immobilière</p></body></html>'
    web.page("essai", "/", home, **{"X-Robots-Tag": tag})
    await crawl_site(context, enter(engine, url))
    assert ("/ventes" in web.paths("essai")) is followed


async def test_a_known_listing_that_asks_not_to_be_listed_goes_off_line_and_comes_back_when_it_no_longer_does(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 7)))
    await crawl_site(context, site)
    ask(web, 2, "noindex")
    report = await crawl_site(context, site)
    assert (report.withdrawn, reasons(engine)) == (1, {None, "noindex"})
    assert path(2)[1:] not in active(engine)
    web.page("essai", path(2), detail(2))
    assert (await crawl_site(context, site)).republished == 1
    assert len(active(engine)) == 6


async def test_a_listing_with_a_date_goes_off_line_after_it_though_its_page_never_changed(
    web: MeanServer, database_url: str, engine: Engine
) -> None:
    url = open_site(web, "essai", range(1, 7))
    head = '<head><meta name="robots" content="unavailable_after: 2200-01-01">'
    web.page("essai", path(2), detail(2).replace("<head>", head))
    site, now = enter(engine, url), datetime(2199, 12, 31, tzinfo=UTC)
    async with open_context(
        quick_settings(), database_url, places=Places.sample(), clock=lambda: now
    ) as context:
        assert (await crawl_site(context, site)).new == 6
        now += timedelta(days=40)
        assert (await crawl_site(context, site)).withdrawn == 1
    assert reasons(engine) == {None, "noindex"}


async def test_a_whole_site_that_asks_so_at_once_is_held_back_as_any_burst_is(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 7)))
    await crawl_site(context, site)
    for number in range(1, 7):
        ask(web, number, "noindex")
    report = await crawl_site(context, site)
    assert (report.withdrawn, report.held) == (0, 6)
