"""Vetoes: contradictions that no likeness overrides. A vetoed pair never shares a property, by no chain."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Side:
    """One side of some pairs: the rows at some positions, fetched column by column as they are asked for."""

    rows: NDArray[Any]
    at: NDArray[Any]

    def __getitem__(self, column: str) -> NDArray[Any]:
        return np.asarray(self.rows[column][self.at])

    def __len__(self) -> int:
        return len(self.at)


#: A surface may be rounded, cut or told to the wall: no contradiction within this share or this many m².
SURFACE_SHARE: Final = 0.06
SURFACE_LEAST: Final = 1.0
PRICE_SHARE: Final = 0.30
LAND_SHARE: Final = 0.10


def vetoes(a: Side, b: Side) -> NDArray[np.uint8]:
    """Per pair of rows 0, or 1 more than the position in NAMES of the first veto that holds."""
    found = np.zeros(len(a), np.uint8)
    for number, (_, holds) in enumerate(_VETOES, 1):
        found[(found == 0) & holds(a, b)] = number
    return found


def gap(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    """Relative gap, 0 to 1; NaN where one is unknown."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.abs(a - b) / np.maximum(np.abs(a), np.abs(b)))


def price_gap(a: Side, b: Side) -> NDArray[np.float64]:
    """The least relative gap of the prices as shown and, for rents, of those without charges."""
    gaps = [gap(a[x], b[y]) for x in ("price", "net") for y in ("price", "net")]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.fmin.reduce(gaps))


def storeys_differ(a: Side, b: Side) -> NDArray[np.bool_]:
    """Both tell storeys, by field or in words, and none of one is any of the other's."""
    known_a, known_b = _knows_storey(a), _knows_storey(b)
    shared = np.zeros(len(a), bool)
    for x in ("floor", "told_floor"):
        for y in ("floor", "told_floor"):
            shared |= a[x] == b[y]
    return known_a & known_b & ~shared


def _knows_storey(rows: Side) -> NDArray[np.bool_]:
    return np.asarray(~(np.isnan(rows["floor"]) & np.isnan(rows["told_floor"])))


def _codes_differ(name: str) -> Callable[[Side, Side], NDArray[np.bool_]]:
    return lambda a, b: (a[name] > 0) & (b[name] > 0) & (a[name] != b[name])


def _surfaces(a: Side, b: Side) -> NDArray[np.bool_]:
    far = np.abs(a["surface"] - b["surface"]) > SURFACE_LEAST
    return np.asarray(far & (gap(a["surface"], b["surface"]) > SURFACE_SHARE))


def _rooms(a: Side, b: Side) -> NDArray[np.bool_]:
    return np.asarray((a["rooms"] > 0) & (b["rooms"] > 0) & (np.abs(a["rooms"] - b["rooms"]) > 1))


def _references(a: Side, b: Side) -> NDArray[np.bool_]:
    return np.asarray(_codes_differ("reference")(a, b) & (a["agency"] == b["agency"]) & (a["agency"] > 0))


_VETOES: Final[tuple[tuple[str, Callable[[Side, Side], NDArray[np.bool_]]], ...]] = (
    ("offers", _codes_differ("offer")),
    ("places", _codes_differ("place")),
    ("types", _codes_differ("family")),
    ("surfaces", _surfaces),
    ("prices", lambda a, b: price_gap(a, b) > PRICE_SHARE),
    ("rooms", _rooms),
    ("storeys", storeys_differ),
    ("plots", lambda a, b: gap(a["land_surface"], b["land_surface"]) > LAND_SHARE),
    ("references", _references),
)
NAMES: Final = tuple(name for name, _ in _VETOES)
