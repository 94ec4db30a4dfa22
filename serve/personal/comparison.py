"""Two to five listings side by side: what differs, what is missing, and where one is plainly better.

A value that an advert does not tell is neither equal nor different. "Better" is said only where everybody
would: a lower price of the same kind, a larger home, a better energy letter; never of a year or a floor.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from models.features import FEATURES
from models.money import currency_of
from models.tables import Agency, AggregatedListing, utc_now
from serve.personal.comparison_forms import ComparedField, ComparedListing, Comparison, Dwelling
from serve.search import card, cards

L: Final = AggregatedListing

#: In the order of a buyer's questions.
FIELDS: Final = (
    "transaction", "property_type", "price", "price_per_sqm", "currency", "charges", "fees", "fees_payer",
    "deposit", "surface", "land_surface", "rooms", "bedrooms", "bathrooms", "floor", "furnished",
    "construction_year", "dpe", "dpe_value", "ges", "ges_value", "exclusive", "availability", "address",
    "postal_code", "city", "days_on_market", "photo_count", "adverts",
)  # fmt: skip
#: Less is better, and more. Money is compared within one kind of transaction and one currency.
_MONEY: Final = frozenset({"price", "price_per_sqm", "charges", "fees", "deposit"})
_LEAST: Final = _MONEY | {"dpe", "dpe_value", "ges", "ges_value"}
_MOST: Final = frozenset({"surface", "land_surface"})
_READ: Final = (
    "charges", "fees", "fees_payer", "deposit", "bathrooms", "floor", "furnished", "construction_year",
    "dpe_value", "ges_value", "exclusive", "availability", "address", "features", "is_active",
    "withdrawn_at",
)  # fmt: skip


async def compare(connection: AsyncConnection, ids: Sequence[int]) -> Comparison | Sequence[int]:
    """The listings in the order of `ids`, live or withdrawn; or those ids that there is no listing of."""
    statement = cards().add_columns(*(getattr(L, name) for name in _READ))
    statement = statement.where(L.id.in_(ids), Agency.opted_out_at.is_(None))
    found = {row["id"]: row for row in (await connection.execute(statement)).mappings()}
    missing = [row_id for row_id in ids if row_id not in found]
    return missing or beside([found[row_id] for row_id in ids], utc_now())


def beside(rows: Sequence[RowMapping], now: datetime) -> Comparison:
    """Rows of `cards()` with the columns that are compared, side by side."""
    listings = [_listing(row, now) for row in rows]
    values = [
        {**row, **dict(listing.listing), "days_on_market": listing.days_on_market}
        for row, listing in zip(rows, listings, strict=True)
    ]
    currencies = {currency_of(row["currency"], row["postal_code"]) for row in rows}
    same_money = len({row["transaction"] for row in rows}) == len(currencies - {None}) == len(currencies) == 1
    told = [name for name in FEATURES if any(isinstance(row["features"].get(name), bool) for row in rows)]
    return Comparison(
        listings=listings,
        fields=[
            *(_field(name, [value[name] for value in values], listings, same_money) for name in FIELDS),
            *(_field(f"feature.{name}", [_feature(row, name) for row in rows], listings) for name in told),
        ],
        same_money=same_money,
        dwellings=_dwellings(listings),
    )


def _listing(row: RowMapping, now: datetime) -> ComparedListing:
    until = row["withdrawn_at"] or now
    return ComparedListing(
        listing=card(row),
        is_active=row["is_active"],
        withdrawn_at=row["withdrawn_at"],
        days_on_market=max(0, (until - row["first_seen"]).days),
    )


def _field(
    name: str, values: Sequence[Any], listings: Sequence[ComparedListing], same_money: bool = True
) -> ComparedField:
    ids = [listing.listing.id for listing in listings]
    known = [value for value in values if value is not None]
    different = any(value != known[0] for value in known[1:])
    settled = different or (len(known) == len(values))
    best = _best(name, values, same_money) if different else None
    return ComparedField(
        field=name,
        values=list(values),
        differs=different if settled else None,
        missing=[row_id for row_id, value in zip(ids, values, strict=True) if value is None],
        best=[
            row_id for row_id, value in zip(ids, values, strict=True) if best is not None and value == best
        ],
    )


def _best(name: str, values: Sequence[Any], same_money: bool) -> Any:
    choose: Callable[[Sequence[Any]], Any] | None = None
    if name in _LEAST and (same_money or name not in _MONEY):
        choose = min
    elif name in _MOST:
        choose = max
    return choose([value for value in values if value is not None]) if choose else None


def _feature(row: RowMapping, name: str) -> bool | None:
    told = row["features"].get(name)
    return told if isinstance(told, bool) else None


def _dwellings(listings: Sequence[ComparedListing]) -> list[Dwelling]:
    """The dwellings, each with those of the listings that are adverts of it."""
    adverts: dict[int, list[int]] = defaultdict(list)
    for listing in listings:
        adverts[listing.listing.property_id].append(listing.listing.id)
    return [Dwelling(property_id=dwelling, listings=ids) for dwelling, ids in adverts.items()]
