"""A Signature: all that is compared of an advert, as one row of numbers and its own words.

Signatures are data: they are stored, and two of different making must not meet. `MAKING` changes with
whatever they depend on. A NaN is unknown; a hash of 0 is none.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from dedup.advert import Advert
from dedup.areas import Areas
from dedup.telling import net_price, storey, streets, year
from dedup.wording import fold, own_words, sentences

MAKING: Final = 1
PERMUTATIONS: Final = 64
SEED: Final = 1
SHINGLE: Final = 3
#: Words and figures past these tell no more of the dwelling.
MOST_WORDS: Final = 400
FIGURES: Final = 12
STREETS: Final = 6
PHOTOS: Final = 8

_NUMBERS: Final = (
    "price", "net", "surface", "land_surface", "rooms", "bedrooms", "floor", "told_floor",
    "construction_year", "told_year", "dpe_value", "ges_value", "charges", "furnished", "latitude",
    "longitude",
)  # fmt: skip
#: One row. Hashes: `place` (a postal area), `commune`, `agency`, `reference`. Codes, 0 for unknown: `offer`,
#: `kind`, `family`, `dpe`, `ges`.
ROW: Final = np.dtype(
    [
        ("place", "<u8"), ("commune", "<u8"), ("agency", "<u8"), ("reference", "<u8"),
        ("offer", "u1"), ("kind", "u1"), ("family", "u1"), ("dpe", "u1"), ("ges", "u1"), ("spoken", "u1"),
        *((name, "<f8") for name in _NUMBERS),
        ("figures", "<u4", (FIGURES,)), ("fields", "<u4", (3,)), ("streets", "<u4", (STREETS,)),
        ("photos", "<u8", (PHOTOS,)),
        ("portraits", "<u8", (PHOTOS,)),
        ("minhash", "<u4", (PERMUTATIONS,)),
    ]
)  # fmt: skip
OFFERS: Final = ("", "sale", "rent", "seasonal", "life_annuity", "auction")
KINDS: Final = ("", "apartment", "studio", "house", "land", "parking", "commercial", "building")
#: What one agency calls a flat is another one's studio.
_FAMILY: Final = {"studio": "apartment"}
#: Other files' words for our types.
_ALIASES: Final = {
    "flat": "apartment", "premises": "commercial", "office": "commercial", "shop": "commercial",
    "garage": "parking", "plot": "land",
}  # fmt: skip
LETTERS: Final = "-ABCDEFG"


@dataclass(frozen=True, slots=True)
class Signatures:
    """Of several adverts, position by position: ids, rows, own words, addresses (folded, or empty)."""

    ids: list[str]
    rows: NDArray[Any]
    words: list[str]
    addresses: list[str]

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, positions: Iterable[int]) -> "Signatures":
        """Those at some positions, in that order."""
        chosen = list(positions)
        return Signatures(
            [self.ids[i] for i in chosen],
            self.rows[chosen],
            [self.words[i] for i in chosen],
            [self.addresses[i] for i in chosen],
        )


def sign(
    adverts: Sequence[Advert],
    left_out: Mapping[str, frozenset[str]],
    said: Sequence[Sequence[str]] | None = None,
    areas: Areas | None = None,
) -> Signatures:
    """Sign adverts; left_out: each agency's boilerplate; said: their sentences, if they are known already."""
    areas = areas or Areas.shipped()
    said = said or [sentences(advert.text) for advert in adverts]
    rows = np.zeros(len(adverts), ROW)
    words, addresses, hashes = [], [], []
    numbers = np.full((len(adverts), len(_NUMBERS)), np.nan)
    for at, (advert, parts) in enumerate(zip(adverts, said, strict=True)):
        own = own_words(parts, left_out.get(advert.agency or "", frozenset()))[:MOST_WORDS]
        words.append(" ".join(own))
        addresses.append(fold(advert.address or ""))
        hashes.append([_word_hash(word) for word in own])
        numbers[at] = _numbers(advert, parts, words[-1])
        rows[at]["place"], rows[at]["commune"] = map(_name_hash, areas.of(advert))
        _write_codes(rows[at], advert, own, numbers[at])
    for at, name in enumerate(_NUMBERS):
        rows[name] = numbers[:, at]
    rows["minhash"], rows["spoken"] = _minhashes(hashes)
    return Signatures([advert.id for advert in adverts], rows, words, addresses)


