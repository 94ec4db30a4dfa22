"""Real ads with pairs labelled by reading: precision, recall and F1, weighted by stratum."""

import json
from pathlib import Path

from dedup.advert import Advert
from dedup.recognise import recognise
from tests.quality.conftest import assert_at_least


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
