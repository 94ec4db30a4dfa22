"""Photo hashes on the town's photos: one picture at two agencies, and the pictures of other dwellings."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import PurePath

from models.photo_hash import ALIKE, distance, perceptual_hash
from tests.quality.conftest import assert_at_least
from town.model import Advert
from town.photos import Photographer
from town.world import World, build_world

#: Dwellings that several agencies show: some 550 photos, 10 s of drawing.
DWELLINGS = 40


@dataclass(frozen=True)
class Shown:
    """A photo as one agency shows it. scene: what it is of; kind: of what dwellings dedup compares."""

    scene: tuple[object, ...]
    kind: tuple[object, ...]
    dwelling: int
    agency: str
    hash: int | None


def _shown(world: World, photographer: Photographer, advert: Advert) -> Iterator[Shown]:
    lot, home = world.lot(advert.dwelling.id), advert.dwelling
    for photo in advert.photos:
        number, index, key = PurePath(photo).stem.split("-")
        image = photographer.jpeg(int(number), int(index), key)
        assert image is not None
        # The lots of a programme share its facade.
        scene = (lot.facade if index == "0" else lot.scene, index, home.property_type)
        kind = (home.place.postal_code, home.transaction, home.property_type)
        yield Shown(scene, kind, home.id, advert.agency, perceptual_hash(image))


def _photos() -> list[Shown]:
    world = build_world(0)
    adverts: dict[int, list[Advert]] = defaultdict(list)
    for advert in world.adverts(0):
        adverts[advert.dwelling.id].append(advert)
    shared = [number for number in sorted(adverts) if len(adverts[number]) > 1][:DWELLINGS]
    photographer = Photographer(world)
    return [
        shown
        for number in shared
        for advert in adverts[number]
        for shown in _shown(world, photographer, advert)
    ]


def measure(photos: list[Shown]) -> dict[str, float]:
    """recall: of pairs of one picture at two agencies; told_apart: of pairs of two; precision: of what is
    alike among dwellings that dedup would compare; told_something: of photos.
    """
    told = [(photo, photo.hash) for photo in photos if photo.hash is not None]
    counts: Counter[tuple[str, bool]] = Counter()
    for (a, x), (b, y) in combinations(told, 2):
        if a.scene == b.scene and a.agency == b.agency:
            continue
        alike = distance(x, y) <= ALIKE
        counts["one" if a.scene == b.scene else "two", alike] += 1
        if a.kind == b.kind:
            counts["right" if a.scene == b.scene else "wrong", alike] += 1
    return {
        "recall": counts["one", True] / (counts["one", True] + counts["one", False]),
        "told_apart": counts["two", False] / (counts["two", True] + counts["two", False]),
        "precision": counts["right", True] / (counts["right", True] + counts["wrong", True]),
        "told_something": len(told) / len(photos),
    }


def test_photos_are_recognised_at_other_agencies_and_told_apart() -> None:
    measured = measure(_photos())
    print(measured)
    assert_at_least("town_photos", measured)
