"""Scrapy over the addresses of a file, as its documentation sets it up for a broad, durable, polite crawl.

    python with_scrapy.py ADDRESSES FOLDER

robots.txt obeyed, one request in flight per host, no delay, links followed within the host, the queue and
what was seen kept on disk (JOBDIR). Prints what it took, as JSON.
"""

import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess

URLS = Path(sys.argv[1]).read_text().split()


class Pages(scrapy.Spider):
    """Every page of every host, for its links."""

    name = "pages"
    pages = 0

    async def start(self):
        for url in URLS:
            yield scrapy.Request(url)

    def parse(self, response):
        type(self).pages += 1
        host = urlsplit(response.url).netloc
        for href in response.css("a::attr(href)").getall():
            url = response.urljoin(href)
            if urlsplit(url).netloc == host:
                yield scrapy.Request(url)


if __name__ == "__main__":
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": 32,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "JOBDIR": sys.argv[2],
            "LOG_LEVEL": "ERROR",
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue",
        }
    )
    cpu, began = time.process_time(), time.monotonic()
    process.crawl(Pages)
    process.start()
    told = {
        "pages": Pages.pages,
        "seconds": time.monotonic() - began,
        "cpu_seconds": time.process_time() - cpu,
    }
    print(json.dumps(told))
