"""Do two adverts speak of one dwelling? A probability, its reasons, and vetoes that no likeness overrides.

Evidence adds up as log-odds, field by field (Fellegi and Sunter, "A theory for record linkage", 1969).
The weights were set by reading labelled pairs of real ads; a fitted, calibrated model is to replace them.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from dedup.advert import Advert

#: Log-odds that a candidate pair is one dwelling, before anything is compared.
PRIOR = -3.0
SAME = 0.5


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of two adverts by id. `vetoed` pairs never share a property, not even through a third."""

    a: str
    b: str
    probability: float
    reasons: tuple[str, ...]
    vetoed: bool = False


def compare(a: Advert, b: Advert, words_a: str, words_b: str) -> Comparison:
    """Compare two adverts; `words_*` are their own words (without boilerplate), joined by spaces."""
    veto = next(_vetoes(a, b), None)
    if veto:
        return Comparison(a.id, b.id, 0.0, (veto,), vetoed=True)
    total, reasons = PRIOR, []
    for weight, reason in _evidence(a, b, words_a, words_b):
        total += weight
        reasons.append(f"{reason} ({weight:+.1f})")
    return Comparison(a.id, b.id, round(1 / (1 + math.exp(-total)), 4), tuple(reasons))


# Vetoes -----------------------------------------------------------------------------------------


def _vetoes(a: Advert, b: Advert) -> Iterator[str]:
    if _differ(a.transaction, b.transaction):
        yield f"different offers: {a.transaction} and {b.transaction}"
    if _differ(a.postal_code, b.postal_code):
        yield f"different places: {a.postal_code} and {b.postal_code}"
    if _differ(_family(a), _family(b)):
        yield f"different types: {a.property_type} and {b.property_type}"
    if _differ(a.floor, b.floor):
        yield f"different floors: {a.floor} and {b.floor}"
    if _gap(a.surface, b.surface) > 0.06 and abs((a.surface or 0) - (b.surface or 0)) > 1:
        yield f"different surfaces: {a.surface:g} and {b.surface:g} m²"
    if a.price and b.price and price_gap(a, b) > 0.30:
        yield f"different prices: {a.price:,.0f} and {b.price:,.0f} €"
    if a.rooms and b.rooms and abs(a.rooms - b.rooms) > 1:
        yield f"different rooms: {a.rooms} and {b.rooms}"
    if a.agency and a.agency == b.agency and _differ(a.reference, b.reference):
        yield f"different references of one agency: {a.reference} and {b.reference}"
    if _gap(a.land_surface, b.land_surface) > 0.10:
        yield f"different plots: {a.land_surface:g} and {b.land_surface:g} m²"


def _differ(a: object, b: object) -> bool:
    return a is not None and b is not None and a != b


def _gap(a: float | None, b: float | None) -> float:
    """Relative gap, 0 when one is unknown."""
    return abs(a - b) / max(a, b) if a and b else 0.0


def price_gap(a: Advert, b: Advert) -> float:
    """Relative gap of the prices. One agency shows a rent with its charges, another without."""
    return min(_gap(p, q) for p in _prices(a) for q in _prices(b))


def _prices(advert: Advert) -> list[float]:
    price, charges = advert.price or 0.0, advert.charges or 0.0
    return [price, price - charges] if advert.transaction == "rent" and charges < price else [price]


def _family(advert: Advert) -> str | None:
    return {"studio": "apartment", "other": None}.get(advert.property_type or "", advert.property_type)


# Evidence ---------------------------------------------------------------------------------------


def _evidence(a: Advert, b: Advert, words_a: str, words_b: str) -> Iterator[tuple[float, str]]:
    yield from _structure(a, b)
    yield from _details(a, b)
    yield from _photos(a, b)
    yield from _texts(words_a, words_b)


def _structure(a: Advert, b: Advert) -> Iterator[tuple[float, str]]:
    if a.surface and b.surface:
        if a.surface == b.surface:
            precise = a.surface != round(a.surface)
            yield (3.0 if precise else 1.5), f"same surface, {a.surface:g} m²"
        elif math.floor(a.surface) == math.floor(b.surface) or _gap(a.surface, b.surface) < 0.015:
            yield 0.7, f"surfaces {a.surface:g} and {b.surface:g} m² within rounding"
        else:
            yield -2.5, f"surfaces {a.surface:g} and {b.surface:g} m²"
    if a.price and b.price:
        gap = _gap(a.price, b.price)
        weight = 1.7 if gap == 0 else 1.2 if gap <= 0.03 else 0.4 if gap <= 0.08 else -1.5
        if gap > 0.03 and price_gap(a, b) <= 0.03:
            weight = 0.4
        yield weight, f"prices {a.price:,.0f} and {b.price:,.0f} €"
    if a.rooms and b.rooms:
        same = a.rooms == b.rooms
        yield (0.4 if same else -1.5), f"{a.rooms} and {b.rooms} rooms"


def _details(a: Advert, b: Advert) -> Iterator[tuple[float, str]]:
    for name, same, different in _DETAILS:
        left, right = getattr(a, name), getattr(b, name)
        if left is not None and right is not None:
            weight = same if left == right else different
            if weight:
                yield weight, f"{name.replace('_', ' ')} {left} and {right}"
    if a.reference and a.reference == b.reference and len(a.reference) >= 4:
        yield 3.0, f"same reference, {a.reference}"
    if a.address and b.address:
        likeness = fuzz.token_sort_ratio(a.address.lower(), b.address.lower())
        weight = 1.5 if likeness >= 90 else -1.5 if likeness < 60 else 0
        if weight:
            yield weight, f"addresses {a.address} and {b.address}"


#: Field, log-odds when equal, log-odds when not.
_DETAILS: tuple[tuple[str, float, float], ...] = (
    ("floor", 0.9, 0.0),
    ("dpe_value", 2.0, -1.0),
    ("ges_value", 1.0, -0.7),
    ("bedrooms", 0.3, -0.7),
    ("construction_year", 0.8, -0.8),
    ("land_surface", 2.0, -0.5),
    ("furnished", 0.0, -0.7),
)


def _photos(a: Advert, b: Advert) -> Iterator[tuple[float, str]]:
    shared = len(set(a.photos) & set(b.photos))
    if shared:
        yield min(3.0, 1.0 + 0.5 * shared), f"{shared} photos in common"


def _texts(a: str, b: str) -> Iterator[tuple[float, str]]:
    if min(len(a), len(b)) < 60:
        return
    likeness = fuzz.token_set_ratio(a[:4000], b[:4000])
    weight = next(w for least, w in _LIKENESS if likeness >= least)
    yield weight, f"texts alike at {likeness:.0f} %"
    numbers_a, numbers_b = set(_NUMBERS.findall(a)), set(_NUMBERS.findall(b))
    if numbers_a and numbers_b and not numbers_a & numbers_b:
        yield -1.0, "no number in common in the texts"


#: Likeness of the texts, in percent, and its log-odds.
_LIKENESS = ((95, 3.5), (85, 2.3), (75, 1.0), (65, 0.2), (55, -0.6), (0, -1.6))
_NUMBERS = re.compile(r"\d{2,}")
