"""`pignon dedup --in … --out …` for anyone's file: JSON lines in, JSON lines out, no database."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dedup.advert import id_of
from dedup.model import probability
from dedup.reasons import reasons
from dedup.recognise import Recognition
from models.errors import InputError

#: A line past this is no listing.
MAX_LINE_BYTES = 4_000_000


@dataclass
class Reading:
    """The rows of a JSON-lines file, read once; a row that is none is left out, and named in `problems`.

    ids: of the rows, in the file's order. InputError, from `rows`, when the file cannot be read or is empty.
    """

    path: Path
    ids: dict[str, None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row that has an id of its own."""
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if line.strip() and (row := self._row(number, line)) is not None:
                        yield row
        except OSError as error:
            raise InputError(f"Cannot read {self.path}: {error.strerror}.") from None
        if not self.ids:
            raise InputError(
                f"{self.path} holds no listing: one JSON object with an id per line is expected."
            )

    def _row(self, number: int, line: bytes) -> dict[str, Any] | None:
        try:
            if len(line) > MAX_LINE_BYTES:
                raise ValueError(f"longer than {MAX_LINE_BYTES:,} bytes")
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("not a JSON object")
            name = id_of(row)
            if name in self.ids:
                raise ValueError(f"the id {name} was there before")
        except (ValueError, RecursionError) as error:
            self.problems.append(f"line {number}: {error}")
            return None
        self.ids[name] = None
        return row


def write_properties(path: Path, ids: Iterable[str], properties: Mapping[str, str]) -> None:
    """One `{"id", "property_id"}` per row, in the order given."""
    write_lines(path, ({"id": name, "property_id": properties[name]} for name in ids))


def pairs_of(result: Recognition) -> Iterator[dict[str, object]]:
    """One `{"a", "b", "probability", "reasons"}` per scored pair."""
    pairs, ids = result.pairs, result.signatures.ids
    told = reasons(result.signatures, pairs.left, pairs.right, pairs.veto)
    likely = probability(pairs.log_odds)
    for a, b, share, why in zip(pairs.left.tolist(), pairs.right.tolist(), likely, told, strict=True):
        yield {
            "a": ids[a],
            "b": ids[b],
            "probability": round(float(share), 4),
            "reasons": [reason.told() for reason in why],
        }


def write_lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """JSON lines. InputError when they cannot be written."""
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror}.") from None
