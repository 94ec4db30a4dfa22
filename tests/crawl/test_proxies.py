"""Proxies: sessions and rotation, health, a clear stop where none is left, and never a direct request."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any

import pytest

from crawl.egress import AllProxiesDeadError
from crawl.fetch import Fetched, Fetcher, FetchOutcome
from crawl.guard import Guard
from crawl.politeness import Politeness
from crawl.rotation import Egresses
from tests.crawl.local_proxy import LocalProxy
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings

#: Seconds of a first rest in these tests, and until a proxy must have been found back.
REST = 0.2
PATIENCE = 10.0
ACCOUNT = "pignonuser:s3cretw0rd"


@pytest.fixture
async def gates() -> AsyncIterator[list[LocalProxy]]:
    """Three proxies."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(LocalProxy(f"gate{n}")) for n in range(3)]


@pytest.fixture
async def through() -> AsyncIterator[Callable[..., Fetcher]]:
    """A fetcher through these proxies; other arguments are settings."""
    async with AsyncExitStack() as stack:

        def open_fetcher(*proxies: LocalProxy | str, rest: float = REST, **values: Any) -> Fetcher:
            addresses = [proxy if isinstance(proxy, str) else proxy.address for proxy in proxies]
            settings = quick_settings(proxies=",".join(addresses), min_delay_per_address=0, **values)
            egresses = Egresses(settings.proxy_list, settings.proxy_rotation, cool_down=rest)
            fetcher = Fetcher(settings, Politeness.of(settings), egresses=egresses)
            stack.push_async_callback(fetcher.close)
            return fetcher

        yield open_fetcher


def via(web: MeanServer, slug: str) -> list[str]:
    """The proxies that the requests to a host came through, `direct` where there was none."""
    return [
        request.headers.get("via", "direct").removeprefix("1.1 ")
        for request in web.log
        if request.host == slug
    ]


def sites(web: MeanServer, number: int) -> list[str]:
    """The home pages of so many sites, which all answer."""
    for n in range(number):
        web.page(f"site{n}", "/", "<p>Bonjour</p>")
    return [web.url(f"site{n}") for n in range(number)]