def stable_hash(text: str) -> int:
    """Of a text, 63 bits, never 0, the same in every process and year."""
    return (int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") >> 1) or 1


@lru_cache(200_000)
def _word_hash(word: str) -> int:
    return crc32(word.encode())


@lru_cache(50_000)
def _name_hash(text: str | None) -> int:
    return stable_hash(text) if text else 0


def _numbers(advert: Advert, said: Sequence[str], words: str) -> list[float]:
    nan = math.nan
    return [
        nan if value is None else float(value)
        for value in (
            advert.price, net_price(advert, said), advert.surface, advert.land_surface, advert.rooms,
            advert.bedrooms, advert.floor, storey(words), advert.construction_year, year(words),
            advert.dpe_value, advert.ges_value, advert.charges, advert.furnished, advert.latitude,
            advert.longitude,
        )
    ]  # fmt: skip


def _write_codes(row: Any, advert: Advert, own: Sequence[str], numbers: Sequence[float]) -> None:
    kind = _ALIASES.get(advert.property_type or "", advert.property_type or "")
    row["agency"] = _name_hash(advert.agency)
    row["reference"] = _name_hash(_reference(advert.reference))
    row["offer"] = _code(OFFERS, advert.transaction)
    row["kind"] = _code(KINDS, kind)
    row["family"] = _code(KINDS, _FAMILY.get(kind, kind))
    row["dpe"] = LETTERS.index(advert.dpe or "-")
    row["ges"] = LETTERS.index(advert.ges or "-")
    fields = [_shown(value) for value in (advert.price, numbers[1], advert.surface)]
    _fill(row["figures"], _figures(advert, own, fields))
    _fill(row["fields"], [_word_hash(value) if value else 0 for value in fields])
    _fill(row["streets"], [_word_hash(word) for word in streets([*own, "/", *_address_words(advert)])])
    _fill(row["photos"], [_name_hash(photo) for photo in advert.photos])
    _fill(row["portraits"], advert.portraits)


def _reference(reference: str | None) -> str | None:
    folded = re.sub(r"[^a-z0-9]", "", fold(reference or ""))
    return folded if len(folded) >= 2 else None


def _code(names: Sequence[str], name: str | None) -> int:
    return names.index(name) if name in names else 0


def _fill(cells: Any, values: Iterable[int]) -> None:
    for at, value in enumerate(list(values)[: len(cells)]):
        cells[at] = value


def _address_words(advert: Advert) -> list[str]:
    return fold(advert.address).replace(",", " ").split() if advert.address else []


def _shown(value: float | None) -> str:
    """A number as texts tell it: `245000`, `65.4`; short whole numbers are told of too much, so are none."""
    text = f"{value:g}" if value is not None and value < 1e5 else f"{value or 0:.0f}"
    return text if len(text) >= 3 and text != "nan" else ""


def _figures(advert: Advert, own: Sequence[str], fields: Sequence[str]) -> list[int]:
    """Numbers of three digits or more that the text tells beside its fields: charges, taxes, plots."""
    known = {advert.postal_code, *fields}
    told = dict.fromkeys(word for word in own if len(word) >= 3 and word[0].isdigit() and word not in known)
    return [_word_hash(word) or 1 for word in told if word.replace(".", "").isdigit()]


def _minhashes(hashes: Sequence[Sequence[int]]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """MinHash of each list of words' shingles, by datasketch's permutations; and whether it has any."""
    out = np.zeros((len(hashes), PERMUTATIONS), np.uint32)
    counts = np.array([max(0, len(own) - SHINGLE + 1) for own in hashes])
    spoken = counts > 0
    if not spoken.any():
        return out, spoken.astype(np.uint8)
    runs = _shingles([own for own in hashes if len(own) >= SHINGLE])
    starts = np.concatenate(([0], np.cumsum(counts[spoken])[:-1]))
    for at, (a, b) in enumerate(zip(*_permutations(), strict=True)):
        out[spoken, at] = np.minimum.reduceat(runs * a + b, starts)
    return out, spoken.astype(np.uint8)


def _shingles(hashes: Sequence[Sequence[int]]) -> NDArray[np.uint32]:
    """Every run of three words, text after text, as one mixed hash."""
    flat = np.fromiter((h for own in hashes for h in own), np.uint64)
    ends = np.cumsum([len(own) for own in hashes])
    mixed = flat[:-2] * np.uint64(0x9E3779B1) + flat[1:-1] * np.uint64(0x85EBCA77) + flat[2:]
    within = np.ones(len(mixed), bool)
    for back in (1, 2):
        within[ends[:-1] - back] = False
    return _mixed((mixed ^ (mixed >> np.uint64(32))).astype(np.uint32)[within])


def _mixed(value: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """MurmurHash3's finalizer (A. Appleby): spreads what is structured."""
    value = (value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    value = (value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return value ^ (value >> np.uint32(16))


@cache
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    from datasketch import MinHash

    a, b = MinHash(num_perm=PERMUTATIONS, seed=SEED, scheme="affine32").permutations
    return a.ravel(), b.ravel()
