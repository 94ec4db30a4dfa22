"""Which pairs are worth comparing: texts that share buckets, or structures that share a block. All bounded.

MinHash and LSH by datasketch; 64 permutations in 32 bands of 2 let a pair with Jaccard 0.2 through
with probability 0.73 and one with 0.4 with 0.996. The scheme and seed are pinned: signatures are data.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations

from dedup.advert import Advert
from dedup.wording import own_words, shingles

PERMUTATIONS = 64
BAND = 2
SEED = 1
#: A fuller bucket is boilerplate or one agency's programme: it names nobody.
MAX_BUCKET = 50
#: Surfaces are rounded and truncated: 65.4 stands in the bands of 65 and 66.
SURFACE_STEP = 0.03


def candidates(adverts: Sequence[Advert]) -> list[tuple[int, int]]:
    """Pairs of positions, smaller first, sorted, each once."""
    words = own_words(adverts)
    pairs: set[tuple[int, int]] = set()
    for keys in (_text_keys(words), [_block_keys(advert) for advert in adverts], _photo_keys(adverts)):
        pairs.update(_pairs_sharing(keys))
    return sorted(pair for pair in pairs if _may_meet(adverts[pair[0]], adverts[pair[1]]))


def _may_meet(a: Advert, b: Advert) -> bool:
    """Sale and rent never meet, nor two communes known to differ."""
    return not (a.transaction and b.transaction and a.transaction != b.transaction) and not (
        a.postal_code and b.postal_code and a.postal_code[:2] != b.postal_code[:2]
    )


def _pairs_sharing(keys: Iterable[Iterable[Hashable]]) -> Iterator[tuple[int, int]]:
    buckets: dict[Hashable, list[int]] = defaultdict(list)
    for position, own in enumerate(keys):
        for key in own:
            buckets[key].append(position)
    for members in buckets.values():
        if 1 < len(members) <= MAX_BUCKET:
            yield from combinations(members, 2)


def _text_keys(words: Sequence[Sequence[str]]) -> list[list[Hashable]]:
    from datasketch import MinHash

    empty = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32")
    keys: list[list[Hashable]] = []
    for own in words:
        signature = empty.copy()
        signature.update_batch([shingle.encode() for shingle in shingles(own)])
        values = signature.hashvalues.tolist()
        bands = range(0, PERMUTATIONS, BAND) if own else range(0)
        keys.append([(start, *values[start : start + BAND]) for start in bands])
    return keys


def _block_keys(advert: Advert) -> list[Hashable]:
    """Same place, type and offer, and either the same surface or the same rooms and price, within a band."""
    place = advert.postal_code or advert.city
    if not place:
        return []
    common = (place.lower(), advert.property_type, advert.transaction)
    keys: list[Hashable] = []
    if advert.surface:
        keys += [("surface", *common, band) for band in _bands(advert.surface, SURFACE_STEP)]
    if advert.price and advert.rooms:
        keys += [("price", *common, advert.rooms, band) for band in _bands(advert.price, 0.06)]
    if advert.surface and advert.floor is not None and advert.rooms:
        keys.append(("floor", *common, advert.floor, advert.rooms, round(advert.surface / 4)))
    if advert.land_surface and not advert.surface:
        keys += [("land", *common, band) for band in _bands(advert.land_surface, SURFACE_STEP)]
    return keys


def _bands(value: float, step: float) -> tuple[int, int]:
    """Two overlapping geometric bands: values within `step` of each other share one of them."""
    from math import floor, log

    position = log(value) / log(1 + step)
    return floor(position), floor(position + 1)


def _photo_keys(adverts: Sequence[Advert]) -> list[list[Hashable]]:
    return [[("photo", photo) for photo in advert.photos] for advert in adverts]
