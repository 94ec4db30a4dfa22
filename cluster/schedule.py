"""The schedule: every job of Pignon that a clock starts. One place, fenced by a database lock.

Late runs coalesce into one; a second scheduler on the same database is refused. For crawls the clock only
rings: they run in the main thread, where Ctrl-C reaches them and sites are given back. The statistics, which
may be cut short anywhere, are refreshed beside them, so that a crawl of hours delays no figure.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from queue import Full, Queue

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from cluster.console import plural, stderr
from cluster.metrics import Metrics, metrics_server
from models.database import database, open_engine, upgrade
from models.errors import PignonError, ServiceError
from models.settings import Settings
from models.tables import utc_now
from serve.engines.hand import keeping
from serve.mail.sender import sending
from serve.personal.dormant import tend
from serve.retention import purge

_log = logging.getLogger(__name__)

#: Any constant; held for as long as a scheduler runs.
SCHEDULE_LOCK = 7_406_603
#: Minutes between two refreshes of the statistics.
STATISTICS_EVERY = 60
#: Minutes between two clearings of what has outlived its time.
TIDIED_EVERY = 24 * 60
#: Minutes between two looks whether the last night's dump is there.
DUMP_LOOK_EVERY = 60


def run_schedule(settings: Settings, every: int) -> None:
    """Crawl what is due every `every` minutes, then recognise properties, until interrupted. Meanwhile
    the statistics are refreshed hourly, mails are sent where mail is configured, what has outlived its
    time is deleted daily, and the market is dumped every night.

    Raises ServiceError when another scheduler runs on this database.
    """
    with metrics_server(settings.metrics_port) as metrics, database(settings) as url:
        upgrade(url)
        engine = open_engine(url)
        try:
            with engine.connect() as connection:
                _take_lock(connection)
                stderr.print(f"Looking for due sites every {plural(every, 'minute')} (Ctrl-C stops it).")
                with (
                    _rings(every, settings, url) as rings,
                    sending(settings, url),
                    keeping(settings, url),
                ):
                    while True:
                        rings.get()
                        _round(settings, url, metrics)
        finally:
            engine.dispose()


@contextmanager
def _rings(every: int, settings: Settings, url: str) -> Iterator["Queue[None]"]:
    """A queue that holds an item when it is time to crawl, never two; meanwhile the statistics are refreshed,
    what is old is deleted and the night's dump is made.
    """
    rings: Queue[None] = Queue(maxsize=1)

    def ring() -> None:
        with suppress(Full):
            rings.put_nowait(None)

    def figure() -> None:
        try:
            refresh_figures(url)
        except Exception:  # noqa: BLE001 - as a round's: the next hour comes; at the end the database goes first
            if scheduler.running:
                _log.exception("the statistics were not refreshed; the next hour comes")

    scheduler = BackgroundScheduler(timezone="UTC", daemon=True)
    jobs = (
        (ring, every),
        (figure, STATISTICS_EVERY),
        (partial(_tidy, settings, url), TIDIED_EVERY),
        (partial(_nightly, settings, url, lambda: not scheduler.running), DUMP_LOOK_EVERY),
    )
    for job, minutes in jobs:
        scheduler.add_job(
            job, "interval", minutes=minutes, coalesce=True, misfire_grace_time=None, next_run_time=utc_now()
        )
    scheduler.start()
    try:
        yield rings
    finally:
        scheduler.shutdown(wait=False)


def _tidy(settings: Settings, url: str) -> None:
    """Tell and erase who is dormant, and delete what has outlived its time."""
    engine = open_engine(url, pool_size=1)
    try:
        dormant = tend(engine, settings)
        _log.info("dormant accounts: %d told, %d erased", dormant.told, dormant.erased)
        gone = {table: rows for table, rows in purge(engine, settings).items() if rows}
        _log.info("what had outlived its time is deleted: %s", gone or "nothing")
    except SQLAlchemyError as error:
        _log.warning("nothing old could be deleted now: %s", str(error).partition("\n")[0])
    finally:
        engine.dispose()


def _nightly(settings: Settings, url: str, stopped: Callable[[], bool]) -> None:
    """Dump the market unless the last night's dump is there, and delete what is not kept. A dump that failed
    is tried again an hour later.
    """
    from serve.dumps.dump import dump
    from serve.dumps.folder import due, prune

    def watch(*_: object) -> None:
        if stopped():
            raise ServiceError("The schedule ended before its dump.")

    engine = open_engine(url, pool_size=1)
    try:
        if settings.dumps_kept and due(settings.dumps, utc_now()):
            done = dump(engine, settings.dumps, watch)
            prune(settings.dumps, settings.dumps_kept)
            _log.info("the market is dumped: %s", done.folder)
    except (PignonError, OSError) as error:
        if not stopped():
            _log.warning("no dump was made now: %s", error)
    finally:
        engine.dispose()


def _round(settings: Settings, url: str, metrics: Metrics) -> None:
    try:
        crawl_due(settings, url, metrics)
    except PignonError as error:
        stderr.print(f"pignon: {error}", markup=False)
    except Exception:  # noqa: BLE001 - one round's trouble, a database that restarts say, must not end the schedule
        _log.exception("this round failed; the next one comes")


def crawl_due(settings: Settings, url: str, metrics: Metrics) -> None:
    """One round: crawl every due site, then recognise properties."""
    from cluster.commands.crawl import sites_of
    from cluster.crawling import shard_pool
    from cluster.progress import crawl_progress
    from cluster.runtime import ray_cluster
    from crawl.agencies import due
    from crawl.lease import release_dead
    from dedup.store import dedup_listings

    engine = open_engine(url)
    try:
        release_dead(engine)
        sites = sites_of(engine, due(engine))
        if not sites:
            return
        with ray_cluster(), shard_pool(settings, url) as pool, crawl_progress("Crawling") as show:
            metrics.pool = pool
            pool.crawl(sites, show)
        dedup_listings(engine)
    finally:
        engine.dispose()


def refresh_figures(url: str) -> None:
    """Bring the market's statistics up to date with the events since the last time."""
    from serve.statistics.refresh import refresh

    engine = open_engine(url)
    try:
        refresh(engine)
    finally:
        engine.dispose()


def _take_lock(connection: Connection) -> None:
    if not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": SCHEDULE_LOCK}):
        raise ServiceError("Another scheduler runs on this database; stop it first.")
    connection.commit()  # the lock is the session's, no transaction need stay open
