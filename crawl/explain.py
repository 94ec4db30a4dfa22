"""Explanations: whether an address may be fetched, when, and why, by the very rules that the crawl obeys.

    told = await explain(context, "https://agence.example/vente/12")
    told.allowed, told.at, told.reasons

Asks the site for its robots.txt where no fresh copy is known, in its turn, and for nothing else: not while
it is being crawled, and not where its turn is far off.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from crawl.context import CrawlContext
from crawl.fetch import PATIENCE
from crawl.optout import is_out
from crawl.robots import RobotsBook, RobotsStatus
from crawl.url import key, origin, site_host, tidy
from models.tables import Agency, Page

#: What robots.txt said, in words.
_ROBOTS = {
    RobotsStatus.RULES: "robots.txt {word} this address to PignonBot",
    RobotsStatus.ABSENT: "the site has no robots.txt, so everything may be fetched",
    RobotsStatus.UNREACHABLE: "robots.txt cannot be had ({reason}), so nothing may be fetched",
}
_UNKNOWN = "robots.txt is not known, and may not be asked for now: without it nothing may be fetched"


@dataclass(frozen=True, slots=True)
class Explanation:
    """allowed: whether the address may be fetched at all; at: when at the soonest, UTC, null where it may
    not; pause: seconds between two requests to its host; reasons: one line each, what decides first.
    """

    url: str
    allowed: bool
    at: datetime | None
    pause: float
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Known:
    """The rows that speak of an address."""

    agency: Row[Any] | None
    page: Row[Any] | None
    #: Until when its host is owed a pause, and its back-off, whichever of its sites it is owed to.
    not_before: datetime | None
    backoff: float | None
    #: Until when a crawl has it.
    leased_until: datetime | None
    #: Whether its owner asked not to be visited.
    is_out: bool


async def explain(context: CrawlContext, url: str) -> Explanation:
    """What would become of a request for `url` now. DatabaseError as any crawl."""
    url = tidy(url)
    if objection := context.fetcher.objection(url):
        return Explanation(url, False, None, 0.0, (f"never: {objection}",))
    known = await context.store.run(_known, url)
    if known.is_out:
        return Explanation(url, False, None, 0.0, ("never: its owner asked not to be visited",))
    owed = _owed(context, known, site_host(url))
    book = RobotsBook(context.fetcher, context.clock)
    allowed, verdict = await _robots(context, book, known, url)
    reasons = [verdict, *_waits(context, known, book, url)]
    politeness = context.fetcher.politeness
    at = context.clock() + max(owed, timedelta(seconds=politeness.remaining(site_host(url))))
    return Explanation(
        url, allowed, at if allowed else None, politeness.delay(site_host(url)), tuple(reasons)
    )


def _known(connection: Connection, url: str) -> _Known:
    of_host = Agency.host.in_(_names(url))
    agencies = select(*Agency.__table__.c).where(of_host)
    agency = connection.execute(agencies.order_by(Agency.website_url != f"{origin(url)}/", Agency.id)).first()
    pages = select(*Page.__table__.c).where(Page.key == key(url))
    page = connection.execute(pages.where(Page.agency_id == agency.id)).first() if agency else None
    told = func.max(Agency.not_before), func.max(Agency.backoff), func.max(Agency.leased_until)
    owed = connection.execute(select(*told).where(of_host))
    return _Known(agency, page, *owed.one(), is_out(connection, url))


def _names(url: str) -> tuple[str, str]:
    bare = site_host(url)
    return bare, f"www.{bare}"


def _pause(connection: Connection, url: str, until: datetime) -> None:
    """Let crawls know that the host was asked a moment ago."""
    pause = {"not_before": func.greatest(Agency.not_before, until)}
    connection.execute(update(Agency).where(Agency.host.in_(_names(url))).values(**pause))


def _owed(context: CrawlContext, known: _Known, host: str) -> timedelta:
    """Tell politeness what earlier crawls promised; how long the host is owed a pause for."""
    politeness = context.fetcher.politeness
    politeness.resume(host, known.backoff or 1.0)
    if known.agency is not None and known.agency.crawl_delay:
        politeness.ask(host, known.agency.crawl_delay)
    owed = known.not_before - context.clock() if known.not_before else timedelta()
    if owed > timedelta():
        politeness.defer(host, owed.total_seconds())
    return max(owed, timedelta())


async def _robots(context: CrawlContext, book: RobotsBook, known: _Known, url: str) -> tuple[bool, str]:
    """Whether robots.txt opens the address, and how that is known."""
    if known.agency is not None:
        book.recall(known.agency)
    busy = known.leased_until is not None and known.leased_until > context.clock()
    far = context.fetcher.politeness.remaining(site_host(url)) > PATIENCE
    if book.is_fresh(url) or not (busy or far):
        asked = not book.is_fresh(url)
        robots, allowed, again = await book.of(url), await book.permit(url), ""
        if asked:
            until = context.clock() + timedelta(seconds=context.fetcher.politeness.delay(site_host(url)))
            await context.store.run(_pause, url, until)
    elif (copy := book.known(url)) is not None:
        robots, allowed = copy, book.copy_allows(url)
        again = f", says its copy of {copy.fetched_at:%d %B}; it is asked for again before"
    else:
        return False, _UNKNOWN
    verdict = _ROBOTS[robots.status].format(word="opens" if allowed else "closes", reason=robots.reason)
    return allowed, f"{verdict}{again}"


def _waits(context: CrawlContext, known: _Known, book: RobotsBook, url: str) -> Iterator[str]:
    """What decides on the moment."""
    settings, politeness = context.settings, context.fetcher.politeness
    robots = book.known(url)
    asked = robots.rules().crawl_delay if robots else None
    yield f"our pause between two requests to one host is {settings.min_delay_between_requests:g} s"
    if asked:
        word = "which counts" if asked > settings.min_delay_between_requests else "less than ours"
        yield f"its robots.txt asks for {asked:g} s, {word}"
    if (known.backoff or 1.0) > 1:
        yield f"it said that we ask too often: its pause is {known.backoff:g} times as long"
    if known.not_before is not None and known.not_before > context.clock():
        yield f"its host is owed a pause until {known.not_before:%H:%M:%S} UTC"
    if politeness.quiet:
        yield f"quiet hours: {settings.quiet_hours}, France's time"
    yield (
        f"one request at a time per host, every {settings.min_delay_per_address:g} s per IP address, "
        f"every {settings.min_global_delay:g} s in all"
    )
    yield from _life(context, known)


def _life(context: CrawlContext, known: _Known) -> Iterator[str]:
    """What is known of the site and of the page."""
    row, page = known.agency, known.page
    if row is None:
        yield "its site is unknown here: no crawl will ask for it until it is registered"
        return
    if row.leased_until is not None and row.leased_until > context.clock():
        yield f"its site is being crawled by {row.leased_by}"
    else:
        yield f"its site is due on {row.next_crawl_at:%d %B %Y at %H:%M} UTC"
    if page is None:
        yield "the page was never met"
    elif page.fetched_at is None:
        yield "the page was met and not fetched yet"
    else:
        due = (
            "it is due"
            if page.due_at
            else f"due when its list changes, or after {page.revisit:g} times REVISIT_HOURS"
        )
        yield f"the page was fetched on {page.fetched_at:%d %B %Y at %H:%M} UTC ({page.outcome}); {due}"
