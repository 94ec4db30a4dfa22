"""robots.txt by RFC 9309: fetched, judged by how it was answered, and kept for as long as it may be used.

    book = RobotsBook(fetcher, clock)
    await fetcher.fetch(url, Manner(permit=book.permit))

One that cannot be had (network error, 5xx, 429) means no; one that is absent (other 4xx, more than five
redirects) means yes. A copy serves for a day, and where it cannot be renewed because the site is down, for
up to 30. `robots_rules` reads what it says.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from crawl.fetch import Fetched, Fetcher, FetchOutcome, Manner
from crawl.politeness import Politeness
from crawl.robots_rules import MAX_BYTES, RobotsRules, decode, directives, read_rules
from crawl.url import origin, same_site, site_host

_log = logging.getLogger(__name__)

#: RFC 9309, 2.4: do not use a copy for longer than a day ...
FRESH_FOR: Final = timedelta(hours=24)
#: ... unless the file is unreachable: then up to what 2.3.1.4 calls a reasonably long time. Beyond it the RFC
#: would let us take the file for absent; we take it for a no.
STALE_FOR: Final = timedelta(days=30)
#: 2.3.1.2: redirects are followed even across authorities. One byte more tells that it was cut.
ROBOTS_MANNER: Final = Manner(cap=MAX_BYTES + 1, cut=True, leave_site=True)

#: 4xx but 429, and too many redirects (2.3.1.2), mean that there is none.
_ABSENT: Final = frozenset(
    {FetchOutcome.NOT_FOUND, FetchOutcome.GONE, FetchOutcome.FORBIDDEN, FetchOutcome.REDIRECT_LOOP}
)
_SILENT: Final = frozenset({FetchOutcome.UNREACHABLE, FetchOutcome.TIMED_OUT})


class RobotsStatus(StrEnum):
    """What robots.txt answered: rules, nothing, or no answer at all."""

    RULES = "rules"
    ABSENT = "absent"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Robots:
    """One robots.txt as it answered. text: what rules were read from, empty where no line is a rule."""

    status: RobotsStatus
    fetched_at: datetime
    text: str = ""
    reason: str = ""
    #: False when nothing at all answered: the site may still live at another entrance.
    answered: bool = True
    #: Whether the site itself is down, so that an older copy may stand in (2.4). Not when it bids us wait.
    down: bool = False

    def rules(self) -> RobotsRules:
        """The rules, read."""
        return read_rules(self.text)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A robots.txt in use, its rules, and when it was last asked for."""

    robots: Robots
    rules: RobotsRules
    asked_at: datetime

    def allows(self, url: str) -> bool:
        if self.robots.status is RobotsStatus.RULES:
            return self.rules.allows(url)
        return self.robots.status is RobotsStatus.ABSENT


def judge(fetched: Fetched, now: datetime) -> Robots:
    """The Robots that an answer means (RFC 9309, 2.3.1). A page is a file that forbids nothing."""
    status, text, code = RobotsStatus.UNREACHABLE, "", fetched.status or 0
    if fetched.outcome is FetchOutcome.OK and 200 <= code < 300:
        status, text = RobotsStatus.RULES, decode(fetched.body)
        text = text if any(True for _ in directives(text)) else ""
    elif fetched.outcome in _ABSENT:
        status = RobotsStatus.ABSENT
    silent = fetched.outcome in _SILENT
    down = silent or fetched.outcome is FetchOutcome.SERVER_ERROR or code >= 500
    return Robots(status, now, text, fetched.reason, not silent, down)


