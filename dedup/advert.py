"""An Advert: the fields of one listing that tell dwellings apart, whatever file or table they came from.

>>> Advert.of({"id": "a1", "price": "245 000", "surface": 65.4}).price
245000.0
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: Longer texts add nothing that tells dwellings apart, and must not cost more.
MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Advert:
    """One advert. Null is unknown. `agency` is any name for the advertiser."""

    id: str
    agency: str | None = None
    transaction: str | None = None
    property_type: str | None = None
    price: float | None = None
    surface: float | None = None
    land_surface: float | None = None
    rooms: int | None = None
    bedrooms: int | None = None
    floor: int | None = None
    postal_code: str | None = None
    city: str | None = None
    insee_code: str | None = None
    address: str | None = None
    construction_year: int | None = None
    dpe: str | None = None
    dpe_value: int | None = None
    ges: str | None = None
    ges_value: int | None = None
    furnished: bool | None = None
    charges: float | None = None
    fees: float | None = None
    reference: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    text: str = ""
    photos: tuple[str, ...] = ()
    #: Perceptual hashes of the photos, 64 bits each; empty where none were fetched.
    portraits: tuple[int, ...] = ()
    first_seen: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Advert":
        """From a row with the names of a Listing; unknown keys are ignored, numbers may be strings.

        Raises ValueError when the row has no id.
        """
        return cls(
            id=id_of(row),
            agency=_text(row.get("agency")),
            transaction=_text(row.get("transaction")),
            property_type=_text(row.get("property_type")),
            price=_number(row.get("price")),
            surface=_number(row.get("surface")),
            land_surface=_number(row.get("land_surface")),
            rooms=_integer(row.get("rooms")),
            bedrooms=_integer(row.get("bedrooms")),
            floor=_integer(row.get("floor")),
            postal_code=_text(row.get("postal_code")),
            city=_text(row.get("city")),
            insee_code=_text(row.get("insee_code")),
            address=_text(row.get("address")),
            construction_year=_integer(row.get("construction_year")),
            dpe=_letter(row.get("dpe")),
            dpe_value=_integer(row.get("dpe_value")),
            ges=_letter(row.get("ges")),
            ges_value=_integer(row.get("ges_value")),
            furnished=_flag(row.get("furnished")),
            charges=_number(row.get("charges")),
            fees=_number(row.get("fees")),
            reference=_text(row.get("reference")),
            latitude=_degrees(row.get("latitude"), 90),
            longitude=_degrees(row.get("longitude"), 180),
            text=f"{row.get('title') or ''}\n{row.get('description') or ''}"[:MAX_TEXT].strip(),
            photos=_strings(row.get("photos")),
            portraits=_hashes(row.get("portraits")),
            first_seen=str(row.get("first_seen") or ""),
        )


def id_of(row: Mapping[str, Any]) -> str:
    """A row's id as text. ValueError when it has none."""
    if row.get("id") in (None, ""):
        raise ValueError("the row has no id")
    return str(row["id"])


def _text(value: object) -> str | None:
    text = str(value).strip() if value is not None else ""
    return text[:200] or None


def _number(value: object) -> float | None:
    if isinstance(value, str):
        value = value.replace("\u202f", "").replace("\xa0", "").replace(" ", "").replace(",", ".")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and 0 < number < 1e10 else None


def _integer(value: object) -> int | None:
    if str(value).strip() in ("0", "0.0"):
        return 0
    number = _number(value)
    return round(number) if number is not None and number < 1e6 else None


def _letter(value: object) -> str | None:
    letter = str(value).strip().upper()
    return letter if letter in {"A", "B", "C", "D", "E", "F", "G"} else None


def _degrees(value: object, most: float) -> float | None:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return number if -most <= number <= most else None


def _flag(value: object) -> bool | None:
    folded = str(value).strip().lower()
    return {"true": True, "1": True, "false": False, "0": False}.get(folded)


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, Iterable) or isinstance(value, str):
        return ()
    return tuple(str(item) for item in list(value)[:100])


def _hashes(value: object) -> tuple[int, ...]:
    if not isinstance(value, Iterable) or isinstance(value, str):
        return ()
    return tuple(item for item in list(value)[:100] if isinstance(item, int) and 0 <= item < 2**64)
