"""What writes a file: batches of rows in, bytes out as soon as there are some. Bounded, whatever the rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from serve.exports.columns import Column, Values


class Format(StrEnum):
    """The file's format."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class About:
    """What a file tells of itself, where its format has a place for it."""

    title: str
    columns: Sequence[Column]
    at: datetime
    #: More rows satisfy the criteria than were asked for.
    truncated: bool = False
    criteria: Mapping[str, str] = field(default_factory=dict)


class Writer(Protocol):
    """Writes one file. Its methods are called one after the other, from whatever thread."""

    def write(self, rows: Sequence[Values]) -> bytes:
        """The bytes that may be sent after these rows; there may be none yet."""
        ...

    def close(self) -> Iterator[bytes]:
        """What is left to send."""
        ...

    def discard(self) -> None:
        """Give back what the writer holds; safe at any moment, and more than once."""
        ...
