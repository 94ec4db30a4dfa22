"""The canonical record of a property: of all its adverts one value per field, with the advert that told it.

A value that most adverts tell wins; then the one of the advert of best quality, then the newest. What adverts
say otherwise is kept beside it: a buyer sees at once that one agency says 65 m² and another 67.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from models.money import in_euros
from models.tables import Agency, AggregatedListing

#: What is asked of a dwelling whoever offers it; texts and photos stay with their adverts.
FIELDS: Final = (
    "transaction", "property_type", "surface", "land_surface", "rooms", "bedrooms", "bathrooms", "floor",
    "construction_year", "address", "postal_code", "city", "insee_code", "latitude", "longitude", "dpe",
    "dpe_value", "ges", "ges_value", "charges", "furnished",
)  # fmt: skip
#: Told more or less exactly: the exacter value is no contradiction of the rounded one.
_MEASURED: Final = frozenset({"surface", "land_surface"})
_MAPPED: Final = frozenset({"latitude", "longitude"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One field: the value, the listing that told it, and what other listings say, by listing id."""

    value: Any
    source: int
    otherwise: Mapping[int, Any]


@dataclass(frozen=True, slots=True)
class Canonical:
    """A property. Prices in euros, of its live adverts if there are any; first_seen of the oldest one."""

    id: int
    facts: Mapping[str, Fact]
    lowest_price: int | None
    highest_price: int | None
    first_seen: datetime
    is_active: bool
    agencies: Sequence[str]
    listings: Sequence[int]


def canonical(connection: Connection, property_id: int) -> Canonical | None:
    """The record of one property, or None where it has no advert; agencies that opted out do not speak."""
    query = (
        select(AggregatedListing.__table__, Agency.name.label("agency"))
        .join(Agency, Agency.id == AggregatedListing.agency_id)
        .where(AggregatedListing.property_id == property_id, Agency.opted_out_at.is_(None))
        .order_by(AggregatedListing.id)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return record(property_id, rows) if rows else None


def record(property_id: int, rows: Sequence[Mapping[str, Any]]) -> Canonical:
    """From the rows of all its adverts: live ones speak, withdrawn ones only where none is live."""
    speaking = [row for row in rows if row["is_active"]] or list(rows)
    facts = {name: fact for name in FIELDS if (fact := _fact(name, speaking))}
    told = (in_euros(row["price"], row["currency"], row["postal_code"]) for row in speaking)
    prices = [price for price in told if price]
    return Canonical(
        id=property_id,
        facts=facts,
        lowest_price=min(prices, default=None),
        highest_price=max(prices, default=None),
        first_seen=min(row["first_seen"] for row in rows),
        is_active=any(row["is_active"] for row in rows),
        agencies=tuple({row["agency_id"]: row["agency"] for row in speaking}.values()),
        listings=tuple(row["id"] for row in speaking),
    )


def _fact(name: str, rows: Sequence[Mapping[str, Any]]) -> Fact | None:
    told = [row for row in rows if row[name] is not None]
    if not told:
        return None
    votes = Counter(_rounded(name, row[name]) for row in told)
    best = max(told, key=lambda row: (votes[_rounded(name, row[name])], *_merit(row, row[name])))
    differs = {
        row["id"]: row[name]
        for row in told
        if name not in _MAPPED and not _agree(name, row[name], best[name])
    }
    return Fact(best[name], best["id"], differs)


def _agree(name: str, one: Any, other: Any) -> bool:
    """Whether both tell the same, one of them rounded or cut to whole square metres perhaps."""
    if name in _MEASURED and (one == int(one) or other == int(other)):
        return bool(abs(one - other) < 1)
    return bool(one == other)


def _merit(row: Mapping[str, Any], value: Any) -> tuple[Any, ...]:
    exact = len(f"{value:g}") if isinstance(value, float) else 0
    return exact, row["data_quality_score"], row["last_seen"], -row["id"]


def _rounded(name: str, value: Any) -> Any:
    return int(value) if name in _MEASURED else round(value, 2) if name in _MAPPED else value
