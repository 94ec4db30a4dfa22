"""Searches per second and their slowest twentieth: the API behind plain uvicorn, over a filled market."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.benchmarks.harness import Track, percentile
from tests.benchmarks.load import Served, api_process, visit
from tests.benchmarks.market import fill
from tests.serve.served import fresh_engine

LISTINGS = 20_000
#: Requests of a round, by so many visitors at once.
REQUESTS = 120
VISITORS = 4
SEARCHES: dict[str, dict[str, str | int]] = {
    "rent in one postal code, newest": {"transaction": "rent", "postal_code": "69003"},
    "3+ rooms in Lyon under a price, cheapest": {
        "transaction": "sale",
        "city": "Lyon",
        "price_max": 400_000,
        "rooms_min": 3,
        "sort": "price_asc",
    },
    "flats anywhere by price per m²": {
        "transaction": "sale",
        "property_type": "apartment",
        "surface_min": 40,
        "sort": "price_per_sqm_asc",
    },
}


@pytest.fixture(scope="module")
def served(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The API over `LISTINGS` adverts."""
    with fresh_engine(postgres_url) as engine:
        fill(engine, LISTINGS)
        url = engine.url.render_as_string(hide_password=False)
        with api_process(url, Path(tmp_path_factory.mktemp("home"))) as served:
            yield served


@pytest.mark.parametrize("name", SEARCHES)
def test_searches_are_answered(track: Track, served: Served, name: str) -> None:
    path = f"/api/listings/search?{urlencode(SEARCHES[name])}"
    assert _found(served, path), "a search that finds nothing is not typical"
    visit(served, path, VISITORS * 5, VISITORS)
    taken: list[float] = []

    def work() -> int:
        answers = visit(served, path, REQUESTS, VISITORS)
        taken.extend(answers)
        return len(answers)

    track.measure(name, "requests", work, pid=served.pid)
    track.note(p50_ms=percentile(taken, 0.5) * 1000, p95_ms=percentile(taken, 0.95) * 1000)


def _found(served: Served, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}{path}") as answer:
        return len(json.load(answer)["listings"])
