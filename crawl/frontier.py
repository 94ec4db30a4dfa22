"""The frontier: the pages of a site, durable, each known by its key and fetched once per crawl.

A page that is due has `due_at`; a page done in this crawl has none until `arm` opens the next one.
`finish` runs in the transaction that stores what was read, so a kill refetches one page at most.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from sqlalchemy import Connection, func, or_, select, text, update

from crawl.url import MAX_LENGTH, key
from models.tables import AggregatedListing, Page

#: A page that was neither list nor listing may have become one: looked at again after this long.
OTHERS_AGAIN_AFTER: Final = timedelta(days=30)
#: A withdrawn listing's address is still asked for this long: it may come back, or we were deceived.
DOUBTED_FOR: Final = timedelta(days=7)
#: Of the usual time until a listing is looked at of which its list says the same: half of it after each
#: change, half more after none.
SOONEST: Final = 0.5
LATEST: Final = 3.5
#: Crawls in a row in which a page may fail before it is treated as one of those.
MAX_TRIES: Final = 5


class Priority(IntEnum):
    """Lower goes first."""

    HOME = 0
    LIST = 10
    FOLLOW = 20
    #: A known listing of which a list says otherwise than before, or that none names any more: few, and what
    #: they withdraw is settled before a new one may put it on line again.
    CHANGED = 30
    NEW = 40
    #: A known listing that was not looked at for long.
    KNOWN = 45
    SITEMAP = 50


@dataclass(frozen=True, slots=True)
class Moment:
    """since: start of the crawl; revisit: how long a listing of which nothing new is told is left alone."""

    since: datetime
    now: datetime
    revisit: timedelta

    def values(self) -> dict[str, object]:
        """What statements bind."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


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
    #: The fingerprint of what a list says of it.
    teaser: int | None = None


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
    revisit: float = 1.0
    structure_hash: int | None = None


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
    #: Whether a listing told otherwise than at the last look; None where that does not apply.
    changed: bool | None = None
    #: The template's fingerprint, where the page was read.
    structure: int | None = None
    #: One line on a failure, for the log; not stored.
    reason: str = ""


#: Nothing good is known of the page, or nothing recent.
_STALE: Final = """(pages.fetched_at is null or pages.tries > 0
    or coalesce(pages.outcome, '') not in ('ok', 'not_modified')
    or pages.fetched_at <= cast(:now as timestamptz) - pages.revisit * cast(:revisit as interval))"""

_ADD = text(
    f"""
    insert into pages (agency_id, key, url, priority, depth, found_by, due_at, tries, created_at,
                       seen_at, listed_on, card_hash)
    select :agency_id, found.key, found.url, found.priority, found.depth, found.found_by, :now, 0, :now,
           case when found.found_by = 'list' then cast(:now as timestamptz) end, cast(:listed_on as bigint),
           found.card_hash
    from unnest(cast(:keys as text[]), cast(:urls as text[]), cast(:priorities as smallint[]),
                cast(:depths as smallint[]), cast(:found_bys as text[]), cast(:teasers as bigint[]))
         as found (key, url, priority, depth, found_by, card_hash)
    on conflict (agency_id, key) do update
    set due_at = case
            when pages.fetched_at >= :since then pages.due_at
            when excluded.found_by in ('home', 'list') and excluded.priority < {int(Priority.CHANGED)}
                or {_STALE}
                or excluded.found_by = 'list'
                    and (excluded.card_hash is null or excluded.card_hash is distinct from pages.card_hash)
                then excluded.due_at
            else pages.due_at end,
        priority = case
            when least(pages.priority, excluded.priority) < {int(Priority.CHANGED)}
                or pages.fetched_at is null and pages.found_by <> 'known'
                then least(pages.priority, excluded.priority)
            when excluded.found_by = 'known' then excluded.priority
            when excluded.card_hash <> pages.card_hash then {int(Priority.CHANGED)}
            else pages.priority end,
        url = case when excluded.found_by = 'known' then excluded.url else pages.url end,
        seen_at = coalesce(excluded.seen_at, pages.seen_at),
        listed_on = coalesce(excluded.listed_on, pages.listed_on),
        card_hash = coalesce(excluded.card_hash, pages.card_hash)
    where excluded.found_by in ('home', 'list', 'known')
    """  # noqa: S608 - made of constants
)


def add(
    connection: Connection,
    agency_id: int,
    finds: Iterable[Find],
    moment: Moment,
    listed_on: int | None = None,
) -> int:
    """Add pages, once per key, and make due again what this crawl has not yet fetched where it is a list, or
    a list says otherwise of it than before, or it was not looked at for long.

    listed_on: the page that names them. Returns how many rows were touched.
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
            **moment.values(),
            "keys": [k for k, _ in rows],
            "urls": [f.url for _, f in rows],
            "priorities": [int(f.priority) for _, f in rows],
            "depths": [f.depth for _, f in rows],
            "found_bys": [f.found_by.value for _, f in rows],
            "teasers": [f.teaser for _, f in rows],
            "listed_on": listed_on,
        },
    )
    return result.rowcount


def arm(connection: Connection, agency_id: int, moment: Moment) -> None:
    """Open a new crawl: lists, listings' own pages, failures and long unseen others become due."""
    pages, now = Page.__table__.c, moment.now
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
    add(connection, agency_id, known, moment)


