"""Agencies beside each other: what each offers in an area, how it moves, and who else offers the same.

Read from the listings, by index: of agencies told, or of those with most dwellings under a few codes.
"""

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from serve.answers import AgencyBrief, Month, Overlap
from serve.statistics.answers import AgenciesAnswer, AgencyFigures
from serve.statistics.bounds import was_cut
from serve.statistics.criteria import AgenciesQuery

MONTHS: Final = 12
MOST_OTHERS: Final = 5

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
            ) then 0.0 else 1.0 end) as exclusive_share
        from homes group by agency_id
    ), moved as (
        select agency_id, count(*) as adverts,
            percentile_cont(0.5) within group (order by extract(epoch from now() - first_seen)) / 86400
                as days,
            avg(case when {was_cut("own.id")} then 1.0 else 0.0 end) as price_cut_share
        from own join chosen using (agency_id) group by agency_id
    )
    select a.id, a.name, a.website_url, a.city, a.phone, c.dwellings, m.adverts, m.days, m.price_cut_share,
        n.exclusive_share
    from chosen c join agencies a on a.id = c.agency_id join moved m using (agency_id)
        join alone n using (agency_id)
    order by c.dwellings desc, a.id
"""  # noqa: S608 - made of constants
_OTHERS: Final = """
    , shared as (
        select own.agency_id as of, o.agency_id as other, count(distinct o.property_id) as dwellings
        from (select distinct agency_id, property_id from own join chosen using (agency_id)) own
        join live_listings o on o.property_id = own.property_id and o.agency_id <> own.agency_id
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
    asked["limit"] = query.limit
    own = _OWN.format(scope=scope)
    rows = (await connection.execute(text(own + _FIGURES), asked)).mappings().all()
    others = await connection.execute(text(own + _OTHERS), {**asked, "others": MOST_OTHERS})
    shared: dict[int, list[Overlap]] = defaultdict(list)
    for row in others.mappings():
        shared[row["of"]].append(Overlap(agency=AgencyBrief(**_brief(row)), dwellings=row["dwellings"]))
    told = {**asked, "found": [row["id"] for row in rows], "months": MONTHS}
    counted = await connection.execute(text(_MONTHS.format(scope=scope)), told)
    born = {(row.agency_id, row.month): row.adverts for row in counted}
    months = (await connection.execute(_NAMES, {"months": MONTHS})).scalars().all()
    return AgenciesAnswer(
        agencies=[
            AgencyFigures(
                agency=AgencyBrief(**_brief(row)),
                dwellings=row["dwellings"],
                adverts=row["adverts"],
                median_days_on_market=_rounded(row["days"], 1),
                price_cut_share=_rounded(row["price_cut_share"], 3),
                exclusive_share=_rounded(row["exclusive_share"], 3),
                new_per_month=[Month(month=name, adverts=born.get((row["id"], name), 0)) for name in months],
                overlap=shared[row["id"]],
            )
            for row in rows
        ]
    )


def _brief(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in AgencyBrief.model_fields}


def _rounded(value: Any, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
