"""docs/exports.md tells the columns as they are written, and the bounds as they are held."""

import re
from pathlib import Path

from models.settings import Settings
from serve.exports.columnar import ROW_GROUP
from serve.exports.columns import ADVERT, LISTINGS, PROPERTIES, Column
from serve.exports.contract import Format
from serve.exports.query import MAX_ROWS, ExportQuery
from serve.exports.stream import AT_ONCE, LONGEST, STATEMENT_TIMEOUT_MS
from serve.limits.budgets import EXPORT

DOCS = (Path(__file__).parents[3] / "docs" / "exports.md").read_text("utf-8")


def _rows(title: str) -> list[list[str]]:
    section = DOCS.split(f"### {title}\n")[1].split("\n#")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [[name.strip("`"), *rest] for name, *rest in rows]


def _told(columns: tuple[Column, ...]) -> list[list[str]]:
    return [[column.name, column.kind.value, column.meaning] for column in columns]


def test_the_columns_are_told_in_their_order_with_kind_and_unit() -> None:
    assert _rows("Listings") == _told(LISTINGS)
    assert _rows("Properties") == _told(PROPERTIES[: -len(ADVERT)])
    assert PROPERTIES[-len(ADVERT) :] == LISTINGS[-len(ADVERT) :]
    assert LISTINGS[-len(ADVERT)].name == "title"


def test_every_parameter_of_the_file_is_told() -> None:
    own = set(ExportQuery.model_fields) - set(ExportQuery.__base__.model_fields)  # type: ignore[union-attr]
    table = DOCS.split("| parameter | meaning |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == own | {"sort"}
    assert all(f"`{form}`" in table for form in Format)


def test_the_bounds_are_told() -> None:
    assert f"more than {Settings.model_fields['export_rows'].default:,} (`EXPORT_ROWS`)" in DOCS
    assert f"up to {MAX_ROWS:,}" in DOCS
    assert f"row groups of {ROW_GROUP:,}" in DOCS
    assert (AT_ONCE, EXPORT.amount, EXPORT.seconds, STATEMENT_TIMEOUT_MS, LONGEST) == (
        2,
        20,
        600,
        30_000,
        600,
    )
