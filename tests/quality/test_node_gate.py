"""The whole reader on families of pages that its node classifier has not seen, against the town's truth."""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import pytest

from cluster.lessons import town_pages
from extract import charset
from extract.document import Document
from extract.fitting import Table, leave_out
from extract.node_model import NodeModel
from extract.node_scores import measure
from extract.page import read_document
from extract.scores import Score
from extract.training import Example, examples
from models.listing import Listing
from models.places import Places
from tests.quality.conftest import assert_at_least
from town.registry import families, family_named
from town.truth import advert_truth
from town.world import build_world

pytestmark = pytest.mark.timeout(300)
#: The issue's fields; the commune is compared by the directory's name for it.
FIELDS = (
    "title", "price", "transaction", "surface", "rooms", "bedrooms", "property_type", "postal_code", "city",
)  # fmt: skip
#: Families are dealt into so many parts, each left out of the training that judges it.
FOLDS = 4
#: Another town than the one that the classifier learns from.
SEED, ADVERTS = 3, 4


@cache
def places() -> Places:
    return Places.sample()


@cache
def lessons() -> tuple[Example, ...]:
    return tuple(examples(town_pages(places()), places()))


@cache
def models() -> tuple[tuple[Collection[str], NodeModel], ...]:
    return tuple(leave_out(Table(lessons()), FOLDS))


def pages(names: Collection[str]) -> Iterator[tuple[Document, dict[str, Any]]]:
    """Adverts of every agency of these families, with their truth."""
    world = build_world(SEED, 2 * len(families()))
    for agency in (one for one in world.agencies if one.family in names):
        family = family_named(agency.family)
        site = world.site(agency.slug, 0, f"http://{agency.slug}.localhost")
        for advert in site.adverts[:ADVERTS]:
            path = family.detail_path(site, advert)
            response = family.respond(site, path)
            text, _ = charset.decode(response.body, response.content_type)
            yield Document(text, site.base_url + path), advert_truth(family, site, advert)


def score(got: Any, row: dict[str, Any], name: str) -> Score:
    wanted = row[name]
    if name == "city":
        place = places().resolve(row["city"], row["postal_code"])
        wanted = place.city if place else wanted
    if got == wanted:
        return Score(right=int(wanted is not None))
    hidden = got is None and name in row["hidden"]
    return Score(wrong=int(got is not None), missed=int(wanted is not None and not hidden))


def test_fields_of_families_left_out_reach_their_floor() -> None:
    scores = {name: Score() for name in FIELDS}
    for names, model in models():
        for document, row in pages(names):
            listing = read_document(document, places(), model=model).listing or Listing()
            for name in FIELDS:
                scores[name] += score(getattr(listing, name), row, name)
    figures = {name: one.f1 for name, one in scores.items()}
    figures["mean"] = sum(figures.values()) / len(FIELDS)
    print("\n" + "\n".join(f"{name:14} {figure:.4f}" for name, figure in figures.items()))
    assert_at_least("node_classifier_families_left_out", figures)


def test_the_classifiers_own_choices_on_families_left_out_reach_their_floor() -> None:
    told = {name: one.to_dict() for name, one in measure(lessons(), models()).items()}
    print("\n" + "\n".join(f"{name:14} {row}" for name, row in told.items()))
    first = {name: row["first_right"] for name, row in told.items()}
    assert_at_least("node_classifier_first_choice", first)
