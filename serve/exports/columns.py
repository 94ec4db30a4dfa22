"""What a file of an export holds: its columns, in an order that stays, each with its kind and its unit.

docs/exports.md tells the same; a test compares them. New columns are added at the end.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Final, TypeAlias

Value: TypeAlias = int | float | str | bool | datetime | list[str] | None
Values: TypeAlias = Sequence[Value]


class Kind(StrEnum):
    """How a column's values are written where a format has types."""

    WHOLE = "whole"
    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes/no"
    TIME = "time"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. read: its value from a row of the statement, the one of the same name if left out."""

    name: str
    kind: Kind
    meaning: str
    read: Callable[[Mapping[str, Any]], Any] | None = None

    def value(self, row: Mapping[str, Any]) -> Value:
        """The value as the formats write it; None where it is unknown, or no number that can be written."""
        value = row[self.name] if self.read is None else self.read(row)
        if isinstance(value, Enum):
            return str(value.value)
        if isinstance(value, float) and not math.isfinite(value):
            return None
        return value  # type: ignore[no-any-return]


def values(columns: Sequence[Column], row: Mapping[str, Any]) -> list[Value]:
    """A row in the columns' order."""
    return [column.value(row) for column in columns]


def _features(told: bool) -> Callable[[Mapping[str, Any]], list[str]]:
    def read(row: Mapping[str, Any]) -> list[str]:
        return sorted(name for name, value in row["features"].items() if value is told)

    return read


W, N, T, Y, AT, LIST = Kind.WHOLE, Kind.NUMBER, Kind.TEXT, Kind.YES_NO, Kind.TIME, Kind.LIST

ADVERT: Final = (
    Column("title", T, "the advert's title"),
    Column("transaction", T, "`sale`, `rent`, …"),
    Column("property_type", T, "`apartment`, `house`, …"),
    Column("price", W, "in `currency`; of a rent, per month"),
    Column("previous_price", W, "before the latest change, in `currency`"),
    Column("currency", T, "`EUR`, seldom `XPF`, `CHF`, …; empty where no sign tells"),
    Column("price_per_sqm", W, "`price` per m² of living area"),
    Column("surface", N, "living area, m²"),
    Column("land_surface", N, "the plot, m²"),
    Column("rooms", W, "main rooms: a T3 has 3"),
    Column("bedrooms", W, "bedrooms"),
    Column("bathrooms", W, "bathrooms and shower rooms"),
    Column("floor", W, "0 is the ground floor"),
    Column("construction_year", W, "year"),
    Column("address", T, "as the advert tells it"),
    Column("postal_code", T, "five digits"),
    Column("city", T, "the commune's name"),
    Column("insee_code", T, "the commune's INSEE code"),
    Column("latitude", N, "degrees, WGS 84"),
    Column("longitude", N, "degrees, WGS 84"),
    Column("dpe", T, "energy letter, A to G"),
    Column("dpe_value", W, "kWh per m² and year"),
    Column("ges", T, "emission letter, A to G"),
    Column("ges_value", W, "kg of CO₂ per m² and year"),
    Column("charges", W, "per month, in `currency`"),
    Column("fees", W, "the agency's fees, in `currency`"),
    Column("fees_payer", T, "`buyer`, `seller`, …"),
    Column("deposit", W, "of a rent, in `currency`"),
    Column("furnished", Y, "where the advert says so"),
    Column("exclusive", Y, "where the advert says so"),
    Column("availability", T, "ISO date, or `now`"),
    Column("reference", T, "the agency's own"),
    Column("features", LIST, "what the advert says is there", _features(True)),
    Column("features_not", LIST, "what the advert says is not there", _features(False)),
    Column("photo", T, "the first photo, at the agency's address"),
    Column("photo_count", W, "photos of the advert"),
    Column("agency_id", W, "the agency"),
    Column("agency_name", T, "its name"),
    Column("agency_phone", T, "its office's number"),
    Column("agency_email", T, "its office's address"),
    Column("agency_website", T, "its site"),
    Column("source_url", T, "the advert on the agency's own site"),
    Column("first_seen", AT, "when Pignon saw the advert first"),
    Column("last_seen", AT, "when it was last seen"),
    Column("distance", W, "metres from `lat`, `lng`, where they are asked"),
)

LISTINGS: Final = (
    Column("id", W, "the listing"),
    Column("property_id", W, "the dwelling"),
    Column("adverts", W, "live adverts of the dwelling, this one included"),
    *ADVERT,
)
#: Of the adverts that satisfy the criteria, the one that comes first stands for the dwelling.
PROPERTIES: Final = (
    Column("id", W, "the dwelling", lambda row: row["property_id"]),
    Column("listing_id", W, "the advert that stands for it", lambda row: row["id"]),
    Column("adverts", W, "its live adverts"),
    Column("agencies", W, "agencies that offer it"),
    Column("lowest_price", W, "of its live adverts, euros"),
    Column("highest_price", W, "of its live adverts, euros"),
    *ADVERT,
)
