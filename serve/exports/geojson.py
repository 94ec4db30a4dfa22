"""GeoJSON, as RFC 7946 has it: what has a position, one feature each; the rest is counted at the end."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from serve.exports.columns import Value, Values
from serve.exports.contract import About
from serve.exports.delimited import told

_AT: Final = ("longitude", "latitude")


class GeoJsonWriter:
    """A FeatureCollection; `numberReturned`, `withoutPosition`, `truncated` follow the features."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._names = [column.name for column in about.columns]
        self._id = self._names.index("id")
        self._position = [self._names.index(name) for name in _AT]
        self._returned = self._without = 0

    def write(self, rows: Sequence[Values]) -> bytes:
        """These rows' features, and before the first ones the beginning."""
        return "".join(self._parts(rows)).encode()

    def close(self) -> Iterator[bytes]:
        """The end, with its counts."""
        end = {
            "numberReturned": self._returned,
            "withoutPosition": self._without,
            "truncated": self._about.truncated,
            "timeStamp": told(self._about.at),
        }
        beginning = self._beginning() if self._returned == 0 else ""
        yield f"{beginning}\n],{json.dumps(end)[1:]}\n".encode()

    def discard(self) -> None:
        """Nothing is held."""

    def _parts(self, rows: Sequence[Values]) -> Iterator[str]:
        for row in rows:
            longitude, latitude = (row[place] for place in self._position)
            if longitude is None or latitude is None:
                self._without += 1
                continue
            yield self._beginning() if self._returned == 0 else ","
            self._returned += 1
            yield "\n" + json.dumps(
                {
                    "type": "Feature",
                    "id": row[self._id],
                    "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
                    "properties": {
                        name: _plain(value)
                        for name, value in zip(self._names, row, strict=True)
                        if name not in _AT
                    },
                },
                ensure_ascii=False,
                allow_nan=False,
                separators=(",", ":"),
            )

    def _beginning(self) -> str:
        return '{"type":"FeatureCollection","features":['


def _plain(value: Value) -> Value:
    return told(value) if isinstance(value, datetime) else value
