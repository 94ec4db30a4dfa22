"""The meter: what a crawl counts while it runs. One Meter per process, one Tally per site under way.

    with meter.site(agency_id, host) as tally:                       # the crawl of one site
        async with meter.turn(politeness.turn(host)) as asked: ...   # the fetcher
        with meter.step(Step.READ): ...

What is counted inside `site` is counted for that site, too, wherever it happens. Plain numbers and one event
loop: no locks. `cluster` shows them; a site's own end in its scraping log.
"""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """What a site's seconds go into: its politeness, its answers, our reading, our database."""

    WAIT = "wait"
    FETCH = "fetch"
    READ = "read"
    STORE = "store"


#: Upper bounds of the histograms, seconds: from a page read (some ms) to a Crawl-delay (a minute).
BOUNDS: Final = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)


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
    queue: int = 0
    doing: Step | None = None
    seconds: dict[Step, float] = field(default_factory=lambda: dict.fromkeys(Step, 0.0))


_SITE: ContextVar[Tally | None] = ContextVar("site", default=None)


@dataclass(slots=True)
class Asked:
    """A request whose turn has come; `outcome` is told before its block ends."""

    outcome: str = "cancelled"
    bytes: int = 0


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
        async with AsyncExitStack() as stack:
            with self.step(Step.WAIT):
                await stack.enter_async_context(turn)
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

    def retried(self) -> None:
        """A request is made once more."""
        for tally in self._tallies():
            tally.retries += 1

    def page(self, kind: str, *, listing: bool) -> None:
        """A page was visited and stored. kind: index, detail, other or, where nothing was read, unread."""
        for tally in self._tallies():
            tally.pages[kind] += 1
            tally.listings += listing

    def _took(self, step: Step, seconds: float) -> None:
        for tally in self._tallies():
            tally.seconds[step] += seconds
        self.steps[step][bisect_left(BOUNDS, seconds)] += 1

    def _tallies(self) -> tuple[Tally, ...]:
        site = _SITE.get()
        return (self.total, site) if site else (self.total,)
