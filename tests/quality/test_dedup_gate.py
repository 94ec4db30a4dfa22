"""Real ads with pairs labelled by reading, weighted by stratum; and the town, whose dwellings are known."""

import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest

from dedup.advert import Advert
from dedup.recognise import recognise
from tests.quality.conftest import assert_at_least
from town.truth import truth_lines
from town.world import build_world


def _rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _advert(row: dict[str, object]) -> Advert:
    return Advert.of({**row, "agency": row["dealer"], "photos": row["photo_names"]})


def measure(folder: Path) -> dict[str, float]:
    """Weighted pairwise figures over the decided pairs."""
    properties = recognise([_advert(row) for row in _rows(folder / "ads.jsonl")]).properties
    right = wrong = missed = 0.0
    for pair in _rows(folder / "pairs.jsonl"):
        weight = float(str(pair["stratum_size"])) / float(str(pair["stratum_sampled"]))
        merged = properties[str(pair["a"])] == properties[str(pair["b"])]
        if pair["label"] == "same":
            right, missed = right + weight * merged, missed + weight * (not merged)
        elif pair["label"] == "different":
            wrong += weight * merged
    precision, recall = right / (right + wrong), right / (right + missed)
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}


def test_real_ads_are_recognised_above_the_floor(labelled: Path) -> None:
    assert_at_least("real_ads", measure(labelled / "data" / "ads"))


def _pairs(groups: Iterable[list[str]]) -> set[tuple[str, ...]]:
    return {tuple(sorted(pair)) for group in groups for pair in combinations(group, 2)}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_towns_dwellings_are_recognised_above_the_floor(seed: int) -> None:
    lines = truth_lines(build_world(seed), 0, lambda slug: f"http://{slug}.localhost")
    live = [{**line, "id": line["url"]} for line in lines if line["live"]]
    properties = recognise([Advert.of(line) for line in live]).properties
    true: dict[int, list[str]] = defaultdict(list)
    found: dict[str, list[str]] = defaultdict(list)
    for line in live:
        true[line["dwelling"]].append(line["url"])
        found[properties[line["url"]]].append(line["url"])
    wanted, merged = _pairs(true.values()), _pairs(found.values())
    right = len(wanted & merged)
    assert_at_least("town_properties", {"precision": right / len(merged), "recall": right / len(wanted)})
