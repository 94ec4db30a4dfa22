"""The API over a million listings: mixed search at a rate and at its most, single routes, what Serve costs.

PIGNON_BENCH_DATABASE: a database that is filled already, as a URL or as the folder that
`tests.benchmarks.api_market --home` wrote, for filling takes minutes. PIGNON_MARKET and
PIGNON_MARKET_LISTINGS as test_recognising has them. Each scenario runs alone: pytest … -k steady.
"""

import os
import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from models.database import open_engine, upgrade
from models.postgres import embedded
from serve.exports.contract import Format
from serve.exports.query import MAX_ROWS
from serve.statistics.refresh import refresh
from tests.benchmarks.api_load import BUSY, Result, offered, pressed
from tests.benchmarks.api_market import cheaper, load, rows_of
from tests.benchmarks.api_mix import Mix, places
from tests.benchmarks.api_served import Running, on_serve, on_uvicorn
from tests.benchmarks.harness import Figure, Track

SIZE = int(os.environ.get("PIGNON_MARKET_LISTINGS", "1000000"))
#: The floor's load.
RATE, SECONDS = 200, 60
#: Requests that warm connections, caches and the database's pages before any figure.
WARM = 3_000
#: Steps of the search for the most, each so many seconds; from the least on; p95 that is still borne, ms.
LEAST, STEP, STEP_SECONDS, BORNE = 50.0, 1.25, 15, 500
#: Share of requests whose failure ends the search for the most.
FAILURES = 0.001
#: Requests a second of a single route, for so many seconds.
MODERATE, MODERATE_SECONDS = 50, 20
#: Prices that change between two refreshes of statistics.
CHANGES = 2_000
#: Seconds between two looks at the memory of an export.
LOOK = 0.2
#: Closed loop: requests of a round, connections, rounds of each server in turn.
PRESSED, CONNECTIONS, TURNS = 4_000, 16, 3

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a filled database."""
    with _database(tmp_path_factory.mktemp("home")) as url:
        upgrade(url)
        engine = open_engine(url)
        with engine.connect() as connection:
            filled = connection.exec_driver_sql("select 1 from aggregated_listings limit 1").first()
        if not filled:
            market = Path(os.environ.get("PIGNON_MARKET", "")) / f"{SIZE}.jsonl"
            load(engine, rows_of(market if market.exists() else None, SIZE), print)
        engine.dispose()
        yield url


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    told = os.environ.get("PIGNON_BENCH_DATABASE", "")
    if "://" in told:
        yield told
        return
    with embedded(Path(told) if told else folder) as url:
        yield url


@pytest.fixture(scope="module")
def mix(database: str) -> Mix:
    """Requests drawn from what the database holds."""
    engine = open_engine(database)
    try:
        return Mix(places(engine))
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def serve(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The API on Ray Serve."""
    with on_serve(database, tmp_path_factory.mktemp("serve")) as running:
        yield running


def _measured(track: Track, name: str, running: Running, load: Callable[[], Result]) -> Result:
    """A figure of a load, with what it says of the generator itself. Processor time is the API's."""
    before = running.cpu_seconds()
    result = load()
    taken = running.cpu_seconds() - before
    track.figures.append(
        Figure(name, "answers", len(result.latencies), (result.seconds,), (max(taken, 0.01),), None)
    )
    track.note(**result.notes(), kb=result.bytes / result.asked / 1e3)
    if result.examples:
        print(f"\n{name}: {result.errors} such as {result.examples}")
    if result.cpu > BUSY:
        print(f"\n{name}: the generator took {result.cpu:.0%} of a core and may be what limits")
    return result


def test_mixed_search_at_a_steady_rate(track: Track, serve: Running, mix: Mix) -> None:
    offered(serve.port, mix.mixed(WARM, serve.port), RATE / 4)
    plan = mix.mixed(RATE * SECONDS, serve.port)
    result = _measured(track, f"mixed search, {RATE}/s", serve, lambda: offered(serve.port, plan, RATE))
    memory = serve.memory()
    track.note(api_mb=sum(memory[part] for part in ("controller", "proxy", "replicas")), **memory)
    assert len(result.latencies) > 0


