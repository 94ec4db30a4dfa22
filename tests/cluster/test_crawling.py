"""A crawl on shards loses nothing when one is killed, doubles nothing, and keeps its manners all along."""

import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, func, select, text

from cluster.commands.crawl import sites_of
from cluster.crawling import shard_pool
from cluster.demo import demo_settings
from cluster.looks import CrawlProgress
from cluster.metrics import metrics_server
from cluster.sharding import split
from cluster.town import start_town
from crawl import orders
from crawl.agencies import register
from crawl.orders import Order
from crawl.report import CrawlReport
from models.database import open_engine
from models.errors import CrawlError
from models.settings import Settings
from models.tables import Agency, AggregatedListing, EventKind, ListingHistory, ScrapingLog
from tests.cluster.command import free_port
from tests.cluster.manners import breaches, delays
from town.visits import Visit

pytestmark = [pytest.mark.ray, pytest.mark.timeout(240)]
AGENCIES = 4
DELAY = 0.05
#: Two sites' worth of pages: both shards are in the middle of theirs.
KILL_AFTER_PAGES = 40


@dataclass
class SmallTown:
    """Four agencies, undisturbed by the tests: each crawl is read from the visits it added."""

    actor: Any
    addresses: list[str]
    settings: Settings
    seen: int = 0

    def new_visits(self) -> list[Visit]:
        """The requests since this was asked last."""
        import ray

        visits: list[Visit] = ray.get(self.actor.visits.remote())
        fresh, self.seen = visits[self.seen :], len(visits)
        return fresh


@dataclass
class Watched:
    """A crawl as its driver saw it."""

    reports: list[CrawlReport]
    looks: list[CrawlProgress] = field(default_factory=list)
    pids: list[int] = field(default_factory=list)
    killed: int = 0
    #: Progress at the moment of the kill.
    before: int = 0
    #: What Prometheus would read at the end.
    metrics: str = ""
    #: The hosts that each shard's actor crawled.
    crawled_by: dict[str, set[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def town(ray_runtime: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallTown]:
    import ray

    settings = demo_settings(tmp_path_factory.mktemp("home")).model_copy(
        update={"min_delay_between_requests": DELAY}
    )
    actor, addresses = start_town(seed=3, agencies=AGENCIES)
    yield SmallTown(actor, addresses, settings)
    ray.kill(actor)


@pytest.fixture(scope="module")
def undisturbed(town: SmallTown, module_database_url: str) -> Iterator[tuple[Engine, Watched, list[Visit]]]:
    engine = open_engine(module_database_url)
    watched = _crawled(town, engine, module_database_url)
    yield engine, watched, town.new_visits()
    engine.dispose()


def _crawled(town: SmallTown, engine: Engine, url: str, kill: bool = False) -> Watched:
    sites = sites_of(engine, register(engine, town.addresses, town=True))
    watched = Watched([])
    port = free_port()
    with metrics_server(port) as metrics, shard_pool(town.settings, url, 2) as pool:
        metrics.pool = pool
        watched.pids = [_pid(actor) for actor in pool.actors.values()]

        def look(progress: CrawlProgress) -> None:
            watched.looks.append(progress)
            if kill and not watched.killed and progress.pages >= KILL_AFTER_PAGES:
                watched.killed, watched.before = watched.pids[0], progress.pages
                os.kill(watched.killed, signal.SIGKILL)

        watched.reports = pool.crawl(sites, look)
        watched.metrics = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
        watched.killed = watched.killed if pool.deaths else 0
        watched.crawled_by = {shard: _hosts(actor) for shard, actor in pool.actors.items()}
    return watched


def _pid(actor: Any) -> int:
    import ray

    pid: int = ray.get(actor.__ray_call__.remote(lambda _: os.getpid()))
    return pid


def _hosts(actor: Any) -> set[str]:
    import ray

    hosts: set[str] = ray.get(
        actor.__ray_call__.remote(lambda shard: {report.host for report in shard.latest.values()})
    )
    return hosts


def _total(metrics: str, name: str, label: str = "") -> float:
    """The sum of a metric's samples over shards and labels."""
    lines = [line for line in metrics.splitlines() if line.startswith(f"{name}{{") and label in line]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def _listings(engine: Engine) -> dict[str, tuple[Any, ...]]:
    table = AggregatedListing
    query = select(
        table.source_url,
        table.is_active,
        table.price,
        table.surface,
        table.rooms,
        table.transaction,
        table.postal_code,
        table.title,
        table.hash,
    )
    with engine.connect() as connection:
        return {row.source_url: tuple(row) for row in connection.execute(query)}


def _created(engine: Engine) -> dict[int, int]:
    """Creations by listing, those without any included."""
    born = ListingHistory.kind == EventKind.CREATED
    query = (
        select(AggregatedListing.id, func.count(ListingHistory.id).filter(born))
        .outerjoin(ListingHistory, ListingHistory.listing_id == AggregatedListing.id)
        .group_by(AggregatedListing.id)
    )
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def test_a_killed_shard_loses_nothing_and_doubles_nothing(
    town: SmallTown, undisturbed: tuple[Engine, Watched, list[Visit]], engine: Engine, database_url: str
) -> None:
    expected = _listings(undisturbed[0])
    watched = _crawled(town, engine, database_url, kill=True)
    visits = town.new_visits()
    assert watched.killed, "the shard was not killed in the middle of its work"
    assert _listings(engine) == expected
    assert set(_created(engine).values()) == {1}
    assert sorted(report.status for report in watched.reports) == ["ok"] * AGENCIES
    assert sum(report.new for report in watched.reports) == len(expected)
    assert any(report.resumed for report in watched.reports)
    assert watched.looks[-1].sites_done == AGENCIES
    assert watched.looks[-1].pages > watched.before
    assert 'pignon_shard_deaths_total{shard="shard-0"} 1.0' in watched.metrics
    assert _total(watched.metrics, "pignon_pages_total") >= watched.looks[-1].pages
    assert breaches(visits, delays(engine, DELAY)) == []
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).where(Agency.leased_until.is_not(None))) == 0
        assert connection.scalar(select(func.count(ScrapingLog.id))) == AGENCIES


