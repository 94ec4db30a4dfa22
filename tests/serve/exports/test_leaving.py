"""Who goes away stops the query, and what they held is there for others; a file that broke off shows it."""

import json
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import Engine, text

from models.database import open_async_engine, open_engine
from models.places import Places
from serve.criteria import SearchQuery
from serve.engines.contract import Search
from serve.exports.columns import LISTINGS, Values
from serve.exports.contract import About
from serve.exports.sheet import XlsxWriter
from serve.exports.stream import AT_ONCE, BATCH, file_of
from tests.serve.exports.conftest import export
from tests.serve.market import add_agency, add_listing
from tests.serve.served import served

ALL = "/api/listings/export?limit=100000"
#: More bytes than sockets and servers hold for a reader that does not read.
MANY = 5_000
_MULTIPLIED = """
    with dwellings as (
        insert into properties (created_at) select now() from generate_series(1, :many) returning id
    )
    insert into aggregated_listings (agency_id, property_id, source_url, hash, title, photos, features,
        evidence, data_quality_score, first_seen, last_seen, scraped_at, updated_at, is_active, is_duplicate,
        view_count, favorite_count)
    select agency_id, dwellings.id, source_url || dwellings.id, hash, 'long', cast(:photos as jsonb),
        features, evidence, 0, first_seen, last_seen, scraped_at, updated_at, true, false, 0, 0
    from aggregated_listings, dwellings where aggregated_listings.id = :first
"""


class Counting(XlsxWriter):
    """Knows how many rows it was given."""

    rows = 0

    def write(self, rows: Sequence[Values]) -> bytes:
        self.rows += len(rows)
        return super().write(rows)


@pytest.fixture(scope="module")
def engine(module_database_url: str) -> Iterator[Engine]:
    """The market of this module."""
    engine = open_engine(module_database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def full(engine: Engine, module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a market of MANY adverts with long addresses of photos."""
    first = add_listing(engine, add_agency(engine))
    photos = json.dumps(["https://photos.example/" + "long/" * 600])
    with engine.begin() as connection:
        connection.execute(text(_MULTIPLIED), {"many": MANY, "first": first, "photos": photos})
    with served(module_database_url, tmp_path_factory.mktemp("home")) as address:
        yield address


@contextmanager
def reading(address: str, network: str = "192.0.2.1") -> Iterator[socket.socket]:
    """A client that asked for everything and has read nothing but the first bytes."""
    to = urlsplit(address)
    with closing(socket.create_connection((to.hostname, to.port), timeout=30)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        head = f"Host: {to.netloc}\r\nX-Forwarded-For: {network}"
        client.sendall(f"GET {ALL} HTTP/1.1\r\n{head}\r\n\r\n".encode())
        yield client


def _working(engine: Engine) -> int:
    """Connections of the application that are in a transaction."""
    with engine.connect() as connection:
        return connection.scalar(
            text(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and pid <> pg_backend_pid() and state <> 'idle'"
            )
        )


def _within(seconds: float, engine: Engine, wanted: int) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if _working(engine) == wanted:
            return True
        time.sleep(0.05)
    return False


def test_a_reader_that_stops_reading_and_leaves_ends_its_snapshot(full: str, engine: Engine) -> None:
    with reading(full) as client:
        assert client.recv(12) == b"HTTP/1.1 200"
        time.sleep(1)
        assert _working(engine) == 1, "the snapshot is held for its reader"
    assert _within(5, engine, 0)


def test_who_leaves_before_the_first_row_stops_the_query(full: str, engine: Engine) -> None:
    with engine.begin() as holding:
        holding.execute(text("lock table agencies in access exclusive mode"))
        with reading(full):
            assert _within(10, engine, 2), "the query waits for the table, which this test holds"
        assert _within(5, engine, 1), "while the table is still held"


async def test_a_file_that_is_packed_at_its_end_begins_with_its_first_rows(
    full: str, module_database_url: str
) -> None:
    """Or one of 100,000 rows, which takes longer to pack than an answer may take to begin, is never sent."""
    engine = open_async_engine(module_database_url, 1)
    form = Counting(About("listings", LISTINGS, datetime.now(UTC)))
    async with engine.connect() as connection:
        body = file_of(connection, Search(SearchQuery(), Places.sample()), LISTINGS, form, MANY)
        assert await anext(body) == b""
        assert form.rows == BATCH
        assert (await anext(body)).startswith(b"PK")
        assert form.rows == MANY
        await body.aclose()
    await engine.dispose()


def test_so_many_exports_at_once_and_the_next_is_told_when_to_come(full: str, engine: Engine) -> None:
    with httpx2.Client(base_url=full, timeout=30) as client:
        with reading(full) as one, reading(full, "192.0.2.2") as other:
            assert AT_ONCE == 2
            for reader in (one, other):
                assert reader.recv(12) == b"HTTP/1.1 200"
            refused = export(client, "listings", limit=1)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "15")
            assert client.get("/api/listings/search?limit=1").status_code == 200, "searches go on"
        assert _within(5, engine, 0)
        assert export(client, "listings", limit=1).status_code == 200


def test_who_reads_slowly_holds_one_place_and_not_those_of_others(full: str, engine: Engine) -> None:
    with httpx2.Client(base_url=full, timeout=30) as client:
        with reading(full) as one, reading(full) as other:
            assert one.recv(12) == b"HTTP/1.1 200"
            assert other.recv(12) == b"HTTP/1.1 503"
            assert export(client, "listings", limit=1).status_code == 200
        assert _within(5, engine, 0)
        assert client.get("/api/listings/export?limit=1", headers={"X-Forwarded-For": "192.0.2.1"}).is_success


def test_a_file_that_cannot_be_finished_never_looks_whole(full: str, engine: Engine) -> None:
    """The database goes while it is read: the answer breaks off without its last chunk."""
    with httpx2.Client(base_url=full, timeout=30) as client:
        got = 0
        with (
            pytest.raises(httpx2.RemoteProtocolError),
            client.stream("GET", ALL) as answer,
        ):
            for part in answer.iter_raw():
                if got == 0:
                    with engine.begin() as connection:
                        connection.execute(
                            text(
                                "select pg_terminate_backend(pid) from pg_stat_activity where"
                                " datname = current_database() and pid <> pg_backend_pid()"
                            )
                        )
                got += len(part)
        assert got > 0
