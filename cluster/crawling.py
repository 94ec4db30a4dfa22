"""The driver of a crawl: hosts to shards, batches out, reports in, progress to whoever watches.

Sites wait here until their shard has room. A shard that joins gets the hosts that become its own: those
that wait here, and those that the others hold, which give each back between two of its requests.
What a dead shard had not reported goes to the others at once; what it had stored is stored.
Sites that the operator pauses are given back, kept here, and taken up again when the pause is lifted.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, Final

from cluster.looks import CrawlProgress
from cluster.operator import Operator
from cluster.pool import Pool
from cluster.sharding import bare, shard_of, split
from crawl.orders import Order
from crawl.report import CrawlReport
from models.errors import PignonError
from models.settings import Settings
from models.tables import ScrapingStatus, utc_now

_log = logging.getLogger(__name__)

#: Sites per call: a report comes back when its batch is done, so few.
BATCH: Final = 5
#: Seconds between two looks at the shards.
LOOK: Final = 0.5
#: Endings that are our own side's doing, and how often such a site is sent again.
OURS: Final = ("DatabaseError", "LeaseLostError")
TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Site:
    """What the driver needs of an agency's site."""

    id: int
    host: str


class ShardPool(Pool):
    """The shards of crawls on the connected cluster: `number` of them, or one per core that there is."""

    def crawl(
        self, sites: Sequence[Site], show: Callable[[CrawlProgress], None] = lambda _: None
    ) -> list[CrawlReport]:
        """Crawl every site once; reports in the order they end, those that are paused or stopped last.

        Returns when every site ended, at the operator's stop, or when all that is left is paused by itself; a
        general pause is waited out. Raises CrawlError if shards keep dying.
        """
        self.count_anew()
        _log.info("crawl begins", extra={"sites": len(sites), "shards": len(self.actors)})
        with Operator(self.database_url) as operator:
            crawl = _Crawl(self, sites, operator)
            while crawl.goes_on:
                crawl.obey()
                crawl.tend()
                crawl.collect(LOOK)
                show(crawl.progress())
        outcomes = dict(Counter(report.status.value for report in crawl.reports))
        _log.info("crawl ended", extra={"outcomes": outcomes, "paused": len(crawl.paused)})
        return [*crawl.reports, *crawl.paused.values()]


@contextmanager
def shard_pool(settings: Settings, database_url: str, number: int | None = None) -> Iterator[ShardPool]:
    """Shards for as long as the block lasts."""
    pool = ShardPool(settings, database_url, number)
    try:
        yield pool
    finally:
        pool.close()


