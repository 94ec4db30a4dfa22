"""`pignon dedup --in … --out …` for anyone's file: JSON lines in, JSON lines out, no database."""

import json
from collections.abc import Iterable
from pathlib import Path

from dedup.advert import Advert
from dedup.comparison import Comparison
from dedup.recognise import Recognition
from models.errors import InputError

#: A line past this is no listing.
MAX_LINE_BYTES = 4_000_000


def read_adverts(path: Path) -> tuple[list[Advert], list[str]]:
    """The adverts of a JSON-lines file, in its order, and one line per row that was left out."""
    adverts: dict[str, Advert] = {}
    problems: list[str] = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    _add(adverts, problems, number, line)
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.") from None
    if not adverts:
        raise InputError(f"{path} holds no listing: one JSON object with an id per line is expected.")
    return list(adverts.values()), problems


def _add(adverts: dict[str, Advert], problems: list[str], number: int, line: bytes) -> None:
    try:
        if len(line) > MAX_LINE_BYTES:
            raise ValueError(f"longer than {MAX_LINE_BYTES:,} bytes")
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("not a JSON object")
        advert = Advert.of(row)
        if advert.id in adverts:
            raise ValueError(f"the id {advert.id} was there before")
    except (ValueError, RecursionError) as error:
        problems.append(f"line {number}: {error}")
        return
    adverts[advert.id] = advert


def write_properties(path: Path, adverts: Iterable[Advert], result: Recognition) -> None:
    """One `{"id", "property_id"}` per advert, in the order given."""
    _write(path, ({"id": a.id, "property_id": result.properties[a.id]} for a in adverts))


def write_pairs(path: Path, comparisons: Iterable[Comparison]) -> None:
    """One `{"a", "b", "probability", "reasons"}` per scored pair."""
    _write(
        path,
        ({"a": c.a, "b": c.b, "probability": c.probability, "reasons": list(c.reasons)} for c in comparisons),
    )


def _write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror}.") from None
