"""Withdrawal: only evidence on a listing's own page takes it off line, and never a suspicious many at once.

`evidence` judges one page and `settle` applies what a crawl found, in one transaction. Time, silence
and failed requests are no evidence and never reach this module.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from crawl.fetch import Fetched, FetchOutcome
from crawl.ingest import alike, record, republished_by
from crawl.record import ROW_COLUMNS, Change
from crawl.url import is_home, key
from models.tables import AggregatedListing, EventKind, Page, Property, ScrapingLog

#: The page asks not to be listed (X-Robots-Tag or meta robots).
HIDDEN: Final = "noindex"
#: The words of `withdrawn_reason` that a page's outcome may carry.
EVIDENCE: Final = frozenset({"gone", "not_found", "sold", "redirected", "home", HIDDEN})
_PROVEN_BY_STATUS: Final = {FetchOutcome.GONE: "gone", FetchOutcome.NOT_FOUND: "not_found"}
#: A page that says so itself is `gone` as well, with another status.
_STATUSES: Final = frozenset({404, 410})
#: More than the larger of these in one crawl is held back: a site that broke answers 404 for everything.
BURST_NUMBER: Final = 5
BURST_SHARE: Final = 0.5
#: A site that lost so many, and with them all it had, is held back as well.
BURST_WHOLE: Final = 3
#: A later crawl that finds the same listings gone again, at least this long after, confirms a burst.
CONFIRMED_AFTER: Final = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Settled:
    """withdrawn, held: listings; republished: withdrawn ones found on line at another address."""

    withdrawn: int = 0
    held: int = 0
    republished: int = 0


def evidence(
    fetched: Fetched, kind: str | None, reason: str | None, *, looks_like_home: bool, from_home: bool
) -> str | None:
    """What the fetch of a listing's own address proves against it; None when nothing.

    kind and reason: the reading's, of an answer that has a page; looks_like_home: its words are the
    home page's; from_home: the home page links to where the answer came from.
    """
    if fetched.outcome in _PROVEN_BY_STATUS:
        return _PROVEN_BY_STATUS[fetched.outcome]
    if fetched.outcome is not FetchOutcome.OK or kind in (None, "detail") or reason == "challenge":
        return None
    if reason in ("gone", "sold"):
        return reason
    if fetched.redirects and key(fetched.final_url) != key(fetched.url):
        away = kind == "index" or from_home or is_home(fetched.final_url)
        return "redirected" if away else None
    return "home" if looks_like_home else None


def settle(
    connection: Connection,
    agency_id: int,
    *,
    since: datetime,
    now: datetime,
    log_id: int,
    by_words: bool = True,
) -> Settled:
    """Withdraw the listings whose own page, fetched since `since`, proved it; in a burst, only those that
    an earlier crawl held back and that were not seen since.

    by_words: whether what pages say counts; of a site with a new design only its answers' statuses do.
    """
    found = _proven(connection, agency_id, since)
    proven = [row for row in found if by_words or row.status in _STATUSES]
    held = len(found) - len(proven)
    if proven and _is_burst(connection, agency_id, since, len(proven)):
        before = _held_since(connection, agency_id, now, log_id)
        confirmed = [row for row in proven if before is not None and row.last_seen < before]
        held, proven = held + len(proven) - len(confirmed), confirmed
    for row in proven:
        withdraw(connection, row, row.outcome, now=now, log_id=log_id)
    republished = sum(_link_republished(connection, row, now, log_id) for row in proven)
    return Settled(withdrawn=len(proven), held=held, republished=republished)


def withdraw(
    connection: Connection, row: Row[Any], reason: str, *, now: datetime, log_id: int | None
) -> None:
    """Take one active listing off line, with its event."""
    connection.execute(
        update(AggregatedListing)
        .where(AggregatedListing.id == row.id)
        .values(is_active=False, withdrawn_at=now, withdrawn_reason=reason, updated_at=now)
    )
    change = Change("", EventKind.WITHDRAWN, None, reason)
    record(connection, row.id, row.property_id, [change], now=now, log_id=log_id)


def _proven(connection: Connection, agency_id: int, since: datetime) -> list[Row[Any]]:
    table = AggregatedListing
    own_page = and_(Page.agency_id == table.agency_id, Page.url == table.source_url)
    query = (
        select(*ROW_COLUMNS, table.last_seen, Page.outcome, Page.status)
        .join(Page, own_page)
        .where(table.agency_id == agency_id, table.is_active)
        .where(Page.fetched_at >= since, Page.outcome.in_(EVIDENCE), table.last_seen < Page.fetched_at)
        .order_by(table.id)
    )
    return list(connection.execute(query))


def _is_burst(connection: Connection, agency_id: int, since: datetime, number: int) -> bool:
    """Against the listings known before this crawl, so that new ones cannot hide a burst; with those that it
    has withdrawn already, as it settles what its lists tell before all else.
    """
    table = AggregatedListing
    gone = func.count().filter(~table.is_active)
    query = select(func.count(), gone).where(
        table.agency_id == agency_id,
        table.first_seen < since,
        or_(table.is_active, table.withdrawn_at >= since),
    )
    known, withdrawn = connection.execute(query).one()
    number += withdrawn
    return number > max(BURST_NUMBER, BURST_SHARE * known) or number >= max(BURST_WHOLE, known)


def _held_since(connection: Connection, agency_id: int, now: datetime, log_id: int) -> datetime | None:
    """The start of the last crawl, if it held a burst and was long enough ago."""
    query = (
        select(ScrapingLog.listings_held, ScrapingLog.started_at)
        .where(ScrapingLog.agency_id == agency_id, ScrapingLog.id != log_id)
        .where(ScrapingLog.ended_at.is_not(None), ScrapingLog.pages_fetched > 0)
        .order_by(ScrapingLog.id.desc())
        .limit(1)
    )
    last = connection.execute(query).first()
    if last is None or not last.listings_held or now - last.started_at < CONFIRMED_AFTER:
        return None
    started: datetime = last.started_at
    return started


def _link_republished(connection: Connection, row: Row[Any], now: datetime, log_id: int) -> bool:
    """Tie a just withdrawn advert to the one that took its place before we knew it was gone."""
    heir = _heir(connection, row)
    if heir is None:
        return False
    table = AggregatedListing
    connection.execute(
        update(table).where(table.id == heir.id).values(republishes=row.id, property_id=row.property_id)
    )
    if heir.property_id != row.property_id:
        _retire_property(connection, heir.property_id, row.property_id)
    change = Change("", EventKind.REPUBLISHED, row.source_url, heir.source_url)
    record(connection, heir.id, row.property_id, [change], now=now, log_id=log_id)
    return True


def _heir(connection: Connection, row: Row[Any]) -> Row[Any] | None:
    """The active advert, first seen after this one was last seen, that puts it on line again."""
    table, clues = AggregatedListing, alike(row._asdict())
    if not clues:
        return None
    query = (
        select(*ROW_COLUMNS)
        .where(table.agency_id == row.agency_id, table.is_active, table.republishes.is_(None))
        .where(table.first_seen > select(table.last_seen).where(table.id == row.id).scalar_subquery())
        .where(or_(*clues))
        .order_by(table.id)
    )
    for heir in connection.execute(query):
        former = republished_by(connection, row.agency_id, heir._asdict())
        if former is not None and former.id == row.id:
            return heir
    return None


def _retire_property(connection: Connection, born: int, kept: int) -> None:
    """The heir's own property, if it is empty now, points to the older one: ids stay resolvable."""
    table = AggregatedListing
    left = connection.scalar(select(func.count()).where(table.property_id == born))
    if not left:
        connection.execute(update(Property).where(Property.id == born).values(merged_into=kept))
