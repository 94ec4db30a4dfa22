"""Records: a Listing as the columns of its row, its fingerprint, and what differs from the row before.

    >>> [change.field for change in changes(row, columns_of(listing))]
    ['price']

Pure. Phones and e-mails in texts are masked here, whoever read them, as this is the only door to the
tables. A value that the table would refuse becomes null; a field that a later reading does not tell keeps
its known value, because silence is not evidence. `ingest` writes what this finds.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crawl.url import key
from extract.text import mask_contacts
from models.listing import LISTING_FIELDS, Evidence, Listing, PropertyType
from models.place_names import fold
from models.tables import AggregatedListing, EventKind

_SMALLINT: Final = 32_767
_BIGINT: Final = 2**53
_LETTERS: Final = frozenset("ABCDEFG")
_DESCRIPTION: Final = 20_000
_MAX_PHOTOS: Final = 200
#: PostgreSQL stores neither NUL nor lone surrogates.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

#: Bounds of the numbers, inclusive; outside of them the reading is wrong, so null.
_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "price": (1, _BIGINT),
    "surface": (0.01, 10_000_000),
    "land_surface": (0.01, 1_000_000_000),
    "rooms": (1, 200),
    "bedrooms": (0, 200),
    "bathrooms": (0, 200),
    "floor": (-20, 200),
    "construction_year": (1000, 2200),
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "dpe_value": (0, _SMALLINT),
    "ges_value": (0, _SMALLINT),
    "charges": (0, _BIGINT),
    "fees": (0, _BIGINT),
    "deposit": (0, _BIGINT),
}
#: Columns that are too short for a value: cut where a part still says something, else null.
_CUT: Final[Mapping[str, int]] = {"title": 300, "description": _DESCRIPTION, "address": 300}
_WHOLE: Final[Mapping[str, int]] = {
    "currency": 3,
    "postal_code": 10,
    "city": 120,
    "insee_code": 5,
    "availability": 20,
    "reference": 60,
}
_KINDS: Final[Mapping[str, EventKind]] = {
    "price": EventKind.PRICE,
    "surface": EventKind.SURFACE,
    "photos": EventKind.PHOTOS,
    "title": EventKind.TEXT,
    "description": EventKind.TEXT,
}
#: What a buyer asks for first; land and parking places have no rooms.
_ASKED: Final = (
    "title", "price", "transaction", "property_type", "surface", "rooms",
    "postal_code", "city", "description", "photos", "dpe",
)  # fmt: skip
_NOT_ASKED: Final[Mapping[PropertyType, frozenset[str]]] = {
    PropertyType.LAND: frozenset({"surface", "rooms", "dpe"}),
    PropertyType.PARKING: frozenset({"surface", "rooms", "dpe"}),
    PropertyType.STUDIO: frozenset({"rooms"}),
}
#: Degrees; below 11 m a position has not moved.
_SAME_PLACE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs, as the event tells it."""

    field: str
    kind: EventKind
    old: Any
    new: Any


def columns_of(listing: Listing) -> dict[str, Any]:
    """The row's columns for a Listing: every field, made to fit or null, and the folded city."""
    values = {name: _fitted(name, getattr(listing, name)) for name in LISTING_FIELDS}
    if values["latitude"] is None or values["longitude"] is None:
        values["latitude"] = values["longitude"] = None
    values["city_key"] = fold(values["city"])[:120] if values["city"] else None
    return values


def fingerprint(columns: Mapping[str, Any]) -> str:
    """SHA-256 of the fields as read, independent of their order."""
    said = {name: value for name, value in columns.items() if value not in (None, [], {})}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def changes(row: Mapping[str, Any], columns: Mapping[str, Any]) -> list[Change]:
    """What a later reading says otherwise than the row. Fields that it does not tell are no change."""
    found = []
    for name in LISTING_FIELDS:
        old, new = row[name], columns[name]
        if name == "features":
            new = {**(old or {}), **(new or {})}
        if new in (None, [], {}) or _same(name, old, new):
            continue
        found.append(Change(name, _KINDS.get(name, EventKind.CHANGED), old, new))
    return found


def evidence_of(evidence: Mapping[str, Evidence]) -> dict[str, Any]:
    """Evidence as it is stored: per field its source, raw text without contacts, and confidence."""
    return {
        name: {
            "source": e.source,
            "raw": mask_contacts(_clean(e.raw))[:200],
            "confidence": round(e.confidence, 3),
        }
        for name, e in evidence.items()
    }


def quality(columns: Mapping[str, Any]) -> float:
    """Share of the fields a buyer asks for first that are known, 0 to 1."""
    kind = columns.get("property_type")
    spared = _NOT_ASKED.get(kind, frozenset()) if kind else frozenset()
    asked = [name for name in _ASKED if name not in spared]
    known = sum(columns.get(name) not in (None, [], {}) for name in asked)
    return round(known / len(asked), 3)


def tells_enough(columns: Mapping[str, Any]) -> bool:
    """Whether a reading is an advert at all: something to count, and words for it."""
    counts = any(columns[name] is not None for name in ("price", "surface", "land_surface", "rooms"))
    return counts and bool(columns["title"] or columns["description"])


def _fitted(name: str, value: Any) -> Any:
    if name == "photos":
        return [_clean(url) for url in value][:_MAX_PHOTOS]
    if name == "features":
        return {_clean(key_): bool(known) for key_, known in value.items()}
    if value is None or isinstance(value, bool):
        return value
    if name in ("dpe", "ges"):
        return value if value in _LETTERS else None
    if name in _BOUNDS:
        low, high = _BOUNDS[name]
        return value if math.isfinite(value) and low <= value <= high else None
    return _fitted_text(name, value)


def _fitted_text(name: str, value: Any) -> Any:
    if type(value) is not str:  # an enumeration
        return value
    value = _clean(value).strip()
    if name in _CUT:
        value = mask_contacts(value)[: _CUT[name]]
    elif len(value) > _WHOLE.get(name, len(value)):
        return None
    return value or None


def _same(name: str, old: Any, new: Any) -> bool:
    if old == new:
        return True
    if old is None:
        return False
    if name == "photos":
        return {key(url) for url in old} == {key(url) for url in new}
    if name in ("latitude", "longitude"):
        return abs(float(old) - float(new)) < _SAME_PLACE
    if isinstance(old, str) and isinstance(new, str):
        return old.split() == new.split()
    return False


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("", text)


ROW_COLUMNS: Final = tuple(
    AggregatedListing.__table__.c[name]
    for name in ("id", "agency_id", "property_id", "source_url", "hash", "is_active", *LISTING_FIELDS)
)
