"""CSV, as RFC 4180 has it; or as French Excel opens it, with semicolons and decimal commas."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from serve.exports.columns import Kind, Value, Values
from serve.exports.contract import About

#: A spreadsheet takes a cell that begins so for a formula, whoever wrote it: an agency's title, say.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SIGN: Final = "(?=[=+@＝＋－＠-])"
#: Where a cell begins for who opens the file by the other separator, as a spreadsheet does that was not told:
#: within a text, or on its next line.
_HIDDEN: Final = {",": re.compile(f"(?<=[;\t\r\n]){_SIGN}"), ";": re.compile(f"(?<=[,\t\r\n]){_SIGN}")}
BOM: Final = "\ufeff".encode()


class CsvWriter:
    """semicolon: separator `;` and decimal commas. bom: Excel needs it to know UTF-8."""

    def __init__(self, about: About, *, semicolon: bool = False, bom: bool = False) -> None:
        self._texts = [column.kind in (Kind.TEXT, Kind.LIST) for column in about.columns]
        self._comma = semicolon
        self._separator = ";" if semicolon else ","
        self._buffer = io.StringIO(newline="")
        self._rows = csv.writer(self._buffer, delimiter=self._separator, lineterminator="\r\n")
        self._begin = BOM if bom else b""
        self._rows.writerow([column.name for column in about.columns])

    def write(self, rows: Sequence[Values]) -> bytes:
        """These rows, and before the first ones the header."""
        self._rows.writerows(map(self._cells, rows))
        return self._drained()

    def close(self) -> Iterator[bytes]:
        """The header, where there was no row."""
        yield self._drained()

    def discard(self) -> None:
        """Nothing is held."""

    def _drained(self) -> bytes:
        written = self._begin + self._buffer.getvalue().encode()
        self._begin = b""
        self._buffer.seek(0)
        self._buffer.truncate()
        return written

    def _cells(self, row: Values) -> list[str]:
        cells = zip(self._texts, map(self._told, row), strict=True)
        return [harmless(cell, self._separator) if text else cell for text, cell in cells]

    def _told(self, value: Value) -> str:
        if isinstance(value, float) and self._comma:
            return repr(value).replace(".", ",")
        return told(value)


def told(value: Value) -> str:
    """A value as text: nothing when it is unknown, times as ISO 8601 in UTC, lists with `|` between."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case list():
            return "|".join(value)
        case _:
            return str(value)


def harmless(text: str, separator: str) -> str:
    """`text` with an apostrophe wherever a spreadsheet would begin to calculate it."""
    told = f"'{text}" if text.startswith(FORMULA) else text
    return _HIDDEN[separator].sub("'", told)
