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
        self.running: set[asyncio.Task[CrawlReport]] = set()
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
        tasks = [asyncio.create_task(self._crawl_one(context, number, since)) for number in agency_ids]
        self.running.update(tasks)
        try:
            return await asyncio.gather(*tasks)
        except AllProxiesDeadError:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        finally:
            self.running.difference_update(tasks)

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
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
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
        from crawl.site import crawl_site

        slots = context.fetcher.politeness.slots
        async with nullcontext() if since else self.open_sites, slots.taken(fresh=since is None):
            try:
                ended = await context.store.run(ended_since, agency_id, since) if since else None
                report = ended or await crawl_site(context, agency_id, progress=self._note)
            except AllProxiesDeadError:
                raise
            except Exception as error:  # noqa: BLE001 - one site's trouble, whatever it is, must not cost the others
                _log.exception("the crawl of agency %s failed", agency_id)
                host = self.latest[agency_id].host if agency_id in self.latest else ""
                kind = type(error).__name__
                line = f"{kind}: {str(error).partition(chr(10))[0]}"
                report = CrawlReport(agency_id, host, ScrapingStatus.ERROR, line, kind)
        self._note(report)
        self.done += report.error_type != Order.PAUSED  # a paused site is still to be done
        return report

    def _note(self, report: CrawlReport) -> None:
        self.latest[report.agency_id] = report
