"""The town's photos: real JPEGs, small, the same picture at every agency but never the same bytes."""

import re
from collections import defaultdict
from io import BytesIO
from itertools import combinations, pairwise

import pytest
from PIL import Image

from models.listing import PropertyType
from town.model import Advert
from town.photos import Photographer
from town.world import World, build_world


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=0, agencies=10)


@pytest.fixture(scope="module")
def photographer(world: World) -> Photographer:
    return Photographer(world)


def take(photographer: Photographer, path: str) -> bytes:
    found = re.fullmatch(r"/photos/(\d+)-(\d+)-(\w+)\.jpg", path)
    assert found
    jpeg = photographer.jpeg(int(found[1]), int(found[2]), found[3])
    assert jpeg is not None
    return jpeg


def difference_hash(jpeg: bytes) -> int:
    """64 bits: whether each of 9 x 8 grey points is brighter than its neighbour."""
    grey = Image.open(BytesIO(jpeg)).convert("L").resize((9, 8))
    points = list(grey.tobytes())
    rows = [points[at : at + 9] for at in range(0, 72, 9)]
    bits = [left > right for row in rows for left, right in pairwise(row)]
    return sum(1 << at for at, bit in enumerate(bits) if bit)


def apart(one: bytes, other: bytes) -> int:
    return (difference_hash(one) ^ difference_hash(other)).bit_count()


def shared(world: World) -> list[list[Advert]]:
    groups = defaultdict(list)
    for advert in world.adverts(0):
        groups[advert.dwelling.id].append(advert)
    return [group for group in groups.values() if len(group) > 1]


def test_every_kind_of_property_has_valid_jpegs_of_thirty_kilobytes_at_most(
    world: World, photographer: Photographer
) -> None:
    by_kind = {advert.dwelling.property_type: advert for advert in world.adverts(0)}
    assert set(by_kind) >= {PropertyType.APARTMENT, PropertyType.HOUSE, PropertyType.PARKING}
    for advert in by_kind.values():
        for path in advert.photos[:2]:
            jpeg = take(photographer, path)
            picture = Image.open(BytesIO(jpeg))
            picture.load()
            assert picture.format == "JPEG"
            assert 590 <= picture.width <= 690
            assert 390 <= picture.height <= 470
            assert len(jpeg) <= 30_000
            assert len(picture.convert("RGB").getcolors(10**7) or []) > 500


def test_agencies_encode_the_same_picture_differently_yet_it_stays_alike(
    world: World, photographer: Photographer
) -> None:
    same, other = [], []
    facades = []
    for group in shared(world)[:12]:
        one, two = (take(photographer, advert.photos[0]) for advert in group[:2])
        assert one != two
        same.append(apart(one, two))
        facades.append(one)
    other = [apart(one, two) for one, two in combinations(facades, 2)]
    assert sorted(same)[len(same) // 2] <= 10
    assert sorted(other)[len(other) // 2] >= 18


def test_a_photo_is_the_same_to_the_byte_each_time(world: World) -> None:
    path = world.adverts(0)[0].photos[0]
    assert take(Photographer(world), path) == take(Photographer(world), path)


def test_a_flat_for_sale_and_for_rent_shows_the_same_rooms(world: World, photographer: Photographer) -> None:
    scenes = defaultdict(set)
    for advert in world.adverts(0):
        scenes[world.lot(advert.dwelling.id).scene].add(advert.dwelling.id)
    twice = next(ids for ids in scenes.values() if len(ids) == 2)
    one, two = (photographer.jpeg(number, 1, "aaaaa") for number in twice)
    assert one is not None
    assert two is not None
    assert apart(one, two) <= 24


@pytest.mark.parametrize(("dwelling", "index"), [(999_999_999, 0), (1, 99)])
def test_there_is_no_photo_of_what_is_not_there(
    photographer: Photographer, dwelling: int, index: int
) -> None:
    assert photographer.jpeg(dwelling, index, "aaaaa") is None
