"""The town on loopback: every host from one process, with the manners and the mischief of real ones."""

import asyncio
import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from models.errors import ServiceError
from town.model import Withdrawal
from town.pages import manners_of
from town.registry import families
from town.server import Town, running_town
from town.truth import truth_lines

STATUS = {
    None: 200,
    Withdrawal.NOT_FOUND: 404,
    Withdrawal.GONE: 410,
    Withdrawal.REDIRECT_TO_LIST: 302,
    Withdrawal.HOME_PAGE: 200,
    Withdrawal.SOLD_STICKER: 200,
}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


class Visitor(AbstractContextManager["Visitor"]):
    """A plain client that asks 127.0.0.1 and names the host, so that no resolver is needed."""

    def __init__(self, town: Town) -> None:
        self.connection = HTTPConnection("127.0.0.1", town.port, timeout=20)

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def ask(self, url: str, method: str = "GET", **headers: str) -> Reply:
        host, _, path = url.removeprefix("http://").partition("/")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, f"/{path}", headers={"Host": host, **named})
        answer = self.connection.getresponse()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


def ask_once(town: Town, url: str) -> Reply:
    """One request on a connection of its own."""
    with Visitor(town) as visitor:
        return visitor.ask(url)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """One agency per family at least."""
    with running_town(seed=1, agencies=18) as town:
        yield town


@pytest.fixture
def visitor(town: Town) -> Iterator[Visitor]:
    town.set_day(0)
    with Visitor(town) as visitor:
        yield visitor


def test_every_live_advert_answers_and_every_withdrawn_one_in_its_own_way(
    town: Town, visitor: Visitor
) -> None:
    lines = truth_lines(town.world, 0, town.url)
    assert len({line["family"] for line in lines}) == len(families())
    assert {line["withdrawal"] for line in lines} == set(STATUS)
    for line in lines:
        reply = visitor.ask(line["url"])
        assert reply.status == STATUS[line["withdrawal"]], line["url"]


def test_a_withdrawn_advert_redirects_to_a_list_that_answers(town: Town, visitor: Visitor) -> None:
    lines = truth_lines(town.world, 0, town.url)
    gone = next(line for line in lines if line["withdrawal"] == Withdrawal.REDIRECT_TO_LIST)
    reply = visitor.ask(gone["url"])
    assert visitor.ask(town.url(gone["agency"]) + reply.headers["location"]).status == 200


def test_every_site_has_its_home_page_robots_and_sitemap(town: Town, visitor: Visitor) -> None:
    for agency in town.world.agencies:
        home = visitor.ask(town.url(agency.slug) + "/")
        assert home.status == 200
        assert home.headers["content-type"].startswith("text/html")
        robots = visitor.ask(town.url(agency.slug) + "/robots.txt")
        assert b"User-agent" in robots.body
        assert visitor.ask(town.url(agency.slug) + "/no-such-page").status == 404


def test_hosts_are_told_apart_by_their_header_and_an_unknown_one_is_refused(
    town: Town, visitor: Visitor
) -> None:
    one, two = (town.url(agency.slug) + "/" for agency in town.world.agencies[:2])
    assert visitor.ask(one).body != visitor.ask(two).body
    assert visitor.ask(town.url("nobody-at-all") + "/").status == 421


def test_head_tells_the_length_and_sends_nothing(town: Town, visitor: Visitor) -> None:
    url = town.urls()[0]
    full, head = visitor.ask(url), visitor.ask(url, "HEAD")
    assert head.status == 200
    assert head.body == b""
    assert int(head.headers["content-length"]) == len(full.body)


