"""A row as both peers are given it: cleaned columns, nothing empty or zero where unknown is meant."""

from math import floor
from typing import Any

Row = dict[str, Any]


def columns(row: Row) -> Row:
    """Plain values; `bare` is a rent without its charges, and `price` where it is no rent."""
    surface, price = _amount(row.get("surface")), _amount(row.get("price"))
    offer, charges = row.get("transaction"), _amount(row.get("charges")) or 0
    kind = row.get("property_type")
    return {
        "id": row["id"],
        "agency": row.get("agency"),
        "reference": row.get("reference"),
        "postal_code": row.get("postal_code"),
        "offer": f"{offer} {'apartment' if kind == 'studio' else kind}",
        "price": price,
        "bare": price - charges if price and offer == "rent" and charges < price else price,
        "surface": surface,
        "metres": floor(surface) if surface else None,
        "land": _amount(row.get("land_surface")),
        "rooms": _number(row.get("rooms")) or None,
        "bedrooms": _number(row.get("bedrooms")) or None,
        "floor": _number(row.get("floor")),
        "year": _number(row.get("construction_year")),
        "dpe": _number(row.get("dpe_value")),
        "ges": _number(row.get("ges_value")),
        "address": str(row.get("address") or "").lower() or None,
        "latitude": row.get("latitude"),
        "longitude": row.get("longitude"),
        "photos": list(row.get("photos") or ()),
        "features": sorted(name for name, there in (row.get("features") or {}).items() if there),
        "text": f"{row.get('title') or ''} {row.get('description') or ''}",
    }


def _amount(value: Any) -> float | None:
    return float(value) if value else None


def _number(value: Any) -> int | None:
    return int(value) if value is not None else None
