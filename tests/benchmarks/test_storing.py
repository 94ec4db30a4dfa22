"""Readings stored per second: adverts never seen, the same again, and each with a new price.

One connection, one transaction per advert, as a crawl has it; PostgreSQL on the same machine, durable.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import Engine

from crawl.ingest import Outcome, ingest
from extract.page import PageReading, read_page
from tests.benchmarks.harness import Track
from tests.benchmarks.pages import town_details
from tests.serve.market import add_agency

#: Distinct readings; each round stores them all at fresh addresses.
READINGS = 100
Addressed = Sequence[tuple[str, PageReading]]
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_readings_are_stored(track: Track, engine: Engine) -> None:
    readings = [read_page(page.body, page.url) for page in town_details(READINGS)]
    readings = [reading for reading in readings if reading.listing and reading.listing.price]
    agency, rounds = add_agency(engine), count()

    def store(name: str, expected: Outcome, of_round: Callable[[int], Addressed]) -> None:
        def work() -> int:
            rows, at = of_round(next(rounds)), NOW + timedelta(hours=next(rounds))
            seen = {_store(engine, agency, url, reading, at) for url, reading in rows}
            assert seen == {expected}
            return len(rows)

        track.measure(name, "readings", work)

    store("ingest, new", Outcome.NEW, lambda number: _at(number, readings))
    store("ingest, unchanged", Outcome.UNCHANGED, lambda _: _at(0, readings))
    store("ingest, new price", Outcome.CHANGED, lambda number: _at(0, [_dearer(r, number) for r in readings]))


def _store(engine: Engine, agency: int, url: str, reading: PageReading, now: datetime) -> Outcome:
    with engine.begin() as connection:
        return ingest(connection, agency, url, reading, now=now, log_id=None)


def _at(number: int, readings: Sequence[PageReading]) -> Addressed:
    return [(f"https://agence.example/{number}/annonce-{i}", r) for i, r in enumerate(readings)]


def _dearer(reading: PageReading, euros: int) -> PageReading:
    assert reading.listing
    return replace(reading, listing=replace(reading.listing, price=(reading.listing.price or 0) + 1 + euros))
