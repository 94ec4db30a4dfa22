"""Agencies, one or beside each other: what each offers, how it moves, and who else offers the same.

Read from the listings, by index: of agencies told, or of those with most dwellings under a few codes. All is
of one transaction. A median or a share that fewer than five adverts, or dwellings, would tell is null.
"""

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.listing import Transaction
from serve.agencies import read_agency
from serve.answers import AgencyBrief, AgencyDetail, AgencyStock, Month, Overlap
from serve.location import whole_cities
from serve.statistics.answers import AgenciesAnswer, AgencyFigures
from serve.statistics.bounds import was_cut
from serve.statistics.cells import FEWEST
from serve.statistics.criteria import AgenciesQuery

MONTHS: Final = 12
MOST_OTHERS: Final = 10

# What is not asked for is left out of the statement, so that each is planned for itself.
_SCOPE: Final = {
    "agency_id": "l.agency_id = any(:agency_id)",
    "postal_code": "l.postal_code = any(:postal_code)",
    "insee_code": "l.insee_code = any(:insee_code)",
    "transaction": "l.transaction = :transaction",
}
_OWN: Final = """
    with own as materialized (
        select l.id, l.agency_id, l.property_id, l.first_seen from live_listings l where {scope}
    ), chosen as materialized (
        select agency_id, count(distinct property_id) as dwellings from own
        group by agency_id order by dwellings desc, agency_id limit :limit
    )
"""
_FIGURES: Final = f"""
    , homes as (
        select distinct agency_id, property_id from own join chosen using (agency_id)
    ), alone as (
        select agency_id, avg(case when exists (
            select from live_listings o
            where o.property_id = homes.property_id and o.agency_id <> homes.agency_id
                and o.transaction = :transaction
            ) then 0.0 else 1.0 end) as alone
        from homes group by agency_id
    ), moved as (
        select agency_id, count(*) as adverts,
            percentile_cont(0.5) within group (order by extract(epoch from now() - first_seen)) / 86400
                as days,
            avg(case when {was_cut("own.id")} then 1.0 else 0.0 end) as cuts
        from own join chosen using (agency_id) group by agency_id
    )
    select a.id, a.name, a.website_url, a.city, a.phone, c.dwellings, m.adverts, m.days, m.cuts, n.alone
    from chosen c join agencies a on a.id = c.agency_id join moved m using (agency_id)
        join alone n using (agency_id)
    order by c.dwellings desc, a.id
"""  # noqa: S608 - made of constants
_OTHERS: Final = """
    , shared as (
        select own.agency_id as of, o.agency_id as other, count(distinct o.property_id) as dwellings
        from (select distinct agency_id, property_id from own join chosen using (agency_id)) own
        join live_listings o on o.property_id = own.property_id and o.agency_id <> own.agency_id
            and o.transaction = :transaction
        group by 1, 2
    ), ranked as (
        select s.*, row_number() over (partition by of order by dwellings desc, other) as place from shared s
    )
    select r.of, a.id, a.name, a.website_url, a.city, a.phone, r.dwellings
    from ranked r join agencies a on a.id = r.other where place <= :others order by of, place
"""
_MONTHS: Final = """
    select l.agency_id, to_char(l.first_seen at time zone 'Europe/Paris', 'YYYY-MM') as month,
        count(*) as adverts
    from aggregated_listings l
    where l.agency_id = any(:found) and l.republishes is null and {scope} and l.first_seen >=
        (date_trunc('month', now() at time zone 'Europe/Paris') - make_interval(months => :months - 1))
        at time zone 'Europe/Paris'
    group by 1, 2
"""
_NAMES: Final = text(
    "select to_char(date_trunc('month', now() at time zone 'Europe/Paris')"
    " - make_interval(months => n), 'YYYY-MM') from generate_series(:months - 1, 0, -1) n"
)


async def read_agencies(connection: AsyncConnection, query: AgenciesQuery) -> AgenciesAnswer:
    """The agencies that `query` asks for, with their stock there; those that opted out are not told."""
    asked: dict[str, Any] = {name: getattr(query, name) for name in _SCOPE if getattr(query, name)}
    scope = " and ".join(_SCOPE[name] for name in asked)
    if query.insee_code:
        asked["insee_code"] = whole_cities(query.insee_code)
    own = _OWN.format(scope=scope)
    values = {**asked, "limit": query.limit, "others": MOST_OTHERS}
    rows = (await connection.execute(text(own + _FIGURES), values)).mappings().all()
    shared: dict[int, list[Overlap]] = defaultdict(list)
    for row in (await connection.execute(text(own + _OTHERS), values)).mappings():
        shared[row["of"]].append(Overlap(agency=AgencyBrief(**_brief(row)), dwellings=row["dwellings"]))
    born = await _born(connection, scope, {**asked, "found": [row["id"] for row in rows]})
    return AgenciesAnswer(
        agencies=[
            AgencyFigures(
                agency=AgencyBrief(**_brief(row)),
                transaction=query.transaction,
                dwellings=row["dwellings"],
                adverts=row["adverts"],
                median_days_on_market=_figure(row["days"], 1, row["adverts"]),
                price_cut_share=_figure(row["cuts"], 3, row["adverts"]),
                exclusive_share=_figure(row["alone"], 3, row["dwellings"]),
                new_per_month=born[row["id"]],
                overlap=shared[row["id"]],
            )
            for row in rows
        ]
    )


async def read_stock(
    connection: AsyncConnection, agency_id: int, transaction: Transaction
) -> AgencyDetail | None:
    """The agency with all its stock of a transaction; None when there is none, or it opted out."""
    agency = await read_agency(connection, agency_id)
    if agency is None:
        return None
    query = AgenciesQuery(agency_id=[agency_id], transaction=transaction)
    told = (await read_agencies(connection, query)).agencies
    return AgencyDetail(**agency.model_dump(), stock=told[0] if told else await _none(connection, query))


async def _none(connection: AsyncConnection, query: AgenciesQuery) -> AgencyStock:
    """The stock of an agency that offers nothing now; it may have, within the year."""
    (agency,) = query.agency_id
    born = await _born(
        connection, _SCOPE["transaction"], {"transaction": query.transaction, "found": [agency]}
    )
    figures = dict.fromkeys(("median_days_on_market", "price_cut_share", "exclusive_share"))
    counts = {"dwellings": 0, "adverts": 0, "new_per_month": born[agency], "overlap": []}
    return AgencyStock.model_validate({"transaction": query.transaction, **counts, **figures})


async def _born(connection: AsyncConnection, scope: str, asked: dict[str, Any]) -> dict[int, list[Month]]:
    """Of each agency `found`, its new adverts by month, the oldest first."""
    counted = await connection.execute(text(_MONTHS.format(scope=scope)), {**asked, "months": MONTHS})
    number = {(row.agency_id, row.month): row.adverts for row in counted}
    months = (await connection.execute(_NAMES, {"months": MONTHS})).scalars().all()
    return {
        agency: [Month(month=name, adverts=number.get((agency, name), 0)) for name in months]
        for agency in asked["found"]
    }


def _brief(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in AgencyBrief.model_fields}


def _figure(value: Any, digits: int, behind: int) -> float | None:
    """A median or a share, where enough stand behind it."""
    return round(float(value), digits) if behind >= FEWEST else None
