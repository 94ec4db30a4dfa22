"""One listing with all that is known of it: fields with evidence, history, its dwelling elsewhere."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, RowMapping, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import Agency, AggregatedListing, EventKind, ListingHistory
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
        "price_history": price_history(row["price"], row["first_seen"], events),
        "history": events,
        "others": [_other(other, row["price"]) for other in others],
    }
    return ListingDetail.model_validate({**row, **computed})


def price_history(price: int | None, first_seen: datetime, events: Iterable[Event]) -> list[PricePoint]:
    """Each price with the moment from which it stood, oldest first."""
    changes = [event for event in events if event.kind is EventKind.PRICE]
    first = changes[0].old_value if changes else price
    steps = [(first_seen, first), *((change.occurred_at, change.new_value) for change in changes)]
    return [PricePoint(at=at, price=value) for at, value in steps if type(value) is int and value > 0]


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
        .order_by(L.is_active.desc(), L.price, L.id)
        .limit(MAX_OTHERS)
    )


def _other(row: Row, price: int | None) -> OtherAdvert:
    known = row["price"] is not None and price is not None
    difference = row["price"] - price if known else None
    return OtherAdvert.model_validate({**row, "agency": agency_of(row), "price_difference": difference})


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
