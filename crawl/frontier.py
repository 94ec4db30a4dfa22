"""The frontier: the pages of a site, durable, each known by its key and fetched once per crawl.

A page that is due has `due_at`; a page done in this crawl has none until `arm` opens the next one.
`finish` runs in the transaction that stores what was read, so a kill refetches one page at most.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from sqlalchemy import Connection, func, select, text, update

from crawl.url import MAX_LENGTH, key
from models.tables import AggregatedListing, Page

#: A page that was neither list nor listing may have become one: looked at again after this long.
OTHERS_AGAIN_AFTER: Final = timedelta(days=30)
#: A withdrawn listing's address is still asked for this long: it may come back, or we were deceived.
DOUBTED_FOR: Final = timedelta(days=7)
#: Crawls in a row in which a page may fail before it is treated as one of those.
MAX_TRIES: Final = 5


class Priority(IntEnum):
    """Lower goes first. Known listings come before new ones, so that withdrawals are settled by then."""

    HOME = 0
    LIST = 10
    FOLLOW = 20
    KNOWN = 30
    NEW = 40
    SITEMAP = 50


class FoundBy(StrEnum):
    """How a page was found."""

    HOME = "home"
    LIST = "list"
    LINK = "link"
    KNOWN = "known"
    SITEMAP = "sitemap"


@dataclass(frozen=True, slots=True)
class Find:
    """An address worth a visit. depth: clicks from the home page."""

    url: str
    priority: Priority
    found_by: FoundBy
    depth: int = 0


@dataclass(frozen=True, slots=True)
class DuePage:
    """A page to fetch, with what the last fetch left to make the request conditional."""

    id: int
    url: str
    key: str
    kind: str | None
    priority: int
    depth: int
    found_by: str
    etag: str | None
    last_modified: str | None
    content_hash: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a page. kind and validators: None keeps no claim; failed: nothing was learnt of it."""

    outcome: str
    status: int | None = None
    kind: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    failed: bool = False
    #: One line on a failure, for the log; not stored.
    reason: str = ""


_ADD = text(
    """
    insert into pages (agency_id, key, url, priority, depth, found_by, due_at, tries, created_at)
    select :agency_id, found.key, found.url, found.priority, found.depth, found.found_by, :now, 0, :now
    from unnest(cast(:keys as text[]), cast(:urls as text[]), cast(:priorities as smallint[]),
                cast(:depths as smallint[]), cast(:found_bys as text[]))
         as found (key, url, priority, depth, found_by)
    on conflict (agency_id, key) do update
    set due_at = excluded.due_at,
        priority = least(pages.priority, excluded.priority),
        url = case when excluded.found_by = 'known' then excluded.url else pages.url end
    where excluded.found_by in ('home', 'list', 'known')
      and (pages.fetched_at is null or pages.fetched_at < :since)
    """
)


def add(
    connection: Connection, agency_id: int, finds: Iterable[Find], *, since: datetime, now: datetime
) -> int:
    """Add pages, once per key, and make due again what a list names and this crawl has not yet fetched.

    since: start of the crawl. Returns how many rows were added or made due.
    """
    unique: dict[str, Find] = {}
    for find in finds:
        if len(find.url) <= MAX_LENGTH:
            unique.setdefault(key(find.url), find)
    if not unique:
        return 0
    rows = sorted(unique.items())
    result = connection.execute(
        _ADD,
        {
            "agency_id": agency_id,
            "now": now,
            "since": since,
            "keys": [k for k, _ in rows],
            "urls": [f.url for _, f in rows],
            "priorities": [int(f.priority) for _, f in rows],
            "depths": [f.depth for _, f in rows],
            "found_bys": [f.found_by.value for _, f in rows],
        },
    )
    return result.rowcount


def arm(connection: Connection, agency_id: int, now: datetime) -> None:
    """Open a new crawl: lists, listings' own pages, failures and long unseen others become due."""
    pages = Page.__table__.c
    never_read = pages.kind.is_(None) & (pages.tries < MAX_TRIES)
    long_unseen = pages.kind.is_distinct_from("index") & (pages.fetched_at < now - OTHERS_AGAIN_AFTER)
    connection.execute(
        update(Page)
        .where(pages.agency_id == agency_id, pages.due_at.is_(None))
        .where((pages.kind == "index") | (pages.found_by == FoundBy.HOME) | never_read | long_unseen)
        .values(due_at=now)
    )
    listing = AggregatedListing
    watched = select(listing.source_url).where(
        listing.agency_id == agency_id, listing.is_active | (listing.withdrawn_at > now - DOUBTED_FOR)
    )
    known = [Find(url, Priority.KNOWN, FoundBy.KNOWN) for url in connection.scalars(watched)]
    add(connection, agency_id, known, since=now, now=now)


_COLUMNS: Final = tuple(getattr(Page.__table__.c, name) for name in DuePage.__dataclass_fields__)


def due(connection: Connection, agency_id: int, now: datetime, limit: int = 1) -> Sequence[DuePage]:
    """The next pages to fetch, first things first."""
    query = (
        select(*_COLUMNS)
        .where(Page.agency_id == agency_id, Page.due_at <= now)
        .order_by(Page.priority, Page.id)
        .limit(limit)
    )
    return [DuePage(*row) for row in connection.execute(query)]


def queue(connection: Connection, agency_id: int, now: datetime) -> int:
    """How many pages of a site are due."""
    query = select(func.count()).select_from(Page).where(Page.agency_id == agency_id, Page.due_at <= now)
    return connection.execute(query).scalar_one()


def finish(connection: Connection, page: DuePage, done: Done, now: datetime) -> None:
    """Mark a page done for this crawl. A failure keeps what was known and counts a try."""
    values: dict[str, object] = {
        "due_at": None,
        "fetched_at": now,
        "outcome": done.outcome,
        "status": done.status,
    }
    if done.failed:
        values["tries"] = Page.tries + 1
    else:
        values |= {
            "tries": 0,
            "kind": done.kind or page.kind or "other",
            "etag": _short(done.etag, 300),
            "last_modified": _short(done.last_modified, 60),
            "content_hash": done.content_hash,
        }
    connection.execute(update(Page).where(Page.id == page.id).values(values))


def _short(text: str | None, length: int) -> str | None:
    """A validator that does not fit cannot be sent back whole: dropped."""
    return text if text is not None and len(text) <= length and text.isascii() else None
