"""XLSX: numbers and times typed, texts never formulas, the header frozen; a second sheet says what it is.

Rows go to a temporary file at once, so memory does not grow; the file is packed when the last one is in.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from serve.exports.columns import Kind, Value, Values
from serve.exports.contract import About
from serve.exports.delimited import FORMULA, told

_CHUNK: Final = 65_536
#: What Excel takes in one cell.
_LONGEST: Final = 32_767
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
}
_WIDTHS: Final = {Kind.TEXT: 22, Kind.LIST: 22, Kind.TIME: 17}


class XlsxWriter:
    """Sends nothing before the end: the format is packed as a whole."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._folder = tempfile.TemporaryDirectory(prefix="pignon-export-")
        self._path = Path(self._folder.name) / "export.xlsx"
        self._book = xlsxwriter.Workbook(str(self._path), {**_OPTIONS, "tmpdir": self._folder.name})
        self._sheet = self._book.add_worksheet(about.title[:31])
        self._about_sheet = self._book.add_worksheet("About")
        self._quoted = self._book.add_format({"quote_prefix": True})
        bold = self._book.add_format({"bold": True, "bottom": 1})
        for place, column in enumerate(about.columns):
            self._sheet.set_column(place, place, _WIDTHS.get(column.kind, 11))
            self._sheet.write_string(0, place, column.name, bold)
        self._sheet.freeze_panes(1, 0)
        self._next = 1

    def write(self, rows: Sequence[Values]) -> bytes:
        """Nothing yet."""
        for row in rows:
            for place, value in enumerate(row):
                self._write(place, value)
            self._next += 1
        return b""

    def close(self) -> Iterator[bytes]:
        """The whole file, chunk by chunk."""
        self._tell()
        if self._next > 1:
            self._sheet.autofilter(0, 0, self._next - 1, len(self._about.columns) - 1)
        self._book.close()
        with self._path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def discard(self) -> None:
        """Remove the temporary files."""
        self._folder.cleanup()

    def _write(self, place: int, value: Value) -> None:
        match value:
            case None:
                return
            case bool():
                self._sheet.write_boolean(self._next, place, value)
            case int() | float():
                self._sheet.write_number(self._next, place, value)
            case datetime():
                self._sheet.write_datetime(self._next, place, value.astimezone(UTC).replace(tzinfo=None))
            case _:
                text = told(value)[:_LONGEST]
                # Typed as text it is no formula; quoted it stays none when someone edits the cell.
                quoted = self._quoted if text.startswith(FORMULA) else None
                self._sheet.write_string(self._next, place, text, quoted)

    def _tell(self) -> None:
        lines: list[tuple[str, Any]] = [
            ("made at", told(self._about.at)),
            ("rows", str(self._next - 1)),
            ("truncated", told(self._about.truncated)),
            *((f"asked: {name}", value) for name, value in self._about.criteria.items()),
            ("", ""),
            *((column.name, column.meaning) for column in self._about.columns),
        ]
        for row, (name, value) in enumerate(lines):
            self._about_sheet.write_string(row, 0, name)
            self._about_sheet.write_string(row, 1, str(value)[:_LONGEST])
