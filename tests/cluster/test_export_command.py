"""`pignon export` as people call it."""

import csv
import io
import json
import signal
from pathlib import Path

import httpx2
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, text

from serve.dumps.folder import dumps
from tests.cluster.command import Pignon
from tests.serve.exports.readers import READERS
from tests.serve.market import seed
from tests.serve.served import served


@pytest.fixture
def on_market(pignon: Pignon, database_url: str, engine: Engine) -> Pignon:
    """Commands on a market of seventy adverts, of which an export takes 50."""
    seed(engine)
    return Pignon(pignon.home, {"DATABASE_URL": database_url, "EXPORT_ROWS": "50"})


@pytest.mark.parametrize("form", sorted(READERS))
def test_a_search_is_the_file_that_the_api_sends(
    on_market: Pignon, database_url: str, tmp_path: Path, form: str
) -> None:
    file = tmp_path / f"lyon.{form}"
    words = ("--city", "Lyon", "--transaction", "sale", "--sort", "price_asc", "--property-type", "apartment")
    ran = on_market("export", *words, "--property-type", "house", "--out", str(file))
    assert (ran.code, ran.err) == (0, "")
    asked = {"city": "Lyon", "transaction": "sale", "sort": "price_asc", "format": form,
             "property_type": ["apartment", "house"]}  # fmt: skip
    with served(database_url, tmp_path) as address:
        sent = httpx2.get(f"{address}/api/listings/export", params=asked).content
    rows = READERS[form](file.read_bytes())
    assert rows == READERS[form](sent)
    if form != "geojson":
        assert rows
        assert ran.out == f"{file}: {len(rows)} rows.\n"


def test_other_criteria_and_dwellings_and_a_limit(on_market: Pignon) -> None:
    words = ("--where", "feature=lift", "--where", "feature=balcony", "--where", "separator=semicolon")
    ran = on_market("export", *words, "--dwellings", "--limit", "3", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["rows"], told["truncated"]) == (0, 3, True)
    file = on_market.folder() / told["file"]
    assert file.name.startswith("pignon-properties-20")
    assert file.stat().st_size == told["bytes"]
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8")), delimiter=";"))
    assert len({row["id"] for row in rows}) == 3
    assert all({"lift", "balcony"} <= set(row["features"].split("|")) for row in rows)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--postal-code", "690"), "--postal-code must be five digits, such as 75011."),
        (("--limit", "0"), "--limit must be at least 1."),
        (("--format", "pdf"), "--format must be one of 'csv', 'xlsx', 'geojson' or 'parquet'."),
        (("--where", "nonsense=1"), "nonsense is not a parameter of the search."),
        (("--where", "lift"), "--where 'lift' is no NAME=VALUE such as dpe_worst=D."),
        (
            ("--where", "price_max=3"),
            "--where 'price_max=3' is no NAME=VALUE such as dpe_worst=D: it is --price-max.",
        ),
        (
            ("--out", "market.json"),
            "--out market.json: a file ends in csv, xlsx, geojson, parquet; a dump goes into a folder.",
        ),
        (("--out", "none/market.csv"), "--out none/market.csv: there is no folder none."),
    ],
)
def test_what_cannot_be_asked_is_one_line(pignon: Pignon, words: tuple[str, ...], line: str) -> None:
    ran = pignon("export", *words)
    assert (ran.code, ran.error) == (2, f"pignon: {line}")
    assert not (pignon.home / "postgres").exists(), "a database was made for nothing"


def test_a_search_that_holds_too_much_is_refused_and_the_old_file_stays(
    on_market: Pignon, tmp_path: Path
) -> None:
    file = tmp_path / "all.csv"
    file.write_text("old")
    ran = on_market("export", "--out", str(file))
    line = "pignon: The search holds more than 50: narrow it, or name a --limit up to 100,000."
    assert (ran.code, ran.error) == (2, line)
    assert [path.name for path in tmp_path.glob("*all*")] == ["all.csv"]
    assert file.read_text() == "old"
    assert on_market("export", "--out", str(file), "--limit", "10").out == (
        f"{file}: 10 rows, and there are more.\n"
    )
    assert len(file.read_text("utf-8").splitlines()) == 11


def test_without_criteria_the_whole_market_is_dumped(on_market: Pignon, tmp_path: Path) -> None:
    ran = on_market("export", "--out", str(tmp_path))
    (folder,) = dumps(tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{folder}: 8 agencies, 60 properties, 70 listings, 15 events.\n"
    assert pq.read_table(folder / "listings.parquet").num_rows == 70
    told = json.loads(on_market("export", "--json").out)
    (own,) = dumps(on_market.home / "dumps")
    assert told == {"folder": str(own), **json.loads((own / "manifest.json").read_text("utf-8"))}


def test_a_dump_that_cannot_be_written_is_one_line(on_market: Pignon, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = on_market("export", "--out", str(tmp_path / "file"))
    assert (ran.code, ran.error) == (
        1,
        f"pignon: No dump can be written into {tmp_path / 'file'}: File exists.",
    )


@pytest.mark.parametrize(("words", "table"), [((), "agencies"), (("--limit", "5"), "live_listings")])
def test_one_that_is_stopped_ends_at_once_and_leaves_nothing(
    on_market: Pignon, engine: Engine, tmp_path: Path, words: tuple[str, ...], table: str
) -> None:
    waiting = text("select count(*) from pg_locks where not granted and relation = cast(:table as regclass)")
    with engine.begin() as holder, engine.connect() as watcher:
        holder.execute(text(f"lock table {table} in access exclusive mode"))
        running = on_market.start("export", "--out", str(tmp_path), *words)
        try:
            running.wait_for(lambda: bool(watcher.scalar(waiting, {"table": table})), 60)
            assert running.interrupt(signal.SIGTERM, 20) == 130
        finally:
            running.end()
    assert running.err.strip().endswith("pignon: stopped.")
    assert {path.name for path in tmp_path.iterdir()} <= {".lock"}
