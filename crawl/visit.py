"""A visit: one fetched page judged, and all that follows of it written in one transaction.

`judge` decides without touching anything; `store_visit` writes the listing, the done-mark, the pages
found and the lease's renewal together, so that a kill leaves either all of it or none.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, exists, select

from crawl import frontier, structure, teaser
from crawl.fetch import TRANSIENT, Fetched, FetchOutcome, Manner, Permit
from crawl.frontier import Done, DuePage, Find, FoundBy, Moment, Priority
from crawl.home import HomePage
from crawl.ingest import Outcome, ingest, move, touch
from crawl.lease import Lease, hold
from crawl.politeness import Owed
from crawl.traps import LINKS
from crawl.url import absolute, key, same_site, tidy
from crawl.verdict import UNREADABLE
from crawl.withdrawal import HIDDEN, evidence
from extract.page import PageReading
from extract.wishes import read_wishes
from models.tables import AggregatedListing

#: Raise it when readings change, so that pages which did not change are read again.
READER: Final = "1"
MAX_DEPTH: Final = 3
_BASE: Final = re.compile(rb"<base\b[^<>]{0,300}?\bhref\s?=\s?[\"']?([^\"'<>\s]{1,500})", re.I)
#: What becomes of a listing that was known.
_LOOKED_AGAIN: Final = frozenset({Outcome.CHANGED, Outcome.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Visit:
    """What a fetch means. proof: evidence against the listing that lived here, if one did."""

    page: DuePage
    fetched: Fetched
    done: Done
    reading: PageReading | None = None
    proof: str | None = None
    unchanged: bool = False
    finds: tuple[Find, ...] = ()

    @property
    def redesigned(self) -> bool | None:
        """Whether a listing's page has another template than before; None where that cannot be told."""
        before, now = self.page.structure_hash, self.done.structure
        if not before or not now or self.page.kind != "detail":
            return None
        return structure.distance(before, now) > structure.REDESIGNED

    @property
    def names_listings(self) -> bool:
        """Whether it leads to addresses that may be listings'."""
        return any(find.priority == Priority.NEW for find in self.finds)

    @property
    def home(self) -> HomePage | None:
        """What other pages are compared with, where it is the home page's and that was had."""
        if self.page.found_by != FoundBy.HOME or self.fetched.outcome is not FetchOutcome.OK:
            return None
        return HomePage.of(self.fetched.body, (key(find.url) for find in self.finds))

    @property
    def lister(self) -> int | None:
        """The page's id, where it is a list."""
        return self.page.id if any(find.found_by == FoundBy.LIST for find in self.finds) else None


def manner(page: DuePage, permit: Permit) -> Manner:
    """How to ask for a page: conditionally, when its copy was read by this reader. The home page is
    always read whole, as others are compared with it.
    """
    if page.found_by == FoundBy.HOME or not (page.content_hash or "").startswith(f"{READER}:"):
        return Manner(permit=permit)
    return Manner(permit=permit, etag=page.etag, last_modified=page.last_modified)


def content_hash(body: bytes) -> str:
    """The fingerprint of a body under this reader, 64 characters at most."""
    return f"{READER}:{hashlib.sha256(body).hexdigest()[:60]}"


def is_unchanged(page: DuePage, fetched: Fetched) -> bool:
    """Whether the copy we know still stands, by the server's word or byte for byte."""
    if fetched.outcome is FetchOutcome.NOT_MODIFIED:
        return True
    if fetched.outcome is not FetchOutcome.OK or page.found_by == FoundBy.HOME:
        return False
    return key(fetched.final_url) == page.key and page.content_hash == content_hash(fetched.body)


def judge(
    page: DuePage, fetched: Fetched, reading: PageReading | None, home: HomePage, now: datetime
) -> Visit:
    """What a fetch and its reading mean, in the light of the site's home page."""
    outcome, status = str(fetched.outcome), fetched.status
    wishes = read_wishes(fetched.headers.get("x-robots-tag", ""))
    if is_unchanged(page, fetched):
        return _unchanged(page, fetched, hidden=wishes.hides(now))
    if reading is not None and reading.reason == "challenge":
        return Visit(page, fetched, Done(FetchOutcome.CHALLENGED, status, failed=True))
    if fetched.outcome in TRANSIENT:
        return Visit(page, fetched, Done(outcome, status, failed=True, reason=fetched.reason))
    if reading is not None and reading.reason == UNREADABLE:
        # Our own failure: no claim on the page, and it proves nothing.
        return Visit(page, fetched, Done(UNREADABLE, status, failed=True, reason="pages cannot be read"))
    if reading is not None:
        reading = replace(reading, wishes=reading.wishes | wishes)
    hidden = reading is not None and reading.kind == "detail" and reading.wishes.hides(now)
    proof = _proof(page, fetched, reading, home) or (HIDDEN if hidden else None)
    if reading is None or fetched.outcome is not FetchOutcome.OK:
        return Visit(page, fetched, Done(proof or outcome, status, page.kind), proof=proof)
    # A page that proves a withdrawal is read again as long as that is not settled; of a shell that was not
    # rendered, or not wholly, the copy says nothing of what it would show; a page with a date ends by itself.
    has_end = reading.wishes.until is not None
    again = bool(proof) or has_end or fetched.partial or reading.reason == "shell"
    done = Done(
        proof or (FetchOutcome.NOT_HTML if reading.reason == "not_html" else outcome),
        status,
        reading.kind,
        None if again else fetched.headers.get("etag"),
        None if again else fetched.headers.get("last-modified"),
        None if again else content_hash(fetched.body),
        structure=structure.fingerprint(fetched.body) if reading.kind == "detail" and not again else None,
    )
    return Visit(page, fetched, done, reading, proof, finds=tuple(_finds(page, fetched, reading)))


