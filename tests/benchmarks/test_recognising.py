"""Properties recognised: a file of a million listings, new ones among a million stored, and how both agree.

PIGNON_MARKET names a folder where the market of `france` is kept between runs, for it takes minutes to write;
PIGNON_MARKET_LISTINGS another size than a million.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine

from dedup.bulk import recognise_rows
from dedup.quality import b_cubed, pairwise
from dedup.store import dedup_listings, rebuild
from models.database import open_engine, upgrade
from models.postgres import embedded
from tests.benchmarks import france
from tests.benchmarks.harness import Track, percentile
from tests.benchmarks.stored_market import StoredMarket, analysed, properties_of

SIZE = int(os.environ.get("PIGNON_MARKET_LISTINGS", "1000000"))
#: New ones among those stored: at once, then one after the other.
NEW, SINGLE = 10_000, 200
SEED = 1
#: In how many parts the market of the comparison comes, as crawls would bring it.
CRAWLS = 20
COMPARED = min(60_000, SIZE)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SIZE listings as a file."""
    folder = Path(os.environ.get("PIGNON_MARKET") or tmp_path_factory.mktemp("market"))
    path = folder / f"{SIZE}.jsonl"
    if not path.exists():
        france.write(path, SIZE)
    return path


@pytest.mark.parametrize("size", [1_000, 4_000, 16_000])
def test_dwellings_are_recognised_in_one_process(track: Track, market: Path, size: int) -> None:
    rows = list(islice(france.read(market), size))
    answers = []

    def work() -> int:
        answers[:] = recognise_rows(rows)
        return size

    track.measure(f"recognise, {size:,} listings", "listings", work, rounds=2)
    named = {name: first for part in answers for name, first in part.properties.items()}
    compared = sum(part.compared for part in answers) / size
    track.note(**_quality(named, {row["id"]: row["dwelling"] for row in rows}), compared=compared)


def test_a_file_of_a_million_is_recognised_by_the_command(track: Track, market: Path, tmp_path: Path) -> None:
    out, peak = tmp_path / "properties.jsonl", [0.0]
    command = [sys.executable, "-m", "cluster.cli", "dedup", "--in", str(market), "--out", str(out)]

    def work() -> int:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                peak[0] = max(peak[0], _held(process.pid))
                time.sleep(0.5)
        assert process.returncode == 0
        return SIZE

    track.measure(f"pignon dedup, a file of {SIZE:,}", "listings", work, rounds=1)
    true = {row["id"]: row["dwelling"] for row in france.read(market)}
    named = {row["id"]: row["property_id"] for row in france.read(out)}
    track.note(**_quality(named, true), gigabytes=peak[0])


def _held(pid: int) -> float:
    """Gigabytes of a process and all that it started; memory that they share counts once."""
    held = 0
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            held += process.memory_full_info().pss
        except psutil.Error:
            continue
    return held / 1e9


def test_new_listings_meet_a_million_stored(track: Track, market: Path, tmp_path: Path) -> None:
    """At once come those of towns never seen; alone, some of any agency and some of new ones."""
    with _database(tmp_path) as engine:
        stored = StoredMarket(engine)
        known, alone, new, young = _in_parts(market)
        stored.add(known)
        analysed(engine)
        track.measure("rebuild", "listings", lambda: rebuild(engine).listings, rounds=1)
        analysed(engine)
        for name, rows in (("of any agency", alone), ("of new agencies", young)):
            seconds = [_one_new(engine, stored, row) for row in rows]
            track.measure(f"one new, {name}", "listings", lambda: 0, rounds=1)
            track.note(**{f"p{share}_ms": 1e3 * percentile(seconds, share / 100) for share in (50, 90, 95)})
        stored.add(new)
        track.measure(f"{NEW:,} new", "listings", lambda: dedup_listings(engine).listings, rounds=1)
        named = {stored.names[listing]: dwelling for listing, dwelling in properties_of(engine).items()}
        track.note(**_quality(named, {row["id"]: row["dwelling"] for row in france.read(market)}))


def _in_parts(
    market: Path,
) -> tuple[Iterator[france.Row], list[france.Row], list[france.Row], list[france.Row]]:
    """All but some rows; SINGLE drawn from everywhere; of the last towns NEW; and SINGLE more."""
    rows = france.read(market)
    before = SIZE - NEW - SINGLE
    drawn = set(random.Random(SEED).sample(range(before), SINGLE))
    alone = [row for at, row in enumerate(islice(rows, before)) if at in drawn]
    known = (row for at, row in enumerate(islice(france.read(market), before)) if at not in drawn)
    return known, alone, list(islice(rows, NEW)), list(islice(rows, SINGLE))


def _one_new(engine: Engine, stored: StoredMarket, row: france.Row) -> float:
    stored.add([row])
    began = time.perf_counter()
    assert dedup_listings(engine).listings >= 1
    return time.perf_counter() - began


def test_what_crawls_brought_bit_by_bit_is_what_a_rebuild_finds(
    track: Track, market: Path, tmp_path: Path
) -> None:
    with _database(tmp_path) as engine:
        stored = StoredMarket(engine)
        rows = list(islice(france.read(market), COMPARED))

        def work() -> int:
            for at in range(CRAWLS):
                stored.add(rows[at::CRAWLS])
                dedup_listings(engine)
            return COMPARED

        track.measure(f"{COMPARED:,} in {CRAWLS} crawls", "listings", work, rounds=1)
        before = {str(listing): dwelling for listing, dwelling in properties_of(engine).items()}
        rebuild(engine)
        after = {str(listing): dwelling for listing, dwelling in properties_of(engine).items()}
        alike = pairwise(before, after)
        kept = sum(before[listing] == after[listing] for listing in before) / len(before)
        track.note(pairs_in_common=min(alike.precision, alike.recall), ids_kept=kept)


@contextmanager
def _database(folder: Path) -> Iterator[Engine]:
    """An embedded PostgreSQL of its own, migrated."""
    with embedded(folder / "home") as url:
        upgrade(url)
        engine = open_engine(url)
        yield engine
        engine.dispose()


def _quality(named: Mapping[str, Hashable], true: Mapping[str, Hashable]) -> dict[str, float]:
    pairs, cubed = pairwise(named, true), b_cubed(named, true)
    return {**pairs.to_dict(), "b_cubed_f1": cubed.f1}