class RobotsBook:
    """The robots.txt of one site's origins, each asked for once a day at most."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        """Empty; `remember` what the database knows."""
        self._fetcher = fetcher
        self._clock = clock
        self._known: dict[str, _Entry] = {}
        self._asking = asyncio.Lock()
        #: One line for the crawl's log when a copy older than a day is in use.
        self.notice: str | None = None

    @property
    def permit(self) -> Callable[[str], Awaitable[bool]]:
        """`Fetcher.fetch`'s gate: whether an address may be asked for."""
        return self._permit

    def remember(self, url: str, robots: Robots) -> None:
        """Take over a copy from an earlier crawl: to use while it is fresh, to fall back on when it is not.

        A failure to answer is never kept.
        """
        if robots.status is not RobotsStatus.UNREACHABLE:
            self._note(url, robots, robots.fetched_at)

    def recall(self, agency: Any) -> None:
        """Remember what an agency's row keeps, if it keeps a copy."""
        if agency.robots_fetched_at is not None and agency.robots_status in list(RobotsStatus):
            status = RobotsStatus(agency.robots_status)
            self.remember(
                agency.website_url, Robots(status, agency.robots_fetched_at, agency.robots_txt or "")
            )

    def known(self, url: str) -> Robots | None:
        """The copy in use for `url`, if one was had in this crawl or remembered."""
        known = self._known.get(origin(url))
        return known.robots if known else None

    def crawl_delay(self, url: str) -> float | None:
        """What that copy asks for, seconds."""
        known = self._known.get(origin(url))
        return known.rules.crawl_delay if known else None

    def columns(self, row: Any) -> dict[str, Any]:
        """What the agency's row keeps of its robots.txt; nothing where its last good copy may still serve."""
        known = self.known(row.website_url)
        if known is None or (known.status is RobotsStatus.UNREACHABLE and row.robots_status == "rules"):
            return {}
        return {
            "robots_txt": known.text or None,
            "robots_status": known.status.value,
            "robots_fetched_at": known.fetched_at,
            "crawl_delay": self.crawl_delay(row.website_url),
        }

    def is_fresh(self, url: str) -> bool:
        """Whether that copy need not be asked for again yet."""
        return self._fresh(url) is not None

    def copy_allows(self, url: str) -> bool:
        """What that copy says of an address, however old it is; False where there is none."""
        known = self._known.get(origin(url))
        return known is not None and known.allows(url)

    async def of(self, url: str) -> Robots:
        """The robots.txt that governs `url`, fetched when no fresh copy is known."""
        return (await self._entry(url)).robots

    async def rules(self, url: str) -> RobotsRules:
        """The rules that govern `url`."""
        return (await self._entry(url)).rules

    async def _permit(self, url: str) -> bool:
        return (await self._entry(url)).allows(url)

    async def _entry(self, url: str) -> _Entry:
        entry = self._fresh(url)
        if entry is None:
            async with self._asking:  # whoever comes second finds what the first one was told
                entry = self._fresh(url) or await self._ask(url)
        return entry

    def _fresh(self, url: str) -> _Entry | None:
        entry = self._known.get(origin(url))
        return entry if entry and self._clock() - entry.asked_at < FRESH_FOR else None

    async def _ask(self, url: str) -> _Entry:
        address, now = f"{origin(url)}/robots.txt", self._clock()
        robots = judge(await self._fetcher.fetch(address, ROBOTS_MANNER), now)
        copy = self.known(url)
        usable = copy is not None and copy.status is RobotsStatus.RULES
        if robots.down and copy and usable and now - copy.fetched_at < STALE_FOR:
            since = f"{copy.fetched_at:%d %B}"
            self.notice = f"robots.txt cannot be renewed ({robots.reason}): its copy of {since} is obeyed."
            _log.warning("%s: %s", site_host(url), self.notice)
            robots = replace(copy, reason=robots.reason, answered=robots.answered)
        return self._note(url, robots, now)

    def _note(self, url: str, robots: Robots, asked_at: datetime) -> _Entry:
        entry = self._known[origin(url)] = _Entry(robots, robots.rules(), asked_at)
        # A site has up to four origins, https and `www.` or not: what any of them asks for is owed.
        asked = [known.rules.crawl_delay for at, known in self._known.items() if same_site(at, url)]
        politeness: Politeness = self._fetcher.politeness
        politeness.ask(site_host(url), max((delay for delay in asked if delay), default=None))
        return entry
