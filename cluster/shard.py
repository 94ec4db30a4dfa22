"""A shard: one async Ray actor per core that crawls its hosts' sites, fetching and reading in one place.

Batches of agency ids come in, reports go out; pages never leave the actor. Its state is the database's:
a restarted shard starts empty and carries on.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from crawl.context import CrawlContext, open_context
from crawl.report import CrawlReport
from crawl.site import crawl_site

from models.settings import Settings


@dataclass(slots=True)
class ShardProgress:
    """What a shard has done since it started; counts only, cheap to send often."""

    pages: int = 0
    listings: int = 0
    errors: int = 0
    sites_done: int = 0
    #: Hosts being crawled now.
    current: list[str] = field(default_factory=list)


class Shard:
    """The actor's class; `cluster.crawling` wraps it with Ray, tests run it bare."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self.settings = settings
        self.database_url = database_url
        self.done = ShardProgress()
        self._context: CrawlContext | None = None

    async def crawl(self, agency_ids: list[int]) -> list[CrawlReport]:
        """Crawl these sites, at most MAX_CONCURRENT_REQUESTS at once; one report each, same order."""
        context = self._open()
        slots = asyncio.Semaphore(self.settings.max_concurrent_requests)
        return await asyncio.gather(*(self._crawl_one(context, slots, number) for number in agency_ids))

    async def progress(self) -> ShardProgress:
        return self.done

    async def close(self) -> None:
        if self._context is not None:
            await self._context.close()

    def _open(self) -> CrawlContext:
        if self._context is None:
            self._context = open_context(self.settings, self.database_url)
        return self._context

    async def _crawl_one(
        self, context: CrawlContext, slots: asyncio.Semaphore, agency_id: int
    ) -> CrawlReport:
        async with slots:
            report = await crawl_site(context, agency_id, progress=self._count)
        self.done.sites_done += 1
        return report

    def _count(self, event: Any) -> None:
        self.done.pages += 1
        self.done.listings += bool(event.listing)
