"""dedupe 3, in one process: a classifier and blocking rules learnt from labelled pairs of another town.

Its pairs are those of the town of seed 3 that share postal code, offer and rooms, and some drawn at random.
Rules that look words up in an index are left out, as its documentation advises for large data; `recall` is
a little under all, without which one rule compares all of the country's dwellings of one surface.
"""

import random
from collections import defaultdict
from itertools import combinations
from typing import Any

import dedupe
from dedupe import variables
from dedupe._typing import TrainingData

from tests.benchmarks.france import town
from tests.benchmarks.linkers.columns import Row, columns

#: The town whose pairs are labelled.
SEED = 3
#: Its own default.
THRESHOLD = 0.5
_SAME, _DIFFERENT, _AT_RANDOM = 400, 1_200, 300
_RECALL = 0.99
_EXACT = ("rooms", "bedrooms", "floor", "dpe", "ges", "year")
_AMOUNTS = ("bare", "surface", "land")

Pair = tuple[Row, Row]


def train(rows: list[Row]) -> dedupe.Dedupe:
    """A matcher that knows the labelled town; the rows to judge are not looked at."""
    labelled = list(town(SEED))
    records = {row["id"]: _record(row) for row in labelled}
    texts = [record["text"] for record in records.values() if record["text"]]
    matcher = dedupe.Dedupe(_variables(texts), num_cores=0, in_memory=True)
    vars(matcher.classifier)["n_jobs"] = 1
    matcher.mark_pairs(_pairs(labelled, records))
    matcher.prepare_training(records)
    matcher.train(recall=_RECALL, index_predicates=False)
    return matcher


def link(rows: list[Row], learnt: dedupe.Dedupe) -> dict[str, str]:
    """By id, the name of its cluster."""
    found = learnt.partition({row["id"]: _record(row) for row in rows}, THRESHOLD)
    return {str(one): str(min(ids)) for ids, _ in found for one in ids}


def _record(row: Row) -> Row:
    cleaned = columns(row)
    facts = {name: cleaned[name] for name in ("postal_code", "offer", "address", *_AMOUNTS)}
    exact = {name: None if cleaned[name] is None else str(cleaned[name]) for name in _EXACT}
    text = " ".join(cleaned["text"].lower().split())
    return {**facts, **exact, "features": tuple(cleaned["features"]) or None, "text": text or None}


def _variables(texts: list[str]) -> list[Any]:
    return [
        variables.Exact("postal_code", has_missing=True),
        variables.Exact("offer"),
        *(variables.Price(name, has_missing=True) for name in _AMOUNTS),
        *(variables.Exact(name, has_missing=True) for name in _EXACT),
        variables.ShortString("address", has_missing=True),
        variables.Set("features", has_missing=True),
        variables.Text("text", corpus=texts, has_missing=True),
    ]


def _pairs(labelled: list[Row], records: dict[str, Row]) -> TrainingData:
    """Pairs of one dwelling, and pairs that look like it; their order is drawn."""
    blocks = defaultdict(list)
    for row in labelled:
        record = records[row["id"]]
        blocks[record["postal_code"], record["offer"], record["rooms"]].append(row)
    same: list[Pair] = []
    different: list[Pair] = []
    for a, b in (pair for block in blocks.values() for pair in combinations(block, 2)):
        (same if a["dwelling"] == b["dwelling"] else different).append((records[a["id"]], records[b["id"]]))
    rng = random.Random(1)
    everything = list(records.values())
    apart = [(rng.choice(everything), rng.choice(everything)) for _ in range(_AT_RANDOM)]
    return {
        "match": rng.sample(same, min(_SAME, len(same))),
        "distinct": [*rng.sample(different, min(_DIFFERENT, len(different))), *apart],
    }
