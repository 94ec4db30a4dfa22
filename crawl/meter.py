"""The meter: what a crawl counts while it runs. One Meter per process, one Tally per site under way.

    with meter.site(agency_id, host) as tally:                       # the crawl of one site
        async with meter.turn(politeness.turn(host)) as asked: ...   # the fetcher
        with meter.step(Step.READ): ...

What is counted inside `site` is counted for that site, too, wherever it happens. Plain numbers and one event
loop: no locks. `reading` is what travels; `cluster` shows it. A site's own counts end in its scraping log.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import nlargest
from typing import Final


class Step(StrEnum):
    """What a site's seconds go into: its politeness, its answers, our reading, our database."""

    WAIT = "wait"
    FETCH = "fetch"
    READ = "read"
    STORE = "store"


#: Upper bounds of the histograms, seconds: from a page read (some ms) to a Crawl-delay (a minute).
BOUNDS: Final = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


#: Sites that a reading tells one by one.
SHOWN: Final = 8
#: Outcomes of a visit that are no trouble: the page is there, or it is known where it went.
_FINE: Final = frozenset(
    ("ok", "not_modified", "gone", "not_found", "not_html", "disallowed", "redirected", "away")
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """One site's counts, or a whole process's. queue: pages due; doing: the step it is in."""

    agency_id: int = 0
    host: str = ""
    requests: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    listings: int = 0
    retries: int = 0
    #: Visits that went wrong, by outcome.
    troubles: Counter[str] = field(default_factory=Counter)
    queue: int = 0
    doing: Step | None = None
    seconds: dict[Step, float] = field(default_factory=lambda: dict.fromkeys(Step, 0.0))


_SITE: ContextVar[Tally | None] = ContextVar("site", default=None)


@dataclass(slots=True)
class Asked:
    """A request whose turn has come; `outcome` is told before its block ends."""

    outcome: str = "cancelled"
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class SiteAtWork:
    """One site under way, as it is shown."""

    host: str
    pages: int
    queue: int
    listings: int
    troubles: int
    doing: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A meter's numbers at one instant, some 2 KB however many sites there are.

    counts: what only grows, by (name, label); now: what rises and falls; steps: as the meter has them.
    """

    counts: Mapping[tuple[str, str], float] = field(default_factory=dict)
    now: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    sites: tuple[SiteAtWork, ...] = ()

    def of(self, name: str) -> dict[str, int]:
        """The counts of one name, by label."""
        return {label: int(n) for (known, label), n in self.counts.items() if known == name}

    def after(self, past: "Reading") -> "Reading":
        """This reading on top of what a process that is gone had counted."""
        steps = dict(past.steps)
        for step, buckets in self.steps.items():
            before = past.steps.get(step, (0,) * len(buckets))
            steps[step] = tuple(a + b for a, b in zip(buckets, before, strict=True))
        counts = dict(past.counts)
        for name, number in self.counts.items():
            counts[name] = counts.get(name, 0) + number
        return Reading(counts, self.now, steps, self.sites)


@dataclass(slots=True)
class Meter:
    """All of a process. steps: per step, how many took at most each of BOUNDS, then how many took longer."""

    total: Tally = field(default_factory=Tally)
    steps: dict[Step, list[int]] = field(
        default_factory=lambda: {step: [0] * (len(BOUNDS) + 1) for step in Step}
    )
    #: Sites under way, by agency.
    sites: dict[int, Tally] = field(default_factory=dict)
    #: Sites that ended, by status.
    ended: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    leases_lost: int = 0

    @contextmanager
    def site(self, agency_id: int, host: str) -> Iterator[Tally]:
        """Count what happens in this block for this site, too."""
        tally = self.sites[agency_id] = Tally(agency_id, host)
        outer = _SITE.set(tally)
        try:
            yield tally
        finally:
            _SITE.reset(outer)
            self.sites.pop(agency_id, None)

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Count this block's seconds."""
        began, site = time.monotonic(), _SITE.get()
        before = site.doing if site else None
        if site:
            site.doing = step
        try:
            yield
        finally:
            if site:
                site.doing = before
            self._took(step, time.monotonic() - began)

    @asynccontextmanager
    async def turn(self, turn: AbstractAsyncContextManager[None]) -> AsyncIterator[Asked]:
        """A request's turn: the seconds until it comes are waited, those of the block are its fetch."""
        began, site = time.monotonic(), _SITE.get()
        if site:
            site.doing = Step.WAIT
        try:
            async with turn:
                self._took(Step.WAIT, time.monotonic() - began)
                asked = Asked()
                self.in_flight += 1
                try:
                    with self.step(Step.FETCH):
                        yield asked
                finally:
                    self.in_flight -= 1
                    for tally in self._tallies():
                        tally.requests[asked.outcome] += 1
                        tally.bytes += asked.bytes
        finally:
            if site:
                site.doing = None

    def retried(self) -> None:
        """A request is made once more."""
        for tally in self._tallies():
            tally.retries += 1

    def page(self, kind: str, outcome: str, *, listing: bool) -> None:
        """A page was visited and stored. kind: index, detail, other or, where nothing was read, unread."""
        for tally in self._tallies():
            tally.pages[kind] += 1
            tally.listings += listing
            if kind == "unread" and outcome not in _FINE:
                tally.troubles[outcome] += 1

    def reading(self, egress_waited: float = 0.0) -> Reading:
        """All numbers now. egress_waited: seconds, which politeness counts."""
        total, sites = self.total, self.sites.values()
        labelled = {
            "requests": total.requests, "pages": total.pages, "troubles": total.troubles, "sites": self.ended,
        }  # fmt: skip
        counts: dict[tuple[str, str], float] = {
            ("bytes", ""): total.bytes, ("listings", ""): total.listings, ("retries", ""): total.retries,
            ("leases_lost", ""): self.leases_lost, ("egress_waited", ""): egress_waited,
        }  # fmt: skip
        counts |= {(name, label): n for name, values in labelled.items() for label, n in values.items()}
        counts |= {("seconds", step.value): n for step, n in total.seconds.items()}
        now = {
            "in_flight": self.in_flight,
            "queue": sum(site.queue for site in sites),
            "open": len(sites),
            "waiting": sum(site.doing is Step.WAIT for site in sites),
        }
        shown = nlargest(SHOWN, sites, key=lambda site: (site.doing not in (None, Step.WAIT), site.queue))
        steps = {step.value: tuple(buckets) for step, buckets in self.steps.items()}
        return Reading(counts, now, steps, tuple(map(_at_work, shown)))

    def _took(self, step: Step, seconds: float) -> None:
        for tally in self._tallies():
            tally.seconds[step] += seconds
        self.steps[step][bisect_left(BOUNDS, seconds)] += 1

    def _tallies(self) -> tuple[Tally, ...]:
        site = _SITE.get()
        return (self.total, site) if site else (self.total,)


def _at_work(site: Tally) -> SiteAtWork:
    return SiteAtWork(
        site.host,
        site.pages.total(),
        site.queue,
        site.listings,
        site.troubles.total(),
        site.doing.value if site.doing else "",
    )
