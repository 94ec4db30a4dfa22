"""Files of exports read back by other programs' readers, as rows by the columns' names."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq

Row = dict[str, Any]
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def read_csv(data: bytes) -> list[Row]:
    """Texts, as they stand; an empty one is None."""
    rows = csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True)
    return [{name: value or None for name, value in row.items()} for row in rows]


def read_geojson(data: bytes) -> list[Row]:
    """Properties of the features, with their positions and ids."""
    found = json.loads(data)
    assert found["type"] == "FeatureCollection"
    rows = []
    for feature in found["features"]:
        assert feature["type"] == "Feature"
        longitude, latitude = feature["geometry"]["coordinates"]
        rows.append({**feature["properties"], "longitude": longitude, "latitude": latitude})
        assert rows[-1]["id"] == feature["id"]
    return rows


def read_parquet(data: bytes) -> list[Row]:
    """Typed rows."""
    rows: list[Row] = pq.read_table(io.BytesIO(data)).to_pylist()
    return rows


def read_xlsx(data: bytes) -> list[Row]:
    """The first sheet's rows: numbers, texts, truths; times where the cell's format is one of time."""
    header, *rows = sheet(data, 1)
    return [{name: row.get(place) for place, name in header.items()} for row in rows]


def sheet(data: bytes, number: int) -> list[dict[str, Any]]:
    """A sheet's rows, by the letters of the columns."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
        times = _styles_of_times(ElementTree.fromstring(book.read("xl/styles.xml")))
    return [
        {re.sub(r"\d", "", cell.get("r", "")): _cell(cell, times) for cell in row.findall("m:c", _NS)}
        for row in root.iterfind("m:sheetData/m:row", _NS)
    ]


def _cell(cell: ElementTree.Element, times: set[str]) -> Any:
    assert cell.find("m:f", _NS) is None, "a formula"
    if cell.get("t") == "inlineStr":
        text = "".join(text.text or "" for text in cell.iterfind("m:is/m:t", _NS))
        return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)
    value = cell.findtext("m:v", namespaces=_NS)
    if cell.get("t") == "b":
        return value == "1"
    number = float(value or "nan")
    if cell.get("s") in times:
        return datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=number)
    return number


def _styles_of_times(styles: ElementTree.Element) -> set[str]:
    of_time = {
        form.get("numFmtId") for form in styles.iterfind("m:numFmts/m:numFmt", _NS)
        if "yy" in form.get("formatCode", "")
    }  # fmt: skip
    return {
        str(place)
        for place, style in enumerate(styles.findall("m:cellXfs/m:xf", _NS))
        if style.get("numFmtId") in of_time
    }


READERS: dict[str, Callable[[bytes], list[Row]]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "geojson": read_geojson,
    "parquet": read_parquet,
}
