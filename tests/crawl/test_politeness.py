"""Politeness, judged from the server's log."""

import asyncio
import time
from itertools import chain, pairwise

import pytest

from crawl.budget import Budget
from crawl.fetch import Fetcher
from crawl.politeness import SLOW, Politeness
from crawl.slots import Slots
from crawl.store import Store
from models.database import open_async_engine
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings


async def _ask(fetcher: Fetcher, urls: list[str]) -> None:
    await asyncio.gather(*(fetcher.fetch(url) for url in urls))
    await fetcher.close()


async def test_two_requests_to_a_host_are_never_closer_than_the_delay_nor_both_in_flight(
    web: MeanServer,
) -> None:
    settings = quick_settings(min_delay_between_requests=0.15)
    for n in range(6):
        web.put("site", f"/{n}", Reply(200, "x", delay=0.05))
    await _ask(Fetcher(settings, Politeness.of(settings)), [web.url("site", f"/{n}") for n in range(6)])
    times = [request.time for request in web.log]
    assert len(times) == 6
    assert min(b - a for a, b in pairwise(times)) >= 0.15
    assert max(request.in_flight for request in web.log) == 1


async def test_a_redirect_and_another_name_of_the_host_wait_for_their_turn_as_well(web: MeanServer) -> None:
    settings = quick_settings(min_delay_between_requests=0.15)
    web.put("site", "/", Reply(302, headers={"Location": web.url("www.site", "/end")}))
    web.put("www.site", "/end", Reply(200, "x"))
    await _ask(Fetcher(settings, Politeness.of(settings)), [web.url("site")])
    assert web.log[1].time - web.log[0].time >= 0.15


async def test_the_larger_of_our_delay_and_the_sites_counts(web: MeanServer) -> None:
    settings = quick_settings(min_delay_between_requests=0.05)
    politeness = Politeness.of(settings)
    politeness.ask("slow.localhost", 0.3)
    politeness.ask("fast.localhost", 0.001)
    urls = [web.url(slug, f"/{n}") for slug in ("slow", "fast") for n in range(2)]
    await _ask(Fetcher(settings, politeness), urls)
    gaps = {
        slug: b.time - a.time
        for slug in ("slow", "fast")
        for a, b in pairwise(r for r in web.log if r.host == slug)
    }
    assert gaps["slow"] >= 0.3
    assert 0.05 <= gaps["fast"] < 0.3


async def test_the_egress_pauses_between_any_two_hosts() -> None:
    politeness = Politeness(delay=0, egress_delay=0.1, in_flight=10)
    times = await _departures(politeness, [f"{n}.example" for n in range(4)], None)
    assert min(b - a for a, b in pairwise(times)) >= 0.099


async def _departures(politeness: Politeness, names: list[str], address: str | None) -> list[float]:
    """When each of these hosts' requests left, in order; monotonic seconds."""

    async def one(name: str) -> float:
        async with politeness.turn(name, address):
            return time.monotonic()

    return sorted(await asyncio.gather(*map(one, names)))


@pytest.mark.parametrize("kind", ["egress", "address"])
async def test_processes_share_the_budget_of_an_egress_and_of_an_address(
    database_url: str, kind: str
) -> None:
    pauses = {"egress_delay": 0.0, "address_delay": 0.0} | {f"{kind}_delay": 0.05}
    engines = [open_async_engine(database_url) for _ in range(2)]
    two = [Politeness(delay=0, in_flight=10, reserve=Store(e).reserve, **pauses) for e in engines]
    names = [f"{n}.example" for n in range(12)]
    told = await asyncio.gather(*(_departures(one, names, "192.0.2.7") for one in two))
    for engine in engines:
        await engine.dispose()
    times = sorted(chain(*told))
    # Any window of ten pauses has room for eleven departures, and two that jitter lets in.
    assert all(after - before >= 0.5 - 0.03 for before, after in zip(times, times[13:], strict=False))
    assert times[-1] - times[0] < 3, "slots are not wasted"


async def test_who_waited_long_for_its_egress_does_not_break_the_budget_of_its_address(
    database_url: str,
) -> None:
    pauses = {"egress_delay": 0.02, "address_delay": 0.06}
    engines = [open_async_engine(database_url) for _ in range(3)]
    three = [Politeness(delay=0, in_flight=60, reserve=Store(e).reserve, **pauses) for e in engines]
    far = [_departures(one, [f"{n}.far"], f"198.51.100.{n}") for one in three for n in range(20)]
    near = [_departures(one, [f"{n}.near" for n in range(6)], "192.0.2.7") for one in three]
    told = await asyncio.gather(*far, *near)
    for engine in engines:
        await engine.dispose()
    for times, pause in (sorted(chain(*told[60:])), 0.06), (sorted(chain(*told)), 0.02):
        least = min(after - before for before, after in zip(times, times[12:], strict=False))
        assert least >= 10 * pause - 0.03, (pause, least)


