"""The guard: no address leads inward, however it is written, resolved or redirected."""

import asyncio

import pytest

from crawl.fetch import Fetcher, FetchOutcome
from crawl.guard import AddressRefusedError, Guard, address_objection
from crawl.politeness import Politeness
from tests.crawl.mean_server import MeanServer, Reply
from tests.crawl.quick import quick_settings

INNER = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.8", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "168.63.129.16", "192.88.99.1",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:0:4136:e378::", "2001:db8::1", "100::1", "3fff::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_refused(address: str) -> None:
    assert address_objection(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "212.27.48.10", "2a01:e0c:1::1", "2606:4700::1111"])
def test_an_address_of_the_web_is_not(address: str) -> None:
    assert address_objection(address) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://１２７.0.0.1/", "http://127。0。0。1/",
        "http://localhost/", "http://localhost./", "http://a.localhost/", "http://intranet/",
        "http://db.internal/", "http://nas.local/", "http://router.home.arpa/", "http://%31%32%37.0.0.1/",
        "http://user@agence.example/", "http://user:pass@agence.example/", "http://@agence.example/",
        "ftp://agence.example/", "file:///etc/passwd", "gopher://agence.example/", "//agence.example/",
        "http://agence.example:22/", "http://agence.example:6379/", "http://agence.example:99999/",
        "http:///x", "http://agence.example\\@10.0.0.1/", "http://[fe80::1%25eth0]/", "http://[::1",
    ],
)  # fmt: skip
def test_an_inner_address_in_disguise_is_refused_before_any_request(url: str) -> None:
    assert Guard().objection(url)


@pytest.mark.parametrize(
    "url", ["http://agence.example/", "https://agence.example:443/x", "https://été.example/"]
)
def test_a_site_on_the_web_is_let_through(url: str) -> None:
    assert Guard().objection(url) is None


async def test_one_inner_answer_among_many_refuses_the_host() -> None:
    async def resolve(name: str, port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    with pytest.raises(AddressRefusedError, match=r"10\.0\.0\.1"):
        await Guard(resolve=resolve).addresses("agence.example", 443)


async def test_a_name_that_turns_inward_after_the_first_look_is_refused_when_it_is_dialled() -> None:
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])

    async def resolve(name: str, port: int) -> list[str]:
        return next(answers)

    guard = Guard(resolve=resolve)
    assert await guard.addresses("agence.example", 80) == ["8.8.8.8"]
    guard.forget()
    settings = quick_settings(pignon_town=False)
    fetcher = Fetcher(settings, Politeness.of(settings), guard)
    fetched = await fetcher.fetch("http://agence.example/")
    await fetcher.close()
    assert fetched.outcome is FetchOutcome.REFUSED
    assert "127.0.0.1" in fetched.reason


async def test_the_town_opens_its_own_hosts_and_nothing_else(web: MeanServer) -> None:
    town = Guard(town=True)
    assert await town.addresses("agence.localhost", web.port) == ["127.0.0.1"]
    for url in (f"http://127.0.0.1:{web.port}/", f"http://localhost:{web.port}/", "http://10.0.0.1/"):
        assert town.objection(url)


async def test_without_the_town_no_request_reaches_loopback(web: MeanServer) -> None:
    settings = quick_settings(pignon_town=False)
    fetcher = Fetcher(settings, Politeness.of(settings))
    fetched = await fetcher.fetch(web.url("site"))
    await fetcher.close()
    assert fetched.outcome is FetchOutcome.REFUSED
    assert web.log == []


@pytest.mark.parametrize(
    "inner", ["http://127.0.0.1:{port}/secret", "http://[::1]:{port}/secret", "file:///etc/passwd"]
)
async def test_a_redirect_inward_is_not_followed(web: MeanServer, fetcher: Fetcher, inner: str) -> None:
    target = inner.format(port=web.port)
    web.put("site", "/", Reply(302, headers={"Location": target}))
    fetched = await fetcher.fetch(web.url("site"))
    assert fetched.outcome in (FetchOutcome.REFUSED, FetchOutcome.AWAY)
    assert fetched.body == b""
    assert len(web.log) == 1


async def test_the_resolver_may_not_hang_a_crawl() -> None:
    async def resolve(name: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    settings = quick_settings(pignon_town=False, scraping_timeout=0.2)
    fetcher = Fetcher(settings, Politeness.of(settings), Guard(resolve=resolve))
    fetched = await fetcher.fetch("http://agence.example/")
    await fetcher.close()
    assert fetched.outcome is FetchOutcome.UNREACHABLE