def test_the_most_mixed_search_that_is_sustained(track: Track, serve: Running, mix: Mix) -> None:
    offered(serve.port, mix.mixed(WARM, serve.port), RATE / 4)
    borne, rate = 0.0, LEAST
    while True:
        plan = mix.mixed(int(rate * STEP_SECONDS), serve.port)
        result = _measured(
            track, f"mixed search, {rate:.0f}/s", serve, partial(offered, serve.port, plan, rate)
        )
        if result.failed > FAILURES * result.asked or result.at(0.95) > BORNE:
            break
        borne, rate = rate, rate * STEP
    track.note(most_per_s=borne)


@pytest.mark.parametrize("route", ["nearby", "statistics", "details"])
def test_a_single_route_at_a_moderate_rate(
    track: Track, database: str, serve: Running, mix: Mix, route: str
) -> None:
    draw = getattr(mix, route)
    if route == "statistics":
        _in_step(track, database)
    if not _answers(serve, draw(1)[0]):
        pytest.skip(f"this API has no {route}")
    offered(serve.port, draw(WARM // 3), MODERATE)
    plan = draw(MODERATE * MODERATE_SECONDS)
    _measured(track, f"{route}, {MODERATE}/s", serve, lambda: offered(serve.port, plan, MODERATE))


@pytest.mark.parametrize("form", Format)
def test_the_memory_of_the_largest_export(track: Track, serve: Running, form: Format) -> None:
    """Of all of France, the newest: rows a second, and what the replicas hold more meanwhile at most."""
    address = f"http://127.0.0.1:{serve.port}/api/listings/export?format={form}&limit={MAX_ROWS}"
    held = peak = serve.memory()["replicas"]
    taken, began = serve.cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(_size, address)
        while not reading.done():
            peak = max(peak, serve.memory()["replicas"])
            time.sleep(LOOK)
    seconds = time.perf_counter() - began
    taken = serve.cpu_seconds() - taken
    size, rows = reading.result()
    track.figures.append(
        Figure(f"export, {form}", "rows", rows, (seconds,), (max(taken, 0.01),), peak - held)
    )
    track.note(mb=size / 1e6)


def test_the_share_of_uvicorn_kept_behind_serve(
    track: Track, database: str, serve: Running, mix: Mix, tmp_path: Path
) -> None:
    """In turns, so that what else the machine does falls on both."""
    with ExitStack() as stack:
        plain = stack.enter_context(on_uvicorn(database, tmp_path))
        for route, plan in (("healthz", ["/healthz"] * PRESSED), ("details", mix.details(PRESSED // 4))):
            for running in (serve, plain):  # warms both
                pressed(running.port, plan[: PRESSED // 4], CONNECTIONS)
            shares = []
            for turn in range(1, TURNS + 1):
                rates = []
                for running in (serve, plain):
                    press = partial(pressed, running.port, plan, CONNECTIONS)
                    result = _measured(track, f"{route} behind {running.name}, {turn}", running, press)
                    rates.append(result.per_second)
                shares.append(rates[0] / rates[1])
            track.note(kept=statistics.median(shares))


def _size(address: str) -> tuple[int, int]:
    """Bytes and rows of an export, which is read as fast as it comes and thrown away."""
    read = 0
    with urllib.request.urlopen(address, timeout=600) as answer:
        while part := answer.read(1 << 16):
            read += len(part)
        return read, int(answer.headers["X-Rows"])


def _in_step(track: Track, database: str) -> None:
    """Statistics up to the last event, which of a market just loaded takes minutes; then of an hour's."""
    engine = open_engine(database)

    def refreshed() -> int:
        return refresh(engine, watch=lambda done, left: print(f"areas: {done} done, {left} left")).areas

    try:
        track.measure("statistics, up to now", "areas", refreshed, rounds=1)
        with engine.begin() as connection:
            cheaper(connection, CHANGES)
        track.measure(f"statistics after {CHANGES} changes", "areas", refreshed, rounds=1)
    finally:
        engine.dispose()


def _answers(running: Running, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}{path}", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