def _unchanged(page: DuePage, fetched: Fetched, *, hidden: bool) -> Visit:
    if hidden and page.kind == "detail":
        return Visit(page, fetched, Done(HIDDEN, fetched.status, page.kind), proof=HIDDEN)
    done = Done(
        str(fetched.outcome), fetched.status, page.kind, _header(fetched, page, "etag"),
        _header(fetched, page, "last-modified"), page.content_hash,
    )  # fmt: skip
    return Visit(page, fetched, done, unchanged=True)


def unstorable(page: DuePage, fetched: Fetched) -> Visit:
    """The visit of a page whose values the tables refuse: our own failure, which proves nothing."""
    return Visit(
        page, fetched, Done(UNREADABLE, fetched.status, failed=True, reason="pages cannot be stored")
    )


def store_visit(connection: Connection, lease: Lease, visit: Visit, moment: Moment, owed: Owed) -> Outcome:
    """Write a visit, in the caller's transaction. owed: what the site is owed from now."""
    now = moment.now
    hold(connection, lease, now, owed)
    outcome, done = _store_listing(connection, lease, visit, now), visit.done
    if outcome in _LOOKED_AGAIN:
        done = replace(done, changed=outcome is Outcome.CHANGED)
    if _leads_elsewhere(visit) and _lives(connection, visit.page.url):
        done = replace(done, outcome="redirected", content_hash=None, etag=None, last_modified=None)
    frontier.finish(connection, visit.page, done, now)
    if visit.unchanged and visit.page.kind == "index":
        frontier.still_listed(connection, lease.agency_id, visit.page.id, moment)
    frontier.add(connection, lease.agency_id, visit.finds, moment, visit.lister)
    return outcome


def _store_listing(connection: Connection, lease: Lease, visit: Visit, now: datetime) -> Outcome:
    agency_id, page = lease.agency_id, visit.page
    address = _listing_address(visit)
    if visit.unchanged:
        touch(connection, agency_id, address, now)
        return Outcome.UNCHANGED if page.kind == "detail" else Outcome.NONE
    reading = visit.reading
    if reading is None or reading.listing is None or visit.proof == HIDDEN or page.priority == Priority.LIST:
        # What a list calls its next page is a list, however much its one card looks like a listing.
        return Outcome.NONE
    if address != page.url:
        move(connection, agency_id, page.url, address, reading=reading, now=now)
    return ingest(connection, agency_id, address, reading, now=now, log_id=lease.log_id)


def _listing_address(visit: Visit) -> str:
    """Where the listing lives: the page's own address, or the other one that it redirects to."""
    final = tidy(visit.fetched.final_url)
    return visit.page.url if key(final) == visit.page.key else final


def _leads_elsewhere(visit: Visit) -> bool:
    return (
        visit.reading is not None
        and visit.reading.kind == "detail"
        and _listing_address(visit) != visit.page.url
    )


def _lives(connection: Connection, url: str) -> bool:
    query = select(exists().where(AggregatedListing.source_url == url, AggregatedListing.is_active))
    return bool(connection.scalar(query))


def _proof(page: DuePage, fetched: Fetched, reading: PageReading | None, home: HomePage) -> str | None:
    if page.found_by == FoundBy.HOME or fetched.partial:
        return None
    kind, reason = (reading.kind, reading.reason) if reading else (None, None)
    if reason == "shell":
        return None
    # All pages of a site that is filled by scripts look like its home page until they are filled.
    # And no listing lived at an address that was never read and that no listing's row names.
    may_look = kind not in (None, "detail") and not fetched.rendered and not _is_unknown(page)
    return evidence(
        fetched,
        kind,
        reason,
        looks_like_home=may_look and home.is_like(fetched.body),
        from_home=home.links_to(key(fetched.final_url)),
    )


def _is_unknown(page: DuePage) -> bool:
    return page.kind is None and page.priority in (Priority.NEW, Priority.SITEMAP)


def _finds(page: DuePage, fetched: Fetched, reading: PageReading) -> Iterator[Find]:
    """The pages that this one leads to: listings, the next page of a list, others worth a visit."""
    if reading.wishes.nofollow:
        return
    match = _BASE.search(fetched.body[:20_000])
    base = absolute(fetched.final_url, match[1].decode("utf-8", "replace")) if match else None
    base = base or fetched.final_url
    is_list = reading.kind == "index" or page.found_by == FoundBy.HOME
    by = FoundBy.LIST if is_list else FoundBy.LINK
    teasers = teaser.told(fetched.body, reading.links) if is_list else {}
    for link in reading.links[:LINKS]:
        if (url := absolute(base, link)) and same_site(url, fetched.final_url):
            yield Find(url, Priority.NEW, by, page.depth + 1, teasers.get(link))
    # "Next" on a listing is the next property; a list without listings has no next page worth a visit.
    following = absolute(base, reading.next) if is_list and reading.next and reading.links else None
    if following and same_site(following, fetched.final_url) and reading.next not in reading.links:
        yield Find(following, Priority.LIST, FoundBy.LIST, page.depth)
    if page.depth < MAX_DEPTH:
        for link in reading.follow[:LINKS]:
            if (url := absolute(base, link)) and same_site(url, fetched.final_url):
                yield Find(url, Priority.FOLLOW, FoundBy.LINK, page.depth + 1)


def _header(fetched: Fetched, page: DuePage, name: str) -> str | None:
    """The validator of an unchanged page: the new one if the answer carries one."""
    return fetched.headers.get(name) or (page.etag if name == "etag" else page.last_modified)
