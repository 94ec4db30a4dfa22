"""What a learnt wrapper is worth: errors on the town's sites with and without, as printed and barer."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from extract import charset
from extract.page import read_page
from extract.samples import Sample
from extract.wrapping import learn
from models.listing import Listing
from models.places import Places
from tests.quality.barer_town import barer
from tests.quality.conftest import BASELINE
from town.registry import family_named
from town.truth import advert_truth
from town.world import build_world

pytestmark = pytest.mark.timeout(400)

#: Details learnt from, and details read, of each site that has at least ten.
LEARNT, READ, LEAST = 8, 20, 10
FIELDS = (
    "title", "price", "surface", "land_surface", "rooms", "bedrooms", "bathrooms", "floor", "address",
    "postal_code", "insee_code", "property_type", "transaction", "description", "photos", "dpe", "ges",
    "charges", "fees", "deposit", "furnished", "construction_year", "reference", "availability",
)  # fmt: skip
#: A bare page tells another title and text than the truth.
_TEXTS = frozenset({"title", "description"})
#: Its facts stand in its texts alone: there is nothing left of a bare page.
_PROSE = "proseonly"
Change = Callable[[bytes, str, str, int], bytes]


@dataclass
class Errors:
    """Wrong or missed values per field; new: those that only the wrapper made."""

    pages: int = 0
    sites: int = 0
    without: Counter[str] = field(default_factory=Counter)
    with_: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)

    @property
    def left(self) -> float:
        """Share of the errors that a wrapper leaves."""
        return self.with_.total() / max(1, self.without.total())

    def __str__(self) -> str:
        rows = [f"{name:18}{self.without[name]:6}{self.with_[name]:6}{self.new[name]:6}" for name in FIELDS]
        total = f"{'all':18}{self.without.total():6}{self.with_.total():6}{self.new.total():6}"
        return "\n".join([f"{self.sites} sites, {self.pages} pages: without, with, new", *rows, total])


def _as_printed(body: bytes, _content_type: str, _slug: str, _number: int) -> bytes:
    return body


@cache
def measured(change: Change, fields: frozenset[str], left_out: str = "") -> Errors:
    """Every site's pages read without a wrapper, then with the one learnt from its first."""
    errors, places, world = Errors(), Places.sample(), build_world(0)
    for agency in world.agencies:
        site = world.site(agency.slug, 0, f"http://{agency.slug}.localhost")
        family = family_named(agency.family)
        if len(site.adverts) < LEAST or agency.family == left_out:
            continue
        errors.sites += 1
        samples, pages = [], []
        for number, advert in enumerate(site.adverts[:READ]):
            answer = family.respond(site, path := family.detail_path(site, advert))
            body = change(answer.body, answer.content_type, agency.slug, number)
            url, kind = site.base_url + path, answer.content_type
            reading = read_page(body, url, content_type=kind)
            pages.append((body, url, kind, advert_truth(family, site, advert), reading.listing))
            if reading.listing is not None and len(samples) < LEARNT:
                samples.append(Sample.of(charset.decode(body, kind)[0], url, reading))
        wrapper = learn(samples, places)
        for body, url, kind, truth, alone in pages:
            errors.pages += 1
            helped = read_page(body, url, content_type=kind, wrapper=wrapper).listing
            before, after = _wrong(alone, truth, fields), _wrong(helped, truth, fields)
            errors.without.update(before)
            errors.with_.update(after)
            errors.new.update(after - before)
    return errors


def _wrong(listing: Listing | None, truth: dict[str, Any], fields: frozenset[str]) -> set[str]:
    return {name for name in fields if not _is_right(name, getattr(listing or Listing(), name), truth)}


def _is_right(name: str, got: Any, truth: dict[str, Any]) -> bool:
    want = truth[name]
    if name == "photos":
        got, want = list(got), list(want)
    if name == "description" and got and want:
        return bool(got[:60] == want[:60])
    if isinstance(got, float) and isinstance(want, float | int):
        return abs(got - want) < 0.01
    return bool(got == want) or (got in (None, []) and name in truth["hidden"])


def test_a_wrapper_leaves_at_most_half_of_the_errors_on_the_barer_town() -> None:
    errors = measured(barer, frozenset(FIELDS) - _TEXTS, _PROSE)
    print(f"\nbarer town: {errors}")
    assert errors.without.total() >= 300, "a set without errors shows nothing"
    assert errors.left <= BASELINE["wrapper_barer_town"]["errors_left"]


def test_a_wrapper_leaves_at_most_half_of_the_errors_on_the_town_as_printed_and_makes_next_to_none() -> None:
    errors = measured(_as_printed, frozenset(FIELDS))
    print(f"\ntown as printed: {errors}")
    assert errors.without.total() >= 80, "a set without errors shows nothing"
    assert errors.left <= BASELINE["wrapper_town"]["errors_left"]
    assert errors.new.total() <= 0.0003 * errors.pages * len(FIELDS)
