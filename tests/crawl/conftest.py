"""What the crawl's tests share: the misbehaving web, and a fetcher and a context that may visit it."""

from collections.abc import AsyncIterator

import pytest

from crawl.context import CrawlContext, open_context
from crawl.fetch import Fetcher
from crawl.politeness import Politeness
from models.places import Places
from tests.crawl.mean_server import MeanServer
from tests.crawl.quick import quick_settings


@pytest.fixture
async def web() -> AsyncIterator[MeanServer]:
    """A web that misbehaves on demand."""
    async with MeanServer() as server:
        yield server


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """A fetcher that may visit loopback and need not wait."""
    settings = quick_settings()
    fetcher = Fetcher(settings, Politeness.of(settings))
    yield fetcher
    await fetcher.close()


@pytest.fixture
async def context(database_url: str) -> AsyncIterator[CrawlContext]:
    """A crawl's context on the test's own database."""
    async with open_context(quick_settings(), database_url, places=Places.sample()) as context:
        yield context


@pytest.fixture
async def looking(database_url: str) -> AsyncIterator[CrawlContext]:
    """A context whose crawls look at two photos of each listing."""
    async with open_context(quick_settings(photo_hashes=2), database_url, places=Places.sample()) as context:
        yield context
