"""The rows of an export: which ones, in the search's order, and what each tells.

The ids alone are sorted and kept, 100,000 at most; the wide columns are read batch by batch, in the same
snapshot. So the database never sorts wide rows, nor waits with the first until it has the last.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from models.tables import Agency, AggregatedListing, LiveListing
from serve.conditions import TABLE, metres_from, where
from serve.criteria import SearchQuery
from serve.engines.contract import Search
from serve.engines.orders import order_of
from serve.search import cards

L: Final = AggregatedListing
#: Columns of an advert that a card does not have.
_MORE: Final = (
    "features", "bathrooms", "floor", "construction_year", "address", "insee_code", "latitude", "longitude",
    "dpe_value", "ges_value", "charges", "fees", "fees_payer", "deposit", "furnished", "exclusive",
    "availability", "reference",
)  # fmt: skip


async def counted(connection: AsyncConnection, search: Search, most: int) -> int:
    """How many the search finds, counted to one past `most`."""
    wanted = where(search.query, search.places)
    rows = "distinct property_id" if search.once else "id"
    sql = f"select count(*) from (select {rows} from {TABLE} where {wanted.sql} limit %(most)s) found"  # noqa: S608
    return int((await connection.exec_driver_sql(sql, {**wanted.values, "most": most + 1})).scalar_one())


async def chosen(connection: AsyncConnection, search: Search, most: int) -> Sequence[int]:
    """The first `most` listings in the search's order; of each dwelling the first, where `once` is asked."""
    order, named = order_of(search.query)
    wanted = where(search.query, search.places)
    first = f"(select distinct on (property_id) * from found order by property_id, {order.by}) firsts"  # noqa: S608
    sql = f"""
        with found as materialized (
            select id, property_id, {order.key} as sorted_by from {TABLE} where {wanted.sql}
        )
        select id from {first if search.once else "found"} order by {order.by} limit %(most)s
    """  # noqa: S608 - nothing but names of ours
    return (await connection.exec_driver_sql(sql, {**wanted.values, **named, "most": most})).scalars().all()


def told(query: SearchQuery, listings: Sequence[int], *, once: bool) -> Select[Any]:
    """What these listings tell, or the dwellings that they stand for, in no order."""
    statement = adverts().where(L.id.in_(listings)).add_columns(_distance(query))
    return statement.add_columns(*_spans()) if once else statement


def adverts() -> Select[Any]:
    """Every column of an advert that an export may tell."""
    contacts = (
        Agency.phone.label("agency_phone"),
        Agency.email.label("agency_email"),
        Agency.website_url.label("agency_website"),
    )
    return cards().add_columns(*(getattr(L, name) for name in _MORE), *contacts)


def _spans() -> list[ColumnElement[Any]]:
    """What all live adverts of the dwelling tell together."""
    other = aliased(LiveListing)
    figures: dict[str, ColumnElement[Any]] = {
        "lowest_price": func.min(other.price),
        "highest_price": func.max(other.price),
        "agencies": func.count(other.agency_id.distinct()),
    }
    return [
        select(figure).where(other.property_id == L.property_id).correlate(L).scalar_subquery().label(name)
        for name, figure in figures.items()
    ]


def _distance(query: SearchQuery) -> ColumnElement[Any]:
    if query.lat is None or query.lng is None:
        return null().label("distance")
    away = func.round(metres_from(query.lat, query.lng))
    return case((LiveListing.latitude.is_not(None), away)).label("distance")
