"""Pignon's engine over the addresses of a file, in one process: prints what it took, as JSON.

    python -m tests.benchmarks.crawlers.ours ADDRESSES [--read] [--delay S] [--open N]

Without --read pages are parsed for their links alone: robots, politeness, fetch, parse, links, keys and the
durable done-mark remain.
"""

import argparse
import asyncio
import gc
import json
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from crawl.agencies import register
from crawl.context import CrawlContext, open_context
from crawl.meter import Step
from crawl.site import crawl_site
from models.database import open_engine, upgrade
from models.places import Places
from models.postgres import embedded
from models.settings import Settings
from models.tables import utc_now
from tests.benchmarks.crawlers.weigh import bytes_per_site
from tests.crawl.skim import skim


async def crawl(url: str, ids: list[int], settings: Settings, asked: argparse.Namespace) -> dict[str, Any]:
    """Crawl them all once, or for so many seconds; what this process took."""

    def clock() -> datetime:
        return utc_now() + timedelta(hours=asked.hours)

    reader = None if asked.read else skim
    async with open_context(settings, url, places=Places.sample(), clock=clock, reader=reader) as context:
        gate, open_most = asyncio.Semaphore(settings.max_open_sites), Peak(settings.max_open_sites)
        cpu, began = time.process_time(), time.monotonic()
        watch = asyncio.create_task(open_most.watch())
        work = [asyncio.create_task(_one(context, gate, open_most, number)) for number in ids]
        await asyncio.wait(work, timeout=asked.seconds)
        took, spent = time.monotonic() - began, time.process_time() - cpu
        watch.cancel()
        held = bytes_per_site(context)
        reports = [task.result() for task in work if task.done()]
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        return {
            "seconds": took,
            "cpu_seconds": spent,
            "pages": sum(report.pages for report in reports),
            "bytes": sum(report.bytes for report in reports),
            "changed": sum(report.changed for report in reports),
            "read_seconds": context.meter.total.seconds[Step.READ],
            "ok": sum(report.status in ("ok", "not_an_agency", "empty") for report in reports),
            "found": sum(report.found for report in reports),
            "most_open": open_most.many[0],
            "kb_per_open_host": open_most.kb_per_site,
            "kb_of_state": held / 1024,
            "errors": sorted({report.error or "" for report in reports if report.status == "error"})[:3],
        }


class Peak:
    """How many sites are open, and the resident memory of the process from a fifth of them to the most."""

    def __init__(self, most: int) -> None:
        self.fifth, self.now = most // 5, 0
        #: Open sites and bytes, at a fifth of the sites and when most were open, at the latest.
        self.few = self.many = (0, 0)

    @property
    def kb_per_site(self) -> float:
        """Kilobytes that each further site costs, with all that its crawl leaves in the process."""
        sites, held = (most - least for most, least in zip(self.many, self.few, strict=True))
        return held / 1024 / sites if sites else float("nan")

    async def watch(self) -> None:
        """Look every second."""
        while True:
            await asyncio.sleep(1)
            seen = self.now, psutil.Process().memory_info().rss
            if self.now >= self.fifth and not self.few[0]:
                self.few = seen
            if self.now >= self.many[0]:
                self.many = seen


async def _one(context: CrawlContext, gate: asyncio.Semaphore, peak: Peak, number: int) -> Any:
    async with gate, context.fetcher.politeness.slots.taken(fresh=True):
        peak.now += 1
        try:
            return await crawl_site(context, number)
        finally:
            peak.now -= 1


def main() -> None:
    """From the command line."""
    options = argparse.ArgumentParser()
    options.add_argument("addresses", type=Path)
    options.add_argument("--read", action="store_true")
    options.add_argument("--delay", type=float, default=0.0)
    options.add_argument("--address-delay", type=float, default=0.0)
    options.add_argument("--open", type=int, default=500)
    options.add_argument("--at-work", type=int, default=32)
    options.add_argument("--home", help="keep the database there, for a later crawl")
    options.add_argument("--hours", type=float, default=0.0, help="how much later it is now")
    options.add_argument("--seconds", type=float, help="stop then, whatever is left")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or folder
        settings = Settings(
            _env_file=None, pignon_home=Path(home), pignon_town=True, min_global_delay=0,
            min_delay_between_requests=asked.delay, min_delay_per_address=asked.address_delay,
            max_concurrent_requests=asked.at_work, max_open_sites=asked.open,
        )  # fmt: skip
        with embedded(settings.home) as url:
            upgrade(url)
            engine = open_engine(url)
            ids = register(engine, asked.addresses.read_text().split(), town=True)
            engine.dispose()
            gc.collect()
            postgres = _postgres_cpu(home)
            told = asyncio.run(crawl(url, ids, settings, asked))
            told["database_cpu_seconds"] = _postgres_cpu(home) - postgres
    print(json.dumps(told))


def _postgres_cpu(home: str) -> float:
    """Processor seconds of the database's processes, the ended ones' as their parent sums them."""
    total = 0.0
    for process in psutil.process_iter(["name", "cmdline"]):
        if home in " ".join(process.info["cmdline"] or []):
            parts = [process, *process.children()]
            times = [part.cpu_times() for part in parts]
            total += sum(t.user + t.system for t in times) + times[0].children_user + times[0].children_system
            break
    return total


if __name__ == "__main__":
    main()
