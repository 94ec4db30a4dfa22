"""The Python client against the served application: what it gives is what the API answers."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from serve.client import ApiError, Client
from tests.serve.market import add_agency, add_listing
from tests.serve.people import add_key, sign_up

DOCS = (Path(__file__).parents[2] / "docs" / "client.md").read_text("utf-8")


@pytest.fixture
def pignon(seeded_site: str) -> Iterator[Client]:
    """A client of the seeded market."""
    with Client(seeded_site) as opened:
        yield opened


def test_it_needs_neither_ray_nor_sqlalchemy() -> None:
    loaded = (
        "import sys, serve.client; print(*{'ray', 'sqlalchemy', 'fastapi', 'pydantic'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []


def test_it_goes_through_all_pages_and_each_is_there_once(pignon: Client, seeded: httpx2.Client) -> None:
    total = seeded.get("/api/listings/search").json()["total"]
    ids = [listing["id"] for listing in pignon.listings(limit=7)]
    assert len(ids) == len(set(ids)) == total
    assert len(list(pignon.properties(limit=9))) == seeded.get("/api/properties/search").json()["total"]
    assert len(list(pignon.agencies(limit=3))) == 8


def test_one_of_each_is_what_the_api_answers(pignon: Client, seeded: httpx2.Client) -> None:
    listing = next(pignon.listings())
    assert pignon.listing(listing["id"]) == seeded.get(f"/api/listings/{listing['id']}").json()
    assert pignon.property(listing["property_id"])["id"] == listing["property_id"]
    assert pignon.agency(listing["agency_id"])["name"] == listing["agency_name"]


def test_events_are_followed_by_their_cursor(pignon: Client, seeded: httpx2.Client) -> None:
    pages = list(pignon.events(limit=4))
    assert sum(len(page["events"]) for page in pages) == len(seeded.get("/api/events").json()["events"]) > 4
    (nothing_new,) = pignon.events(pages[-1]["next_cursor"])
    assert nothing_new["events"] == []


def test_an_export_is_a_whole_file_or_none(pignon: Client, tmp_path: Path) -> None:
    file = pignon.export(tmp_path / "sale.PARQUET", transaction="sale")
    assert pq.read_table(file).num_rows == len(list(pignon.listings(transaction="sale")))
    with pytest.raises(ApiError):
        pignon.export(tmp_path / "none.csv", price_min="cheap")
    assert [path.name for path in tmp_path.iterdir()] == ["sale.PARQUET"]


def test_what_is_refused_is_one_error_with_a_line_for_each_parameter(pignon: Client) -> None:
    with pytest.raises(ApiError) as refused:
        next(pignon.listings(price_min="cheap", rooms="many"))
    assert (refused.value.status, refused.value.errors) == (
        422,
        {"price_min": "must be a whole number", "rooms": "must be a whole number"},
    )
    with pytest.raises(ApiError, match="There is no listing"):
        pignon.listing(10**9)


def test_a_user_is_known_by_their_token(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)
    token = person.headers["Authorization"].removeprefix("Bearer ")
    with Client(str(client.base_url), token=token) as mine:
        assert mine.get("/api/user")["id"] == person.id
    with Client(str(client.base_url)) as nobody, pytest.raises(ApiError) as refused:
        nobody.get("/api/user")
    assert refused.value.status == 401


@pytest.mark.parametrize("what", ["market", "agencies", "listings"])
def test_statistics_are_what_the_api_answers(pignon: Client, seeded: httpx2.Client, what: str) -> None:
    asked = {"postal_code": ["69003", "69001"], "transaction": "sale"}
    told = pignon.statistics(what, **asked)
    assert told == seeded.get(f"/api/statistics/{what}", params=asked).json()
    assert told != pignon.statistics(what, postal_code="69003", transaction="rent")


def test_favourites_and_alerts_are_kept_changed_and_let_go(
    client: httpx2.Client, engine: Engine, tmp_path: Path
) -> None:
    key = add_key(engine, sign_up(engine, tmp_path), "favorites", "alerts")
    listing = add_listing(engine, add_agency(engine))
    with Client(str(client.base_url), api_key=key) as mine:
        kept = mine.send("POST", "/api/user/favorites", json={"listing_id": listing, "note": "Calme"})
        assert mine.get("/api/user/favorites")["favorites"] == [kept]
        alert = mine.send("POST", "/api/user/alerts", json={"name": "Lyon", "criteria": {"city": "Lyon"}})
        one = f"/api/user/alerts/{alert['id']}"
        mine.send("PUT", one, json={"name": "Lyon 3e", "criteria": {"postal_code": ["69003"]}})
        assert mine.get(one)["name"] == "Lyon 3e"
        for path in (f"/api/user/favorites/{listing}", one):
            assert mine.send("DELETE", path) == {}
            with pytest.raises(ApiError) as gone:
                mine.get(path)
            assert gone.value.status == 404


class _Busy(BaseHTTPRequestHandler):
    """Refuses twice, then answers."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        early = self.asked < 3
        body = b'{"detail": "Too many requests."}' if early else b'{"id": 1}'
        self.send_response(429 if self.asked == 1 else 503 if early else 200)
        self.send_header("Retry-After", "0" if self.path != "/api/listings/9" else "3600")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def busy() -> Iterator[str]:
    """The address of a server that is busy at first."""
    _Busy.asked = 0
    server = HTTPServer(("127.0.0.1", 0), _Busy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_request_that_came_too_early_is_made_again(busy: str) -> None:
    with Client(busy) as pignon:
        assert pignon.listing(1) == {"id": 1}
    assert _Busy.asked == 3


def test_neither_for_ever_nor_after_an_hour(busy: str) -> None:
    with Client(busy, retries=1) as pignon, pytest.raises(ApiError, match="Too many requests"):
        pignon.listing(1)
    _Busy.asked = 0
    with Client(busy) as pignon, pytest.raises(ApiError):
        pignon.listing(9)
    assert _Busy.asked == 1


class _Packing(BaseHTTPRequestHandler):
    """Begins its answer, and sends a file when it is packed."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        time.sleep(1)
        with suppress(OSError):  # a client without patience is gone
            self.wfile.write(b"packed")

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_a_file_that_is_packed_at_its_end_is_waited_for(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Packing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with Client(f"http://127.0.0.1:{server.server_port}", timeout=0.5) as pignon:
            assert pignon.export(tmp_path / "all.xlsx").read_bytes() == b"packed"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_documents_example_runs(
    seeded_site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(example.replace("http://127.0.0.1:8000", seeded_site), "docs/client.md", "exec"), {})
    assert "422 must be a whole number" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dwellings.csv", "sale.parquet"]
