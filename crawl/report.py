"""Reports: what a crawl of one site did, for a person, a log row and the caller.

Counts come from the database, so a crawl that was killed and resumed reports all of its work.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, distinct, exists, func, or_, select

from crawl.lease import Lease
from crawl.meter import Step, Tally
from models.tables import (
    Agency,
    AggregatedListing,
    EventKind,
    ListingHistory,
    Page,
    ScrapingLog,
    ScrapingStatus,
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a crawl ended. error: one clear line; unfinished: its log stays open and the next one resumes."""

    status: ScrapingStatus
    error: str | None = None
    error_type: str | None = None
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """One crawl of one site. Counts are listings, but `pages` and `bytes`; seconds of this process's work."""

    agency_id: int
    host: str
    status: ScrapingStatus
    error: str | None = None
    error_type: str | None = None
    pages: int = 0
    bytes: int = 0
    #: Seen live in this crawl.
    found: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    republished: int = 0
    #: Withdrawals that the burst guard holds back.
    held: int = 0
    seconds: float = 0.0
    resumed: bool = False
    #: Looked at for their hashes by this process.
    photos: int = 0

    @property
    def line(self) -> str:
        """The report as one line for a terminal."""
        if self.status is not ScrapingStatus.OK:
            return f"{self.host}: {self.status.value}. {self.error or ''}".rstrip()
        parts = {
            "new": self.new,
            "changed": self.changed,
            "withdrawn": self.withdrawn,
            "on line again": self.republished,
            "held back": self.held,
        }
        said = ", ".join(f"{number} {what}" for what, number in parts.items() if number) or "nothing changed"
        photos = f", {self.photos} photos looked at" if self.photos else ""
        note = f" {self.error}" if self.error else ""
        return f"{self.host}: {self.found} listings on {self.pages} pages, {said}{photos}.{note}"


@dataclass(frozen=True, slots=True)
class Counts:
    """What the tables tell of one crawl."""

    found: int
    active: int
    total: int
    new: int
    changed: int
    withdrawn: int
    republished: int
    pages: int
    lists: int

    @property
    def news(self) -> float:
        """Share of the site's listings that came, changed or went."""
        return (self.new + self.changed + self.withdrawn) / max(1, self.active)


def count(connection: Connection, lease: Lease) -> Counts:
    """The crawl's counts, from the events and rows it wrote; found: on their own pages or by a list."""
    table = AggregatedListing
    mine = table.agency_id == lease.agency_id
    listed = exists().where(
        Page.agency_id == table.agency_id, Page.url == table.source_url, Page.seen_at >= lease.since
    )
    row = connection.execute(
        select(
            func.count().filter(table.is_active, or_(table.last_seen >= lease.since, listed)),
            func.count().filter(table.is_active),
            func.count(),
        ).where(mine)
    ).one()
    events = _events(connection, lease)
    pages = connection.execute(
        select(func.count(), func.count().filter(Page.kind == "index")).where(
            Page.agency_id == lease.agency_id, Page.fetched_at >= lease.since
        )
    ).one()
    return Counts(
        *row,
        new=events.get(EventKind.CREATED, 0),
        changed=_changed(connection, lease),
        withdrawn=events.get(EventKind.WITHDRAWN, 0),
        republished=events.get(EventKind.REPUBLISHED, 0),
        pages=pages[0],
        lists=pages[1],
    )


def log_values(report: CrawlReport) -> dict[str, object]:
    """A report as the columns of its scraping log."""
    return {
        "status": report.status.value,
        "pages_fetched": report.pages,
        "bytes_fetched": report.bytes,
        "listings_found": report.found,
        "listings_new": report.new,
        "listings_updated": report.changed,
        "listings_removed": report.withdrawn,
        "listings_held": report.held,
        "error_message": report.error,
        "error_type": report.error_type,
    }


def event_values(report: CrawlReport) -> dict[str, object]:
    """A report as the fields of an event in the log."""
    values = log_values(report)
    return {
        "outcome": values.pop("status"),
        "seconds": round(report.seconds, 3),
        "photos": report.photos,
        **values,
    }


def ended_since(connection: Connection, agency_id: int, since: datetime) -> CrawlReport | None:
    """The report of the site's crawl that ended after `since`, from its log row: whoever had it is dead."""
    log = ScrapingLog
    row = connection.execute(
        select(*log.__table__.c, Agency.host)
        .join(Agency, Agency.id == log.agency_id)
        .where(log.agency_id == agency_id, log.ended_at >= since)
        .order_by(log.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return CrawlReport(
        agency_id,
        row.host,
        ScrapingStatus(row.status),
        row.error_message,
        row.error_type,
        row.pages_fetched,
        row.bytes_fetched,
        row.listings_found,
        row.listings_new,
        row.listings_updated,
        row.listings_removed,
        held=row.listings_held,
        seconds=row.duration or 0.0,
    )


def tally_values(log: Any, tally: Tally) -> dict[str, object]:
    """What was counted, on top of what an interrupted crawl had counted, as columns of the scraping log."""
    seconds = tally.seconds
    return {
        "bytes_fetched": log.bytes_fetched + tally.bytes,
        "requests": log.requests + tally.requests.total(),
        "retries": log.retries + tally.retries,
        "outcomes": dict(Counter(log.outcomes) + tally.requests),
        "waiting": log.waiting + seconds[Step.WAIT],
        "fetching": log.fetching + seconds[Step.FETCH],
        "reading": log.reading + seconds[Step.READ],
        "storing": log.storing + seconds[Step.STORE],
    }


def _events(connection: Connection, lease: Lease) -> dict[EventKind, int]:
    query = (
        select(ListingHistory.kind, func.count())
        .join(AggregatedListing, AggregatedListing.id == ListingHistory.listing_id)
        .where(AggregatedListing.agency_id == lease.agency_id)
        .where(ListingHistory.scraping_log_id == lease.log_id)
        .group_by(ListingHistory.kind)
    )
    return {row.kind: row[1] for row in connection.execute(query)}


def _changed(connection: Connection, lease: Lease) -> int:
    about_life = (EventKind.CREATED, EventKind.WITHDRAWN, EventKind.REPUBLISHED)
    query = (
        select(func.count(distinct(ListingHistory.listing_id)))
        .join(AggregatedListing, AggregatedListing.id == ListingHistory.listing_id)
        .where(AggregatedListing.agency_id == lease.agency_id)
        .where(ListingHistory.scraping_log_id == lease.log_id)
        .where(ListingHistory.kind.not_in(about_life))
    )
    return connection.scalar(query) or 0
