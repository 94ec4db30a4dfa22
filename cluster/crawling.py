"""The driver of a crawl: hosts to shards, batches out, reports in, progress to whoever watches.

A shard that dies is started again and given what it had not reported; what it had stored is stored.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from sqlalchemy.exc import OperationalError

from cluster.runtime import cores
from cluster.shard import Shard, ShardProgress
from cluster.sharding import split
from crawl.lease import take_back, this_worker
from crawl.report import CrawlReport
from models.database import open_engine
from models.errors import CrawlError, PignonError
from models.settings import Settings

#: Sites per call: reports come back often, a dead shard repeats little.
BATCH = 25
#: Seconds between two looks at the shards.
LOOK = 0.5
#: Seconds that shards have to stop in good order.
GRACE = 10
#: A shard that dies more often than this in one crawl is dying of its work.
MAX_DEATHS = 5


@dataclass(frozen=True, slots=True)
class Site:
    """What the driver needs of an agency's site."""

    id: int
    host: str


@dataclass(frozen=True, slots=True)
class CrawlProgress:
    """A crawl under way. Counts; seconds since it began."""

    sites: int
    sites_done: int
    pages: int
    listings: int
    seconds: float
    current: tuple[str, ...] = ()


class ShardPool:
    """The shards of one crawl on the connected cluster, one per core."""

    def __init__(self, settings: Settings, database_url: str, number: int | None = None) -> None:
        number = number or cores()
        self.arguments = (settings, database_url)
        self.database_url = database_url
        #: Who held leases for this pool, by shard; the present one is last.
        self.workers: dict[str, list[str]] = {f"shard-{n}": [] for n in range(number)}
        self.deaths = 0
        self.actors = {shard: self._start(shard) for shard in self.workers}

    def _start(self, shard: str) -> Any:
        import ray

        held = self.workers[shard]
        held.append(f"{this_worker()}:{token_hex(4)}:{shard}")
        actor = ray.remote(Shard).options(num_cpus=0.9, max_concurrency=1000)
        return actor.remote(*self.arguments, held[-1])

    def crawl(
        self, sites: Sequence[Site], show: Callable[[CrawlProgress], None] = lambda _: None
    ) -> list[CrawlReport]:
        """Crawl every site once; reports in the order they end. Raises CrawlError if shards keep dying."""
        import ray

        ray.get([actor.begin.remote() for actor in self.actors.values()])
        crawl = _Crawl(self, sites)
        while crawl.pending:
            crawl.collect(LOOK)
            show(crawl.progress())
        return crawl.reports

    def replace(self, shard: str) -> None:
        """A fresh actor for a dead one, whose sites are free for it at once."""
        import ray

        self.deaths += 1
        ray.kill(self.actors[shard])  # should it be cut off rather than dead
        self._take_back(self.workers[shard])
        if self.deaths > MAX_DEATHS:
            raise CrawlError("The crawl stopped: its workers keep dying. See the Ray logs for the reason.")
        self.actors[shard] = self._start(shard)

    def close(self) -> None:
        """Let the sites under way end their page and give their lease back, then stop the actors."""
        import ray

        actors = list(self.actors.values())
        ray.wait([actor.stop.remote() for actor in actors], num_returns=len(actors), timeout=GRACE)
        for actor in actors:
            ray.kill(actor)
        self._take_back([worker for held in self.workers.values() for worker in held])

    def _take_back(self, workers: list[str]) -> None:
        """Free what dead workers still hold: a lease would keep their sites for ten minutes."""
        engine = open_engine(self.database_url)
        try:
            with engine.begin() as connection:
                take_back(connection, workers)
        except OperationalError:
            return  # the database is gone: the leases end by themselves
        finally:
            engine.dispose()


@contextmanager
def shard_pool(settings: Settings, database_url: str, number: int | None = None) -> Iterator[ShardPool]:
    """Shards for as long as the block lasts."""
    pool = ShardPool(settings, database_url, number)
    try:
        yield pool
    finally:
        pool.close()


class _Crawl:
    def __init__(self, pool: ShardPool, sites: Sequence[Site]) -> None:
        self.pool = pool
        self.total = len(sites)
        self.reports: list[CrawlReport] = []
        self.began = time.monotonic()
        self.last: dict[str, ShardProgress] = {}
        self.pending: dict[Any, tuple[str, list[int]]] = {}
        ids: dict[str, list[int]] = {}  # several sites may share a host, on ports of their own
        for site in sites:
            ids.setdefault(site.host, []).append(site.id)
        for shard, hosts in split(ids, list(pool.actors)).items():
            owned = [number for host in hosts for number in ids[host]]
            for start in range(0, len(owned), BATCH):
                self._send(shard, owned[start : start + BATCH])

    def _send(self, shard: str, ids: list[int]) -> None:
        self.pending[self.pool.actors[shard].crawl.remote(ids)] = (shard, ids)

    def collect(self, seconds: float) -> None:
        """Take in the batches that ended within `seconds`."""
        import ray
        from ray.exceptions import RayActorError, RayTaskError

        ended, _ = ray.wait(list(self.pending), timeout=seconds)
        for reference in ended:
            shard, ids = self.pending.pop(reference)
            try:
                self.reports += ray.get(reference)
            except RayActorError:
                self._again(shard, ids)
            except RayTaskError as error:
                raise (error.cause if isinstance(error.cause, PignonError) else error) from None

    def _again(self, shard: str, ids: list[int]) -> None:
        """The shard died: start another and give it every batch the dead one had."""
        lost = [(r, i) for r, (s, i) in self.pending.items() if s == shard]
        self.pool.replace(shard)
        self.last.pop(shard, None)
        for reference, _ in lost:
            del self.pending[reference]
        for batch in (ids, *(batch for _, batch in lost)):
            self._send(shard, batch)

    def progress(self) -> CrawlProgress:
        """How far the crawl is, asked from the shards; a shard too busy to answer keeps its last word."""
        import ray
        from ray.exceptions import GetTimeoutError, RayActorError

        for shard, actor in self.pool.actors.items():
            try:
                self.last[shard] = ray.get(actor.progress.remote(), timeout=LOOK)
            except (GetTimeoutError, RayActorError):
                continue
        known = self.last.values()
        return CrawlProgress(
            sites=self.total,
            sites_done=sum(p.sites_done for p in known),
            pages=sum(p.pages for p in known),
            listings=sum(p.listings for p in known),
            seconds=time.monotonic() - self.began,
            current=tuple(host for p in known for host in p.current)[:4],
        )