def unlisted(connection: Connection, agency_id: int, moment: Moment) -> None:
    """Once the lists are read: listings on line that none of them named are due, as they may be gone."""
    active = select(AggregatedListing.source_url).where(
        AggregatedListing.agency_id == agency_id, AggregatedListing.is_active
    )
    pages = Page.__table__.c
    connection.execute(
        update(Page)
        .where(pages.agency_id == agency_id, pages.url.in_(active))
        .where(pages.fetched_at < moment.since, or_(pages.seen_at.is_(None), pages.seen_at < moment.since))
        .values(due_at=moment.now, priority=func.least(pages.priority, int(Priority.CHANGED)))
    )


_SAME_LIST: Final = text(
    f"""
    update pages
    set seen_at = :now,
        due_at = case when card_hash is null or {_STALE} then cast(:now as timestamptz) else due_at end
    where agency_id = :agency_id and listed_on = :listed_on
      and (pages.fetched_at is null or pages.fetched_at < :since)
    """  # noqa: S608 - made of constants
)


def still_listed(connection: Connection, agency_id: int, listed_on: int, moment: Moment) -> None:
    """A list that did not change names what it named."""
    connection.execute(_SAME_LIST, {"agency_id": agency_id, "listed_on": listed_on, **moment.values()})


def keep_home(connection: Connection, page: DuePage, marks: bytes | None) -> None:
    """Keep what other pages are compared with, for whoever takes the crawl over."""
    connection.execute(update(Page).where(Page.id == page.id).values(marks=marks))


def home(connection: Connection, agency_id: int, since: datetime) -> bytes | None:
    """What was kept of the home page that the crawl which began at `since` has read, if it has."""
    read = Page.fetched_at >= since, Page.outcome.in_(("ok", "not_modified"))
    kept = select(Page.marks).where(Page.agency_id == agency_id, Page.found_by == FoundBy.HOME, *read)
    return connection.scalar(kept.order_by(Page.fetched_at.desc()).limit(1))


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


# Plain SQL: built by hand, the statement of every page costs a tenth of a millisecond less.
_DONE: Final = text(
    """
    update pages
    set due_at = null, fetched_at = :now, outcome = :outcome, status = :status, tries = 0, kind = :kind,
        etag = :etag, last_modified = :last_modified, content_hash = :content_hash, revisit = :revisit,
        structure_hash = coalesce(:structure, structure_hash)
    where id = :id
    """
)
_FAILED: Final = text(
    """
    update pages
    set due_at = null, fetched_at = :now, outcome = :outcome, status = :status, tries = tries + 1
    where id = :id
    """
)


_MODIFIED: Final = text(
    f"""
    update pages set due_at = :now, priority = least(pages.priority, {int(Priority.CHANGED)})
    from unnest(cast(:keys as text[]), cast(:instants as timestamptz[])) as told (key, instant)
    where pages.agency_id = :agency_id and pages.key = told.key
      and pages.fetched_at < told.instant and pages.fetched_at < :since
    """  # noqa: S608 - made of constants
)


def modified(connection: Connection, agency_id: int, instants: Mapping[str, datetime], moment: Moment) -> int:
    """Make due the pages, by key, that are told to have changed since they were fetched; how many."""
    told = {key: at for key, at in instants.items() if at - timedelta(days=1) < moment.now}
    if not told:
        return 0
    values = {"agency_id": agency_id, "keys": list(told), "instants": list(told.values()), **moment.values()}
    return connection.execute(_MODIFIED, values).rowcount


def finish(connection: Connection, page: DuePage, done: Done, now: datetime) -> None:
    """Mark a page done for this crawl. A failure keeps what was known and counts a try."""
    values: dict[str, object] = {"id": page.id, "now": now, "outcome": done.outcome, "status": done.status}
    if done.failed:
        connection.execute(_FAILED, values)
        return
    values |= {
        "kind": done.kind or page.kind or "other",
        "etag": _short(done.etag, 300),
        "last_modified": _short(done.last_modified, 60),
        "content_hash": done.content_hash,
        "structure": done.structure,
        "revisit": page.revisit if done.changed is None else _revisit(page.revisit, done.changed),
    }
    connection.execute(_DONE, values)


def _revisit(before: float, changed: bool) -> float:
    return min(max(before * (0.5 if changed else 1.5), SOONEST), LATEST)


def names(connection: Connection, agency_id: int, page_id: int) -> bool:
    """Whether a list was the first of its crawl to name some page that is no list."""
    mine = Page.agency_id == agency_id, Page.listed_on == page_id, Page.priority >= Priority.CHANGED
    return connection.scalar(select(Page.id).where(*mine).limit(1)) is not None


def skip(connection: Connection, page: DuePage) -> None:
    """Leave a page alone in this crawl. What is known of it stands; never read, it had one of its tries."""
    tries = Page.tries + int(page.kind is None)
    connection.execute(update(Page).where(Page.id == page.id).values(due_at=None, tries=tries))


def _short(text: str | None, length: int) -> str | None:
    """A validator that does not fit cannot be sent back whole: dropped."""
    return text if text is not None and len(text) <= length and text.isascii() else None
