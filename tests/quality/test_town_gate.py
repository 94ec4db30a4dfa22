"""The main job against the town's truth: the whole town crawled on Ray, its clock moved, crawled again."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, func, select

from cluster.commands.crawl import sites_of
from cluster.crawling import ShardPool, Site, shard_pool
from cluster.demo import demo_settings
from cluster.town import start_town
from crawl.agencies import register
from models.database import open_engine
from models.tables import ListingHistory
from tests.quality import town_truth
from tests.quality.conftest import assert_at_least
from town.world import World, build_world

pytestmark = [pytest.mark.ray, pytest.mark.timeout(400)]
DAYS = 14


@dataclass(frozen=True)
class Crawled:
    """The town as stored after the first visit and after the second, `DAYS` later."""

    first: dict[str, town_truth.Row]
    second: dict[str, town_truth.Row]
    truth_first: dict[str, town_truth.Row]
    truth_second: dict[str, town_truth.Row]
    events: dict[str, set[object]]
    true_events: dict[str, set[object]]
    repeated: list[object]


@pytest.fixture(scope="module")
def crawled(
    module_database_url: str, ray_runtime: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crawled]:
    """Two visits of the whole town, and a third on the same day, which must find nothing to do."""
    import ray

    settings = demo_settings(tmp_path_factory.mktemp("home"))
    engine = open_engine(module_database_url)
    world = build_world(0)
    town, addresses = start_town(0)
    port = int(addresses[0].rstrip("/").rsplit(":", 1)[1])
    sites = sites_of(engine, register(engine, addresses, town=True))
    with shard_pool(settings, module_database_url, 2) as pool:
        pool.crawl(sites)
        first, after = town_truth.stored(engine), _last_event(engine)
        ray.get(town.set_day.remote(DAYS))
        pool.crawl(sites)
        second, events = town_truth.stored(engine), town_truth.stored_events(engine, after)
        repeated = _visit_again(engine, pool, sites)
    yield _compared(world, port, first, second, events, repeated)
    ray.kill(town)
    engine.dispose()


def _visit_again(engine: Engine, pool: ShardPool, sites: list[Site]) -> list[object]:
    before = _last_event(engine)
    reports = pool.crawl(sites)
    return [_last_event(engine) - before, sum(r.new + r.changed + r.withdrawn for r in reports)]


def _compared(
    world: World,
    port: int,
    first: dict[str, town_truth.Row],
    second: dict[str, town_truth.Row],
    events: dict[str, set[object]],
    repeated: list[object],
) -> Crawled:
    def url(slug: str) -> str:
        return f"http://{slug}.localhost:{port}"

    return Crawled(
        first,
        second,
        town_truth.truth(world, 0, url),
        town_truth.truth(world, DAYS, url),
        events,
        town_truth.true_events(world, 0, DAYS, url, first.keys()),
        repeated,
    )


def _last_event(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.coalesce(func.max(ListingHistory.id), 0))) or 0


def test_live_listings_are_found_and_none_is_invented(crawled: Crawled) -> None:
    cover = town_truth.coverage(crawled.first, crawled.truth_first)
    print(f"\n{cover.live} live, {cover.found:.4f} found, {len(cover.invented)} invented")
    print("missing:", *cover.missing[:20], sep="\n  ")
    assert cover.invented == ()
    assert_at_least("town_listings", {"found": cover.found})


def test_fields_reach_their_floor(crawled: Crawled) -> None:
    scores = town_truth.field_scores(crawled.first, crawled.truth_first)
    print("\n" + "\n".join(f"{name:20} {score:.4f}" for name, score in scores.items()))
    assert_at_least("town_fields", scores)


@pytest.mark.parametrize("kind", ["created", "price", "withdrawn", "republished"])
def test_the_events_after_the_clock_moved_match_the_truth(crawled: Crawled, kind: str) -> None:
    true, stored = crawled.true_events[kind], crawled.events[kind]
    print(f"\n{kind}: {len(true)} true, {len(stored)} stored, {len(true & stored)} in common")
    print("missed:", *sorted(map(str, true - stored))[:10], sep="\n  ")
    print("false:", *sorted(map(str, stored - true))[:10], sep="\n  ")
    right = len(true & stored)
    measured = {"precision": right / max(1, len(stored)), "recall": right / max(1, len(true))}
    assert_at_least(f"town_events_{kind}", measured)


def test_no_live_listing_is_withdrawn(crawled: Crawled) -> None:
    live = {url for url, advert in crawled.truth_second.items() if advert["live"]}
    assert {url for url, row in crawled.second.items() if not row["is_active"]} & live == set()


def test_the_same_crawl_twice_changes_nothing_and_says_so(crawled: Crawled) -> None:
    assert crawled.repeated == [0, 0]
