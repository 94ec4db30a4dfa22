"""The search engine's index: a million listings from the database into it, and what it finds how fast.

PIGNON_BENCH_DATABASE, PIGNON_MARKET and PIGNON_MARKET_LISTINGS as test_api has them. The engines are those of
the tests, with 1 GB of heap: Java and Maven are needed.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from models.database import open_async_engine, open_engine
from models.places import Places
from models.settings import Settings
from serve.criteria import SearchQuery
from serve.engines import hand
from serve.engines.contract import Engine, Search
from serve.engines.index import alias_of
from serve.engines.keeper import connection
from serve.engines.postgresql import PostgreSQL
from serve.engines.second import Second
from serve.engines.server import EngineError, Server
from tests.benchmarks.api_mix import Mix
from tests.benchmarks.harness import Figure, Track, percentile
from tests.benchmarks.test_api import database, mix  # noqa: F401 - fixtures
from tests.serve.engines.processes import ELASTICSEARCH, OPENSEARCH_2, Kind, Process, running

KINDS = (ELASTICSEARCH, OPENSEARCH_2)
HEAP = "1g"
#: Searches, one after the other, of which the first ones only warm.
SEARCHES, WARM = 600, 200


@pytest.fixture(scope="module")
def live(database: str) -> int:  # noqa: F811
    """How many listings there are to be indexed. A loader that spares the triggers leaves none."""
    engine = open_engine(database)
    with engine.begin() as opened:
        if not opened.execute(text("select 1 from live_listings limit 1")).first():
            ids = "array(select id from aggregated_listings where is_active)"
            opened.execute(text(f"insert into live_listings select * from live_of({ids})"))
            opened.execute(text(_WORDS))
        opened.execute(text("analyze live_listings, live_words"))
        number = int(opened.execute(text("select count(*) from live_listings")).scalar_one())
    engine.dispose()
    return number


_WORDS = """
    insert into live_words select said.* from live_listings live
    join aggregated_listings l on l.id = live.id, lateral said_by(live, l.title, l.description) said
"""


@pytest.fixture(scope="module", params=KINDS, ids=[kind.name for kind in KINDS])
def process(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Each engine in turn."""
    kind: Kind = request.param
    with running(kind, Path(tmp_path_factory.mktemp("engine")), heap=HEAP) as process:
        yield process


@pytest.fixture(scope="module")
def searches(mix: Mix) -> list[tuple[SearchQuery, bool]]:  # noqa: F811
    """First pages as people ask for them, and whether of dwellings."""
    addresses = [urlsplit(address) for address in mix.searches(SEARCHES)]
    several = {name for name, told in SearchQuery.model_fields.items() if told.default_factory is list}
    return [
        (
            SearchQuery.model_validate({
                name: values if name in several else values[0]
                for name, values in parse_qs(address.query).items()
            }),
            "properties" in address.path,
        )
        for address in addresses
        if address.path.endswith("/search")
    ]  # fmt: skip


def test_listings_are_indexed_and_found(
    track: Track,
    database: str,  # noqa: F811
    live: int,
    process: Process,
    searches: list[tuple[SearchQuery, bool]],
) -> None:
    settings = Settings(_env_file=None, elasticsearch_url=process.url)  # type: ignore[call-arg]

    def work() -> int:
        hand.run(settings, database, rebuild=True, show=lambda _: None)
        return live

    track.measure(f"indexed by {process.kind.name}", "listings", work, rounds=1)
    asyncio.run(_search(track, database, process, searches))


async def _search(track: Track, url: str, process: Process, searches: list[tuple[SearchQuery, bool]]) -> None:
    server, places, opened = Server(process.url), Places.load(Path("/nowhere")), open_async_engine(url)
    async with connection(url) as own:
        second = Second(server, await alias_of(own))
    await second.warm()
    async with opened.connect() as reading:
        for name, engine in ((process.kind.name, second), ("postgresql", PostgreSQL(reading))):
            began = time.process_time()
            taken, failed = await _timed(engine, places, searches)
            cpu = time.process_time() - began
            figure = Figure(f"found by {name}", "searches", len(taken), (sum(taken),), (cpu,), None)
            track.figures.append(figure)
            track.note(
                **{f"p{share}_ms": 1e3 * percentile(taken, share / 100) for share in (50, 95, 99)},
                failed=failed,
            )
    await opened.dispose()
    await server.close()


async def _timed(
    engine: Engine, places: Places, searches: list[tuple[SearchQuery, bool]]
) -> tuple[list[float], int]:
    """Seconds of each search without its cards, and how many were not answered in time."""
    taken, failed = [], 0
    for query, once in searches:
        began = time.perf_counter()
        try:
            await engine.find(Search(query, places, once=once))
        except EngineError:
            failed += 1
        taken.append(time.perf_counter() - began)
    return taken[WARM:], failed
