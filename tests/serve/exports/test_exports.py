"""An export is the search as a file: the same rows in the same order, whichever format and whoever reads."""

import csv
import io
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from serve.criteria import Sort
from serve.exports.columns import LISTINGS, PROPERTIES, Column, Kind
from serve.exports.contract import Format
from tests.serve.exports.conftest import NASTY, export
from tests.serve.exports.readers import READERS, read_csv, read_geojson, read_xlsx, sheet
from tests.serve.served import served

FORMATS = pytest.mark.parametrize("form", [form.value for form in Format])
WHAT = pytest.mark.parametrize("what", ["listings", "properties"])


def _searched(client: httpx2.Client, what: str, **criteria: Any) -> list[dict[str, Any]]:
    """Every page of the search."""
    found: list[dict[str, Any]] = []
    asked = {"limit": 100, **criteria}
    while True:
        page = client.get(f"/api/{what}/search", params=asked).json()
        found += page[what]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]


def _time(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def _same(told: Any, value: Any, column: Column, form: str) -> bool:
    """Whether a file's value is the API's, as far as the format knows types."""
    if value is None:
        return told is None
    if column.kind is Kind.TIME:
        at, read = datetime.fromisoformat(value), told if form in ("xlsx", "parquet") else _time(told)
        return read == at if form == "parquet" else abs((read - at).total_seconds()) < 1
    if form == "csv" and column.kind in (Kind.WHOLE, Kind.NUMBER):
        return told is not None and float(told) == value
    if form in ("csv", "xlsx") and isinstance(value, str) and told != value:
        return form == "csv" and re.sub(r"(^|(?<=[;\n]))'", "", told) == value
    return bool(told == value)


@FORMATS
@pytest.mark.parametrize("sort", [sort for sort in Sort if sort is not Sort.DISTANCE])
def test_the_rows_are_the_searchs_own_in_its_order(market: httpx2.Client, form: str, sort: Sort) -> None:
    around = {"bbox": "0,40,10,50"} if form == "geojson" else {}
    if sort is Sort.RELEVANCE:
        around["q"] = "appartement balcon"
    found = _searched(market, "listings", sort=sort, **around)
    rows = READERS[form](export(market, "listings", format=form, sort=sort, **around).content)
    assert [int(row["id"]) for row in rows] == [card["id"] for card in found]
    assert found
    columns = {column.name: column for column in LISTINGS}
    for row, card in zip(rows, found, strict=True):
        for name in card.keys() & row.keys():
            assert _same(row[name], card[name], columns[name], form), (name, row[name], card[name])


@FORMATS
def test_dwellings_are_each_one_row_with_what_their_adverts_tell(market: httpx2.Client, form: str) -> None:
    criteria: dict[str, Any] = {"transaction": "sale", "sort": "price_asc"}
    if form == "geojson":
        criteria["bbox"] = "0,40,10,50"
    found = _searched(market, "properties", **criteria)
    rows = READERS[form](export(market, "properties", format=form, **criteria).content)
    assert found
    assert len({int(row["id"]) for row in rows}) == len(rows)
    columns = {column.name: column for column in PROPERTIES}
    for row, card in zip(rows, found, strict=True):
        for name in ("id", "lowest_price", "highest_price", "adverts", "agencies"):
            assert _same(row[name], card[name], columns[name], form), name
        assert int(row["listing_id"]) == card["listing"]["id"]
        assert _same(row["price"], card["listing"]["price"], columns["price"], form)


@FORMATS
@WHAT
def test_the_columns_are_always_the_same_even_where_nothing_is_found(
    market: httpx2.Client, form: str, what: str
) -> None:
    answer = export(market, what, format=form, price_min=999_999_999)
    names = [column.name for column in (PROPERTIES if what == "properties" else LISTINGS)]
    assert (answer.headers["X-Rows"], answer.headers["X-Truncated"]) == ("0", "false")
    match form:
        case "csv":
            assert answer.text == ",".join(names) + "\r\n"
        case "xlsx":
            assert list(sheet(answer.content, 1)[0].values()) == names
        case "parquet":
            assert pq.read_schema(io.BytesIO(answer.content)).names == names
        case _:
            assert answer.json()["features"] == []


@WHAT
def test_a_distance_is_told_where_a_centre_is_asked(market: httpx2.Client, what: str) -> None:
    around = {"lat": 45.71, "lng": 4.79, "radius": 2_000, "sort": "distance"}
    rows = read_csv(export(market, what, **around).content)
    found = _searched(market, what, **around)
    cards = [card.get("listing", card) for card in found]
    assert cards
    assert [float(row["distance"]) for row in rows] == [card["distance"] for card in cards]


def test_csv_is_what_rfc_4180_says(market: httpx2.Client) -> None:
    answer = export(market, "listings")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    told = list(csv.reader(io.StringIO(answer.text, newline=""), strict=True))
    assert {len(row) for row in told} == {len(LISTINGS)}
    assert answer.text.count("\r\n") == len(told)
    assert not answer.content.startswith("\ufeff".encode())


def test_french_excel_gets_its_mark_its_semicolons_and_its_commas(market: httpx2.Client) -> None:
    answer = export(market, "listings", separator="semicolon", bom="true")
    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    plain = read_csv(export(market, "listings").content)
    assert [row["surface"].replace(",", ".") or None for row in rows] == [row["surface"] for row in plain]
    assert any("," in row["surface"] for row in rows)


def test_no_cell_of_a_spreadsheet_is_ever_calculated(market: httpx2.Client) -> None:
    rows = read_csv(export(market, "listings").content)
    titles = [row["title"] for row in rows if row["reference"] == "00123"]
    dangerous = [title for title in NASTY if title[0] in "=+-@\t＝"]
    marked = [f"'{title}" if title in dangerous else title for title in NASTY]
    assert set(titles) == {re.sub(r"(?<=[;\n])=", "'=", title) for title in marked}
    assert {row["agency_phone"] for row in rows if row["reference"] == "00123"} == {"'+33 4 78 00 00 00"}
    book = read_xlsx(export(market, "listings", format="xlsx").content)
    mine = [row for row in book if row["reference"] == "00123"]
    assert {"=1+1", "+33", "-2", "@SUM(A1)"} <= {row["title"] for row in mine}, (
        "texts as they are, no formula"
    )
    assert {row["agency_name"] for row in mine} == {"=Agence"}


@pytest.mark.parametrize(("separator", "other"), [("comma", ";"), ("semicolon", ","), ("comma", "\t")])
def test_nor_is_one_by_who_opens_the_file_by_another_separator(
    market: httpx2.Client, separator: str, other: str
) -> None:
    """As French Excel does with a comma's file when it is clicked on."""
    told = export(market, "listings", separator=separator).text
    cells = [cell for row in csv.reader(io.StringIO(told), delimiter=other) for cell in row]
    assert len(cells) > len(told.splitlines())
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_a_sheet_has_a_frozen_header_and_says_what_it_is(market: httpx2.Client) -> None:
    data = export(market, "listings", format="xlsx", limit=5, transaction="sale").content
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b'state="frozen"' in book.read("xl/worksheets/sheet1.xml")
    about = {row["A"]: row["B"] for row in sheet(data, 2) if row.get("A")}
    assert (about["rows"], about["truncated"], about["asked: transaction"]) == ("5", "true", "sale")
    assert about["price"] == "in `currency`; of a rent, per month"


def test_geojson_holds_what_has_a_position_and_counts_the_rest(market: httpx2.Client) -> None:
    answer = export(market, "listings", format="geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    told = answer.json()
    assert len(told["features"]) == told["numberReturned"] == 20
    assert told["numberReturned"] + told["withoutPosition"] == int(answer.headers["X-Rows"])
    assert all(4 < row["longitude"] < 5 < 45 < row["latitude"] < 46 for row in read_geojson(answer.content))


def test_parquet_has_types_and_says_what_its_columns_mean(market: httpx2.Client) -> None:
    data = export(market, "listings", format="parquet", limit=7).content
    schema = pq.read_schema(io.BytesIO(data))
    assert schema.field("price").type == pa.int64()
    assert schema.field("surface").type == pa.float64()
    assert schema.field("postal_code").type == pa.string()
    assert schema.field("first_seen").type == pa.timestamp("us", tz="UTC")
    assert schema.field("features").type == pa.list_(pa.string())
    assert schema.field("surface").metadata[b"meaning"] == "living area, m²".encode()
    assert schema.metadata[b"truncated"] == b"true"


@FORMATS
@WHAT
def test_a_search_that_holds_more_is_refused_and_cut_only_when_asked(
    exporting_engine: Engine, form: str, what: str, tmp_path: Path
) -> None:
    url = exporting_engine.url.render_as_string(hide_password=False)
    with served(url, tmp_path, export_rows=10) as address, httpx2.Client(base_url=address) as client:
        refused = export(client, what, format=form)
        assert refused.status_code == 422
        assert "more than 10" in refused.json()["detail"]
        assert refused.json()["errors"][0]["parameter"] == "limit"
        cut = export(client, what, format=form, limit=12)
        assert (cut.status_code, cut.headers["X-Rows"], cut.headers["X-Truncated"]) == (200, "12", "true")
        assert form == "geojson" or len(READERS[form](cut.content)) == 12
        whole = export(client, what, format=form, limit=1_000)
        assert whole.headers["X-Truncated"] == "false"
        assert export(client, what, format=form, limit=100_001).status_code == 422


def test_who_opted_out_is_in_no_file_and_no_text_that_may_name_people(market: httpx2.Client) -> None:
    rows = read_csv(export(market, "listings").content)
    assert "opted out" not in {row["title"] for row in rows}
    assert not {"description", "evidence", "photos"} & set(rows[0])


def test_a_file_may_be_compressed_on_its_way_unless_it_is_packed_already(market: httpx2.Client) -> None:
    assert export(market, "listings").headers["Content-Encoding"] == "gzip"
    for form in ("xlsx", "parquet"):
        assert "Content-Encoding" not in export(market, "listings", format=form).headers