def test_an_etag_spares_an_unchanged_page(town: Town, visitor: Visitor) -> None:
    url = _url_of_host(town, etag=True)
    tag = visitor.ask(url).headers["etag"]
    again = visitor.ask(url, If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")
    assert visitor.ask(url, If_None_Match='"other"').status == 200


def test_a_last_modified_date_spares_an_unchanged_page_until_the_clock_moves(
    town: Town, visitor: Visitor
) -> None:
    url = _url_of_host(town, last_modified=True)
    date = visitor.ask(url).headers["last-modified"]
    assert visitor.ask(url, If_Modified_Since=date).status == 304
    town.set_day(1)
    assert visitor.ask(url, If_Modified_Since=date).status == 200
    assert visitor.ask(url, If_Modified_Since="yesterday").status == 200


def test_some_hosts_have_no_validators_and_some_do_not_compress(town: Town) -> None:
    manners = [manners_of(town.world.seed, agency.slug) for agency in town.world.agencies]
    for what in ("etag", "last_modified", "compresses"):
        assert {getattr(one, what) for one in manners} == {True, False}


def test_a_page_is_compressed_when_it_may_be(town: Town, visitor: Visitor) -> None:
    url = _url_of_host(town, compresses=True)
    plain, packed = visitor.ask(url), visitor.ask(url, Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)


def test_photos_are_served_and_unknown_ones_are_not_found(town: Town, visitor: Visitor) -> None:
    line = truth_lines(town.world, 0, town.url)[0]
    photo = visitor.ask(line["photos"][0])
    assert photo.headers["content-type"] == "image/jpeg"
    assert photo.body.startswith(b"\xff\xd8")
    assert visitor.ask(town.url(line["agency"]) + "/photos/99999999-0-abcde.jpg").status == 404


def test_a_site_takes_no_post(town: Town, visitor: Visitor) -> None:
    assert visitor.ask(town.urls()[0], "POST").status == 405


def test_the_towns_own_host_lists_its_agencies(town: Town, visitor: Visitor) -> None:
    lines = visitor.ask(town.url() + "/agencies.txt").body.decode().splitlines()
    assert lines == town.urls()
    assert len(lines) == 18
    index = visitor.ask(town.url() + "/").body.decode()
    assert all(agency.slug in index for agency in town.world.agencies)


def test_the_clock_moves_by_post_and_the_pages_with_it(town: Town, visitor: Visitor) -> None:
    event = next(e for e in town.world.events(0, 10) if e.kind == "created")
    url = town.url(event.agency) + event.path
    assert visitor.ask(url).status == 404
    moved = visitor.ask(town.url() + "/clock?day=10", "POST")
    assert json.loads(moved.body)["day"] == 10
    assert town.day == 10
    assert visitor.ask(url).status == 200


@pytest.mark.parametrize("day", ["", "soon", "-1", "9999"])
def test_the_clock_refuses_a_day_that_it_has_not(town: Town, visitor: Visitor, day: str) -> None:
    assert visitor.ask(f"{town.url()}/clock?day={day}", "POST").status == 400
    assert town.day == 0


def test_the_log_tells_who_came_and_how_many_at_once() -> None:
    with running_town(seed=1, agencies=2, latency=0.15) as town:
        host = town.world.agencies[0].slug + ".localhost"
        url = f"http://{host}:{town.port}/"
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: ask_once(town, url), range(3)))
        assert max(visit.in_flight for visit in town.log.of(host)) > 1
        town.log.clear()
        with Visitor(town) as patient:
            for _ in range(2):
                patient.ask(url, User_Agent="patient")
        visits = town.log.of(host)
        assert [visit.in_flight for visit in visits] == [1, 1]
        assert {(visit.user_agent, visit.path, visit.status) for visit in visits} == {("patient", "/", 200)}
        assert visits[1].time - visits[0].time >= 0.15


async def test_an_asynchronous_town_frees_its_port_when_it_ends() -> None:
    async with Town(seed=1, agencies=2) as town:
        reply = await asyncio.to_thread(ask_once, town, town.urls()[0])
        assert reply.status == 200
    async with Town(seed=1, agencies=2, port=town.port) as again:
        assert again.port == town.port


def test_a_taken_port_is_one_clear_line(town: Town) -> None:
    with pytest.raises(ServiceError, match=rf"cannot listen on 127\.0\.0\.1:{town.port}"):  # noqa: SIM117
        with running_town(seed=1, agencies=2, port=town.port):
            pass


def _url_of_host(town: Town, **wanted: bool) -> str:
    """The home page of an agency whose server has these manners, and no other validator."""
    full = {"etag": False, "last_modified": False, **wanted} if "compresses" not in wanted else wanted
    for agency in town.world.agencies:
        manners = manners_of(town.world.seed, agency.slug)
        if all(getattr(manners, name) is value for name, value in full.items()):
            return f"{town.url(agency.slug)}/"
    raise AssertionError(f"no host with {wanted}")
