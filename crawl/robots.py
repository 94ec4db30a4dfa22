"""robots.txt by RFC 9309: who may fetch what, how often, and where the sitemaps are.

Protego reads the rules; the answer's status, redirects, size, byte order mark and cache are ours.
A robots.txt that cannot be had (network error, 5xx, 429) means no; one that is absent (4xx) means yes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from protego import Protego

from crawl.fetch import Fetched, Fetcher, FetchOutcome, Manner
from crawl.politeness import Politeness
from crawl.url import origin, same_site, site_host

PRODUCT_TOKEN: Final = "PignonBot"  # noqa: S105 - a name, no secret
#: RFC 9309, 2.5: parse at least this much. 2.4: do not use a copy for longer than a day.
MAX_BYTES: Final = 500 * 1024
FRESH_FOR: Final = timedelta(hours=24)
#: 2.3.1.2: redirects are followed even across authorities. One byte more tells that it was cut.
ROBOTS_MANNER: Final = Manner(cap=MAX_BYTES + 1, cut=True, leave_site=True)
#: A Crawl-delay beyond an hour is taken for a mistake; it is obeyed up to there.
LONGEST_DELAY: Final = 3_600.0


class RobotsStatus(StrEnum):
    """What robots.txt answered: rules, nothing, or no answer at all."""

    RULES = "rules"
    ABSENT = "absent"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Robots:
    """One robots.txt as it answered; `text` is what `rules` were read from."""

    status: RobotsStatus
    fetched_at: datetime
    text: str = ""
    reason: str = ""
    #: False when nothing at all answered: the site may still live at another entrance.
    answered: bool = True

    def rules(self) -> "RobotsRules":
        """The rules, read."""
        return RobotsRules(self.status, Protego.parse(self.text))


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What our product token may do."""

    status: RobotsStatus
    parsed: Protego

    def allows(self, url: str) -> bool:
        """Whether `url` may be fetched."""
        if self.status is RobotsStatus.RULES:
            return bool(self.parsed.can_fetch(url, PRODUCT_TOKEN))
        return self.status is RobotsStatus.ABSENT

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between two requests that the site asks for; Request-rate counts as well."""
        asked = self.parsed.crawl_delay(PRODUCT_TOKEN)
        rate = self.parsed.request_rate(PRODUCT_TOKEN)
        pauses = [float(asked)] if asked is not None else []
        if rate is not None and rate.requests > 0:
            pauses.append(rate.seconds / rate.requests)
        return min(max(pauses), LONGEST_DELAY) if pauses else None

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Sitemap addresses as written."""
        return tuple(self.parsed.sitemaps)


def decode(body: bytes) -> str:
    """The text of a robots.txt: 500 KiB at most, cut at a line; no byte order mark, bad bytes replaced."""
    if len(body) > MAX_BYTES:
        body = body[:MAX_BYTES].rpartition(b"\n")[0]
    return body.decode("utf-8-sig", errors="replace").replace("\x00", "")


def judge(fetched: Fetched, now: datetime) -> Robots:
    """The Robots that an answer means (RFC 9309, 2.3.1)."""
    status, text = RobotsStatus.UNREACHABLE, ""
    if fetched.outcome is FetchOutcome.OK:
        status, text = RobotsStatus.RULES, decode(fetched.body)
    elif fetched.outcome in _ABSENT:
        status = RobotsStatus.ABSENT
    return Robots(status, now, text, fetched.reason, fetched.outcome not in _SILENT)


#: 4xx but 429, and too many redirects (2.3.1.2), mean that there is none.
_ABSENT: Final = frozenset(
    {FetchOutcome.NOT_FOUND, FetchOutcome.GONE, FetchOutcome.FORBIDDEN, FetchOutcome.REDIRECT_LOOP}
)


_SILENT: Final = frozenset({FetchOutcome.UNREACHABLE, FetchOutcome.TIMED_OUT})


class RobotsBook:
    """The robots.txt of one site's origins, each fetched once and good for a day."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
        """Empty; `remember` what the database knows."""
        self._fetcher = fetcher
        self._clock = clock
        self._known: dict[str, tuple[Robots, RobotsRules]] = {}

    @property
    def permit(self) -> Callable[[str], Awaitable[bool]]:
        """`Fetcher.fetch`'s gate: whether an address may be asked for."""
        return self._permit

    def remember(self, url: str, robots: Robots) -> None:
        """Use a copy from an earlier crawl, if it is fresh; a failure to answer is never kept."""
        if robots.status is not RobotsStatus.UNREACHABLE and self._clock() - robots.fetched_at < FRESH_FOR:
            self._note(url, robots)

    def known(self, url: str) -> Robots | None:
        """The copy in use for `url`, if one was had in this crawl or remembered."""
        known = self._known.get(origin(url))
        return known[0] if known else None

    async def of(self, url: str) -> Robots:
        """The robots.txt that governs `url`, fetched when no fresh copy is known."""
        known = self._known.get(origin(url))
        if known is None or self._clock() - known[0].fetched_at >= FRESH_FOR:
            known = self._note(url, await self._fetch(url))
        return known[0]

    async def rules(self, url: str) -> RobotsRules:
        """The rules that govern `url`."""
        await self.of(url)
        return self._known[origin(url)][1]

    async def _permit(self, url: str) -> bool:
        return (await self.rules(url)).allows(url)

    async def _fetch(self, url: str) -> Robots:
        address = f"{origin(url)}/robots.txt"
        return judge(await self._fetcher.fetch(address, ROBOTS_MANNER), self._clock())

    def _note(self, url: str, robots: Robots) -> tuple[Robots, RobotsRules]:
        known = robots, robots.rules()
        self._known[origin(url)] = known
        # A site has up to four origins, https and `www.` or not: what any of them asks for is owed.
        asked = [rules.crawl_delay for at, (_, rules) in self._known.items() if same_site(at, url)]
        politeness: Politeness = self._fetcher.politeness
        politeness.ask(site_host(url), max((delay for delay in asked if delay), default=None))
        return known
