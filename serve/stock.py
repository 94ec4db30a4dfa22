"""An agency's stock: how it grows, how its prices move, and what it shares with other agencies.

Dwellings are counted, not adverts, wherever two agencies are compared. Agencies that opted out count nowhere.
"""

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from serve.agencies import read_agency
from serve.answers import AgencyDetail, AgencyStock, Month, Overlap
from serve.statistics.bounds import was_cut

#: Months that are told, this one included; other agencies that are named.
MONTHS: Final = 12
MOST_OTHERS: Final = 10

_STOCK: Final = text(
    f"""
    with own as (
        select id, property_id, first_seen from aggregated_listings where agency_id = :agency and is_active
    ), homes as (
        select distinct property_id from own
    )
    select (select count(*) from homes) as dwellings, (select count(*) from own) as adverts,
        (select percentile_cont(0.5) within group (order by extract(epoch from now() - first_seen) / 86400)
         from own) as median_days_on_market,
        (select avg(case when {was_cut("own.id")} then 1.0 else 0.0 end) from own) as price_cut_share,
        (select avg(case when exists (
            select from aggregated_listings o join agencies a on a.id = o.agency_id
            where o.property_id = homes.property_id and o.is_active and o.agency_id <> :agency
                and a.opted_out_at is null) then 0.0 else 1.0 end)
         from homes) as exclusive_share
    """  # noqa: S608 - made of constants
)
_MONTHS: Final = text(
    """
    select to_char(month, 'YYYY-MM') as month, count(l.id) as adverts
    from (select date_trunc('month', now() at time zone 'Europe/Paris') as begun) this
    cross join generate_series(begun - make_interval(months => :months - 1), begun, interval '1 month') month
    left join aggregated_listings l on l.agency_id = :agency and l.republishes is null
        and l.first_seen >= month at time zone 'Europe/Paris'
        and l.first_seen < (month + interval '1 month') at time zone 'Europe/Paris'
    group by month order by month
    """
)
_OVERLAP: Final = text(
    """
    select a.id, a.name, a.website_url, a.city, a.phone, count(distinct o.property_id) as dwellings
    from (select distinct property_id from aggregated_listings where agency_id = :agency and is_active) own
    join aggregated_listings o on o.property_id = own.property_id and o.is_active and o.agency_id <> :agency
    join agencies a on a.id = o.agency_id and a.opted_out_at is null
    group by a.id order by dwellings desc, a.id limit :most
    """
)


async def read_stock(connection: AsyncConnection, agency_id: int) -> AgencyDetail | None:
    """The agency with its stock as of now; None when there is none, or it opted out."""
    agency = await read_agency(connection, agency_id)
    if agency is None:
        return None
    asked: dict[str, Any] = {"agency": agency_id}
    row = (await connection.execute(_STOCK, asked)).mappings().one()
    months = await connection.execute(_MONTHS, {**asked, "months": MONTHS})
    others = await connection.execute(_OVERLAP, {**asked, "most": MOST_OTHERS})
    stock = AgencyStock(
        dwellings=row["dwellings"],
        adverts=row["adverts"],
        median_days_on_market=_rounded(row["median_days_on_market"], 1),
        price_cut_share=_rounded(row["price_cut_share"], 3),
        exclusive_share=_rounded(row["exclusive_share"], 3),
        new_per_month=[Month.model_validate(month) for month in months.mappings()],
        overlap=[Overlap(agency=dict(other), dwellings=other["dwellings"]) for other in others.mappings()],
    )
    return AgencyDetail(**agency.model_dump(), stock=stock)


def _rounded(value: Any, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
