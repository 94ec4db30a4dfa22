"""The operator's orders: a pause and a stop are obeyed after the page in hand, and outlive restarts."""

import asyncio
from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import Engine, func, select

from crawl import orders
from crawl.agencies import due
from crawl.context import CrawlContext
from crawl.orders import Order, Orders
from crawl.report import CrawlReport
from crawl.site import crawl_site
from models.tables import Page
from tests.crawl.asked import agency, enter
from tests.crawl.mean_server import MeanServer, Reply, Request
from tests.crawl.sites import open_site


def _read(engine: Engine, since: datetime) -> Orders:
    with engine.connect() as connection:
        return orders.read(connection, since)


def _now(engine: Engine) -> datetime:
    with engine.connect() as connection:
        return orders.now(connection)


def _due(engine: Engine) -> int:
    with engine.connect() as connection:
        query = select(func.count()).select_from(Page).where(Page.due_at.is_not(None))
        return connection.execute(query).scalar_one()


def test_orders_stand_in_the_database_until_they_are_lifted(engine: Engine) -> None:
    a, b = enter(engine, "https://a.example"), enter(engine, "https://b.example")
    began = _now(engine)
    assert _read(engine, began) == Orders()
    orders.pause(engine, [a])
    orders.pause(engine)
    assert _read(engine, began) == Orders(paused=True, sites=frozenset({a}))
    assert due(engine) == [b]
    assert orders.resume(engine) == 1
    assert _read(engine, began).to(a) is Order.PAUSED, "one site's own pause is not the general one"
    assert _read(engine, began).to(b) is None
    assert (orders.resume(engine, [a]), orders.resume(engine, [a]), orders.resume(engine)) == (1, 0, 0)
    assert _read(engine, began) == Orders()
    assert due(engine) == [a, b]


def test_a_stop_is_for_the_crawls_that_began_before_it(engine: Engine) -> None:
    began = _now(engine)
    orders.stop(engine)
    assert _read(engine, began).stopped
    assert not _read(engine, _now(engine)).stopped


@pytest.mark.parametrize("order", [Orders(paused=True), Orders(stopped=True)])
async def test_a_site_ends_its_page_and_is_given_back_with_its_frontier(
    web: MeanServer, context: CrawlContext, engine: Engine, order: Orders
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 9)))
    asked: list[int] = []

    def give_order(report: CrawlReport) -> None:
        if report.found == 3 and not asked:
            asked.append(len(web.log))
            context.standing.orders = order

    report = await crawl_site(context, site, give_order)
    assert (report.status, report.found) == ("interrupted", 3)
    assert report.error_type == order.to(site)
    assert asked == [len(web.log)], "not one request after the page in hand"
    row = agency(engine, site)
    assert (row.leased_by, row.leased_until, row.scraping_error_count) == (None, None, 0)
    assert _due(engine) >= 5
    held = await crawl_site(context, site)
    assert (held.status, held.error_type, asked) == ("interrupted", order.to(site), [len(web.log)])
    context.standing.orders = Orders()
    again = await crawl_site(context, site)
    assert (again.status, again.found, again.resumed, again.new) == ("ok", 8, True, 8)


async def test_one_paused_site_costs_the_others_nothing(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    paused, other = (enter(engine, open_site(web, slug, range(1, 3))) for slug in ("a", "b"))
    context.standing.orders = Orders(sites=frozenset({paused}))
    reports = await asyncio.gather(crawl_site(context, paused), crawl_site(context, other))
    assert [report.status for report in reports] == ["interrupted", "ok"]
    assert web.paths("a") == []


async def test_a_site_that_another_worker_is_to_have_is_crawled_on_there_without_a_request_made_twice(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 9)))

    def give_away(report: CrawlReport) -> None:
        if report.found == 3:
            context.standing.leaving.add(site)

    report = await crawl_site(context, site, give_away)
    assert (report.status, report.error_type, report.found) == ("interrupted", Order.MOVED, 3)
    assert agency(engine, site).leased_until is None
    context.standing.leaving.clear()
    again = await crawl_site(context, site)
    assert (again.status, again.found, again.resumed, again.new) == ("ok", 8, True, 8)
    assert set(Counter(web.paths("essai")).values()) == {1}


async def test_a_site_leaves_for_another_worker_after_the_request_in_hand_which_nobody_makes_again(
    web: MeanServer, context: CrawlContext, engine: Engine
) -> None:
    site = enter(engine, open_site(web, "essai", range(1, 5)))
    named = f"<urlset><url><loc>{web.url('essai', '/ventes')}</loc></url></urlset>"

    def give_away(_: Request) -> Reply:
        context.standing.leaving.add(site)
        return Reply(200, named, {"Content-Type": "text/xml"})

    web.put("essai", "/sitemap.xml", give_away)
    report = await crawl_site(context, site)
    assert report.error_type == Order.MOVED
    assert web.paths("essai") == ["/robots.txt", "/sitemap.xml"]
    asked = len(web.log)
    assert (await crawl_site(context, site)).error_type == Order.MOVED
    assert len(web.log) == asked, "not even entered"
    context.standing.leaving.clear()
    await crawl_site(context, site)
    assert set(Counter(web.paths("essai")).values()) == {1}
