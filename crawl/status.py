"""The state of all crawls, told from the database alone: beside a running crawl, and after a kill.

    status = read_status(engine)            # everything
    site = read_site(engine, agency_id)     # one site

Counts of the last day come from scraping logs; a crawl under way is told by its lease and its pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, TextClause, text

from crawl import orders

#: Sites under way, kinds of errors and past crawls told at most.
MOST: Final = 20

_SITES: Final = text(
    """
    select count(*) filter (where is_active and opted_out_at is null) as known,
           count(*) filter (where is_active and opted_out_at is null and paused_at is null and not running
                            and next_crawl_at <= :now and coalesce(not_before, :now) <= :now) as due,
           count(*) filter (where is_active and opted_out_at is null and paused_at is null and not running
                            and not_before > :now) as waiting,
           count(*) filter (where paused_at is not null) as paused,
           count(*) filter (where opted_out_at is not null) as opted_out,
           count(*) filter (where running) as running
    from (select *, coalesce(leased_until >= :now, false) as running from agencies) as agencies
    """
)

#: The open log of a site is its crawl under way, whose pages are those fetched since it began.
_RUNNING: Final = text(
    """
    select a.id as agency_id, a.host, a.leased_by as worker, log.started_at as since,
           a.leased_until as lease_until, greatest(a.not_before, :now) as next_request_from,
           count(p.id) filter (where p.fetched_at >= log.started_at) as pages_done,
           count(p.id) filter (where p.due_at <= :now) as pages_due
    from (select * from agencies where leased_until >= :now order by leased_until limit :most) as a
    left join lateral (select started_at from scraping_logs
                       where agency_id = a.id and ended_at is null order by id desc limit 1) as log on true
    left join pages as p on p.agency_id = a.id
    group by a.id, a.host, a.leased_by, a.leased_until, a.not_before, log.started_at
    order by log.started_at, a.id
    """
)

_PAGES_DUE: Final = text("select count(*) from pages where due_at <= :now")

_DAY: Final = text(
    """
    select status, count(*) as crawls, sum(pages_fetched)::bigint as pages,
           sum(bytes_fetched)::bigint as bytes, sum(requests)::bigint as requests,
           sum(retries)::bigint as retries, sum(listings_found)::bigint as found,
           sum(listings_new)::bigint as new, sum(listings_updated)::bigint as changed,
           sum(listings_removed)::bigint as withdrawn, sum(waiting) as waiting, sum(fetching) as fetching,
           sum(reading) as reading, sum(storing) as storing,
           count(*) filter (where ended_at >= date_trunc('day', cast(:now as timestamptz), 'UTC')) as today
    from scraping_logs
    where started_at > cast(:now as timestamptz) - interval '1 day'
    group by status order by crawls desc, status
    """
)

_OUTCOMES: Final = text(
    """
    select outcome.key, sum(outcome.value::bigint)::bigint as requests
    from scraping_logs, jsonb_each_text(outcomes) as outcome
    where started_at > cast(:now as timestamptz) - interval '1 day'
    group by outcome.key order by requests desc, outcome.key
    """
)

#: A crawl that went well may have a note; that is no error.
_ERRORS: Final = text(
    """
    select log.status, log.error_message as line, count(*) as crawls, max(agency.host) as host,
           max(log.started_at) as last
    from scraping_logs as log join agencies as agency on agency.id = log.agency_id
    where log.started_at > cast(:now as timestamptz) - interval '1 day'
      and log.status not in ('ok', 'running', 'interrupted') and log.error_message is not null
    group by log.status, log.error_message
    order by crawls desc, last desc limit :most
    """
)

_SITE: Final = text(
    """
    select id as agency_id, name, host, website_url, platform, scraping_status as status,
           scraping_error as error, scraping_error_count as errors_in_a_row, last_scraped,
           last_success_at as last_success, next_crawl_at as next_crawl, not_before, crawl_delay, backoff,
           robots_status, robots_fetched_at, paused_at, opted_out_at, is_active, active_listings,
           total_listings, case when leased_until >= :now then leased_by end as worker,
           case when leased_until >= :now then leased_until end as lease_until
    from agencies where id = :agency_id
    """
)

_SITE_PAGES: Final = text(
    """
    select coalesce(kind, 'unread') as kind, count(*) as pages, count(*) filter (where due_at <= :now) as due
    from pages where agency_id = :agency_id group by 1 order by pages desc, kind
    """
)

_SITE_CRAWLS: Final = text(
    """
    select id as log_id, status, started_at, ended_at, duration, pages_fetched as pages,
           bytes_fetched as bytes, requests, retries, outcomes, waiting, fetching, reading, storing,
           listings_found as found, listings_new as new, listings_updated as changed,
           listings_removed as withdrawn, listings_held as held, error_message as error, error_type
    from scraping_logs where agency_id = :agency_id order by id desc limit :most
    """
)

#: Columns of `_DAY` that add up to a day's total.
_SUMS: Final = (
    "crawls", "pages", "bytes", "requests", "retries", "found", "new", "changed", "withdrawn", "waiting",
    "fetching", "reading", "storing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CrawlStatus:
    """All crawls on a database at `now`. Rows are plain, as `--json` prints them; seconds, bytes, UTC."""

    now: datetime
    #: Since when everything is paused, and when crawls were last stopped.
    paused_at: datetime | None
    stopped_at: datetime | None
    #: known, due, waiting (asked to wait), paused, opted_out, running.
    sites: Mapping[str, int]
    pages_due: int
    #: Crawls that ended since midnight UTC.
    done_today: int
    #: Sites under way, at most MOST: who crawls them, since when, until when the lease holds.
    running: list[dict[str, Any]]
    #: Crawls of the last 24 hours by status, and what they add up to.
    crawls: Mapping[str, int]
    day: Mapping[str, Any]
    #: Requests of the last 24 hours by outcome.
    outcomes: Mapping[str, int]
    #: What went wrong in the last 24 hours, most frequent first: status, line, crawls, a host, last.
    errors: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """One site: its row, its pages by kind, its last crawls, newest first."""

    site: dict[str, Any]
    paused: bool
    pages: list[dict[str, Any]] = field(default_factory=list)
    crawls: list[dict[str, Any]] = field(default_factory=list)


def read_status(engine: Engine) -> CrawlStatus:
    """What is crawled now, what is due, what went wrong."""
    with engine.connect() as connection:
        now = orders.now(connection)
        order = orders.standing(connection)
        days = _rows(connection, _DAY, now=now)
        return CrawlStatus(
            now=now,
            paused_at=order.paused_at if order else None,
            stopped_at=order.stopped_at if order else None,
            sites=_rows(connection, _SITES, now=now)[0],
            pages_due=connection.execute(_PAGES_DUE, {"now": now}).scalar_one(),
            done_today=sum(day["today"] for day in days),
            running=_rows(connection, _RUNNING, now=now, most=MOST),
            crawls={day["status"]: day["crawls"] for day in days},
            day={name: sum(day[name] for day in days) for name in _SUMS},
            outcomes={row["key"]: row["requests"] for row in _rows(connection, _OUTCOMES, now=now)},
            errors=_rows(connection, _ERRORS, now=now, most=MOST),
        )


def read_site(engine: Engine, agency_id: int) -> SiteStatus:
    """One registered site."""
    with engine.connect() as connection:
        now = orders.now(connection)
        order = orders.standing(connection)
        site = _rows(connection, _SITE, now=now, agency_id=agency_id)[0]
        return SiteStatus(
            site,
            site["paused_at"] is not None or (order is not None and order.paused_at is not None),
            _rows(connection, _SITE_PAGES, now=now, agency_id=agency_id),
            _rows(connection, _SITE_CRAWLS, agency_id=agency_id, most=MOST),
        )


def _rows(connection: Connection, query: TextClause, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query, values).mappings()]
