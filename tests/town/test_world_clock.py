"""The town's clock: listings appear, drop, are edited, leave in every way, and come back elsewhere."""

import json
from pathlib import Path

import pytest

from models.listing import LISTING_FIELDS
from town.clock import LAST_DAY
from town.model import Withdrawal
from town.registry import family_named
from town.truth import event_lines, truth_lines, write_truth
from town.world import EventKind, World, build_world


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=0)


def url(slug: str) -> str:
    return f"http://{slug}.localhost:8123"


def test_every_kind_of_event_happens_within_two_weeks(world: World) -> None:
    assert {event.kind for event in world.events(0, 14)} == set(EventKind)


def test_nothing_happens_between_a_day_and_itself(world: World) -> None:
    assert world.events(7, 7) == []


def test_an_advert_once_known_stays_known_until_the_last_day(world: World) -> None:
    for agency in world.agencies:
        known: set[int] = set()
        for day in (0, 10, LAST_DAY):
            site = world.site(agency.slug, day, "")
            now = {advert.id for advert in (*site.adverts, *site.withdrawn)}
            assert known <= now
            known = now


def test_a_withdrawn_advert_never_comes_back_at_its_own_address(world: World) -> None:
    for agency in world.agencies:
        early = {a.id for a in world.site(agency.slug, 5, "").withdrawn}
        late = {a.id for a in world.site(agency.slug, 60, "").adverts}
        assert not early & late


def test_withdrawn_adverts_answer_in_all_five_ways_from_the_first_day(world: World) -> None:
    styles = {a.withdrawn for agency in world.agencies for a in world.site(agency.slug, 0, "").withdrawn}
    assert styles == set(Withdrawal)
    assert all(advert.withdrawn is None for advert in world.adverts(0))


def test_a_price_event_tells_the_two_prices_displayed(world: World) -> None:
    before = {advert.id: advert for advert in world.adverts(0)}
    after = {advert.id: advert for advert in world.adverts(14)}
    drops = [event for event in world.events(0, 14) if event.kind is EventKind.PRICE]
    assert drops
    for event in drops:
        assert event.old == str(before[event.advert].price)
        assert event.new == str(after[event.advert].price)
        assert after[event.advert].price < before[event.advert].price


def test_events_name_every_advert_that_came_or_went_and_no_other(world: World) -> None:
    before = {advert.id for advert in world.adverts(3)}
    after = {advert.id for advert in world.adverts(20)}
    events = world.events(3, 20)
    assert {e.advert for e in events if e.kind is EventKind.CREATED} == after - before
    assert {e.advert for e in events if e.kind is EventKind.WITHDRAWN} == before - after


def test_what_is_republished_keeps_its_reference_and_changes_its_address(world: World) -> None:
    moved = [event for event in world.events(0, 90) if event.kind is EventKind.REPUBLISHED]
    assert moved
    for event in moved:
        site = world.site(event.agency, 90, "")
        new = next(a for a in site.adverts if a.id == event.advert)
        old = [a for a in site.withdrawn if a.dwelling.id == event.dwelling]
        latest = max(old, key=lambda advert: (advert.first_day, advert.id))
        family = family_named(site.agency.family)
        assert event.old == family.detail_path(site, latest)
        assert event.new == family.detail_path(site, new) != event.old
        assert {a.reference for a in old} == {new.reference}


def test_an_address_lasts_through_every_edit_and_belongs_to_one_advert(world: World) -> None:
    seen: dict[tuple[str, int], str] = {}
    for day in (0, 20, 60, LAST_DAY):
        for agency in world.agencies:
            site = world.site(agency.slug, day, "")
            family = family_named(agency.family)
            paths = {a.id: family.detail_path(site, a) for a in (*site.adverts, *site.withdrawn)}
            assert len(set(paths.values())) == len(paths)
            for number, path in paths.items():
                assert seen.setdefault((agency.slug, number), path) == path


@pytest.mark.parametrize("day", [-1, LAST_DAY + 1])
def test_the_clock_has_two_ends(world: World, day: int) -> None:
    with pytest.raises(ValueError, match="clock runs from day 0"):
        world.site(world.agencies[0].slug, day, "")


def test_sitemaps_forget_some_live_adverts_and_keep_some_dead_ones(world: World) -> None:
    sites = [world.site(agency.slug, 10, "") for agency in world.agencies]
    live = sum(len(site.adverts) for site in sites)
    dead = sum(len(site.withdrawn) for site in sites)
    assert 0.04 <= sum(len(site.sitemap_missing) for site in sites) / live <= 0.13
    assert 0.2 <= sum(len(site.sitemap_dead) for site in sites) / dead <= 0.5
    assert any(site.crawl_delay for site in sites)


def test_the_truth_has_every_listing_field_of_every_advert(world: World) -> None:
    lines = truth_lines(world, 5, url)
    live = [line for line in lines if line["live"]]
    assert len(live) == len(world.adverts(5))
    assert all(set(LISTING_FIELDS) <= set(line) for line in lines)
    assert len({line["url"] for line in lines}) == len(lines)
    assert all(bool(line["withdrawal"]) is not line["live"] for line in lines)


def test_the_truth_file_is_json_lines_with_the_events_asked_for(world: World, tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    write_truth(world, 5, url, path, since=0)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    adverts = [record for record in records if record["kind"] == "advert"]
    events = [record for record in records if record["kind"] == "event"]
    assert len(adverts) == len(truth_lines(world, 5, url))
    assert events == json.loads(json.dumps(event_lines(world, 0, 5, url)))
    known = {advert["url"] for advert in adverts}
    assert all(event["url"] in known for event in events)
