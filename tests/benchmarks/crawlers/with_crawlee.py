"""Crawlee over the addresses of a file, robots.txt respected, its queue on disk as it is by default.

    python with_crawlee.py ADDRESSES FOLDER [--throttled DELAY]

With --throttled its own request manager spaces each host's requests. Prints what it took, as JSON.
"""

import asyncio
import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from crawlee import ConcurrencySettings, service_locator
from crawlee.configuration import Configuration
from crawlee.crawlers import ParselCrawler, ParselCrawlingContext
from crawlee.request_loaders import ThrottlingRequestManager
from crawlee.storages import RequestQueue


async def main(urls: list[str]) -> None:
    """Crawl them, and print what it took."""
    configuration = Configuration(storage_dir=sys.argv[2], log_level="ERROR")
    service_locator.set_configuration(configuration)  # its throttle's queues would lie in the working folder
    manager = None
    if "--throttled" in sys.argv:
        manager = ThrottlingRequestManager(
            await RequestQueue.open(configuration=configuration),
            domains=[urlsplit(url).hostname for url in urls],
            request_manager_opener=RequestQueue.open,
        )
    crawler = ParselCrawler(
        configuration=configuration,
        respect_robots_txt_file=True,
        max_request_retries=1,
        request_manager=manager,
        concurrency_settings=ConcurrencySettings(desired_concurrency=32, max_concurrency=32),
        request_handler_timeout=timedelta(seconds=60),
        configure_logging=False,
    )
    pages = 0

    @crawler.router.default_handler
    async def handle(context: ParselCrawlingContext) -> None:
        nonlocal pages
        pages += 1
        await context.enqueue_links(strategy="same-hostname")

    cpu, began = time.process_time(), time.monotonic()
    await crawler.run(urls)
    took = time.monotonic() - began
    print(json.dumps({"pages": pages, "seconds": took, "cpu_seconds": time.process_time() - cpu}))


asyncio.run(main(Path(sys.argv[1]).read_text().split()))
