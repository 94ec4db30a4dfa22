"""The fleet: many hosts, each with its own robots.txt and pages, and a log that tells what was asked."""

import asyncio
import re
import socket
import time
from http.client import HTTPConnection

import pytest

from models.errors import ServiceError
from town.fleet import Fleet, running_fleet
from town.fleet_plan import FleetPlan, RobotsKind
from town.judge import judge, never_fetched, overlaps
from town.ledger import as_address


async def ask(fleet: Fleet, host: str, path: str, at: str = "127.0.0.1", **headers: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection(at, fleet.port)
    try:
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{fleet.port}\r\n{lines}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), b": 0")
        body = await reader.readexactly(int(length.partition(b": ")[2]))
        return int(head.split()[1]), head + body
    finally:
        writer.close()


async def test_every_host_has_its_own_pages_of_the_size_asked_for() -> None:
    async with Fleet(hosts=3, pages=5, size=60_000, robots_absent=0) as fleet:
        bodies = [
            (await ask(fleet, f"h{n}.fleet.localhost", f"/annonce/{p}"))[1] for n in (0, 1) for p in (1, 2)
        ]
        assert len({body.partition(b"<title>")[2].partition(b"</title>")[0] for body in bodies}) == 4
        assert all(58_000 < len(body) < 62_000 for body in bodies)
        assert all(90 <= body.count(b"<a href=") <= 110 for body in bodies)
        for host, path, status in [
            ("h2.fleet", "/annonce/6", 404),
            ("h3.fleet", "/", 421),
            ("h0.a0", "/", 421),
        ]:
            assert (await ask(fleet, f"{host}.localhost", path))[0] == status


async def test_a_home_page_links_to_all_pages_and_to_closed_ones() -> None:
    async with Fleet(hosts=1, pages=40, private=1, robots_absent=0) as fleet:
        home = (await ask(fleet, "h0.fleet.localhost", "/"))[1]
        assert all(b'href="/annonce/%d"' % page in home for page in range(1, 41))
        assert b'href="/prive/1"' in home
        assert (await ask(fleet, "h0.fleet.localhost", "/prive/1"))[0] == 200
        robots = (await ask(fleet, "h0.fleet.localhost", "/robots.txt"))[1]
        assert b"Disallow: /prive/" in robots
        assert len(judge(fleet.log(), fleet.rules(), delay=0)["disallowed"]) == 1


async def test_robots_tells_the_delay_of_its_host_and_the_judge_knows_it() -> None:
    async with Fleet(hosts=2, delay_of=lambda n: n * 1.5, robots_absent=0, private=0) as fleet:
        assert b"Crawl-delay: 1.5" in (await ask(fleet, "h1.fleet.localhost", "/robots.txt"))[1]
        assert b"Crawl-delay" not in (await ask(fleet, "h0.fleet.localhost", "/robots.txt"))[1]
        assert [rules.delay for rules in fleet.rules().values()] == [0, 1.5]


def test_shares_of_hosts_have_no_robots_or_a_broken_or_hanging_one_by_the_seed_alone() -> None:
    plan = FleetPlan.of(hosts=2_000, robots_absent=0.1, robots_broken=0.2, robots_hanging=0.05)
    kinds = [plan.robots(n) for n in range(2_000)]
    assert 150 < kinds.count(RobotsKind.ABSENT) < 250
    assert 340 < kinds.count(RobotsKind.BROKEN) < 460
    assert 70 < kinds.count(RobotsKind.HANGING) < 130
    silent = sum(rules.silent for rules in plan.rules().values())
    assert silent == kinds.count(RobotsKind.BROKEN) + kinds.count(RobotsKind.HANGING)
    assert len(plan.expected()) == 2_000 - silent
    other = FleetPlan.of(hosts=2_000, robots_absent=0.1, robots_broken=0.2, robots_hanging=0.05, seed=1)
    assert kinds != [other.robots(n) for n in range(2_000)]


@pytest.mark.parametrize(("share", "status"), [("robots_absent", 404), ("robots_broken", 503)])
async def test_a_robots_that_fails_answers_its_status(share: str, status: int) -> None:
    async with Fleet(hosts=1, **{"robots_absent": 0, share: 1.0}) as fleet:
        assert (await ask(fleet, "h0.fleet.localhost", "/robots.txt"))[0] == status


async def test_a_robots_that_hangs_is_in_flight_until_its_client_leaves() -> None:
    async with Fleet(hosts=1, robots_absent=0, robots_hanging=1.0) as fleet:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(fleet, "h0.fleet.localhost", "/robots.txt"), 0.2)
        await ask(fleet, "h0.fleet.localhost", "/")
        log = fleet.log()
        assert log.status.tolist() == [0, 200]
        assert 0.15 < log.end[0] - log.arrival[0] < 1.0


