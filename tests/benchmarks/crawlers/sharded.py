"""The whole crawl over the addresses of a file, on a Ray of its own: prints what it did, as JSON.

python -m tests.benchmarks.crawlers.sharded ADDRESSES SHARDS
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from cluster.commands.crawl import sites_of
from cluster.crawling import shard_pool
from cluster.runtime import ray_cluster
from crawl.agencies import register
from models.database import open_engine, upgrade
from models.postgres import embedded
from models.settings import Settings


def main() -> None:
    """From the command line."""
    with tempfile.TemporaryDirectory(prefix="pgn-") as home:
        settings = Settings(
            _env_file=None, pignon_home=Path(home), pignon_town=True, min_global_delay=0,
            min_delay_between_requests=0, min_delay_per_address=0, max_concurrent_requests=32,
        )  # fmt: skip
        with (
            embedded(settings.home) as url,
            ray_cluster(),
            shard_pool(settings, url, int(sys.argv[2])) as pool,
        ):
            upgrade(url)
            engine = open_engine(url)
            sites = sites_of(engine, register(engine, Path(sys.argv[1]).read_text().split(), town=True))
            engine.dispose()
            began = time.monotonic()
            reports = pool.crawl(sites)
            took = time.monotonic() - began
    pages = sum(report.pages for report in reports)
    told = {"pages": pages, "found": sum(report.found for report in reports), "seconds": took}
    print(json.dumps({**told, "cpu_seconds": float("nan")}))


if __name__ == "__main__":
    main()
