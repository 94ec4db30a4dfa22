"""The demo: the town, its crawl, its properties and its pages, in a folder that goes with it."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select

from cluster.commands.crawl import sites_of
from cluster.commands.serve import serving, wait_for_interrupt
from cluster.console import plural, stderr
from cluster.crawling import ShardPool, Site, shard_pool
from cluster.ingress import ingress
from cluster.progress import crawl_progress
from cluster.runtime import ray_cluster
from cluster.town import start_town
from crawl.agencies import register
from dedup.store import dedup_listings, dwellings
from models.database import open_engine, upgrade
from models.postgres import embedded
from models.settings import Settings, load_settings
from models.tables import AggregatedListing, ListingHistory
from serve.app import check_port
from serve.mail.outbox import UNSENT, is_configured
from serve.statistics.refresh import refresh

#: Tries to remove the demo's folder, a tenth of a second apart.
REMOVALS = 50


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the show runs on. began: monotonic seconds."""

    engine: Engine
    url: str
    settings: Settings
    began: float


def run_demo(port: int, seed: int, days: int) -> None:
    """Everything on loopback, until Ctrl-C; leaves no process and no file behind.

    Raises ServiceError at once when `port` is taken.
    """
    check_port("127.0.0.1", port)
    began = time.monotonic()
    with _own_folder() as home:
        settings = demo_settings(home)
        stderr.print("Starting the database and Ray …")
        with (
            embedded(settings.home) as url,
            ingress(settings, "127.0.0.1", port),
            ray_cluster(folder=home / "ray"),
        ):
            upgrade(url)
            engine = open_engine(url)
            try:
                _show(_Stage(engine, url, settings, began), port, seed, days)
            finally:
                engine.dispose()


@contextmanager
def _own_folder() -> Iterator[Path]:
    """A temporary folder, removed even where a dying worker still writes a last line into it."""
    home = Path(tempfile.mkdtemp(prefix="pignon-demo-"))
    try:
        yield home
    finally:
        for _ in range(REMOVALS):
            shutil.rmtree(home, ignore_errors=True)
            if not home.exists():
                break
            time.sleep(0.1)


def demo_settings(home: Path) -> Settings:
    """The user's settings, but for the town, which is ours and needs no sparing."""
    return load_settings(
        pignon_home=home,
        pignon_town=True,
        pignon_env="development",
        min_delay_between_requests=0.02,
        min_global_delay=0.0,
        proxies=None,
        api_replicas=1,  # the crawl needs the cores
        api_max_replicas=None,
    )


def _show(stage: _Stage, port: int, seed: int, days: int) -> None:
    import ray

    town, addresses = start_town(seed)
    sites = sites_of(stage.engine, register(stage.engine, addresses, source="demo", town=True))
    stderr.print(f"A fictitious web of {plural(len(sites), 'agency site')} is up.")
    with ExitStack() as shards:
        # The shards start while the pages do.
        pool = shards.enter_context(shard_pool(stage.settings, stage.url))
        with serving(stage.url, stage.settings, "127.0.0.1", port) as address:
            seconds = time.monotonic() - stage.began
            stderr.print(f"Watch it fill at [bold]{address}[/] ({seconds:.0f} s after the start).")
            with shards:
                _visit(stage, pool, sites, "First visit")
                if days:
                    ray.get(town.set_day.remote(days))
                    _visit(stage, pool, sites, f"{days} days later")
            stderr.print(f"Ready: [bold]{address}[/] for people, [bold]{address}docs[/] for programs.")
            if not is_configured(stage.settings):
                stderr.print(f"Mails, as to who opens an account: {stage.settings.home / UNSENT}")
            stderr.print("Ctrl-C stops it.")
            wait_for_interrupt()


def _visit(stage: _Stage, pool: ShardPool, sites: list[Site], title: str) -> None:
    with crawl_progress(title) as show:
        pool.crawl(sites, show)
    dedup_listings(stage.engine)
    refresh(stage.engine)
    listings, properties = dwellings(stage.engine)
    live = AggregatedListing.is_active
    with stage.engine.connect() as connection:
        events = connection.scalar(select(func.count()).select_from(ListingHistory)) or 0
        cities = connection.scalar(select(func.count(func.distinct(AggregatedListing.city))).where(live))
    seconds = time.monotonic() - stage.began
    stderr.print(
        f"{plural(listings, 'live listing')} of {properties:,} properties in {cities} cities, "
        f"{plural(events, 'event')} kept, {seconds:.0f} s after the start."
    )