class _Crawl:
    def __init__(self, pool: Pool, sites: Sequence[Site], operator: Operator) -> None:
        self.pool, self.operator = pool, operator
        self.hosts = {site.id: site.host for site in sites}
        #: Sites that a shard may hold: as many as it crawls at once, and a batch at the door.
        self.room = pool.settings.max_open_sites + BATCH
        self.began = utc_now()
        self.reports: list[CrawlReport] = []
        #: Sites given back until their pause is lifted.
        self.paused: dict[int, CrawlReport] = {}
        #: Reports had from each shard's present process.
        self.reported: Counter[str] = Counter()
        self.pending: dict[Any, tuple[str, list[int]]] = {}
        #: Sites not yet sent, by the shard that owns them; under no name when there is no shard.
        self.queues: dict[str, deque[int]] = {}
        #: Those of them whose host another shard holds still: one at a time has it.
        self.parked: list[int] = []
        #: Sites that a shard had begun, or may have ended.
        self.begun: set[int] = set()
        #: Sites asked back from a shard, by the answer that will tell of those that it let go of.
        self.asked: dict[Any, tuple[str, list[int]]] = {}
        self.tries: Counter[int] = Counter()
        self.orders = operator.orders()
        self._welcome(pool.actors)
        self._deal(self.hosts)

    @property
    def goes_on(self) -> bool:
        """Whether something is crawled, or will be when the operator says so."""
        to_do = self.pending or self.parked or any(self.queues.values())
        return bool(to_do or (self.paused and self.orders.paused and not self.orders.stopped))

    def obey(self) -> None:
        """Pass the operator's orders on when they change, and take up what they no longer hold back."""
        orders = self.operator.orders()
        if orders == self.orders:
            return
        self.orders = orders
        for actor in self.pool.actors.values():
            actor.obey.remote(self.began, orders)
        again = [number for number in self.paused if orders.to(number) is None]
        for number in again:
            del self.paused[number]
        self._deal(again)

    def tend(self) -> None:
        """Take in the shards that are ready, and send out what there is room for."""
        joined = self.pool.tend()
        if joined:
            self._welcome(joined)
            self._deal()
            self._call_back()
        self._unpark()
        self._feed_all()

    def collect(self, seconds: float) -> None:
        """Take in the batches that ended within `seconds`."""
        import ray

        if not self.pending:
            time.sleep(seconds)  # everything is paused, or every shard is starting
            return
        owed = [*self.pending, *self.asked]
        ray.wait(owed, timeout=seconds)
        ended, _ = ray.wait(owed, num_returns=len(owed), timeout=0)
        for reference in ended:
            if reference in self.asked:
                self._receive_back(reference)
            elif reference in self.pending:
                self._receive(reference)

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

    # Out -----------------------------------------------------------------------------------

    def _welcome(self, shards: Iterable[str]) -> None:
        """Let shards count from zero, under the orders that stand; one that died tells with its batches."""
        for shard in shards:
            self.reported[shard] = 0
            self.pool.actors[shard].begin.remote(self.began, self.orders)

    def _deal(self, first: Iterable[int] = ()) -> None:
        """Each host's waiting sites to its one shard, `first` before the others; several sites may share a
        host, on ports of their own.
        """
        numbers: dict[str, list[int]] = {}
        for number in chain(first, self.parked, *self.queues.values()):
            numbers.setdefault(self.hosts[number], []).append(number)
        holders, self.parked, self.queues = self._holders(), [], {}
        for shard, hosts in split(numbers, list(self.pool.actors) or [""]).items():
            queue = self.queues[shard] = deque[int]()
            for host in hosts:
                is_free = holders.get(bare(host), shard) == shard
                (queue if is_free else self.parked).extend(numbers[host])

    def _holders(self) -> dict[str, str]:
        """The shard that holds each host."""
        return {bare(self.hosts[n]): shard for shard, batch in self.pending.values() for n in batch}

    def _unpark(self) -> None:
        """Deal what was parked and no longer need be."""
        if self.parked:
            holders = self._holders()
            if any(bare(self.hosts[number]) not in holders for number in self.parked):
                self._deal()

    def _call_back(self) -> None:
        """Ask every shard for what it holds of hosts that have become another's."""
        asked = {number for _, numbers in self.asked.values() for number in numbers}
        shards, moved = list(self.pool.actors), dict[str, list[int]]()
        for shard, batch in self.pending.values():
            others = (n for n in batch if n not in asked and shard_of(self.hosts[n], shards) != shard)
            moved.setdefault(shard, []).extend(others)
        for shard, numbers in moved.items():
            if shard in self.pool.actors:
                self._ask_back(shard, numbers)

    def _ask_back(self, shard: str, numbers: list[int]) -> None:
        if numbers:
            self.asked[self.pool.actors[shard].give_back.remote(numbers)] = (shard, numbers)

    def _feed_all(self) -> None:
        for shard in self.pool.actors:
            self._feed(shard)

    def _feed(self, shard: str) -> None:
        """Send a shard what was begun at once, and as much of the rest as there is room for."""
        queue = self.queues.get(shard, deque())
        while queue:
            begun = queue[0] in self.begun
            if not begun and not self._has_room(shard):
                return
            batch = [queue.popleft()]
            while queue and len(batch) < BATCH and (queue[0] in self.begun) == begun:
                batch.append(queue.popleft())
            self._send(shard, batch, self.began if begun else None)

    def _has_room(self, shard: str) -> bool:
        """Whether the shard may hold more; none may while it does the work of the dead as well."""
        held = Counter[str]()
        for name, batch in self.pending.values():
            held[name] += len(batch)
        return held[shard] < self.room and held.total() < self.room * len(self.pool.actors)

    def _send(self, shard: str, batch: list[int], since: datetime | None) -> None:
        self.pending[self.pool.actors[shard].crawl.remote(batch, since)] = (shard, batch)

    # In ------------------------------------------------------------------------------------

    def _receive(self, reference: Any) -> None:
        import ray
        from ray.exceptions import ObjectLostError, RayActorError, RayTaskError

        shard, batch = self.pending.pop(reference)
        try:
            self._take(shard, batch, ray.get(reference))
        except (RayActorError, ObjectLostError):
            self._take_over(shard, batch)
        except RayTaskError as error:
            raise (error.cause if isinstance(error.cause, PignonError) else error) from None

    def _receive_back(self, reference: Any) -> None:
        """Deal what a shard let go of, and ask for the rest until none is left there."""
        import ray
        from ray.exceptions import ObjectLostError, RayActorError

        shard, numbers = self.asked.pop(reference)
        try:
            reports = ray.get(reference)
        except (RayActorError, ObjectLostError):
            return  # its batches tell
        given = {report.agency_id for report in reports}
        free: set[int] = set()
        for owed, (name, batch) in self.pending.items():
            if name == shard:
                free.update(given.intersection(batch))
                self.pending[owed] = name, [number for number in batch if number not in given]
        self._pass_on([report for report in reports if report.agency_id in free])
        if given:
            self._ask_back(shard, [number for number in numbers if number not in given])

    def _pass_on(self, reports: list[CrawlReport]) -> None:
        """The sites that were given back for another shard go there."""
        self.begun.update(report.agency_id for report in reports if report.host)
        self._deal(report.agency_id for report in reports)
        self._feed_all()

    def _take(self, shard: str, batch: list[int], reports: list[CrawlReport]) -> None:
        again: list[int] = []
        moved = [report for report in reports if report.error_type == Order.MOVED]
        self._pass_on([report for report in moved if report.agency_id in batch])
        for report in reports:
            if report in moved:
                continue
            named = report if report.host else replace(report, host=self.hosts[report.agency_id])
            if report.error_type == Order.PAUSED:
                self.paused[report.agency_id] = named
                continue
            self.reported[shard] += 1
            if self._is_to_do_again(report):
                again.append(report.agency_id)
            else:
                self.reports.append(named)
        if again:
            self.pool.free()  # a dead worker's lease may be what kept us out
            self._first(again)

    def _is_to_do_again(self, report: CrawlReport) -> bool:
        """Whether our own side kept a site from being crawled: no database, a lease lost or not yet freed."""
        if report.error_type not in OURS and report.status is not ScrapingStatus.RUNNING:
            return False
        if not self.pool.unfreed:
            self.tries[report.agency_id] += 1
        return self.tries[report.agency_id] <= TRIES

    def _take_over(self, shard: str, batch: list[int]) -> None:
        """The shard died: every batch that it had goes to the others at once."""
        lost = {r: numbers for r, (name, numbers) in self.pending.items() if name == shard}
        for reference in lost:
            del self.pending[reference]
        self.asked = {r: told for r, told in self.asked.items() if told[0] != shard}
        if shard in self.pool.actors:
            self.pool.lost(shard)
        self._first([number for numbers in (batch, *lost.values()) for number in numbers])

    def _first(self, numbers: list[int]) -> None:
        """Sites that were begun: before all others, and whatever the room."""
        self.begun.update(numbers)
        self._deal(numbers)
        self._feed_all()
