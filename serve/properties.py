"""One dwelling with all its adverts, what they say otherwise, and the lowest price they showed over time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dedup.account import Account, account
from dedup.reasons import Reason
from models.errors import InputError
from models.money import in_euros
from models.tables import Agency, AggregatedListing, ListingHistory
from serve.answers import Event, Fact, PricePoint, PropertyAdvert, PropertyDetail, Tie
from serve.listings import AGENCY, agency_of, price_history

L: Final = AggregatedListing
#: Adverts of one dwelling that are shown, and their changes of price; beyond, the oldest are left out.
MAX_ADVERTS: Final = 100
MAX_PRICES: Final = 2_000


async def read_property(connection: AsyncConnection, property_id: int) -> PropertyDetail | None:
    """The dwelling, or the one that it was merged into; None where there is none to show."""
    try:
        told = await connection.run_sync(lambda opened: account(opened, property_id))
    except InputError:
        return None
    record = told.record
    rows = await _adverts(connection, record.id)
    prices = await _prices(connection, rows)
    return PropertyDetail(
        id=record.id,
        is_active=record.is_active,
        lowest_price=record.lowest_price,
        highest_price=record.highest_price,
        first_seen=record.first_seen,
        agencies=list(record.agencies),
        facts={name: Fact.model_validate(fact) for name, fact in record.facts.items()},
        adverts=[_advert(row, record.lowest_price, prices[row["id"]]) for row in rows],
        price_history=lowest(
            (_in_euros(prices[row["id"]], row["postal_code"]), row["withdrawn_at"]) for row in rows
        ),
        ties=_ties(told),
    )


def lowest(
    adverts: Iterable[tuple[Sequence[tuple[datetime, int | None]], datetime | None]],
) -> list[PricePoint]:
    """The lowest price of the adverts that stood at each moment; one point per change, oldest first.

    adverts: each one's prices in euros, oldest first, None where unknown, and when it was withdrawn.
    """
    changes: list[tuple[datetime, int, int | None]] = []
    for number, (points, until) in enumerate(adverts):
        changes += [(at, number, price) for at, price in points]
        if until is not None:
            changes.append((until, number, None))
    standing: dict[int, int] = {}
    found: list[PricePoint] = []
    for at, number, price in sorted(changes, key=lambda change: change[:2]):
        standing.pop(number, None)
        if price is not None:
            standing[number] = price
        least = min(standing.values(), default=None)
        if found and found[-1].at == at:
            found.pop()
        if least is not None and (not found or found[-1].price != least):
            found.append(PricePoint(at=at, price=least, currency="EUR"))
    return found


def _in_euros(points: Sequence[PricePoint], postal_code: str | None) -> list[tuple[datetime, int | None]]:
    return [(point.at, in_euros(point.price, point.currency, postal_code)) for point in points]


async def _adverts(connection: AsyncConnection, property_id: int) -> Sequence[RowMapping]:
    columns = (
        L.id, L.title, L.price, L.currency, L.postal_code, L.surface, L.source_url, L.is_active, L.first_seen,
        L.withdrawn_at, L.photos[0].astext.label("photo"), L.agency_id, Agency.name.label("agency_name"),
        *AGENCY,
    )  # fmt: skip
    statement = (
        select(*columns)
        .join(Agency, Agency.id == L.agency_id)
        .where(L.property_id == property_id, Agency.opted_out_at.is_(None))
        .order_by(L.is_active.desc(), func.in_euros(L.price, L.currency, L.postal_code), L.id)
        .limit(MAX_ADVERTS)
    )
    return (await connection.execute(statement)).mappings().all()


async def _prices(connection: AsyncConnection, rows: Sequence[RowMapping]) -> dict[int, list[PricePoint]]:
    """Each advert's prices, oldest first."""
    statement = (
        select(ListingHistory.listing_id, *(getattr(ListingHistory, name) for name in Event.model_fields))
        .where(ListingHistory.listing_id.in_([row["id"] for row in rows]))
        .where(ListingHistory.field.in_(("price", "currency")))
        .order_by(ListingHistory.id.desc())
        .limit(MAX_PRICES)
    )
    events: dict[int, list[Event]] = defaultdict(list)
    for row in reversed((await connection.execute(statement)).mappings().all()):
        events[row["listing_id"]].append(Event.model_validate(row))
    return {row["id"]: price_history(row, events[row["id"]]) for row in rows}


def _advert(row: RowMapping, least: int | None, prices: list[PricePoint]) -> PropertyAdvert:
    price = in_euros(row["price"], row["currency"], row["postal_code"])
    computed: dict[str, Any] = {
        "agency": agency_of(row),
        "price_difference": price - least if price is not None and least is not None else None,
        "price_history": prices,
    }
    return PropertyAdvert.model_validate({**row, **computed})


def _ties(told: Account) -> list[Tie]:
    def words(reasons: Sequence[Reason], french: bool) -> list[str]:
        return [reason.told(french=french) for reason in reasons]

    return [
        Tie(a=tie.a, b=tie.b, probability=tie.probability, reasons=words(tie.reasons, True),
            reasons_en=words(tie.reasons, False))
        for tie in told.links
    ]  # fmt: skip