async def test_a_slot_that_nobody_used_in_time_lapses_and_one_passed_on_is_used() -> None:
    asked: list[int] = []

    async def ask(name: str, pause: float, number: int) -> float:
        asked.append(number)
        return 0.0

    budget = Budget("egress direct", 0.2, ask)
    slot = await budget.slot()
    assert await budget.use(slot)
    late = await budget.slot()
    await asyncio.sleep(0.35)
    assert late.is_over
    assert not await budget.use(late)
    given = await budget.slot()
    budget.pass_on(given)
    assert await budget.slot() is given
    assert await budget.use(given)
    budget.pass_on(late)
    assert await budget.slot() is not late
    assert asked == [1, 1, 1, 1]


async def test_an_address_is_spared_whatever_the_hosts_behind_it() -> None:
    politeness = Politeness(delay=0, egress_delay=0, address_delay=0.1, in_flight=10)
    names = [f"{n}.example" for n in range(4)]
    near, far = await asyncio.gather(
        _departures(politeness, names, "2001:db8:1:2::1"), _departures(politeness, names[:1], "192.0.2.9")
    )
    assert min(b - a for a, b in pairwise(near)) >= 0.099
    assert far[0] - near[0] < 0.05, "another address need not wait"


async def test_an_ipv6_network_is_one_address_to_its_budget() -> None:
    politeness = Politeness(delay=0, egress_delay=0, address_delay=0.1, in_flight=10)
    addresses = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::7", "2001:db8:1:3::1"]
    (one,), (same,), (other,) = await asyncio.gather(
        *(_departures(politeness, [f"{n}.example"], address) for n, address in enumerate(addresses))
    )
    assert same - one >= 0.099
    assert other - one < 0.05, "another network need not wait"


async def test_a_site_that_says_too_often_is_asked_half_as_often_until_it_answers_well_again() -> None:
    politeness = Politeness(delay=0.001, egress_delay=0, in_flight=10)
    politeness.limited("a.example")
    politeness.limited("a.example")
    assert politeness.delay("a.example") == 0.004
    assert politeness.owed("a.example").backoff == 4
    for _ in range(20):
        async with politeness.turn("a.example"):
            pass
    assert politeness.delay("a.example") == 0.001


async def test_a_slow_site_is_left_alone_for_as_long_as_it_takes_to_answer() -> None:
    politeness = Politeness(delay=0.001, egress_delay=0, in_flight=10)
    async with politeness.turn("a.example"):
        await asyncio.sleep(SLOW + 0.1)
    assert politeness.remaining("a.example") > SLOW


async def test_who_waits_for_its_host_lets_another_work() -> None:
    politeness = Politeness(delay=0.2, egress_delay=0, in_flight=1)
    order: list[str] = []

    async def site(name: str) -> None:
        async with politeness.slots.taken(fresh=True):
            for _ in range(2):
                async with politeness.turn(name):
                    order.append(name)

    await asyncio.gather(site("a"), site("b"), site("c"))
    assert order[:3] == ["a", "b", "c"], "each opened while the others slept"
    assert politeness.slots.at_work == 0


async def test_who_comes_back_goes_before_who_begins() -> None:
    slots, order = Slots(1), list[str]()

    async def work(name: str, *, fresh: bool) -> None:
        async with slots.taken(fresh=fresh):
            order.append(name)

    await slots.take()
    waiting = [asyncio.create_task(work("new", fresh=True)), asyncio.create_task(work("gone", fresh=True))]
    await asyncio.sleep(0)
    waiting.append(asyncio.create_task(work("back", fresh=False)))
    await asyncio.sleep(0)
    waiting[1].cancel()
    slots.give()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert order == ["back", "new"]
    assert slots.at_work == 0


async def test_no_more_requests_are_in_flight_than_the_settings_allow(web: MeanServer) -> None:
    settings = quick_settings(max_concurrent_requests=2)
    for n in range(6):
        web.put(f"site{n}", "/", Reply(200, "x", delay=0.1))
    await _ask(Fetcher(settings, Politeness.of(settings)), [web.url(f"site{n}") for n in range(6)])
    times = sorted(request.time for request in web.log)
    assert all(c - a >= 0.095 for a, c in zip(times, times[2:], strict=False))


async def test_a_wait_already_owed_is_never_shortened() -> None:
    politeness = Politeness(delay=0, egress_delay=0, in_flight=1)
    politeness.defer("a.example", 100)
    politeness.defer("a.example", 1)
    assert politeness.remaining("a.example") > 90
    politeness.forget("a.example")
    assert politeness.remaining("a.example") > 90