async def test_a_copy_is_not_sent_again_until_its_page_changes() -> None:
    async with Fleet(hosts=1, pages=200, changed=0.05) as fleet:
        host = "h0.fleet.localhost"
        tags, dates = {}, {}
        for page in range(1, 201):
            head = (await ask(fleet, host, f"/annonce/{page}"))[1].decode("latin-1")
            tags[page] = head.partition("ETag: ")[2].partition("\r")[0]
            dates[page] = head.partition("Last-Modified: ")[2].partition("\r")[0]
        assert (await ask(fleet, host, "/annonce/1", if_none_match=tags[1]))[0] == 304
        assert (await ask(fleet, host, "/annonce/1", If_Modified_Since=dates[1]))[0] == 304
        assert (await ask(fleet, host, "/annonce/1", If_Modified_Since="soon"))[0] == 200
        fleet.set_day(1)
        by_tag = [(await ask(fleet, host, f"/annonce/{p}", If_None_Match=t))[0] for p, t in tags.items()]
        by_date = [
            (await ask(fleet, host, f"/annonce/{p}", If_Modified_Since=d))[0] for p, d in dates.items()
        ]
        assert by_tag == by_date
        assert 2 <= by_tag.count(200) <= 22


async def test_the_home_page_tells_every_price_of_the_day() -> None:
    async with Fleet(hosts=1, pages=100, changed=0.2) as fleet:
        host, prices = "h0.fleet.localhost", []
        for day in (0, 1):
            fleet.set_day(day)
            home = (await ask(fleet, host, "/"))[1]
            prices.append([fleet.plan.price(0, page, day) for page in range(1, 101)])
            assert re.findall(rb"<p>(\d+) \xe2\x82\xac</p>", home) == [b"%d" % price for price in prices[day]]
            for page in (1, 50, 100):
                advert = (await ask(fleet, host, f"/annonce/{page}"))[1]
                assert b'class="prix">%d ' % prices[day][page - 1] in advert
        assert 2 <= sum(new < old for old, new in zip(*prices, strict=True)) <= 25


async def test_an_answer_ends_when_its_last_byte_is_written() -> None:
    async with Fleet(hosts=1, pages=1, size=20_000_000, robots_absent=0) as fleet:
        with socket.create_connection(("127.0.0.1", fleet.port)) as slow:
            slow.sendall(b"GET /annonce/1 HTTP/1.1\r\nHost: h0.fleet.localhost\r\n\r\n")
            while not len(fleet.log()):  # noqa: ASYNC110 - the log has no event
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)
            assert fleet.log().end[0] == float("inf"), "more than the socket holds, and nobody reads"
            await asyncio.to_thread(_drain, slow, 20_000_000)
            await ask(fleet, "h0.fleet.localhost", "/")
        log = fleet.log()
        assert log.end[0] - log.arrival[0] > 0.3
        assert len(overlaps(log)) == 0


def _drain(connection: socket.socket, size: int) -> None:
    while size > 0:
        size -= len(connection.recv(1_000_000))


async def test_requests_sent_at_once_on_one_connection_are_answered_in_turn() -> None:
    async with Fleet(hosts=1, pages=3, size=2_000) as fleet:
        reader, writer = await asyncio.open_connection("127.0.0.1", fleet.port)
        asked = "".join(
            f"GET /annonce/{n % 3 + 1} HTTP/1.1\r\nHost: h0.fleet.localhost\r\n\r\n" for n in range(900)
        )
        writer.write(asked.encode())
        for n in range(900):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(head.partition(b"Content-Length: ")[2].partition(b"\r")[0]))
            assert b"annonce %d<" % (n % 3 + 1) in body
        writer.close()
        assert len(overlaps(fleet.log())) == 0


async def test_the_address_that_was_dialled_is_in_the_log() -> None:
    async with Fleet(hosts=600, addresses=300) as fleet:
        assert fleet.url(301) == f"http://h301.a1.localhost:{fleet.port}/"
        assert (await ask(fleet, "h299.a299.localhost", "/", at="127.1.1.43"))[0] == 200
        assert as_address(int(fleet.log().address[0])) == "127.1.1.43"


def test_a_fleet_in_another_process_serves_thousands_a_second_and_gives_its_log() -> None:
    requests = 3_000
    with running_fleet(hosts=10_000, pages=3, size=2_000, delay_of=lambda n: n % 4) as fleet:
        connection = HTTPConnection("127.0.0.1", fleet.port, timeout=20)
        before, began = fleet.cpu(), time.monotonic()
        for n in range(requests):
            connection.request("GET", "/", headers={"Host": fleet.plan.name(n * 3)})
            connection.getresponse().read()
        seconds, cpu = time.monotonic() - began, fleet.cpu() - before
        connection.close()
        log = fleet.log()
        assert len(log) == requests
        assert log.arrival[0] >= began, "one clock for both processes"
        assert len(never_fetched(log, {name: ["/"] for name in log.hosts})) == 0
        assert requests / cpu > 2_000, f"{requests / cpu:.0f} requests per core-second, {seconds:.1f} s"
        fleet.reset()
        fleet.set_day(2)
        assert len(fleet.log()) == 0


def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    with (
        running_fleet(hosts=1) as fleet,
        pytest.raises(ServiceError, match="cannot listen"),
        running_fleet(hosts=1, port=fleet.port),
    ):
        pass
