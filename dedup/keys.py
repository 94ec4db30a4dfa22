"""Keys: the buckets in which adverts of one dwelling are likely to meet. 64-bit numbers, stable: data.

Three families: texts that share a band of their MinHash, structures that agree within a band, photos.
Every key names the postal area, so adverts of two areas never meet, and a country falls into parts.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedup.signature import PERMUTATIONS, PHOTOS, Signatures

Keys = NDArray[np.uint64]

#: 16 bands of 2: texts with Jaccard 0.2 meet with probability 0.48, with 0.3 0.78, with 0.5 0.99.
BAND: Final = 2
BANDS: Final = 16
#: Bands overlap by half: two values within this share of each other share at least one of the two.
SURFACE_STEP: Final = 0.03
PRICE_STEP: Final = 0.06
#: Of photos by address alone: agencies share none, and who publishes an advert again keeps the first.
SAME_PHOTOS: Final = 2
NONE: Final = np.uint64(0)


def keys_of(signatures: Signatures) -> Keys:
    """Shape (adverts, slots): each column is one kind of bucket; 0 is none."""
    rows = signatures.rows
    columns = [*_text_keys(rows), *_structure_keys(rows), *_photo_keys(rows)]
    return np.column_stack(columns) if len(rows) else np.zeros((0, len(columns)), np.uint64)


def _text_keys(rows: NDArray[Any]) -> list[Keys]:
    spoken = rows["spoken"] > 0
    return [
        _key(100 + start, spoken, rows["place"], *(rows["minhash"][:, start + k] for k in range(BAND)))
        for start in range(0, min(PERMUTATIONS, BAND * BANDS), BAND)
    ]


def _structure_keys(rows: NDArray[Any]) -> list[Keys]:
    place, family = rows["place"], rows["family"]
    placed = place > 0
    price, net, surface, land = rows["price"], rows["net"], rows["surface"], rows["land_surface"]
    rooms, floor, dpe, ges = rows["rooms"], rows["floor"], rows["dpe_value"], rows["ges_value"]
    measured, priced, plot = placed & ~np.isnan(surface), placed & ~np.isnan(price), placed & ~np.isnan(land)
    roomy, bare = ~np.isnan(rooms), np.isnan(surface) & np.isnan(rooms)
    energy = placed & ~np.isnan(dpe) & ~np.isnan(ges)
    keys = []
    for half in (0.0, 0.5):
        wide, cost = _band(surface, SURFACE_STEP, half), _band(price, PRICE_STEP, half)
        keys += [
            _key(1, measured, place, family, wide),
            _key(2, priced & roomy, place, family, rooms, cost),
            _key(3, priced & bare, place, family, cost),
            _key(4, measured & priced, place, wide, _band(price, 2 * PRICE_STEP, half)),
            _key(5, plot, place, _band(land, SURFACE_STEP, half)),
        ]
    return [
        *keys,
        _key(6, priced, place, price),
        _key(6, placed & ~np.isnan(net), place, net),
        _key(7, energy, place, family, dpe, ges),
        _key(8, measured & ~np.isnan(floor), place, family, floor, np.floor(surface)),
        _key(9, placed & (rows["reference"] > 0), place, rows["reference"]),
    ]  # fmt: skip


def _photo_keys(rows: NDArray[Any]) -> list[Keys]:
    keys = []
    for kind, name, most in ((10, "photos", SAME_PHOTOS), (11, "portraits", PHOTOS)):
        for at in range(most):
            own = rows[name][:, at]
            keys.append(_key(kind, own > 0, rows["place"], own))
    return keys


def _band(values: NDArray[Any], step: float, half: float) -> NDArray[Any]:
    """Geometric bands of twice the step; `half` moves them by half a band."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.floor(np.log(values) / np.log1p(2 * step) + half))


def _key(kind: int, present: NDArray[Any], *parts: NDArray[Any]) -> Keys:
    """One hash of the parts (splitmix64, Steele and others 2014) of 63 bits, 0 where not present."""
    mixed = np.full(len(present), kind, np.uint64)
    for part in parts:
        bits = part.astype(np.float64).view(np.uint64) if part.dtype.kind == "f" else part.astype(np.uint64)
        mixed = _splitmix(mixed ^ bits)
    return np.where(present, (mixed >> np.uint64(1)) | np.uint64(1), NONE)


def _splitmix(value: Keys) -> Keys:
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