def test_the_town_never_saw_a_request_too_soon_nor_two_at_once_on_one_host(
    undisturbed: tuple[Engine, Watched, list[Visit]],
) -> None:
    engine, _, visits = undisturbed
    assert {visit.host for visit in visits} == set(delays(engine, DELAY))
    assert len(visits) > 100
    assert breaches(visits, delays(engine, DELAY)) == []


def test_prometheus_is_told_the_very_requests_that_the_town_saw_by_shard(
    undisturbed: tuple[Engine, Watched, list[Visit]],
) -> None:
    _, watched, visits = undisturbed
    assert _total(watched.metrics, "pignon_requests_total") == len(visits)
    assert _total(watched.metrics, "pignon_sites_open") == 0
    assert {'shard="shard-0"', 'shard="shard-1"'} <= set(re.findall(r'shard="[^"]*"', watched.metrics))
    assert _total(watched.metrics, "pignon_step_duration_seconds_count", 'step="fetch"') == len(visits)
    assert _total(watched.metrics, "pignon_step_duration_seconds_sum", 'step="wait"') > DELAY


def test_ray_is_told_the_same_counts(undisturbed: tuple[Engine, Watched, list[Visit]]) -> None:
    import ray

    (node,) = ray.nodes()
    page = f"http://{node['NodeManagerAddress']}:{node['MetricsExportPort']}/metrics"
    end = time.monotonic() + 30  # its agent hears from workers every ten seconds
    while "ray_pignon_requests_total" not in (told := httpx2.get(page).text):
        assert time.monotonic() < end, "Ray was told nothing"
        time.sleep(1)
    lines = [line for line in told.splitlines() if line.startswith("ray_pignon_requests_total{")]
    assert all('outcome="' in line and 'shard="shard-' in line for line in lines)


