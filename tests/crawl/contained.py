"""One hostile case in a process of its own: what came of it, how long it took, what memory, whom it dialled.

The process is forked from one that has imported the crawler, warmed up on a harmless page, and its memory's
high-water mark (VmHWM) set back to what it then holds; `extra` is how far the mark rises above that.
"""

import asyncio
import gc
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from crawl.context import CrawlContext, open_context
from crawl.fetch import Fetcher, Manner
from crawl.politeness import Politeness
from crawl.site import crawl_site
from crawl.url import site_host
from models.places import Places
from tests.crawl.quick import quick_settings

TIMEOUT = 1.0
BUDGET = 30
_PATIENCE = 60


@dataclass(frozen=True)
class Contained:
    """outcome and reason as the crawler tells them; pages: requests it counted; extra: MiB of memory."""

    outcome: str
    reason: str
    pages: int
    seconds: float
    extra: float
    dialled: frozenset[tuple[str, int]]


def fetch_contained(url: str, harmless: str) -> Contained:
    """One URL by the real fetcher."""
    return _in_child(_fetch, (), harmless, url)


def crawl_contained(database_url: str, agency: int, harmless: int) -> Contained:
    """One site by the real crawl, of at most BUDGET pages."""
    return _in_child(_crawl, (database_url,), harmless, agency)


def _in_child(work: Callable[..., Any], common: tuple[Any, ...], harmless: Any, target: Any) -> Contained:
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([__name__])
    ours, theirs = forks.Pipe()
    process = forks.Process(target=_child, args=(theirs, work, common, harmless, target))
    process.start()
    theirs.close()
    try:
        assert ours.poll(_PATIENCE), f"{target} held the crawler for {_PATIENCE} s"
        told = ours.recv()
    finally:
        process.kill()
        process.join()
        ours.close()
    assert isinstance(told, Contained), told
    return told


def _child(pipe: Connection, work: Callable[..., Any], common: tuple[Any, ...], *targets: Any) -> None:
    try:
        pipe.send(asyncio.run(work(*common, *targets)))
    except BaseException as error:  # noqa: BLE001 - told to the test, which fails on it
        pipe.send(f"{targets[-1]} raised {error!r}")


async def _fetch(harmless: str, url: str) -> Contained:
    settings = quick_settings(scraping_timeout=TIMEOUT)
    fetcher = Fetcher(settings, Politeness.of(settings))

    async def one(address: str) -> tuple[str, str, int]:
        # Redirects to other sites are followed, as far as they lead, for robots.txt alone.
        fetched = await fetcher.fetch(address, Manner(leave_site=True))
        return fetched.outcome, fetched.reason, 1 + len(fetched.redirects)

    try:
        await one(harmless)
        found = await _measured(lambda: one(url))
        if fetcher.politeness.remaining(site_host(url)) < TIMEOUT:
            # Whatever happened on the connection, the next answer is not what is left of the last.
            after = await fetcher.fetch(harmless)
            assert b"Une page comme une autre" in after.body, after
    finally:
        await fetcher.close()
    return found


async def _crawl(database_url: str, harmless: int, agency: int) -> Contained:
    settings = quick_settings(scraping_timeout=TIMEOUT, max_pages_per_site=BUDGET, photo_hashes=6)
    async with open_context(settings, database_url, places=Places.sample()) as context:
        await _one_crawl(context, harmless)
        return await _measured(lambda: _one_crawl(context, agency))


async def _one_crawl(context: CrawlContext, agency: int) -> tuple[str, str, int]:
    report = await crawl_site(context, agency)
    return report.status, report.error or "", report.pages


async def _measured(case: Callable[[], Awaitable[tuple[str, str, int]]]) -> Contained:
    dialled: set[tuple[str, int]] = set()

    def note(event: str, values: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(values[1], tuple):
            dialled.add((str(values[1][0]), int(values[1][1])))

    sys.addaudithook(note)
    gc.collect()
    _forget_peak()
    before, began = _kib("VmRSS"), time.monotonic()
    outcome, reason, pages = await case()
    seconds = time.monotonic() - began
    extra = (_kib("VmHWM") - before) / 1024
    return Contained(outcome, reason, pages, seconds, extra, frozenset(dialled))


def _forget_peak() -> None:
    """Set VmHWM back to VmRSS (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _kib(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition(f"{name}:")[2].split()[0])
