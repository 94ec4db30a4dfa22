"""What all crawls of one process share: settings, database, fetcher, places, clock.

async with open_context(settings, database_url) as context:
    report = await crawl_site(context, agency_id)
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crawl.apprentice import Shelf
from crawl.browser import Browser
from crawl.fetch import Fetcher
from crawl.lease import Heartbeat, this_worker
from crawl.meter import Meter
from crawl.optout import OptOuts
from crawl.orders import Standing
from crawl.politeness import Politeness
from crawl.store import Store
from extract.page import PageReading
from models.database import open_async_engine
from models.places import Places
from models.settings import Settings
from models.tables import utc_now

Clock = Callable[[], datetime]
Reader = Callable[[bytes, str, str | None], PageReading]
#: Database connections of one process.
POOL: Final = 8


@dataclass(frozen=True, slots=True)
class CrawlContext:
    """One per process and event loop. worker: who holds the leases, for operators."""

    settings: Settings
    store: Store
    fetcher: Fetcher
    places: Places
    clock: Clock = utc_now
    worker: str = ""
    standing: Standing = field(default_factory=Standing)
    #: What renders empty shells; None when RENDER is off.
    browser: Browser | None = None
    #: Room for the pages that sites are learnt from.
    shelf: Shelf = field(default_factory=Shelf)
    #: Reads pages in the apprentice's place: for a crawl that is about the pages alone.
    reader: Reader | None = None

    @property
    def meter(self) -> Meter:
        """What this process counts."""
        return self.fetcher.meter


@asynccontextmanager
async def open_context(
    settings: Settings,
    database_url: str,
    *,
    places: Places | None = None,
    clock: Clock = utc_now,
    worker: str | None = None,
    standing: Standing | None = None,
    reader: Reader | None = None,
) -> AsyncIterator[CrawlContext]:
    """A context whose engine and clients are closed at the end of the block.

    All contexts on one database share the budgets of egresses and addresses, and renew their sites' leases.
    standing: where the caller keeps the operator's orders.
    """
    engine = open_async_engine(database_url, pool_size=POOL, ping=False)
    store, worker = Store(engine, connections=POOL), worker or this_worker()
    fetcher, browser = Fetcher(settings, Politeness.of(settings, store.reserve)), Browser.of(settings)
    fetcher.welcome = OptOuts(store).welcome
    try:
        async with Heartbeat(store, worker, clock):
            known, orders = places or Places.load(settings.home), standing or Standing()
            yield CrawlContext(settings, store, fetcher, known, clock, worker, orders, browser, reader=reader)
    finally:
        if browser is not None:
            await browser.close()
        await fetcher.close()
        await engine.dispose()
