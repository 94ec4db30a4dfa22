"""Adverts per second recognised, as the market grows: towns of several seeds, each with its own dwellings."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from dedup.advert import Advert
from dedup.recognise import Recognition, recognise
from tests.benchmarks.harness import Track
from town.truth import truth_lines
from town.world import build_world

#: How the cost grows with the market shows between the sizes.
SIZES = (1_000, 2_000, 4_000)
_PER_TOWN = 900


@pytest.fixture(scope="module")
def market() -> list[tuple[Advert, str]]:
    """Live adverts of as many towns as are needed, each with the name of its true dwelling."""
    return [row for seed in range(max(SIZES) // _PER_TOWN + 1) for row in _town(seed)]


def _town(seed: int) -> list[tuple[Advert, str]]:
    rows = truth_lines(build_world(seed), 0, lambda slug: f"http://{slug}.town-{seed}.localhost")
    return [(_advert(seed, row), f"{seed}-{row['dwelling']}") for row in rows if row["live"]]


def _advert(seed: int, row: dict[str, Any]) -> Advert:
    return Advert.of({**row, "id": row["url"], "agency": f"{seed}-{row['agency']}"})


@pytest.mark.parametrize("size", SIZES)
def test_dwellings_are_recognised(track: Track, market: list[tuple[Advert, str]], size: int) -> None:
    adverts = [advert for advert, _ in market[:size]]
    answers: list[Recognition] = []

    def work() -> int:
        answers.append(recognise(adverts))
        return len(adverts)

    track.measure(f"recognise, {size:,} adverts", "adverts", work, rounds=2)
    properties = answers[-1].properties
    pairs = [(properties[advert.id], dwelling) for advert, dwelling in market[:size]]
    precision, recall = _pairwise(pairs)
    track.note(precision=precision, recall=recall, compared=len(answers[-1].comparisons) / len(adverts))


def _pairwise(rows: list[tuple[str, str]]) -> tuple[float, float]:
    """Precision and recall over pairs of adverts said, and truly, of one dwelling."""
    both = _pairs(rows)
    return both / _pairs(said for said, _ in rows), both / _pairs(true for _, true in rows)


def _pairs(names: Iterable[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(names).values())
