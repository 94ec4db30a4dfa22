"""docs/exports.md tells a dump's files and columns as they are written."""

import re
from datetime import timedelta
from pathlib import Path

from models.settings import Settings
from serve.dumps.dump import VERSION
from serve.dumps.folder import NIGHT, UNFINISHED
from serve.dumps.tables import AGENCIES, EVENTS, LISTINGS, PROPERTIES, TABLES
from serve.exports.columns import LISTINGS as EXPORTED
from serve.exports.columns import Column

DOCS = (Path(__file__).parents[3] / "docs" / "exports.md").read_text("utf-8")


def _rows(title: str) -> list[list[str]]:
    section = DOCS.split(f"### Dump: {title}\n")[1].split("\n#")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [[name.strip("`"), *rest] for name, *rest in rows]


def _told(columns: tuple[Column, ...]) -> list[list[str]]:
    return [[column.name, column.kind.value, column.meaning] for column in columns]


def test_the_columns_are_told_in_their_order_with_kind_and_unit() -> None:
    assert _rows("agencies") == _told(AGENCIES)
    assert _rows("properties") == _told(PROPERTIES)
    assert _rows("events") == _told(EVENTS)
    shared = [column.name for column in EXPORTED if column.name != "distance"]
    assert [column.name for column in LISTINGS[: len(shared)]] == shared
    assert (shared[3], shared[-1]) == ("title", "last_seen")
    assert _rows("listings") == _told(LISTINGS[len(shared) :])


def test_the_files_and_the_bounds_are_told() -> None:
    for table in TABLES:
        assert re.search(rf"{table.name}\.parquet +{table.name}\.csv\.gz", DOCS)
    kept = Settings.model_fields["dumps_kept"].default
    assert f"each of the last {kept} days" in DOCS
    assert "after 02:30 UTC" in DOCS
    assert timedelta(hours=2, minutes=30) == NIGHT
    assert f"`{UNFINISHED}`" in DOCS
    assert f"`version` {VERSION}" in DOCS
