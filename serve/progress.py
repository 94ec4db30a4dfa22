"""The crawl under way, told from its own tables: who holds a lease now, and what this round has done."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from serve.answers import Progress
from serve.engines.contract import COUNT_LIMIT

#: A round is the visits that follow each other with no longer pause than a minute. A site whose lease
#: ran out is not running, whatever its status says: its worker is gone.
_PROGRESS: Final = text(
    """
    with visits as (
        select agency_id, started_at, ended_at, pages_fetched,
               max(coalesce(ended_at, now())) over (
                   order by started_at, id rows between unbounded preceding and 1 preceding) as busy_until
        from scraping_logs
        where started_at > now() - interval '1 day'
    ), round as (
        select coalesce(max(started_at), now()) as began
        from visits
        where busy_until is null or started_at > busy_until + interval '1 minute'
    ), running as (
        select id from agencies where scraping_status = 'running' and leased_until > now()
    ), ended as (
        select agency_id, sum(pages_fetched) as pages
        from visits, round
        where started_at >= began and ended_at is not null
          and agency_id not in (select id from running)
        group by agency_id
    ), waiting as (
        select id from agencies
        where is_active and opted_out_at is null and next_crawl_at <= now()
          and id not in (select id from running) and id not in (select agency_id from ended)
    )
    select (select count(*) from running) as running,
           (select count(*) from ended) as done,
           (select count(*) from waiting) as waiting,
           (select coalesce(sum(pages), 0)::bigint from ended) as pages,
           (select count(*) from (
               select 1 from live_listings limit :most) as live) as listings
    """
)


async def read_progress(connection: AsyncConnection) -> Progress:
    """How far the crawl is; `running` is 0 when there is none."""
    row = (await connection.execute(_PROGRESS, {"most": COUNT_LIMIT})).mappings().one()
    return Progress(
        running=row["running"],
        done=row["done"],
        total=row["running"] + row["done"] + row["waiting"],
        pages=row["pages"],
        listings=row["listings"],
    )
