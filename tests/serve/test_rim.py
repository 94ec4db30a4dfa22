"""What surrounds every request: its id, its limits, its time, its numbers, and logs that name nobody."""

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import generate_latest
from sqlalchemy import Engine, text

from models.errors import SettingsError
from models.settings import load_settings
from serve.load import Load
from tests.serve.market import seed
from tests.serve.people import add_key, sign_up
from tests.serve.served import asking, served


@contextmanager
def client(database_url: str, home: Path, **settings: Any) -> Iterator[httpx2.Client]:
    with served(database_url, home, **settings) as address, asking(address) as client:
        yield client


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Nobody reads listings while the block lasts."""
    with engine.connect() as connection:
        connection.execute(text("lock table aggregated_listings in access exclusive mode"))
        yield
        connection.rollback()


def test_an_id_that_is_one_is_kept_and_any_other_is_ours(seeded: httpx2.Client) -> None:
    own = "6B1F0D2C-9e8a-4f53-b7c6-d5e4f3a2b1c0"
    assert seeded.get("/healthz", headers={"X-Request-ID": own}).headers["x-request-id"] == own
    for other in ("", "0612345678", "a@b.example", "0123456789abcdef;x", "a" * 65):
        told = seeded.get("/healthz", headers={"X-Request-ID": other}).headers["x-request-id"]
        assert told != other
        assert len(told) == 32


@pytest.mark.parametrize("path", ["/api/nothing", "/api/listings/0", "/api/listings/search?cursor=x"])
def test_an_error_s_body_tells_the_request_s_id(seeded: httpx2.Client, path: str) -> None:
    answer = seeded.get(path)
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_request_past_its_time_is_given_up_and_its_query_is_stopped(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    with client(database_url, tmp_path, api_timeout=0.5) as asking, locked(engine):
        answer = asking.get("/api/listings/1")
        assert answer.status_code == 504
        assert answer.headers["content-type"] == "application/problem+json"
        assert asking.get("/healthz").status_code == 200
        _until(lambda: not _waiting(engine))


def _waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        statement = (
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        return int(connection.execute(text(statement)).scalar_one())


def _until(so: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_more_requests_than_a_process_takes_are_asked_to_come_again(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    with client(database_url, tmp_path, api_max_requests=2) as asking, ThreadPoolExecutor() as pool:
        with locked(engine):
            waiting = [pool.submit(asking.get, "/api/listings/1") for _ in range(2)]
            _until(lambda: _waiting(engine) == 2)
            refused = asking.get("/api/listings/1")
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "1"
            assert refused.json()["request_id"]
            assert "<html" in asking.get("/", headers={"Accept": "text/html"}).text
            assert asking.get("/healthz").status_code == 200
        assert [answer.result().status_code for answer in waiting] == [404, 404]
        _until(lambda: asking.get("/api/listings/1").status_code == 404)  # counted out once it is sent


def test_an_address_or_headers_too_large_are_refused(seeded: httpx2.Client) -> None:
    assert seeded.get("/api/listings/search", params={"q": "x" * 41_000}).status_code == 414
    assert seeded.get("/healthz", headers={"X-Long": "x" * 17_000}).status_code == 431
    polygon = ";".join(f"{2 + i / 1000:.3f},{48 + i % 7 / 10:.1f}" for i in range(500))
    assert seeded.get("/api/listings/search", params={"polygon": polygon}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "field", "read"),
    [
        ("POST", "/api/auth/register", "email", 413),
        ("POST", "/api/auth/register", "password", 413),
        ("POST", "/api/user/favorites", "note", 413),
        ("PATCH", "/api/user/favorites/1", "note", 413),
        ("POST", "/api/user/alerts", "name", 413),
        ("GET", "/api/listings/search", "q", 200),
        ("POST", "/nowhere", "q", 404),
    ],
)
def test_a_body_too_large_is_refused_as_a_problem(
    seeded: httpx2.Client, method: str, path: str, field: str, read: int
) -> None:
    body = json.dumps({field: "x" * 1_000_000}).encode()

    def in_chunks() -> Iterator[bytes]:
        yield from (body[start : start + 50_000] for start in range(0, len(body), 50_000))

    whole = seeded.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert whole.status_code == 413
    assert whole.headers["content-type"] == "application/problem+json"
    assert whole.json()["detail"] == "A body has at most 65,536 bytes."
    chunked = seeded.request(method, path, content=in_chunks(), headers={"Content-Type": "application/json"})
    assert chunked.status_code == read  # its size shows where it is read
    assert read == 200 or chunked.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "body", "parameter"),
    [
        ("/api/auth/register", {"password": "motdepasse-tres-secret"}, "email"),
        ("/api/auth/register", {"email": "claire@exemple.fr"}, "password"),
        ("/api/user/favorites", {"listing_id": 1}, "note"),
        ("/api/user/alerts", {"criteria": {"city": "Lyon"}}, "name"),
    ],
)
def test_a_text_too_long_in_a_body_that_is_not_is_one_line(
    database_url: str, engine: Engine, tmp_path: Path, path: str, body: dict[str, Any], parameter: str
) -> None:
    with client(database_url, tmp_path) as asking:
        claire = sign_up(engine, tmp_path)
        answer = asking.post(path, json={**body, parameter: "x" * 60_000}, headers=claire.headers)
    assert answer.status_code == 422
    assert [line["parameter"] for line in answer.json()["errors"]] == [parameter]
    assert len(answer.content) < 1_000


def test_a_process_whose_request_does_not_end_is_stuck() -> None:
    load = Load(most=10, seconds=0.01)
    number = load.enter()
    load.check()
    time.sleep(0.05)
    with pytest.raises(RuntimeError):
        load.check()
    load.leave(number)
    load.check()


def test_other_origins_may_ask_only_where_the_setting_names_them(database_url: str, tmp_path: Path) -> None:
    asks = {"Origin": "https://maison.example", "Access-Control-Request-Method": "GET"}
    with client(database_url, tmp_path) as asking:
        assert "access-control-allow-origin" not in asking.get("/healthz", headers=asks).headers
    with client(
        database_url, tmp_path, cors_origins="https://maison.example, https://b.example:8443"
    ) as asking:
        for answer in (asking.get("/healthz", headers=asks), asking.options("/api/agencies", headers=asks)):
            assert answer.status_code == 200
            assert answer.headers["access-control-allow-origin"] == "https://maison.example"
            assert "access-control-allow-credentials" not in answer.headers
        stranger = asking.get("/healthz", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in stranger.headers


def test_a_page_that_may_ask_may_ask_everything(database_url: str, tmp_path: Path) -> None:
    with client(database_url, tmp_path, cors_origins="https://maison.example") as asking:
        paths = asking.get("/openapi.json").json()["paths"]
        for method in {name.upper() for told in paths.values() for name in told}:
            asks = {
                "Origin": "https://maison.example",
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "authorization, content-type, if-match",
            }
            assert asking.options("/api/user", headers=asks).status_code == 200, method


def test_no_address_sends_on_to_another(seeded: httpx2.Client) -> None:
    """Behind a TLS proxy it would be one of http, and a login's password goes along."""
    for method, path in (("POST", "/api/auth/login/"), ("GET", "/agencies/")):
        answer = seeded.request(method, path, json={}, headers={"Host": "evil.example"})
        assert answer.status_code == 404
        assert "location" not in answer.headers


