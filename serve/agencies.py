"""Agencies with their stock as of now, by name. Those that opted out are not shown."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from models.listing import Transaction
from models.tables import Agency, AggregatedListing
from serve import cursor
from serve.answers import AgencyCard, AgencyList
from serve.criteria import AgencyQuery

_ORDER: Final = "agency"


async def list_agencies(connection: AsyncConnection, query: AgencyQuery) -> AgencyList:
    """One page of agencies by name. CursorError when the cursor is none of this list."""
    wanted = _conditions(query)
    total = (await connection.execute(select(func.count()).select_from(Agency).where(*wanted))).scalar_one()
    statement = _cards().add_columns(Agency.plain_name).where(*wanted)
    if query.cursor:
        after = cursor.decode(query.cursor, _ORDER)
        place = tuple_(literal(cursor.text(after.value)), literal(after.id))
        statement = statement.where(tuple_(Agency.plain_name, Agency.id) > place)
    statement = statement.order_by(Agency.plain_name, Agency.id).limit(query.limit + 1)
    rows = (await connection.execute(statement)).mappings().all()
    page, more = rows[: query.limit], len(rows) > query.limit
    return AgencyList(
        total=total,
        agencies=[AgencyCard.model_validate(row) for row in page],
        next_cursor=cursor.encode(_ORDER, page[-1]["plain_name"], page[-1]["id"]) if more else None,
    )


async def read_agency(connection: AsyncConnection, agency_id: int) -> AgencyCard | None:
    """One agency; None when there is none, or it opted out."""
    statement = _cards().where(Agency.id == agency_id, Agency.opted_out_at.is_(None))
    row = (await connection.execute(statement)).mappings().one_or_none()
    return AgencyCard.model_validate(row) if row else None


def _conditions(query: AgencyQuery) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Agency.opted_out_at.is_(None), Agency.is_active.is_(True)]
    if query.name:
        wanted.append(func.strpos(Agency.plain_name, func.plain_name(query.name)) > 0)
    if query.postal_code:
        wanted.append(Agency.postal_code == query.postal_code)
    return wanted


def _cards() -> Select[Any]:
    plain = [getattr(Agency, name) for name in AgencyCard.model_fields if name not in _COUNTED]
    counted = [_live(wanted).label(name) for name, wanted in _COUNTED.items()]
    return select(*plain, *counted)


def _live(wanted: ColumnElement[bool] | None) -> Any:
    """How many of the agency's live listings satisfy `wanted`: counted, so it never lags behind."""
    listing = AggregatedListing
    live = and_(listing.agency_id == Agency.id, listing.is_active.is_(True))
    statement = select(func.count()).select_from(listing).where(live).correlate(Agency)
    return (statement if wanted is None else statement.where(wanted)).scalar_subquery()


_COUNTED: Final[dict[str, ColumnElement[bool] | None]] = {
    "for_sale": AggregatedListing.transaction == Transaction.SALE,
    "for_rent": AggregatedListing.transaction == Transaction.RENT,
    "active_listings": None,
}