def test_every_host_is_fetched_by_the_one_shard_that_owns_it(
    undisturbed: tuple[Engine, Watched, list[Visit]],
) -> None:
    engine, watched, _ = undisturbed
    owned = split(delays(engine, DELAY), sorted(watched.crawled_by))
    assert all(owned.values()), "the town's hosts all fall to one shard: nothing is tested"
    assert watched.crawled_by == {shard: set(hosts) for shard, hosts in owned.items()}


def test_two_sites_on_one_host_are_both_crawled(town: SmallTown, engine: Engine, database_url: str) -> None:
    sites = sites_of(engine, register(engine, ["http://a.localhost:1/", "http://a.localhost:2/"], town=True))
    with shard_pool(town.settings, database_url, 1) as pool:
        reports = pool.crawl(sites)
    assert sorted(report.agency_id for report in reports) == sorted(site.id for site in sites)


def test_a_paused_crawl_asks_nothing_until_it_is_resumed_and_a_stopped_one_ends(
    town: SmallTown, undisturbed: tuple[Engine, Watched, list[Visit]], engine: Engine, database_url: str
) -> None:
    sites = sites_of(engine, register(engine, town.addresses, town=True))
    still: list[tuple[int, int]] = []
    orders.pause(engine, [sites[0].id])

    def look(progress: CrawlProgress) -> None:
        if progress.pages >= KILL_AFTER_PAGES and not still and not progress.paused:
            orders.pause(engine)
        if progress.paused and not progress.open and len(still) < 4:
            still.append((len(town.new_visits()), progress.sites_done))
            if len(still) == 4:
                orders.resume(engine)

    with shard_pool(town.settings, database_url, 2) as pool:
        reports = pool.crawl(sites, look)
        assert [quiet for quiet, _ in still[1:]] == [0, 0, 0], "it went on asking while it was paused"
        assert still[-1][1] < len(sites)
        assert sorted(report.status for report in reports) == ["interrupted", "ok", "ok", "ok"]
        assert (reports[-1].agency_id, reports[-1].error_type) == (sites[0].id, Order.PAUSED)
        assert reports[-1].host == sites[0].host
        orders.resume(engine, [sites[0].id])
        stopped = pool.crawl(sites, lambda p: orders.stop(engine) if p.pages >= 10 and p.open else None)
        assert Order.STOPPED in {report.error_type for report in stopped}
        assert len(stopped) == len(sites)
        again = pool.crawl(sites)
    assert {report.status for report in again} == {"ok"}
    assert _listings(engine) == _listings(undisturbed[0])
    assert set(_created(engine).values()) == {1}


def test_a_failure_of_ours_on_one_site_is_told_and_costs_no_other(
    town: SmallTown, engine: Engine, database_url: str
) -> None:
    sites = sites_of(engine, register(engine, town.addresses[:1], town=True))
    with engine.begin() as connection:
        connection.execute(text("alter table scraping_logs add check (listings_new = 0)"))
    with shard_pool(town.settings, database_url, 1) as pool:
        reports = pool.crawl(sites)
    assert [report.status for report in reports] == ["error"]
    assert reports[0].line.count("\n") == 0


def test_shards_that_die_of_their_work_end_the_crawl_with_one_line_and_leave_no_lease(
    town: SmallTown, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    monkeypatch.setattr("cluster.pool.MAX_DEATHS", 2)
    settings = town.settings.model_copy(update={"min_delay_between_requests": 5.0})
    sites = sites_of(engine, register(engine, town.addresses[:1], town=True))

    with shard_pool(settings, database_url, 1) as pool:

        def strike(_: CrawlProgress) -> None:
            for actor in pool.actors.values():
                ray.kill(actor)

        with pytest.raises(CrawlError, match="its workers keep dying"):
            pool.crawl(sites, strike)
        assert pool.deaths == 3
    town.new_visits()
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).where(Agency.leased_until.is_not(None))) == 0