@pytest.mark.parametrize("told", ["*", "maison.example", "https://maison.example/path", "https://*.example"])
def test_what_is_no_origin_stops_the_start(told: str) -> None:
    with pytest.raises(SettingsError, match="CORS_ORIGINS"):
        load_settings(_env_file=None, cors_origins=told)


def test_browsers_are_held_to_https_only_where_the_public_address_is(
    database_url: str, tmp_path: Path
) -> None:
    for public, held in ((None, False), ("http://pignon.example", False), ("https://pignon.example", True)):
        with client(database_url, tmp_path, public_url=public) as asking:
            assert ("strict-transport-security" in asking.get("/healthz").headers) == held


def test_a_slow_query_is_told_by_its_shape_alone(
    database_url: str, engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seed(engine, number=3)
    asked = {"q": "claire@exemple.fr", "price_max": "123457", "sort": "newest"}
    before = _number("pignon_api_slow_queries_total", route="/api/listings/search")
    told = caplog.at_level("WARNING", logger="pignon.slow")
    with told, client(database_url, tmp_path, slow_query_seconds=1e-6) as asking:
        assert asking.get("/api/listings/search", params=asked).status_code == 200
        asking.get("/", params={**asked, "claire@exemple.fr": "1"})
    lines = [json.loads(record.message) for record in caplog.records if record.name == "pignon.slow"]
    [first, *_] = [line for line in lines if line["route"] == "/api/listings/search"]
    assert first["parameters"] == ["price_max", "q", "sort"]
    assert first["ended"] == "ok"
    assert "claire" not in caplog.text
    assert "123457" not in caplog.text
    assert _number("pignon_api_slow_queries_total", route="/api/listings/search") > before


def _number(name: str, **labels: str) -> float:
    told = generate_latest().decode().splitlines()
    return sum(
        float(line.split()[-1])
        for line in told
        if line.startswith(name) and all(f'{key}="{value}"' in line for key, value in labels.items())
    )


def test_requests_are_counted_by_the_route_s_pattern(seeded: httpx2.Client) -> None:
    counted = {"route": "/api/listings/{listing_id}", "method": "GET", "status": "404"}
    before = _number("pignon_api_requests_total", **counted)
    seeded.get("/api/listings/987654321")
    seeded.request("BREW", "/api/listings/987654321")
    _until(lambda: _number("pignon_api_requests_total", **counted) == before + 1)
    assert _number("pignon_api_request_seconds_bucket", route="/api/listings/{listing_id}", le="+Inf") > 0
    _until(lambda: _number("pignon_api_requests_in_flight") == 0)
    _until(lambda: _number("pignon_api_database_connections", pool="read") == 0)
    told = generate_latest().decode()
    assert "987654321" not in told
    assert "BREW" not in told


def test_no_log_line_holds_what_a_person_sent(
    database_url: str, engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Of no logger, at no level: queries, addresses, agents, tokens, keys, e-mails, passwords."""
    seed(engine, number=6)
    claire = sign_up(engine, tmp_path, "claire.secrete@exemple.fr")
    key = add_key(engine, claire, "read")
    sent = {
        "query": "chateau-convoite",
        "address": "203.0.113.77",
        "agent": "navigateur-de-claire",
        "token": claire.headers["Authorization"].split()[-1],
        "key": key,
        "e-mail": "claire.secrete",
        "password": "motdepasse-tres-secret",
        "referrer": "annonce-precedente",
    }
    named = {"User-Agent": sent["agent"], "X-Forwarded-For": sent["address"], "Referer": sent["referrer"]}
    body = {"email": "claire.secrete@exemple.fr", "password": sent["password"]}
    logging.getLogger("pignon.access").setLevel(logging.INFO)
    with caplog.at_level(logging.DEBUG), client(database_url, tmp_path, slow_query_seconds=1e-6) as asking:
        asking.headers.update(named)
        for path in ("/", "/api/listings/search", "/api/properties/search", "/api/agencies"):
            asking.get(path, params={"q": sent["query"], "name": sent["query"], sent["query"]: "1"})
        asking.get(f"/{sent['query']}/claire.secrete@exemple.fr")
        asking.get("/api/listings/search", params={"cursor": sent["query"], "lat": sent["query"]})
        for headers in (claire.headers, {"X-API-Key": key}, {"Authorization": f"Bearer {sent['password']}"}):
            asking.get("/api/user", headers=headers)
            asking.get("/api/user/favorites", headers=headers)
        for path in ("/api/auth/login", "/api/auth/register", "/api/auth/password/forgotten"):
            asking.post(path, json=body)
            asking.post(path, content=json.dumps(body) + "{")
        time.sleep(0.3)  # a line is written once its answer is sent
    # What the test's own client logs of its requests is not ours.
    lines = [
        f"{record.name} {record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if not record.name.startswith(("httpx", "httpcore"))
    ]
    assert len([line for line in lines if line.startswith("pignon.access")]) >= 15
    for what, value in sent.items():
        assert not [line for line in lines if value in line], what


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/readyz", "/api/listings/search", "/docs", "/openapi.json"]
)
def test_head_is_get_without_its_body(database_url: str, tmp_path: Path, path: str) -> None:
    own = {"x-request-id", "ratelimit", "date"}
    with client(database_url, tmp_path) as asked:
        got, headed = asked.get(path), asked.head(path)
        assert (headed.status_code, headed.content) == (got.status_code, b"")
        assert headed.headers.keys() == got.headers.keys()
        assert all(headed.headers[name] == got.headers[name] for name in got.headers.keys() - own)


def test_what_only_posts_and_what_is_a_file_has_no_head(database_url: str, tmp_path: Path) -> None:
    with client(database_url, tmp_path) as asked:
        for path in ("/api/auth/login", "/api/listings/export"):
            assert asked.head(path).status_code == 405
        assert asked.head("/api/listings/1").status_code == 404
