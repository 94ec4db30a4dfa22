"""What all crawls of one process share: settings, database, fetcher, places, clock.

async with open_context(settings, database_url) as context:
    report = await crawl_site(context, agency_id)
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from crawl.fetch import Fetcher
from crawl.lease import this_worker
from crawl.politeness import Politeness
from crawl.store import Store
from models.database import open_async_engine
from models.places import Places
from models.settings import Settings
from models.tables import utc_now

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class CrawlContext:
    """One per process and event loop. worker: who holds the leases, for operators."""

    settings: Settings
    store: Store
    fetcher: Fetcher
    places: Places
    clock: Clock = utc_now
    worker: str = ""


@asynccontextmanager
async def open_context(
    settings: Settings,
    database_url: str,
    *,
    shards: int = 1,
    places: Places | None = None,
    clock: Clock = utc_now,
    worker: str | None = None,
) -> AsyncIterator[CrawlContext]:
    """A context whose engine and clients are closed at the end of the block.

    shards: how many such processes share one egress address; its delay is split among them.
    """
    engine = open_async_engine(database_url)
    fetcher = Fetcher(settings, Politeness.of(settings, shards))
    try:
        yield CrawlContext(
            settings,
            Store(engine),
            fetcher,
            places or Places.load(settings.home),
            clock,
            worker or this_worker(),
        )
    finally:
        await fetcher.close()
        await engine.dispose()
