"""A dump is the tables as of one moment, read back whole by any reader, without those who opted out."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, text

from serve.dumps import dump as dumping
from serve.dumps.dump import Dump, dump
from serve.dumps.tables import TABLES, Table
from serve.exports.columns import Column, Kind
from tests.serve.dumps.market import ADDRESS, SECRET, fill
from tests.serve.market import add_agency, add_listing
from tests.serve.served import fresh_engine

EACH = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
Row = dict[str, Any]
#: What the tables themselves say, of agencies that did not opt out.
TRUTH = {
    "agencies": "select * from agencies where opted_out_at is null order by id",
    "listings": """
        select l.* from aggregated_listings l join agencies a on a.id = l.agency_id
        where a.opted_out_at is null order by l.id
    """,
    "events": """
        select h.*, l.agency_id from listing_history h join aggregated_listings l on l.id = h.listing_id
        join agencies a on a.id = l.agency_id where a.opted_out_at is null order by h.id
    """,
    "properties": """
        select * from properties p where merged_into is not null or exists (
            select from aggregated_listings l join agencies a on a.id = l.agency_id
            where l.property_id = p.id and a.opted_out_at is null
        ) order by id
    """,
}


@pytest.fixture(scope="module")
def market(postgres_url: str) -> Iterator[Engine]:
    """The market that is dumped."""
    with fresh_engine(postgres_url) as engine:
        fill(engine)
        yield engine


@pytest.fixture(scope="module")
def done(market: Engine, tmp_path_factory: pytest.TempPathFactory) -> Dump:
    """Its dump."""
    return dump(market, tmp_path_factory.mktemp("dumps") / "new" / "folder")


def _parquet(done: Dump, name: str) -> list[Row]:
    rows: list[Row] = pq.read_table(done.folder / f"{name}.parquet").to_pylist()
    return rows


def _csv(done: Dump, name: str) -> list[dict[str, str]]:
    with gzip.open(done.folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _asked(engine: Engine, statement: str) -> list[Row]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(statement)).mappings()]


@EACH
def test_parquet_holds_the_tables_own_rows_and_values(done: Dump, market: Engine, table: Table) -> None:
    rows, truth = _parquet(done, table.name), _asked(market, TRUTH[table.name])
    assert rows
    assert [row["id"] for row in rows] == [row["id"] for row in truth]
    plain = [c.name for c in table.columns if c.read is None and c.name in truth[0].keys() - _COUNTED]
    assert len(plain) > 2
    for row, true in zip(rows, truth, strict=True):
        assert {name: row[name] for name in plain} == {name: true[name] for name in plain}


#: Kept in the row by the crawl, counted in a dump.
_COUNTED = {"active_listings", "features"}


@EACH
def test_csv_says_the_same_as_parquet(done: Dump, table: Table) -> None:
    typed, texts = _parquet(done, table.name), _csv(done, table.name)
    assert list(texts[0]) == [column.name for column in table.columns]
    assert len(texts) == len(typed)
    for row, cells in zip(typed, texts, strict=True):
        for column in table.columns:
            assert _same(cells[column.name], row[column.name], column), (column.name, cells[column.name])


def _same(cell: str, value: Any, column: Column) -> bool:
    if value is None:
        return cell == ""
    match column.kind:
        case Kind.WHOLE | Kind.NUMBER:
            return float(cell) == value
        case Kind.YES_NO:
            return cell == str(value).lower()
        case Kind.TIME:
            return datetime.fromisoformat(cell) == value.replace(microsecond=0)
        case Kind.LIST:
            return cell.split("|") == value or (cell == "" and value == [])
        case _:
            return cell.removeprefix("'") == value


def test_a_dwelling_tells_what_its_adverts_tell_but_those_of_who_opted_out(
    done: Dump, market: Engine
) -> None:
    truth = _asked(
        market,
        """
        select l.property_id as id, count(*) as listings, count(*) filter (where l.is_active) as adverts,
            min(in_euros(price, currency, l.postal_code)) filter (where l.is_active) as lowest_price,
            max(in_euros(price, currency, l.postal_code)) filter (where l.is_active) as highest_price
        from aggregated_listings l join agencies a on a.id = l.agency_id
        where a.opted_out_at is null group by 1
        """,
    )
    rows = {row["id"]: row for row in _parquet(done, "properties")}
    for true in truth:
        assert {name: rows[true["id"]][name] for name in true} == true
    assert rows[1]["lowest_price"] > 1
    assert 251_400 in {row["lowest_price"] for row in rows.values()}, "30 million francs"
    assert [row["listings"] for row in rows.values() if row["merged_into"]] == [0, 0]


def test_the_figures_of_agencies_and_the_features_are_counted_from_the_adverts(
    done: Dump, market: Engine
) -> None:
    live = _asked(
        market, "select agency_id, count(*) as n from aggregated_listings where is_active group by 1"
    )
    counts = {row["agency_id"]: row["n"] for row in live}
    assert all(row["active_listings"] == counts.get(row["id"], 0) for row in _parquet(done, "agencies"))
    (row,) = (row for row in _parquet(done, "listings") if row["title"] == "=cmd")
    assert (row["features"], row["features_not"]) == (["lift"], ["garden"])


def test_events_keep_their_values_as_json_but_no_adverts_text(done: Dump) -> None:
    events = _parquet(done, "events")
    prices = [event for event in events if event["kind"] == "price"]
    assert prices
    assert all(json.loads(event["new_value"]) > 0 for event in prices)
    (title,) = (event for event in events if event["field"] == "title")
    assert json.loads(title["new_value"]) == "Maison « é »"
    (described,) = (event for event in events if event["field"] == "description")
    assert (described["old_value"], described["new_value"]) == (None, None)


def test_nothing_of_users_of_texts_and_of_who_opted_out_is_in_any_file(done: Dump) -> None:
    for table in TABLES:
        with gzip.open(done.folder / f"{table.name}.csv.gz", "rt", encoding="utf-8") as file:
            told = file.read()
        for secret in (SECRET, ADDRESS):
            assert secret not in told, table.name
            assert secret not in json.dumps(_parquet(done, table.name), default=str), table.name


def test_every_row_that_is_named_is_there(done: Dump) -> None:
    ids = {table.name: {row["id"] for row in _parquet(done, table.name)} for table in TABLES}
    for name, column, of in (
        ("listings", "agency_id", "agencies"),
        ("listings", "property_id", "properties"),
        ("properties", "merged_into", "properties"),
        ("events", "listing_id", "listings"),
        ("events", "agency_id", "agencies"),
    ):
        named = {row[column] for row in _parquet(done, name)} - {None}
        assert named
        assert named <= ids[of], (name, column)


def test_the_manifest_tells_every_file_with_its_rows_and_its_sum(done: Dump, market: Engine) -> None:
    manifest = json.loads((done.folder / "manifest.json").read_text("utf-8"))
    assert manifest == done.manifest
    (schema,) = _asked(market, "select version_num from alembic_version")
    assert manifest["schema"] == schema["version_num"]
    at = datetime.fromisoformat(manifest["at"])
    assert done.folder.name == f"{at:%Y-%m-%d}"
    assert timedelta() <= datetime.now(UTC) - at < timedelta(minutes=5)
    names = {path.name for path in done.folder.iterdir()}
    assert names == {file["name"] for file in manifest["files"]} | {"manifest.json"}
    for file in manifest["files"]:
        data = (done.folder / file["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
        rows = _parquet(done, file["table"]) if file["format"] == "parquet" else _csv(done, file["table"])
        assert len(rows) == file["rows"]


def test_parquet_tells_the_meaning_of_its_columns(done: Dump) -> None:
    schema = pq.read_schema(io.BytesIO((done.folder / "listings.parquet").read_bytes()))
    assert schema.field("republishes").metadata == {
        b"meaning": b"the advert of the same agency that it follows"
    }


def test_all_tables_are_of_one_moment_and_read_by_cursors_of_the_server(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumping, "BATCH", 10)
    fill(engine)
    calls: list[tuple[str, int]] = []
    reading: list[Row] = []

    def meanwhile(table: str, rows: int) -> None:
        if not calls:
            add_listing(engine, add_agency(engine, "late"), title="late")
        reading.extend(
            _asked(
                engine,
                "select state, query from pg_stat_activity where query ~* '^fetch forward' "
                "and datname = current_database()",
            )
        )
        calls.append((table, rows))

    done = dump(engine, tmp_path, meanwhile)
    assert not [row for table in TABLES for row in _parquet(done, table.name) if "late" in row.values()]
    for table in ("properties", "listings"):
        assert [rows for name, rows in calls if name == table][:3] == [10, 20, 30]
    assert reading, "no cursor of the server was read"
    later = dump(engine, tmp_path)
    assert [row for row in _parquet(later, "agencies") if row["name"] == "late"]


def test_an_empty_market_has_a_dump_too(engine: Engine, tmp_path: Path) -> None:
    done = dump(engine, tmp_path)
    assert {file["rows"] for file in done.manifest["files"]} == {0}
    for table in TABLES:
        assert (_parquet(done, table.name), _csv(done, table.name)) == ([], [])
