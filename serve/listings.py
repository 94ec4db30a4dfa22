"""One listing with all that is known of it: fields with evidence, history, its dwelling elsewhere."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from sqlalchemy import BigInteger, RowMapping, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.money import currency_of
from models.tables import Agency, AggregatedListing, ListingHistory
from serve.answers import (
    AgencyBrief,
    Event,
    ListingDetail,
    OtherAdvert,
    PricePoint,
    Proof,
)
from serve.prepared import Prepared, Row
from serve.search import card, cards

L: Final = AggregatedListing

#: Events and other adverts shown with a listing; beyond it the oldest are left out.
MAX_EVENTS: Final = 500
MAX_OTHERS: Final = 50
#: What a price is told by.
_PRICED: Final = ("price", "currency")


async def read_listing(connection: AsyncConnection, listing_id: int) -> ListingDetail | None:
    """The listing, live or withdrawn; None when there is none, or its agency opted out."""
    row = await _row(connection, listing_id)
    if row is None:
        return None
    events = await _events(connection, listing_id)
    others = await _others(connection, row)
    computed = {
        **card(row).model_dump(),
        "agency": agency_of(row),
        "features": {name: value for name, value in row["features"].items() if isinstance(value, bool)},
        "evidence": _proofs(row["evidence"]),
        "price_history": price_history(row, events),
        "history": events,
        "others": [other_advert(other, row) for other in others],
    }
    return ListingDetail.model_validate({**row, **computed})


def price_history(row: Row | RowMapping, events: Iterable[Event]) -> list[PricePoint]:
    """Each price with its currency and the moment from which it stood, oldest first. row: price, currency and
    first_seen as of now.
    """
    changes = [event for event in events if event.field in _PRICED]
    told = {name: row[name] for name in _PRICED}
    for event in reversed(changes):
        told[str(event.field)] = event.old_value
    points = [(row["first_seen"], dict(told))]
    for at, together in groupby(changes, key=lambda event: event.occurred_at):
        told |= {str(event.field): event.new_value for event in together}
        points.append((at, dict(told)))
    known = [
        PricePoint(at=at, **told) for at, told in points if type(told["price"]) is int and told["price"] > 0
    ]
    return [point for at, point in enumerate(known) if at == 0 or not _is_same(known[at - 1], point)]


def _is_same(one: PricePoint, other: PricePoint) -> bool:
    """Whether the price did not change: to tell a currency at last that it was taken for is no change."""
    return (one.price, one.currency or "EUR") == (other.price, other.currency or "EUR")


def difference(one: Row | RowMapping, other: Row | RowMapping) -> int | None:
    """The one's price minus the other's; None where one is unknown, or their currencies differ."""
    mine, theirs = (currency_of(row["currency"], row["postal_code"]) for row in (one, other))
    if one["price"] is None or other["price"] is None or mine is None or mine != theirs:
        return None
    return int(one["price"] - other["price"])


async def _row(connection: AsyncConnection, listing_id: int) -> Row | None:
    rows = await _listing.rows(connection, listing=listing_id)
    return rows[0] if rows else None


@Prepared
def _listing() -> Select[Any]:
    detail = [getattr(L, name) for name in _DETAIL]
    statement = cards().add_columns(*detail, *AGENCY)
    return statement.where(L.id == bindparam("listing", type_=BigInteger), Agency.opted_out_at.is_(None))


async def _events(connection: AsyncConnection, listing_id: int) -> list[Event]:
    """The latest events, oldest first."""
    rows = await _latest_events.rows(connection, listing=listing_id)
    return [Event.model_validate(row) for row in reversed(rows)]


@Prepared
def _latest_events() -> Select[Any]:
    return (
        select(*(getattr(ListingHistory, name) for name in Event.model_fields))
        .where(ListingHistory.listing_id == bindparam("listing", type_=BigInteger))
        .order_by(ListingHistory.id.desc())
        .limit(MAX_EVENTS)
    )


async def _others(connection: AsyncConnection, row: Row) -> list[Row]:
    """The dwelling's other adverts: live ones first, cheapest first."""
    return await _other_adverts.rows(connection, dwelling=row["property_id"], listing=row["id"])


@Prepared
def _other_adverts() -> Select[Any]:
    columns = (
        L.id,
        L.title,
        L.price,
        L.currency,
        L.postal_code,
        L.surface,
        L.source_url,
        L.is_active,
        L.photos[0].astext.label("photo"),
    )
    dwelling, listing = (bindparam(name, type_=BigInteger) for name in ("dwelling", "listing"))
    return (
        select(*columns, L.agency_id, Agency.name.label("agency_name"), *AGENCY)
        .join(Agency, Agency.id == L.agency_id)
        .where(L.property_id == dwelling, L.id != listing, Agency.opted_out_at.is_(None))
        .order_by(L.is_active.desc(), func.in_euros(L.price, L.currency, L.postal_code), L.id)
        .limit(MAX_OTHERS)
    )


def other_advert(other: Row | RowMapping, row: Row | RowMapping) -> OtherAdvert:
    """Another advert of the dwelling of `row`, read with the columns of AGENCY."""
    computed = {"agency": agency_of(other), "price_difference": difference(other, row)}
    return OtherAdvert.model_validate({**other, **computed})


def agency_of(row: RowMapping | Row) -> AgencyBrief:
    """The agency of a row that was read with the columns of AGENCY."""
    return AgencyBrief(
        id=row["agency_id"],
        name=row["agency_name"],
        website_url=row["agency_website"],
        city=row["agency_city"],
        phone=row["agency_phone"],
    )


def _proofs(evidence: Mapping[str, Any]) -> dict[str, Proof]:
    """Stored evidence, as far as it has the shape of evidence."""
    proofs = {}
    for name, stored in evidence.items():
        if isinstance(stored, dict) and {"source", "raw", "confidence"} <= stored.keys():
            proofs[name] = Proof.model_validate(stored)
    return proofs


AGENCY: Final = (
    Agency.website_url.label("agency_website"),
    Agency.city.label("agency_city"),
    Agency.phone.label("agency_phone"),
)
_DETAIL: Final = (
    "description", "photos", "features", "evidence", "bathrooms", "floor", "construction_year", "address",
    "insee_code", "latitude", "longitude", "dpe_value", "ges_value", "charges", "fees", "fees_payer",
    "deposit", "furnished", "exclusive", "availability", "reference", "is_active", "withdrawn_at",
    "withdrawn_reason", "data_quality_score",
)  # fmt: skip
