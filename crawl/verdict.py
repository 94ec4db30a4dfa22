"""Verdicts: when a site is to be left alone, and when it is to be visited again.

Pure; `site` asks after every page and at the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from crawl.fetch import Fetched, FetchOutcome
from crawl.frontier import Done
from crawl.report import Ending
from models.tables import ScrapingStatus

#: Pages in a row without an answer, or behind a wall, after which the site is left alone.
FAILURES: Final = 5
WALLS: Final = 3
#: A site is taken for redesigned when so many of its listings' pages, and such a share of them, are.
RENEWED: Final = 4
NEARLY_ALL: Final = 0.8
#: A page that our own reader failed on.
UNREADABLE: Final = "unreadable"
_DAILY: Final = timedelta(days=1)
_SELDOM: Final = timedelta(days=3)
#: Share of a site's listings that come, change or go in a crawl, from which it is visited twice a day.
_BUSY: Final = 0.1
_LONGEST_BREAK: Final = timedelta(days=7)

_HUMAN: Final = "The site asks for a proof of being human; that is respected."
_HOME: Final[Mapping[FetchOutcome, ScrapingStatus]] = {
    FetchOutcome.DISALLOWED: ScrapingStatus.DISALLOWED,
    FetchOutcome.FORBIDDEN: ScrapingStatus.CHALLENGED,
    FetchOutcome.CHALLENGED: ScrapingStatus.CHALLENGED,
    FetchOutcome.NOT_HTML: ScrapingStatus.NOT_AN_AGENCY,
}


@dataclass(slots=True)
class Streaks:
    """How many pages in a row went wrong, and how."""

    failures: int = 0
    walls: int = 0

    def note(self, done: Done, *, wall: bool) -> Ending | None:
        """Count one page; an Ending when the site has had enough of us, or we of it."""
        self.walls = self.walls + 1 if wall else 0
        self.failures = self.failures + 1 if done.failed and not wall else 0
        if self.walls >= WALLS:
            return Ending(ScrapingStatus.CHALLENGED, _HUMAN)
        if self.failures >= FAILURES:
            ours = done.outcome == UNREADABLE
            status = ScrapingStatus.ERROR if ours else ScrapingStatus.UNREACHABLE
            return Ending(status, f"{FAILURES} pages in a row failed: {done.reason}.", done.outcome)
        return None


@dataclass(slots=True)
class Design:
    """How many known listings' pages have another template than before, of those that could be compared."""

    compared: int = 0
    renewed: int = 0

    def note(self, redesigned: bool | None) -> None:
        """Count one page."""
        if redesigned is not None:
            self.compared += 1
            self.renewed += redesigned

    @property
    def is_new(self) -> bool:
        """Whether the site was redesigned: what its pages say of a listing's end may be misread."""
        return self.renewed >= RENEWED and self.renewed >= NEARLY_ALL * self.compared


def home_verdict(fetched: Fetched, *, wall: bool) -> Ending | None:
    """Why a site whose home page answers so cannot be crawled; None when it can."""
    if wall:
        return Ending(ScrapingStatus.CHALLENGED, _HUMAN)
    if fetched.outcome in (FetchOutcome.OK, FetchOutcome.NOT_MODIFIED):
        return None
    if fetched.outcome is FetchOutcome.AWAY:
        where = f"The site has moved: it redirects to {fetched.final_url}."
        return Ending(ScrapingStatus.UNREACHABLE, where, fetched.outcome)
    status = _HOME.get(fetched.outcome, ScrapingStatus.UNREACHABLE)
    return Ending(status, f"The home page cannot be read: {fetched.reason}.", fetched.outcome)


def schedule(agency: Any, ending: Ending, now: datetime, news: float = 0.0) -> dict[str, Any]:
    """The agency's columns that tell how the crawl went and when the next one is due.

    news: share of its listings that came, changed or went. Much of it, and the site is visited twice a day;
    none, and it is visited less and less often, every three days at least.
    """
    values: dict[str, Any] = {
        "scraping_status": ending.status,
        "scraping_error": ending.error,
        "last_scraped": now,
        "updated_at": now,
    }
    if ending.unfinished:
        return values | {"next_crawl_at": now}
    if ending.status is ScrapingStatus.OK:
        due = now + _interval(agency, news)
        return values | {"scraping_error_count": 0, "last_success_at": now, "next_crawl_at": due}
    errors = agency.scraping_error_count + 1
    pause = min(timedelta(hours=2 ** min(errors, 10)), _LONGEST_BREAK)
    return values | {"scraping_error_count": errors, "next_crawl_at": now + pause}


def _interval(agency: Any, news: float) -> timedelta:
    """Until the next crawl, by what this one found and how long the last interval was."""
    if news > _BUSY and agency.last_success_at is not None:
        return _DAILY / 2
    if news > 0 or agency.last_success_at is None:
        return _DAILY
    before: timedelta = agency.next_crawl_at - agency.last_success_at
    return max(_DAILY, min(1.5 * before, _SELDOM))
