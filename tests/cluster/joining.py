"""A crawl that a second node joins while it runs: who crawled what, and when, as JSON.

    python -m tests.cluster.joining ADDRESSES --after 200 [--delay 0.5]

A Ray of one node with one core, and the driver in this process; once so many pages are read, another such
node is added. Instants are of the machine's monotonic clock, as those of the fleet's log are.
"""

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import func, select

from cluster.commands.crawl import sites_of
from cluster.crawling import ShardPool, shard_pool
from cluster.looks import CrawlProgress
from cluster.runtime import NAMESPACE
from crawl.agencies import register
from models.database import open_engine, upgrade
from models.postgres import embedded
from models.settings import Settings
from models.tables import Agency, AggregatedListing, ScrapingLog
from tests.cluster.nodes import one_node

FIRST, NEWCOMER = "shard-0", "shard-1"


@dataclass(slots=True)
class Joined:
    """What came of it. held: sites that the first shard had, and had begun, when the node was added."""

    added: float = 0.0
    #: When the newcomer's shard was ready, and when it had read a page.
    ready: float = 0.0
    worked: float = 0.0
    held: int = 0
    read: dict[str, int] = field(default_factory=dict)
    #: Hosts that ended at each shard, and their endings.
    hosts: dict[str, list[str]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    listings: int = 0
    crawls: int = 0
    leases: int = 0
    load: float = 0.0
    #: Of the whole crawl; what its processes took is not known.
    seconds: float = 0.0
    cpu_seconds: float = float("nan")


class Stage:
    """The cluster, and what the driver sees."""

    def __init__(self, folder: Path, after: int) -> None:
        self.after, self.told = after, Joined()
        self.cluster = one_node(folder)

    def look(self, pool: ShardPool, progress: CrawlProgress) -> None:
        """Add the node when it is time, and note what became of it."""
        told = self.told
        if not told.added and progress.pages >= self.after:
            told.held, told.added = progress.open, time.monotonic()
            self.cluster.add_node(num_cpus=1)  # the driver waits meanwhile, the shard crawls on
        if not told.ready and NEWCOMER in pool.actors:
            told.ready = time.monotonic()
        told.read = {name: sum(r.of("pages").values()) for name, r in pool.looks.readings().items()}
        if not told.worked and told.read.get(NEWCOMER):
            told.worked = time.monotonic()

    def close(self) -> None:
        """Leave no process behind."""
        import ray

        ray.shutdown()
        self.cluster.shutdown()


def crawl(addresses: list[str], after: int, delay: float) -> Joined:
    """Crawl them all, in a folder that goes with it."""
    import ray

    with tempfile.TemporaryDirectory(prefix="pgn-jo-") as home, embedded(Path(home)) as url:
        settings = Settings(
            _env_file=None, pignon_home=Path(home), pignon_town=True, min_global_delay=0,
            min_delay_between_requests=delay, min_delay_per_address=0, max_concurrent_requests=32,
        )  # fmt: skip
        upgrade(url)
        engine = open_engine(url)
        sites = sites_of(engine, register(engine, addresses, town=True))
        stage = Stage(Path(home), after)
        try:
            ray.init(address=stage.cluster.address, namespace=NAMESPACE, log_to_driver=False)
            with shard_pool(settings, url) as pool:
                began = time.monotonic()
                reports = pool.crawl(sites, lambda progress: stage.look(pool, progress))
                stage.told.hosts = {shard: _ended(actor) for shard, actor in pool.actors.items()}
                stage.told.seconds = time.monotonic() - began
        finally:
            stage.close()
        stage.told.statuses = dict(Counter(report.status.value for report in reports))
        with engine.connect() as connection:
            count = connection.scalar
            stage.told.listings = count(select(func.count(AggregatedListing.id))) or 0
            stage.told.crawls = count(select(func.count(ScrapingLog.id))) or 0
            stage.told.leases = count(select(func.count()).where(Agency.leased_until.is_not(None))) or 0
        engine.dispose()
    stage.told.load = round(os.getloadavg()[0], 1)
    return stage.told


def _ended(actor: Any) -> list[str]:
    """The hosts whose crawl ended at a shard."""
    import ray

    hosts: list[str] = ray.get(
        actor.__ray_call__.remote(lambda s: [r.host for r in s.latest.values() if r.error_type != "Moved"])
    )
    return sorted(hosts)


def main() -> None:
    """From the command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("addresses", type=Path)
    options.add_argument("--after", type=int, default=200, help="pages until the node is added")
    options.add_argument("--delay", type=float, default=0.0)
    asked = options.parse_args()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))
    told = crawl(asked.addresses.read_text(encoding="utf-8").split(), asked.after, asked.delay)
    print(json.dumps(asdict(told)))


if __name__ == "__main__":
    main()
