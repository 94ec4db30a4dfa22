"""Lessons for the pair model: the town's adverts, whose dwellings are known, and a folder of labelled pairs.

Several towns stand in the same communes, so that strangers are as near each other as in a real city; each is
told twice, the second time by agencies that tell less: no fees, no map, here no energy, there no floor.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np

from dedup.advert import Advert
from dedup.training import Labelled, Lesson, known_dwellings, labelled_pairs
from models.errors import InputError
from town.truth import truth_lines
from town.world import build_world

#: Other towns than the demo's, the gates' and the benches'.
SEEDS: Final = range(20, 32)
_FEES = re.compile(r"[^.\n]*onoraires[^.\n]*\.")
_LESS_OFTEN: Final = ("dpe_value", "ges_value", "charges", "bedrooms", "floor", "construction_year")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Real adverts and their labelled pairs; weight: how many pairs of the market each stands for."""

    adverts: list[Advert]
    pairs: list[tuple[str, str]]
    same: list[bool]
    weight: list[float]

    def labelled(self) -> Labelled:
        """As lessons."""
        return labelled_pairs(self.adverts, self.pairs, self.same, self.weight)


def town_rows(seed: int, day: int = 0) -> list[Row]:
    """The live adverts of a town as their pages show them; no other town has their `id` and `dwelling`."""
    rows = []
    for line in truth_lines(build_world(seed), day, lambda slug: f"http://{slug}.town-{seed}.localhost"):
        if line["live"]:
            told = dict.fromkeys(line["hidden"])
            own = {"agency": f"{seed} {line['agency']}", "dwelling": f"{seed} {line['dwelling']}"}
            rows.append({**line, **told, **own, "id": line["url"]})
    return rows


def town_lesson(seeds: Sequence[int] = SEEDS) -> Lesson:
    """Of all these towns' candidate pairs, told fully and told barely."""
    rows = [row for seed in seeds for row in town_rows(seed)]
    dwellings = [row["dwelling"] for row in rows]
    lessons = [
        known_dwellings([Advert.of(_as_shown(row, bare=bare)) for row in rows], dwellings)
        for bare in (False, True)
    ]
    return Lesson(
        np.vstack([lesson.evidence for lesson in lessons]),
        np.concatenate([lesson.same for lesson in lessons]),
        np.concatenate([lesson.weight for lesson in lessons]),
    )


def _as_shown(row: Row, *, bare: bool) -> Row:
    """Fees that the seller pays are left out, as many sites do, and most maps; bare: much more is."""
    draw = crc32(f"{row['id']}{bare}".encode())
    left: Row = {}
    if bare or row["fees_payer"] == "seller":
        left["fees"] = None
    if draw % 10 < 6:
        left["latitude"] = left["longitude"] = None
    if bare:
        left["description"] = _FEES.sub("", row["description"])
        left |= {name: None for at, name in enumerate(_LESS_OFTEN) if (draw >> (8 + 2 * at)) & 3 == 0}
    return row | left


def read_pairs(folder: Path) -> Pairs:
    """A folder with `ads.jsonl` and `pairs.jsonl`, labelled `same`, `different` or `unsure`, by stratum.

    InputError when there is none.
    """
    try:
        adverts = [Advert.of(_named(row)) for row in _lines(folder / "ads.jsonl")]
        told = [row for row in _lines(folder / "pairs.jsonl") if row["label"] != "unsure"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder} holds no labelled pairs (ads.jsonl and pairs.jsonl): {error}.") from None
    return Pairs(
        adverts,
        [(str(row["a"]), str(row["b"])) for row in told],
        [row["label"] == "same" for row in told],
        [float(row["stratum_size"]) / float(row["stratum_sampled"]) for row in told],
    )


def _named(row: Row) -> Row:
    """The portals' names as a Listing's."""
    return {
        **row,
        "agency": row.get("dealer"),
        "photos": row.get("photo_names"),
        "dpe_value": row.get("energy_consumption"),
        "ges_value": row.get("ghg"),
        "charges": row.get("rental_expenses"),
        "first_seen": row.get("published"),
    }


def _lines(path: Path) -> Iterator[Row]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)
