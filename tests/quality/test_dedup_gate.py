"""Properties recognised: real adverts with pairs labelled by reading, and the town, whose truth is known.

The labelled pairs are judged by models that were fitted without their clusters; the town at seeds that no
model has seen. Floors of hard negatives are of the share that is not merged.
"""

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from cluster.twins import Row, read_pairs, town_lesson, town_rows
from dedup.advert import Advert
from dedup.candidates import candidates
from dedup.keys import keys_of
from dedup.quality import b_cubed, of_labelled, pairwise
from dedup.recognise import recognise, shown_price, sign_all
from dedup.training import fit, left_out
from tests.quality.conftest import assert_at_least
from town.world import build_world

#: The demo's town and three others; the model learns from other ones.
SEEDS = (0, 1, 2, 3)


@pytest.fixture(scope="module")
def towns() -> dict[int, tuple[list[Row], dict[str, str]]]:
    """Of each seed, the adverts as shown, and the property of each by id."""
    told = {}
    for seed in SEEDS:
        rows = town_rows(seed)
        told[seed] = rows, recognise([Advert.of(row) for row in rows]).named()
    return told


def test_real_adverts_are_recognised_by_models_that_have_not_seen_their_clusters(labelled: Path) -> None:
    pairs, town = read_pairs(labelled / "data" / "ads"), town_lesson()
    merged = np.zeros(len(pairs.pairs), bool)
    lessons = pairs.labelled()
    for model, held in left_out(town, lessons):
        named = recognise(pairs.adverts, model).named()
        for at in held:
            a, b = pairs.pairs[at]
            merged[at] = named[a] == named[b]
    assert_at_least("real_ads", of_labelled(merged.tolist(), pairs.same, pairs.weight).to_dict())
    plain = of_labelled(merged.tolist(), pairs.same, [1.0] * len(pairs.same))
    assert_at_least("real_ads_unweighted", plain.to_dict())


def test_the_shipped_model_is_what_the_data_teach(labelled: Path) -> None:
    from dedup.model import SHIPPED, PairModel

    lessons = read_pairs(labelled / "data" / "ads").labelled()
    taught, shipped = fit(town_lesson(), lessons), PairModel.from_json(SHIPPED.read_text("utf-8"))
    # Last digits differ between machines' linear algebra.
    differ = np.abs(np.append(taught.weights - shipped.weights, taught.intercept - shipped.intercept))
    assert differ.max() < 0.02, "run `pignon train --duplicates ../shared/data/ads`"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_towns_dwellings_are_recognised_above_the_floor(
    towns: dict[int, tuple[list[Row], dict[str, str]]], seed: int
) -> None:
    rows, named = towns[seed]
    true = {row["id"]: row["dwelling"] for row in rows}
    pairs, cubed = pairwise(named, true), b_cubed(named, true)
    assert_at_least("town_properties", {**pairs.to_dict(), "b_cubed_f1": cubed.f1})


def test_hard_negatives_are_not_merged(towns: dict[int, tuple[list[Row], dict[str, str]]]) -> None:
    apart: dict[str, list[bool]] = {"sibling_lots": [], "sale_and_rent": [], "parking": [], "one_agency": []}
    for seed, (rows, named) in towns.items():
        for kind, a, b in _hard_negatives(seed, rows):
            apart[kind].append(named[a] != named[b])
    assert all(len(told) > 40 for told in apart.values())
    assert_at_least("hard_negatives", {kind: sum(told) / len(told) for kind, told in apart.items()})


def _hard_negatives(seed: int, rows: list[Row]) -> Iterable[tuple[str, str, str]]:
    """Pairs of adverts that look like one dwelling and are not, with the kind."""
    world = build_world(seed)
    lots = {row["id"]: world.lot(int(row["dwelling"].split()[1])) for row in rows}
    for a, b in combinations(rows, 2):
        one, other = lots[a["id"]], lots[b["id"]]
        if a["dwelling"] == b["dwelling"]:
            continue
        if one.text_key == other.text_key:
            yield "sibling_lots", a["id"], b["id"]
        elif one.scene == other.scene:
            yield "sale_and_rent", a["id"], b["id"]
        elif one.dwelling.address == other.dwelling.address and one.dwelling.address:
            yield "parking", a["id"], b["id"]
        elif a["agency"] == b["agency"] and a["postal_code"] == b["postal_code"]:
            yield "one_agency", a["id"], b["id"]


def test_adverts_of_one_dwelling_are_candidates(labelled: Path) -> None:
    shares = []
    for seed in SEEDS:
        rows = sorted(town_rows(seed), key=lambda row: str(row["id"]))
        met = _met([Advert.of(row) for row in rows])
        true = [(a["id"], b["id"]) for a, b in combinations(rows, 2) if a["dwelling"] == b["dwelling"]]
        shares.append(sum(pair in met for pair in true) / len(true))
    pairs = read_pairs(labelled / "data" / "ads")
    met = _met(pairs.adverts)
    found = [(a, b) in met or (b, a) in met for a, b in pairs.pairs]
    real = of_labelled(found, pairs.same, pairs.weight).recall
    assert_at_least("candidates", {"town": min(shares), "real_ads": real})


def _met(adverts: list[Advert]) -> set[tuple[str, str]]:
    signatures = sign_all(sorted(adverts, key=lambda advert: advert.id))
    left, right = candidates(keys_of(signatures), shown_price(signatures))
    return {(signatures.ids[a], signatures.ids[b]) for a, b in zip(left, right, strict=True)}