async def test_a_host_stays_on_one_proxy_and_the_hosts_share_them(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, urls = through(*gates), sites(web, 12)
    for url in urls * 3:
        assert (await fetcher.fetch(url)).outcome is FetchOutcome.OK
    sessions = [set(via(web, f"site{n}")) for n in range(12)]
    assert all(len(session) == 1 for session in sessions)
    assert len(set().union(*sessions)) > 1, "by chance once in 177,147"


async def test_by_request_every_request_takes_the_next_proxy(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, (url,) = through(*gates, proxy_rotation="request"), sites(web, 1)
    for _ in range(6):
        await fetcher.fetch(url)
    first, second, third, *again = via(web, "site0")
    assert {first, second, third} == {"gate0", "gate1", "gate2"}
    assert again == [first, second, third]
    assert len(fetcher._clients["site0.localhost"]) <= 2, "clients of proxies are not hoarded"


async def test_a_dead_proxy_is_left_costs_the_site_nothing_and_has_its_hosts_back_after_its_rest(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, (url,) = through(*gates[:2]), sites(web, 1)
    await fetcher.fetch(url)
    (home,) = (gate for gate in gates if gate.name == via(web, "site0")[0])
    (other,) = (gate for gate in gates[:2] if gate is not home)
    await home.die()
    began = time.monotonic()
    assert (await fetcher.fetch(url)).outcome is FetchOutcome.OK
    assert via(web, "site0")[-1] == other.name
    assert {health.name: health.state for health in fetcher.egresses.health()} == {
        home.called: "resting",
        other.called: "ready",
    }
    await home.live()
    while via(web, "site0")[-1] != home.name:
        assert time.monotonic() - began < PATIENCE
        assert (await fetcher.fetch(url)).outcome is FetchOutcome.OK
        await asyncio.sleep(REST / 4)
    assert time.monotonic() - began > REST / 2


async def test_where_all_are_dead_the_crawl_stops_without_one_direct_request(
    web: MeanServer,
    gates: list[LocalProxy],
    through: Callable[..., Fetcher],
    caplog: pytest.LogCaptureFixture,
) -> None:
    fetcher, urls = through(*gates[:2]), sites(web, 8)
    for gate in gates[:2]:
        await gate.die()
    ends = await asyncio.gather(*(fetcher.fetch(url) for url in urls), return_exceptions=True)
    assert {type(end) for end in ends} == {AllProxiesDeadError}
    assert str(ends[0]).count("\n") == 0
    assert gates[0].called in str(ends[0])
    assert web.log == []
    # Eight requests failed together each time: a rest for all of them, not one each.
    assert len([record for record in caplog.records if "rests" in record.message]) == 2 * 3


async def test_a_proxy_that_is_away_for_a_moment_is_waited_for(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, (url,) = through(gates[0]), sites(web, 1)
    await gates[0].die()
    fetching = asyncio.create_task(fetcher.fetch(url))
    while fetcher.egresses.health()[0].state == "ready":  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await gates[0].live()
    assert (await fetching).outcome is FetchOutcome.OK
    assert via(web, "site0") == ["gate0"]


async def test_a_host_that_may_not_be_asked_yet_does_not_keep_the_others_from_trying_a_proxy(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, (slow, quick) = through(gates[0]), sites(web, 2)
    fetcher.politeness.defer("site0.localhost", 60)
    await gates[0].die()
    first = asyncio.create_task(fetcher.fetch(quick))
    while fetcher.egresses.health()[0].state == "ready":  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    first.cancel()
    waiting = asyncio.create_task(fetcher.fetch(slow))
    await gates[0].live()
    while fetcher.egresses.ways[0].wait:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    fetched = await asyncio.wait_for(fetcher.fetch(quick), PATIENCE)
    waiting.cancel()
    assert fetched.outcome is FetchOutcome.OK
    assert via(web, "site0") == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_account_that_the_proxy_refuses_is_the_proxys_failure(
    web: MeanServer, through: Callable[..., Fetcher], scheme: str
) -> None:
    async with LocalProxy("strict", account=ACCOUNT) as strict:
        wrong = strict.address.replace("s3cretw0rd", "0therw0rd")
        fetcher, (url,) = through(wrong), sites(web, 1)
        with pytest.raises(AllProxiesDeadError, match="refuses our user and password") as caught:
            await fetcher.fetch(url.replace("http:", f"{scheme}:"))
    assert web.log == []
    assert "0therw0rd" not in repr(caught.value)


async def test_a_site_that_answers_407_costs_us_no_proxy(
    web: MeanServer, through: Callable[..., Fetcher]
) -> None:
    async with LocalProxy("strict", account=ACCOUNT) as strict:
        fetcher = through(strict)
        web.put("site0", "/", Reply(407))
        assert (await fetcher.fetch(web.url("site0"))).outcome is FetchOutcome.FORBIDDEN
        assert fetcher.egresses.health()[0].state == "ready"


async def test_a_proxy_that_hangs_is_gone_round_and_left_after_two_proofs(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, (url,) = through(*gates[:2], scraping_timeout=0.6), sites(web, 1)
    await fetcher.fetch(url)
    (home,) = (gate for gate in gates if gate.name == via(web, "site0")[0])
    home.delay = 5.0
    for _ in range(2):
        assert (await fetcher.fetch(url)).outcome is FetchOutcome.OK
    assert {health.name: health.state for health in fetcher.egresses.health()}[home.called] == "resting"


async def test_a_site_that_no_proxy_reaches_is_unreachable_and_condemns_none(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, urls = through(*gates[:2]), sites(web, 1)
    for gate in gates[:2]:
        gate.refuse = lambda target: 502 if "gone" in target else None
    for _ in range(6):
        fetched = await fetcher.fetch("https://gone.localhost/")
        assert fetched.outcome is FetchOutcome.UNREACHABLE
    assert (await fetcher.fetch(urls[0])).outcome is FetchOutcome.OK
    assert {health.state for health in fetcher.egresses.health()} == {"ready"}


async def test_a_failure_to_tunnel_is_tried_once_more_through_another_proxy(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher = through(*gates[:2])
    for gate in gates[:2]:
        gate.refuse = lambda _: 503
    await fetcher.fetch("https://site0.localhost/")
    assert [len(gate.log) for gate in gates[:2]] == [1, 1]


async def test_refusals_by_several_hosts_send_a_proxy_to_rest_but_none_is_asked_again_through_another(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, urls = through(*gates[:2], proxy_rotation="request", rest=60), sites(web, 30)
    gates[0].refuse = lambda _: 403
    for url in urls:
        fetched = await fetcher.fetch(url)
        assert fetched.outcome in (FetchOutcome.OK, FetchOutcome.FORBIDDEN)
    burnt, good = fetcher.egresses.health()
    assert burnt.refusals == len(gates[0].log) == 10, "ten answers are judged, then it rests"
    assert burnt.reason == "100% of its answers are refusals"
    assert good.state == "ready"
    assert len(gates[0].log) + len(gates[1].log) == 30


async def test_one_host_that_refuses_us_condemns_no_proxy(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher = through(gates[0])
    web.put("wall", "/", Reply(403))
    for _ in range(25):
        await fetcher.fetch(web.url("wall"))
    assert fetcher.egresses.health()[0].state == "ready"


async def test_a_page_read_as_a_wall_counts_as_a_refusal(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    fetcher, urls = through(gates[0]), sites(web, 10)
    for url in urls:
        fetcher.walled(await fetcher.fetch(url))
    (health,) = fetcher.egresses.health()
    assert (health.refusals, health.state) == (10, "resting")


async def test_the_delay_of_an_egress_holds_for_each_so_that_two_double_the_rate(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    delay, urls = 0.1, sites(web, 12)

    async def seconds(*proxies: LocalProxy) -> float:
        web.log.clear()
        fetcher = through(*proxies, min_global_delay=delay, proxy_rotation="request")
        await asyncio.gather(*(fetcher.fetch(url) for url in urls))
        return web.log[-1].time - web.log[0].time

    alone, together = await seconds(gates[0]), await seconds(*gates[:2])
    assert alone >= 11 * delay * 0.95
    assert together < alone / 1.7
    for gate in gates[:2]:
        times = [request.time for request in web.log if gate.name in request.headers["via"]]
        assert len(times) == 6
        assert min(b - a for a, b in pairwise(times)) > delay / 2, "as seen where they arrive"


async def test_a_much_slower_proxy_rests(
    web: MeanServer,
    gates: list[LocalProxy],
    through: Callable[..., Fetcher],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crawl.rotation.SLOW", 0.1)
    fetcher, urls = through(*gates[:2], proxy_rotation="request"), sites(web, 24)
    gates[1].delay = 0.6
    await asyncio.gather(*(fetcher.fetch(url) for url in urls))
    quick, slow = fetcher.egresses.health()
    assert quick.state == "ready"
    assert slow.reason.startswith("its answers take 0.")


async def test_the_guard_vets_the_target_before_a_proxy_hears_of_it(
    web: MeanServer, gates: list[LocalProxy]
) -> None:
    async def resolve(name: str, port: int) -> list[str]:
        return ["10.0.0.7"]

    settings = quick_settings(proxies=gates[0].address, pignon_town=False)
    fetcher = Fetcher(settings, Politeness.of(settings), Guard(resolve=resolve))
    for url in ("http://agence.example/", "http://127.0.0.1/", "https://[::1]/", "http://2130706433/"):
        assert (await fetcher.fetch(url)).outcome is FetchOutcome.REFUSED
    await fetcher.close()
    assert gates[0].log == []


async def test_a_redirect_inward_stops_before_the_proxy(
    web: MeanServer, gates: list[LocalProxy], through: Callable[..., Fetcher]
) -> None:
    web.put("site0", "/", Reply(302, headers={"Location": "http://169.254.169.254/latest/"}))
    fetched = await through(gates[0]).fetch(web.url("site0"))
    assert fetched.outcome in (FetchOutcome.REFUSED, FetchOutcome.AWAY)
    assert len(gates[0].log) == 1


async def test_the_proxies_of_the_environment_are_never_used(
    web: MeanServer, gates: list[LocalProxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, gates[0].address)
        monkeypatch.setenv(name.lower(), gates[0].address)
    (url,) = sites(web, 1)
    settings = quick_settings()
    fetcher = Fetcher(settings, Politeness.of(settings))
    fetched: Fetched = await fetcher.fetch(url)
    await fetcher.close()
    assert fetched.outcome is FetchOutcome.OK
    assert via(web, "site0") == ["direct"]
    assert gates[0].log == []


@pytest.mark.parametrize("alive", [True, False])
async def test_credentials_reach_the_proxy_alone_and_no_log_or_text(
    web: MeanServer, through: Callable[..., Fetcher], caplog: pytest.LogCaptureFixture, alive: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    async with LocalProxy("strict", account=ACCOUNT) as strict:
        fetcher, (url,) = through(strict), sites(web, 1)
        if not alive:
            await strict.die()
        ends: list[object] = []
        for address in (url, "https://site0.localhost/", "https://gone.invalid/"):
            try:
                ends.append(await fetcher.fetch(address))
            except AllProxiesDeadError as error:
                ends.append(error)
    everything = f"{ends!r} {[str(end) for end in ends]} {fetcher.egresses.health()} {caplog.text}"
    everything += repr([(request.path, request.headers) for request in web.log])
    everything += repr(fetcher.egresses.ways)
    assert "httpcore2" in {record.name.partition(".")[0] for record in caplog.records}
    for secret in (*ACCOUNT.split(":"), "cGlnbm9udXNlcg"):
        assert secret not in everything
    assert bool(web.log) is alive
