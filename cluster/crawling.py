"""The driver of a crawl: hosts to shards, batches out, reports in, progress to whoever watches.

A shard that dies is started again and given what it had not reported; what it had stored is stored.
Sites that the operator pauses are given back, kept here, and taken up again when the pause is lifted.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any

from sqlalchemy.exc import OperationalError

from cluster.looks import CrawlProgress, Looks
from cluster.operator import Operator
from cluster.runtime import cores
from cluster.shard import Shard
from cluster.sharding import split
from crawl.lease import take_back, this_worker
from crawl.orders import Order
from crawl.report import CrawlReport
from models import logs
from models.database import open_engine
from models.errors import CrawlError, PignonError
from models.settings import Settings

_log = logging.getLogger(__name__)

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


class ShardPool:
    """The shards of one crawl on the connected cluster, one per core."""

    def __init__(self, settings: Settings, database_url: str, number: int | None = None) -> None:
        number = number or cores()
        self.arguments = (settings, database_url)
        self.database_url = database_url
        #: Who held leases for this pool, by shard; the present one is last.
        self.workers: dict[str, list[str]] = {f"shard-{n}": [] for n in range(number)}
        #: What the shards have counted in the crawl under way, or the last one.
        self.looks = Looks()
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
        """Crawl every site once; reports in the order they end, those that are paused or stopped last.

        Returns when every site ended, at the operator's stop, or when all that is left is paused by itself; a
        general pause is waited out. Raises CrawlError if shards keep dying.
        """
        self.looks = Looks()
        _log.info("crawl begins", extra={"sites": len(sites), "shards": len(self.actors)})
        with Operator(self.database_url) as operator:
            crawl = _Crawl(self, sites, operator)
            while crawl.goes_on:
                crawl.obey()
                crawl.collect(LOOK)
                show(crawl.progress())
        outcomes = dict(Counter(report.status.value for report in crawl.reports))
        _log.info("crawl ended", extra={"outcomes": outcomes, "paused": len(crawl.paused)})
        return [*crawl.reports, *crawl.paused.values()]

    def replace(self, shard: str) -> None:
        """A fresh actor for a dead one, whose sites are free for it at once."""
        import ray

        self.deaths += 1
        self.looks.died(shard)
        _log.warning("a shard died; another takes its sites", extra={"shard": shard, "deaths": self.deaths})
        ray.kill(self.actors[shard])  # should it be cut off rather than dead
        self._take_back(self.workers[shard])
        if self.deaths > MAX_DEATHS:
            raise CrawlError("The crawl stopped: its workers keep dying. See the Ray logs for the reason.")
        self.actors[shard] = self._start(shard)

    def close(self) -> None:
        """Let the sites under way end their page and give their lease back, then stop the actors."""
        import ray
        from ray.exceptions import RayError

        actors = list(self.actors.values())
        stopping = [actor.stop.remote() for actor in actors]
        stopped, _ = ray.wait(stopping, num_returns=len(actors), timeout=GRACE)
        for reference in stopped:
            with suppress(RayError):
                logs.write(ray.get(reference))
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
    def __init__(self, pool: ShardPool, sites: Sequence[Site], operator: Operator) -> None:
        import ray

        self.pool, self.operator = pool, operator
        self.hosts = {site.id: site.host for site in sites}
        self.reports: list[CrawlReport] = []
        #: Sites given back until their pause is lifted.
        self.paused: dict[int, CrawlReport] = {}
        #: Reports had from each shard's present process.
        self.reported: Counter[str] = Counter()
        self.pending: dict[Any, tuple[str, list[int]]] = {}
        self.orders = operator.orders()
        ray.get([actor.begin.remote(self.orders) for actor in pool.actors.values()])
        self._share_out(list(self.hosts))

    @property
    def goes_on(self) -> bool:
        """Whether something is crawled, or will be when the operator says so."""
        return bool(self.pending or (self.paused and self.orders.paused and not self.orders.stopped))

    def obey(self) -> None:
        """Pass the operator's orders on when they change, and take up what they no longer hold back."""
        orders = self.operator.orders()
        if orders == self.orders:
            return
        self.orders = orders
        for actor in self.pool.actors.values():
            actor.obey.remote(orders)
        again = [number for number in self.paused if orders.to(number) is None]
        for number in again:
            del self.paused[number]
        self._share_out(again)

    def collect(self, seconds: float) -> None:
        """Take in the batches that ended within `seconds`."""
        import ray
        from ray.exceptions import RayActorError, RayTaskError

        if not self.pending:
            time.sleep(seconds)  # everything is paused
            return
        ended, _ = ray.wait(list(self.pending), timeout=seconds)
        for reference in ended:
            shard, ids = self.pending.pop(reference)
            try:
                self._take(shard, ray.get(reference))
            except RayActorError:
                self._again(shard, ids)
            except RayTaskError as error:
                raise (error.cause if isinstance(error.cause, PignonError) else error) from None

    def progress(self) -> CrawlProgress:
        """How far the crawl is, asked from the shards."""
        looks = self.pool.looks
        looks.look(self.pool.actors, LOOK)
        unreported = (shard.sites_done - self.reported[name] for name, shard in looks.last.items())
        return looks.progress(
            len(self.hosts),
            len(self.reports) + sum(max(0, number) for number in unreported),
            paused=self.orders.paused,
            ended=not self.goes_on,
        )

    def _share_out(self, numbers: list[int]) -> None:
        """Each host's sites to its one shard; several sites may share a host, on ports of their own."""
        ids: dict[str, list[int]] = {}
        for number in numbers:
            ids.setdefault(self.hosts[number], []).append(number)
        for shard, hosts in split(ids, list(self.pool.actors)).items():
            owned = [number for host in hosts for number in ids[host]]
            for start in range(0, len(owned), BATCH):
                self._send(shard, owned[start : start + BATCH])

    def _send(self, shard: str, ids: list[int]) -> None:
        self.pending[self.pool.actors[shard].crawl.remote(ids)] = (shard, ids)

    def _take(self, shard: str, reports: list[CrawlReport]) -> None:
        for report in reports:
            named = report if report.host else replace(report, host=self.hosts[report.agency_id])
            if report.error_type == Order.PAUSED:
                self.paused[report.agency_id] = named
            else:
                self.reported[shard] += 1
                self.reports.append(named)

    def _again(self, shard: str, ids: list[int]) -> None:
        """The shard died: start another and give it every batch the dead one had."""
        lost = [(r, i) for r, (s, i) in self.pending.items() if s == shard]
        self.pool.replace(shard)
        self.pool.actors[shard].begin.remote(self.orders)
        del self.reported[shard]
        for reference, _ in lost:
            del self.pending[reference]
        for batch in (ids, *(batch for _, batch in lost)):
            self._send(shard, batch)
