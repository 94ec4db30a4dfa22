"""Politeness, judged from the server's log."""

import asyncio
from itertools import pairwise

from crawl.fetch import Fetcher
from crawl.politeness import Politeness
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


async def test_the_egress_pauses_between_any_two_hosts(web: MeanServer) -> None:
    settings = quick_settings(min_global_delay=0.1)
    await _ask(Fetcher(settings, Politeness.of(settings)), [web.url(f"site{n}") for n in range(4)])
    times = sorted(request.time for request in web.log)
    assert min(b - a for a, b in pairwise(times)) >= 0.095, "0.1 s less the loopback's jitter"


def test_processes_behind_one_egress_share_its_pace() -> None:
    settings = quick_settings(min_global_delay=0.5)
    assert Politeness.of(settings, shards=4)._egress_delay == 2.0


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
