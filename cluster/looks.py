"""Looks at a crawl's shards: what each has counted, those that died included, and all added up."""

import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from cluster.shard import ShardProgress
from crawl.meter import SHOWN, Reading, SiteAtWork
from models import logs

#: Seconds over which the pace is taken.
PACE_OVER: Final = 10.0
#: Statuses of sites that ended and that are no trouble.
_FINE: Final = ("ok", "empty", "interrupted", "running", "opted_out")


@dataclass(frozen=True, slots=True)
class CrawlProgress:
    """A crawl under way. Counts; seconds since it began; pace in pages/s over the last ten seconds."""

    sites: int
    sites_done: int
    pages: int
    listings: int
    seconds: float
    pace: float = 0.0
    bytes: int = 0
    #: Pages due of the sites under way.
    queue: int = 0
    #: Sites under way, and those of them that wait for their turn.
    open: int = 0
    waiting: int = 0
    #: Visits that went wrong by outcome, sites by the status they ended with.
    troubles: Mapping[str, int] = field(default_factory=dict)
    at_work: tuple[SiteAtWork, ...] = ()
    paused: bool = False
    ended: bool = False

    @property
    def left(self) -> float | None:
        """Seconds left: what the known pages take at this pace or, where sites are still to be opened and
        that is longer, what they take at the pace of those that are done. None when nobody can tell.
        """
        by_pages = self.queue / self.pace if self.pace else None
        if self.sites_done + self.open >= self.sites:
            return by_pages
        if not self.sites_done:
            return None
        return max(by_pages or 0.0, self.seconds * (self.sites - self.sites_done) / self.sites_done)


@dataclass(slots=True)
class Looks:
    """What is known of each shard. deaths: how often each was started again."""

    began: float = field(default_factory=time.monotonic)
    last: dict[str, ShardProgress] = field(default_factory=dict)
    deaths: Counter[str] = field(default_factory=Counter)
    _past: dict[str, Reading] = field(default_factory=dict)
    _asked: dict[Any, str] = field(default_factory=dict)
    _paces: deque[tuple[float, int]] = field(default_factory=deque)

    def look(self, actors: Mapping[str, Any], seconds: float) -> None:
        """Ask every shard that owes no answer; take what comes within `seconds`; the busy keep their word."""
        import ray
        from ray.exceptions import RayActorError

        owing = set(self._asked.values())
        self._asked |= {
            actor.progress.remote(): shard for shard, actor in actors.items() if shard not in owing
        }
        ready, _ = ray.wait(list(self._asked), num_returns=len(self._asked), timeout=seconds)
        for reference in ready:
            shard = self._asked.pop(reference)
            try:
                told = ray.get(reference)
            except RayActorError:
                continue  # its batches tell the driver
            logs.write(told.lines)
            self.last[shard] = replace(told, lines=())

    def died(self, shard: str) -> None:
        """The shard's process is gone: its counts stay, its sites are no longer under way."""
        self.deaths[shard] += 1
        self._asked = {reference: name for reference, name in self._asked.items() if name != shard}
        if (gone := self.last.pop(shard, None)) is not None:
            self._past[shard] = gone.reading.after(self._past.get(shard, Reading()))

    def readings(self) -> dict[str, Reading]:
        """Each shard's counts since the crawl began, deaths or not."""
        # Copies, as Prometheus asks from another thread.
        known = {shard: progress.reading for shard, progress in dict(self.last).items()}
        names = sorted(known.keys() | dict(self._past).keys())
        return {name: known.get(name, Reading()).after(self._past.get(name, Reading())) for name in names}

    def progress(self, sites: int, sites_done: int, *, paused: bool, ended: bool) -> CrawlProgress:
        """All shards together."""
        whole = Reading()
        for reading in self.readings().values():
            whole = reading.after(whole)
        shards = self.last.values()
        now = {name: sum(p.reading.now.get(name, 0) for p in shards) for name in ("queue", "open", "waiting")}
        ended_as = {f"sites {status}": n for status, n in whole.of("sites").items() if status not in _FINE}
        pages, seconds = sum(whole.of("pages").values()), time.monotonic() - self.began
        return CrawlProgress(
            sites=sites,
            sites_done=sites_done,
            pages=pages,
            listings=int(whole.counts.get(("listings", ""), 0)),
            seconds=seconds,
            pace=self._pace(pages),
            bytes=int(whole.counts.get(("bytes", ""), 0)),
            **now,
            troubles=dict(Counter(whole.of("troubles") | ended_as).most_common()),
            at_work=tuple(_interleaved([p.reading.sites for p in shards])[:SHOWN]),
            paused=paused,
            ended=ended,
        )

    def _pace(self, pages: int) -> float:
        now = time.monotonic()
        if not self._paces:
            self._paces.append((self.began, 0))
        self._paces.append((now, pages))
        while len(self._paces) > 2 and self._paces[1][0] < now - PACE_OVER:
            self._paces.popleft()
        since, before = self._paces[0]
        return max(0.0, (pages - before) / (now - since)) if now > since else 0.0


def _interleaved(several: list[tuple[SiteAtWork, ...]]) -> list[SiteAtWork]:
    """One of each shard in turn, so that each is seen."""
    longest = max(map(len, several), default=0)
    return [sites[at] for at in range(longest) for sites in several if at < len(sites)]
