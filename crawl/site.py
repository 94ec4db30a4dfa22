"""The crawl of one site, from lease to log, whatever happens meanwhile.

    report = await crawl_site(context, agency_id)

What a site does wrong ends as a status and one clear line, never as an exception, and withdraws nothing.
Ctrl-C and kills leave the frontier as it stands: the next crawl resumes there. `course` does the crawling.
"""

import asyncio
import logging
from contextlib import suppress

from crawl import lease
from crawl.context import CrawlContext
from crawl.course import Course, Progress
from crawl.egress import AllProxiesDeadError
from crawl.lease import LeaseLostError, OptedOutError
from crawl.report import CrawlReport, Ending, event_values
from crawl.url import site_host
from models.errors import DatabaseError
from models.logs import about
from models.tables import ScrapingStatus

_log = logging.getLogger(__name__)


async def crawl_site(context: CrawlContext, agency_id: int, progress: Progress | None = None) -> CrawlReport:
    """Crawl one agency's site and report. `progress` hears the counts so far after every page."""
    standing = context.standing
    if (ordered := standing.orders.ending(agency_id) or standing.moving(agency_id)) is not None:
        return CrawlReport(agency_id, "", ordered.status, ordered.error, ordered.error_type)
    try:
        held = await context.store.run(lease.acquire, agency_id, context.worker, context.clock(), [])
    except DatabaseError as error:
        return CrawlReport(agency_id, "", ScrapingStatus.ERROR, str(error), "DatabaseError")
    if held is None:
        busy = "Another worker is crawling this site, or it is not registered."
        return CrawlReport(agency_id, "", ScrapingStatus.RUNNING, busy)
    host = site_host(held.agency.website_url)
    with about(agency=agency_id, host=host), context.meter.site(agency_id, host) as tally:
        _log.info("site begins", extra={"resumed": held.resumed})
        report = await _crawl(Course(context, held, progress, tally))
        _log.info("site ended", extra=event_values(report))
    context.meter.ended[report.status] += 1
    return report


async def _crawl(course: Course) -> CrawlReport:
    context = course.context
    try:
        ending = await _run(course)
        return await course.finish(ending)
    except asyncio.CancelledError:
        line = "Interrupted; the next crawl resumes."
        interrupted = Ending(ScrapingStatus.INTERRUPTED, line, unfinished=True)
        _log.info("site given back", extra={"outcome": interrupted.status.value})
        with suppress(LeaseLostError):
            await asyncio.shield(course.finish(interrupted))
        raise
    except AllProxiesDeadError:
        raise
    except OptedOutError:
        return await course.leave()
    except (DatabaseError, LeaseLostError) as error:
        _log.warning("the site was lost: %s", error)
        context.meter.leases_lost += isinstance(error, LeaseLostError)
        return course.report(Ending(ScrapingStatus.ERROR, str(error), type(error).__name__))
    except Exception as error:  # noqa: BLE001 - our own failure: the site is given back, and asked again later
        _log.exception("the crawl of %s failed", course.host)
        kind = type(error).__name__
        return await course.finish(Ending(ScrapingStatus.ERROR, f"The crawl failed: {kind}.", kind))
    finally:
        await asyncio.shield(course.close())


async def _run(course: Course) -> Ending:
    try:
        return await course.run()
    except AllProxiesDeadError as error:
        line = "No proxy works; the next crawl resumes."
        await course.finish(Ending(ScrapingStatus.INTERRUPTED, line, type(error).__name__, unfinished=True))
        raise
