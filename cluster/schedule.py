"""The schedule: every job of Pignon that a clock starts. One place, fenced by a database lock.

Late runs coalesce into one; a second scheduler on the same database waits for the first to end.
"""

from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Connection, text

from cluster.console import stderr
from models.database import database, open_engine, upgrade
from models.errors import PignonError, ServiceError
from models.settings import Settings

#: Any constant; held for as long as a scheduler runs.
SCHEDULE_LOCK = 7_406_603


def run_schedule(settings: Settings, every: int) -> None:
    """Crawl what is due every `every` minutes, then recognise properties, until interrupted.

    Raises ServiceError when another scheduler runs on this database.
    """
    with database(settings) as url:
        upgrade(url)
        engine = open_engine(url)
        try:
            with engine.connect() as connection:
                _take_lock(connection)
                scheduler = BlockingScheduler(timezone="UTC")
                scheduler.add_job(
                    crawl_due,
                    "interval",
                    args=[settings, url],
                    minutes=every,
                    coalesce=True,
                    max_instances=1,
                    misfire_grace_time=None,
                    next_run_time=_now(),
                )
                stderr.print(f"Looking for due sites every {every} minutes (Ctrl-C stops it).")
                scheduler.start()
        finally:
            engine.dispose()


def crawl_due(settings: Settings, url: str) -> None:
    """One round: crawl every due site, then recognise properties. Trouble is one line, and the next comes."""
    from cluster.commands.crawl import sites_of
    from cluster.crawling import shard_pool
    from cluster.progress import crawl_progress
    from cluster.runtime import ray_cluster
    from crawl.agencies import due
    from dedup.store import dedup_listings

    engine = open_engine(url)
    try:
        sites = sites_of(engine, due(engine))
        if not sites:
            return
        with ray_cluster(), shard_pool(settings, url) as pool, crawl_progress("Crawling") as show:
            pool.crawl(sites, show)
        dedup_listings(engine)
    except PignonError as error:
        stderr.print(f"pignon: {error}", markup=False, soft_wrap=True)
    finally:
        engine.dispose()


def _take_lock(connection: Connection) -> None:
    if not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": SCHEDULE_LOCK}):
        raise ServiceError("Another scheduler runs on this database; stop it first.")
    connection.commit()  # the lock is the session's, no transaction need stay open


def _now() -> object:
    from models.tables import utc_now

    return utc_now()
