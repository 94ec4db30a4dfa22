"""Parquet with typed columns, written by row groups, each sent as soon as it is full."""

from collections.abc import Iterator, Sequence
from io import RawIOBase
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from serve.exports.columns import Kind, Value, Values
from serve.exports.contract import About
from serve.exports.delimited import told

#: Rows held until they are written together.
ROW_GROUP: Final = 5_000
_TYPES: Final = {
    Kind.WHOLE: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.TEXT: pa.string(),
    Kind.YES_NO: pa.bool_(),
    Kind.TIME: pa.timestamp("us", tz="UTC"),
    Kind.LIST: pa.list_(pa.string()),
}


class ParquetWriter:
    """Each column's meaning is in its field's metadata, `truncated` and the time in the file's."""

    def __init__(self, about: About) -> None:
        fields = [
            pa.field(column.name, _TYPES[column.kind], metadata={"meaning": column.meaning})
            for column in about.columns
        ]
        metadata = {"title": about.title, "at": told(about.at), "truncated": told(about.truncated)}
        self._schema = pa.schema(fields, metadata=metadata)
        self._sink = _Sink()
        self._file = pq.ParquetWriter(pa.PythonFile(self._sink, mode="w"), self._schema, compression="zstd")
        self._held: list[Values] = []

    def write(self, rows: Sequence[Values]) -> bytes:
        """The row groups that these rows filled."""
        self._held += rows
        while len(self._held) >= ROW_GROUP:
            self._write(self._held[:ROW_GROUP])
            del self._held[:ROW_GROUP]
        return self._sink.drained()

    def close(self) -> Iterator[bytes]:
        """The last row group, and the footer."""
        if self._held:
            self._write(self._held)
        self._file.close()
        yield self._sink.drained()

    def discard(self) -> None:
        """Forget what is held."""
        self._held.clear()

    def _write(self, rows: Sequence[Values]) -> None:
        columns: list[Sequence[Value]] = list(zip(*rows, strict=True))
        arrays = [
            pa.array(column, type=field.type) for column, field in zip(columns, self._schema, strict=True)
        ]
        self._file.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


class _Sink(RawIOBase):
    """Where pyarrow writes: what was written since the last look, and how much in all."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        """Nothing else is done with it."""
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Keep a copy: the buffer is pyarrow's."""
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        """Bytes written so far, by which the footer finds the row groups."""
        return self._size

    def drained(self) -> bytes:
        """What was written since the last call."""
        written = b"".join(self._parts)
        self._parts.clear()
        return written
