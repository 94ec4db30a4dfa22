"""A shard: one async Ray actor per core that crawls its hosts' sites, fetching and reading in one place.

Batches of agency ids come in, reports go out; pages never leave the actor. Its state is the database's:
a restarted shard starts empty and carries on. What only the actor needs is imported in it: a driver that
starts again has no use for readers and clients.
"""

import asyncio
import logging
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cluster.ray_metrics import RayMetrics
from crawl.egress import AllProxiesDeadError
from crawl.meter import Meter, Reading
from crawl.orders import Order, Orders, Standing
from crawl.report import CrawlReport, ended_since
from models import logs
from models.settings import Settings
from models.tables import ScrapingStatus

if TYPE_CHECKING:
    from crawl.context import CrawlContext

_log = logging.getLogger(__name__)

#: Log lines handed over at once.
LINES = 200


@dataclass(frozen=True, slots=True)
class ShardProgress:
    """What a shard has done since it started, or the crawl began; small, so that it can be sent often."""

    sites_done: int = 0
    #: Log lines since the last time, where they are JSON.
    lines: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)


class Shard:
    """The actor's class; `cluster.crawling` gives it to Ray."""

    def __init__(self, settings: Settings, database_url: str, worker: str) -> None:
        self.settings = settings
        self.database_url = database_url
        self.worker = worker
        self.open_sites = asyncio.Semaphore(settings.max_open_sites)
        name = worker.rpartition(":")[2]
        self.tail = logs.set_up_part(settings, shard=name)
        self.ray_metrics = RayMetrics(name)
        self.standing = Standing()
        #: When the crawl began whose orders stand.
        self.began = datetime.min.replace(tzinfo=UTC)
        self.latest: dict[int, CrawlReport] = {}
        #: The sites of the batches that are here, and those of them that wait for a place to begin in.
        self.sites: dict[int, asyncio.Task[CrawlReport]] = {}
        self.queued: set[int] = set()
        self.done = 0
        self.resources = AsyncExitStack()
        self.context: asyncio.Task[CrawlContext] | None = None

    async def ready(self) -> None:
        """Answer once all that a crawl needs is loaded."""
        await self._open()

    async def crawl(self, agency_ids: list[int], since: datetime | None = None) -> list[CrawlReport]:
        """Crawl these sites, MAX_OPEN_SITES at once; one report each, same order.

        since: these were a dead shard's, in a crawl that began then: at once, but for those it had ended.

        Raises AllProxiesDeadError, with all sites given back, when no way out is left.
        """
        context = await self._open()
        tasks = {n: asyncio.create_task(self._crawl_one(context, n, since)) for n in agency_ids}
        self.sites.update(tasks)
        self.standing.leaving.difference_update(agency_ids)
        try:
            return await asyncio.gather(*tasks.values())
        except AllProxiesDeadError:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
            raise
        finally:
            for number, task in tasks.items():
                if self.sites.get(number) is task:  # else it left, came back and is another batch's
                    del self.sites[number]

    async def give_back(self, agency_ids: list[int]) -> list[CrawlReport]:
        """Let go of sites that another shard is to have: at once of those that wait to begin, of the others
        after their page. The reports of the first that are free; none when none is left that could be.
        """
        self.standing.leaving.update(agency_ids)
        for number in self.queued.intersection(agency_ids):
            self.sites[number].cancel()
        tasks = {self.sites[number] for number in agency_ids if number in self.sites}
        given: list[CrawlReport] = []
        while tasks and not given:
            ended, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            told = [task.result() for task in ended if not task.cancelled() and not task.exception()]
            given = [report for report in told if report.error_type == Order.MOVED]
        return given

    async def progress(self) -> ShardProgress:
        """The counts so far."""
        lines = self.tail.take(LINES)
        if self.context is None or not self.context.done():
            return ShardProgress(self.done, lines)
        fetcher = self.context.result().fetcher
        reading = fetcher.meter.reading(fetcher.politeness.egress_waited)
        self.ray_metrics.tell(reading)
        return ShardProgress(self.done, lines, reading)

    async def begin(self, began: datetime, orders: Orders) -> None:
        """Count from zero again, for the crawl that began then, under these orders."""
        self.latest.clear()
        self.standing.leaving.clear()
        self.done = 0
        if began > self.began:  # else a later order has overtaken this call
            self.began, self.standing.orders = began, orders
        if self.context is not None:
            fetcher = (await self.context).fetcher
            fetcher.meter, fetcher.politeness.egress_waited = Meter(), 0.0

    async def obey(self, began: datetime, orders: Orders) -> None:
        """From now on these are the operator's orders to the crawl that began then; sites under way obey
        after their page. Calls may overtake each other: an order to a crawl that has ended is not heard.
        """
        if began < self.began:
            return
        self.began = began
        told = {"paused": orders.paused, "stopped": orders.stopped, "sites_paused": len(orders.sites)}
        _log.info("orders of the operator", extra=told)
        self.standing.orders = orders

    async def stop(self) -> tuple[str, ...]:
        """End in good order: each site after its page, with its lease given back. The last log lines."""
        running = list(self.sites.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.resources.aclose()
        return self.tail.take(LINES)

    async def _open(self) -> "CrawlContext":
        """The one context of this process, opened by whichever batch comes first."""
        if self.context is None:
            from crawl.context import open_context

            opening = open_context(
                self.settings, self.database_url, worker=self.worker, standing=self.standing
            )
            self.context = asyncio.create_task(self.resources.enter_async_context(opening))
        return await self.context

    async def _crawl_one(
        self, context: "CrawlContext", agency_id: int, since: datetime | None
    ) -> CrawlReport:
        slots = context.fetcher.politeness.slots
        self.queued.add(agency_id)
        try:
            async with nullcontext() if since else self.open_sites, slots.taken(fresh=since is None):
                self.queued.discard(agency_id)
                report = await self._crawl_now(context, agency_id, since)
        except asyncio.CancelledError:
            moved = self.standing.moving(agency_id)
            if moved is None or agency_id not in self.queued:
                raise
            report = CrawlReport(agency_id, "", moved.status, moved.error, moved.error_type)
        finally:
            self.queued.discard(agency_id)
        if report.host:
            self._note(report)
        self.done += report.error_type not in (Order.PAUSED, Order.MOVED)  # which are still to be done
        return report

    async def _crawl_now(
        self, context: "CrawlContext", agency_id: int, since: datetime | None
    ) -> CrawlReport:
        from crawl.site import crawl_site

        try:
            ended = await context.store.run(ended_since, agency_id, since) if since else None
            return ended or await crawl_site(context, agency_id, progress=self._note)
        except AllProxiesDeadError:
            raise
        except Exception as error:  # noqa: BLE001 - one site's trouble, whatever it is, must not cost the others
            _log.exception("the crawl of agency %s failed", agency_id)
            host = self.latest[agency_id].host if agency_id in self.latest else ""
            kind = type(error).__name__
            line = f"{kind}: {str(error).partition(chr(10))[0]}"
            return CrawlReport(agency_id, host, ScrapingStatus.ERROR, line, kind)

    def _note(self, report: CrawlReport) -> None:
        self.latest[report.agency_id] = report
