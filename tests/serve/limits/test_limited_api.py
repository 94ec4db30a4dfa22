"""Limits as clients meet them: standard headers, 429 with the wait, an address counted by what it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from models.settings import parse_networks
from serve.limits.address import client_address, counted_as
from tests.serve.people import add_key, sign_up
from tests.serve.redis_server import redis_server
from tests.serve.served import asking, served

LOOPBACK = "127.0.0.1,::1"


@contextmanager
def _limited(url: str, home: Path, rate: int = 3, **settings: Any) -> Iterator[httpx2.Client]:
    with (
        served(url, home, rate_limit=rate, **settings) as address,
        asking(address) as client,
    ):
        yield client


def test_an_answer_tells_the_budget_and_what_is_left(database_url: str, tmp_path: Path) -> None:
    with _limited(database_url, tmp_path) as client:
        answer = client.get("/api/agencies")
        assert answer.headers["RateLimit-Policy"] == '"address";q=3;w=60'
        assert answer.headers["RateLimit"] == '"address";r=2;t=20'


def test_beyond_the_budget_a_problem_says_when_to_come_back(database_url: str, tmp_path: Path) -> None:
    with _limited(database_url, tmp_path) as client:
        for _ in range(3):
            assert client.get("/api/agencies").status_code == 200
        refused = client.get("/api/agencies")
        assert refused.status_code == 429
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert 18 <= int(refused.headers["Retry-After"]) <= 20
        assert refused.headers["RateLimit"].startswith('"address";r=0;')
        assert "3 per minute" in refused.json()["detail"]
        assert refused.headers["X-Content-Type-Options"] == "nosniff"
        assert client.get("/healthz").status_code == 200


def test_an_account_and_each_of_its_keys_have_twice_as_much_wherever_they_come_from(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    person = sign_up(engine, tmp_path)
    key = {"X-API-Key": add_key(engine, person, "read")}
    with _limited(database_url, tmp_path) as client:
        for headers in (person.headers, key):
            answers = [client.get("/api/agencies", headers=headers).status_code for _ in range(7)]
            assert answers == [200] * 6 + [429]
        elsewhere = {**person.headers, "X-Forwarded-For": "192.0.2.1"}
        assert client.get("/api/user", headers=elsewhere).status_code == 429


def test_neighbours_use_up_nothing_of_who_is_signed_in(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    person = sign_up(engine, tmp_path)
    with _limited(database_url, tmp_path) as client:
        while client.get("/api/agencies").status_code == 200:
            pass
        assert client.get("/api/agencies", headers=person.headers).status_code == 200
        made_up = {"Authorization": "Bearer made.up.token"}
        assert client.get("/api/agencies", headers=made_up).status_code == 429


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/register", "/api/agencies/1/opt-out"])
@pytest.mark.parametrize("end", ["%0A", "%00", "%0D"])
def test_a_control_character_is_no_way_around_the_limits(
    database_url: str, tmp_path: Path, path: str, end: str
) -> None:
    """A route's pattern takes a line's end for none, and a limit's name does not."""
    with _limited(database_url, tmp_path, rate=0) as client:
        answer = client.post(path + end, json={"email": "claire@exemple.fr", "password": "deux pigeons"})
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is nothing at this address.")


def test_another_key_is_no_way_around_the_limits(database_url: str, engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)

    def answers(client: httpx2.Client, path: str, number: int) -> list[int]:
        key = {"X-API-Key": add_key(engine, person, "read", "export")}
        return [client.get(path, headers=key).status_code for _ in range(number)]

    with _limited(database_url, tmp_path, rate=1) as client:
        told = [answers(client, "/api/agencies", 4) for _ in range(3)]
        assert told == [[200] * 2 + [429] * 2, [200] * 2 + [429] * 2, [429] * 4]
        assert client.get("/api/agencies", headers=person.headers).status_code == 200
    with _limited(database_url, tmp_path, rate=0) as client:
        told = [answers(client, "/api/listings/export", 15) for _ in range(2)]
        assert told == [[200] * 15, [200] * 5 + [429] * 10]


def test_made_up_keys_are_counted_by_address(database_url: str, tmp_path: Path) -> None:
    with _limited(database_url, tmp_path) as client:
        answers = [
            client.get("/api/user", headers={"X-API-Key": f"pgn_{number}"}).status_code for number in range(5)
        ]
        assert answers == [401] * 3 + [429] * 2


def test_behind_a_trusted_proxy_each_client_has_its_own_budget(database_url: str, tmp_path: Path) -> None:
    with _limited(database_url, tmp_path, rate=1) as client:
        for number in range(4):
            told = {"X-Forwarded-For": f"203.0.113.9, 192.0.2.{number}"}
            assert client.get("/api/agencies", headers=told).status_code == 200
        assert client.get("/api/agencies", headers=told).status_code == 429


def test_of_a_stranger_the_header_is_not_believed(database_url: str, tmp_path: Path) -> None:
    with _limited(database_url, tmp_path, rate=1, trusted_proxies="10.0.0.1") as client:
        answers = [
            client.get("/api/agencies", headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
            for number in range(2)
        ]
        assert answers == [200, 429]


def test_replicas_count_together_when_redis_is_set(database_url: str, tmp_path: Path) -> None:
    with (
        redis_server() as redis,
        _limited(database_url, tmp_path, redis_url=SecretStr(redis.url)) as one,
        _limited(database_url, tmp_path, redis_url=SecretStr(redis.url)) as other,
    ):
        answers = [client.get("/api/agencies").status_code for client in (one, other, one, other)]
        assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("peer", "told", "meant"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1, 127.0.0.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::/64"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("::ffff:192.0.2.1", None, "192.0.2.1"),
        ("2001:db8:1:2:aaaa::1", None, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", None, "2001:db8:1:2::/64"),
        ("fe80::1%eth0", None, "fe80::/64"),
    ],
)
def test_a_client_is_counted_by_the_nearest_address_that_is_not_ours(
    peer: str, told: str | None, meant: str
) -> None:
    headers = [] if told is None else [(b"x-forwarded-for", told.encode())]
    scope = {"type": "http", "client": (peer, 1234), "headers": headers}
    assert counted_as(client_address(scope, parse_networks(LOOPBACK))) == meant


def test_a_chain_of_ten_thousand_hops_is_not_read_to_its_beginning() -> None:
    headers = [(b"x-forwarded-for", b"127.0.0.1," * 10_000)]
    scope = {"type": "http", "client": ("127.0.0.1", 1), "headers": headers}
    assert counted_as(client_address(scope, parse_networks(LOOPBACK))) == "127.0.0.1"
