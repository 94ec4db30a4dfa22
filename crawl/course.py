"""The course of one site's crawl, its lease in hand: robots.txt, home, sitemaps, lists, details, withdrawals,
photos.

    course = Course(context, lease, progress, tally)
    report = await course.finish(await course.run())

What must survive it is in the database after every page; `site` deals with whatever interrupts it.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from crawl import annex, apprentice, frontier, lease, report, visit
from crawl.apprentice import Apprentice, Known
from crawl.context import CrawlContext
from crawl.entrance import find_entrance
from crawl.fetch import PATIENCE, Fetched, FetchOutcome
from crawl.frontier import DuePage, Find, FoundBy, Moment, Priority
from crawl.home import HomePage
from crawl.ingest import Outcome
from crawl.lease import Lease
from crawl.marks import Marks
from crawl.meter import Step, Tally
from crawl.optout import LINE
from crawl.photos import Album
from crawl.politeness import Owed
from crawl.portrait import Portrait
from crawl.render import Rendering
from crawl.report import CrawlReport, Ending
from crawl.robots import RobotsBook
from crawl.sitemap import SitemapFiles, read_sitemaps
from crawl.sitemap_reader import Listed
from crawl.traps import Traps
from crawl.url import key, site_host
from crawl.verdict import UNREADABLE, Design, Streaks, home_verdict, schedule
from crawl.visit import Visit, judge, manner, store_visit, unstorable
from crawl.withdrawal import Settled, settle
from extract.page import PageReading
from models.errors import DatabaseError
from models.tables import ScrapingStatus

_log = logging.getLogger(__name__)

Progress = Callable[[CrawlReport], None]

#: Pages asked of the frontier at once at most, and seconds until they would grow stale: thousands of slow
#: sites wait with what they were given.
_BATCH: Final = 16
_STALE_AFTER: Final = 60.0
#: Pages of a sitemap given to the frontier in one transaction.
_LISTED: Final = 1_000
#: One crawl of one site lasts no longer; the next one resumes.
_LONGEST: Final = 6 * 3600.0

_OPTED_OUT: Final = Ending(ScrapingStatus.OPTED_OUT, LINE)


@dataclass(slots=True)
class Course:
    """One crawl under way: its memory, which it may lose."""

    context: CrawlContext
    lease: Lease
    progress: Progress | None
    tally: Tally
    robots: RobotsBook = field(init=False)
    host: str = field(init=False)
    started: float = field(default_factory=time.monotonic)
    home: HomePage = field(default_factory=HomePage)
    portrait: Portrait = field(default_factory=Portrait)
    apprentice: Apprentice = field(init=False)
    rendering: Rendering = field(init=False)
    counts: dict[Outcome, int] = field(default_factory=dict)
    pages: int = 0
    bytes: int = 0
    held: int = 0
    streaks: Streaks = field(default_factory=Streaks)
    design: Design = field(default_factory=Design)
    settled: bool = False
    #: Whether the lists are read, and what they do not name is due.
    listed: bool = False
    #: The keys already given to the frontier in this crawl, with whether a list named them.
    given: Marks = field(default_factory=Marks)
    traps: Traps = field(init=False)
    album: Album = field(init=False)

    def __post_init__(self) -> None:
        agency = self.lease.agency
        self.host = site_host(agency.website_url)
        self.robots = RobotsBook(self.context.fetcher, self.context.clock)
        self.apprentice = Apprentice(Known(), self.context.places, self.context.shelf)
        self.rendering = Rendering(self.context.browser, self.context.fetcher, self._is_other_site)
        self.traps = Traps.of(self.context.settings.max_pages_per_site)
        self.album = Album(self.context, self.lease, self.robots.permit)

    async def _is_other_site(self, host: str) -> bool:
        """Whether a host is a registered site, which its own crawl may be asking at this moment."""
        return host != self.host and await self.context.store.run(annex.is_site, host)

    async def run(self) -> Ending:
        """From the door to the last page that is due, then the photos, which change no ending."""
        if self.lease.agency.opted_out_at is not None:
            return _OPTED_OUT
        if (ending := self._owed_wait()) is not None:
            return ending
        self.robots.recall(self.lease.agency)
        known = await self.context.store.run(apprentice.load, self.lease.agency_id)
        self.apprentice = Apprentice(known, self.context.places, self.context.shelf)
        entrance = await find_entrance(self.lease.agency.website_url, self.context.fetcher, self.robots)
        if isinstance(entrance, Ending):
            return entrance
        waits = None if await self._open(entrance) else await self._read_sitemaps(entrance)
        if (ending := waits or await self._work_off()) is not None:
            return ending
        ending = await self._conclude()
        await self.album.look(self.context.settings.max_pages_per_site - self.pages, self._goes_on)
        return ending

    async def finish(self, ending: Ending) -> CrawlReport:
        """Write the log and the agency's row, give the lease back; on a failure of ours nothing more."""
        if not ending.unfinished:
            self.apprentice.conclude()
        try:
            final = await self.context.store.run(self._close, ending)
        except DatabaseError as error:
            return self.report(Ending(ScrapingStatus.ERROR, str(error), "DatabaseError"))
        return final

    async def leave(self) -> CrawlReport:
        """The owner opted out meanwhile: what was done until then is logged, and nothing else is written."""
        final = self.report(_OPTED_OUT)
        values = report.log_values(final) | report.tally_values(self.lease.log, self.tally)
        with suppress(DatabaseError):  # the log was closed with the opt-out
            await self.context.store.run(
                lease.close_log, self.lease.log_id, values, ended_at=self.context.clock()
            )
        return final

    async def close(self) -> None:
        """Let go of what the crawl holds in this process."""
        fetcher = self.context.fetcher
        self.apprentice.close()
        await self.rendering.close()
        await self.album.close()
        await fetcher.close(self.host)
        fetcher.politeness.forget(self.host)

    def report(self, ending: Ending) -> CrawlReport:
        """The report as far as this process's memory goes."""
        number = self.counts.get
        return CrawlReport(
            self.lease.agency_id,
            self.host,
            ending.status,
            ending.error,
            ending.error_type,
            self.pages,
            self.bytes + self.album.bytes,
            sum(n for outcome, n in self.counts.items() if outcome is not Outcome.NONE),
            number(Outcome.NEW, 0) + number(Outcome.REPUBLISHED, 0),
            number(Outcome.CHANGED, 0),
            republished=number(Outcome.REPUBLISHED, 0),
            held=self.held,
            seconds=time.monotonic() - self.started,
            resumed=self.lease.resumed,
            photos=self.album.looked_at,
        )

    # The door ------------------------------------------------------------------------------

    def _owed_wait(self) -> Ending | None:
        """Take over the pause that an earlier process promised to the site."""
        politeness, owed = self.context.fetcher.politeness, self.lease.not_before
        politeness.resume(self.host, self.lease.backoff)
        if self.lease.agency.crawl_delay:
            politeness.ask(self.host, self.lease.agency.crawl_delay)
        wait = (owed - self.context.clock()).total_seconds() if owed else 0.0
        if self.lease.resumed:  # whoever was killed may have asked after its last word
            wait = max(wait, politeness.delay(self.host))
        if wait > 0:
            politeness.defer(self.host, wait)
        return self._too_long_a_wait()

    def _too_long_a_wait(self) -> Ending | None:
        politeness = self.context.fetcher.politeness
        wait = politeness.remaining(self.host) - politeness.delay(self.host)
        if wait <= PATIENCE:
            return None
        until = self.context.clock() + timedelta(seconds=wait)
        why = "Quiet hours last" if politeness.quiet else "The site asks us to wait"
        return Ending(ScrapingStatus.INTERRUPTED, f"{why} until {until:%H:%M} UTC.", unfinished=True)

    async def _open(self, entrance: str) -> bool:
        """Open the frontier: what is known becomes due, unless an interrupted crawl is resumed. Whether that
        one had passed the door: the home page is read when all sitemaps are.
        """
        home = [Find(entrance, Priority.HOME, FoundBy.HOME)]
        now = self.context.clock()
        moment = replace(self._moment(now), since=now)

        def opening(connection: Connection) -> bytes | None:
            lease.hold(connection, self.lease, now, self._owed())
            # At once, so that whoever takes the site over knows its Crawl-delay without asking.
            lease.note(connection, self.lease, self.robots.columns(self.lease.agency))
            if not self.lease.resumed:
                frontier.arm(connection, self.lease.agency_id, moment)
                kept = None
            else:
                kept = frontier.home(connection, self.lease.agency_id, self.lease.since)
            if kept is None:
                frontier.add(connection, self.lease.agency_id, home, moment)
            return kept

        kept = await self.context.store.run(opening)
        self.home = HomePage.unpack(kept) if kept else self.home
        return kept is not None

    async def _read_sitemaps(self, entrance: str) -> Ending | None:
        """Sitemaps' pages join the queue; a sitemap that fails is only one source less, unless it asks for
        a long wait.
        """
        rules = await self.robots.rules(entrance)
        kept = self.lease.log.sitemaps
        files = SitemapFiles.unpack(kept) if kept else SitemapFiles.of(entrance, rules.sitemaps)
        limit = 4 * self.context.settings.max_pages_per_site
        async for fetched, listed in read_sitemaps(
            self.context.fetcher, entrance, files, self.robots.permit, limit
        ):
            self._note(fetched)
            for start in range(0, min(len(listed), limit), _LISTED):
                await self._list(listed[start : min(start + _LISTED, limit)])
            limit = max(0, limit - len(listed))
            await self.context.store.run(self._pass_file, files.packed())
            if (ending := self._ordered() or self._moving() or self._too_long_a_wait()) is not None:
                return ending
        return None

    async def _list(self, listed: Sequence[Listed]) -> None:
        finds = self._fresh([Find(page.url, Priority.SITEMAP, FoundBy.SITEMAP, 1) for page in listed])
        instants = {key(page.url): page.lastmod for page in listed if page.lastmod}
        await self.context.store.run(self._add, finds, instants)

    def _add(self, connection: Connection, finds: Sequence[Find], instants: Mapping[str, datetime]) -> None:
        now = self.context.clock()
        lease.hold(connection, self.lease, now, self._owed())
        frontier.add(connection, self.lease.agency_id, finds, self._moment(now))
        frontier.modified(connection, self.lease.agency_id, instants, self._moment(now))

    def _pass_file(self, connection: Connection, files: dict[str, list[str]]) -> None:
        """Keep which files are read, once their pages are in the queue."""
        lease.hold(connection, self.lease, self.context.clock(), self._owed())
        lease.keep_sitemaps(connection, self.lease.log_id, files)

    # The pages -----------------------------------------------------------------------------

    async def _work_off(self) -> Ending | None:
        """Fetch what is due until nothing is, the site's budget is spent or it stops answering."""
        while batch := await self._due():
            if not self.settled and batch[0].priority > Priority.CHANGED:
                await self._settle()
            for page in batch:
                if (ending := self._ordered() or self._moving() or self._over_budget()) is not None:
                    return ending
                if self.traps.skips(page.url, page.priority):
                    await self.context.store.run(frontier.skip, page)
                elif (ending := await self._visit(page)) is not None:
                    return ending
        return None

    async def _due(self) -> Sequence[DuePage]:
        """The next pages; once the lists are read, with the listings that they no longer name."""
        batch = await self.context.store.run(self._next_pages)
        if self.listed or (batch and batch[0].priority < Priority.CHANGED):
            return batch
        self.listed = True
        await self.context.store.run(self._look_for_unlisted)
        return await self._due()

    def _next_pages(self, connection: Connection) -> Sequence[DuePage]:
        now = self.context.clock()
        self.tally.queue = frontier.queue(connection, self.lease.agency_id, now)
        pause = self.context.fetcher.politeness.delay(self.host)
        number = int(min(_BATCH, 1 + _STALE_AFTER / max(pause, 1.0)))
        batch = frontier.due(connection, self.lease.agency_id, now, number)
        # No further: a list may lead to another, which goes before the listings that are behind it.
        return [page for page in batch if page.priority == batch[0].priority]

    def _look_for_unlisted(self, connection: Connection) -> None:
        now = self.context.clock()
        lease.hold(connection, self.lease, now, self._owed())
        frontier.unlisted(connection, self.lease.agency_id, self._moment(now))

    async def _visit(self, page: DuePage) -> Ending | None:
        fetched = await self.context.fetcher.fetch(page.url, manner(page, self.robots.permit))
        self._note(fetched)
        fetched, reading = await self._rendered(page, fetched, self._read(page, fetched))
        visited = judge(page, fetched, reading, self.home, self.context.clock())
        self.home = visited.home or self.home
        self.design.note(visited.redesigned)
        self.portrait.look(page, visited.reading, fetched)
        visited = replace(visited, finds=self._fresh(visited.finds))
        named = visited.names_listings
        if visited.unchanged and page.kind == "index":
            named = await self.context.store.run(frontier.names, self.lease.agency_id, page.id)
        self.traps.saw(page, visited.reading, named=named, unchanged=visited.unchanged)
        try:
            with self.context.meter.step(Step.STORE):
                outcome = await self.context.store.run(self._store, visited)
        except DBAPIError as error:
            # The tables refuse this page. Left due, it would end every later crawl of its site as well.
            _log.warning("%s could not be stored: %s", page.url, str(error.orig).partition("\n")[0])
            visited = unstorable(page, fetched)
            outcome = await self.context.store.run(self._store, visited)
        self.apprentice.changed = False
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        self.tally.queue = max(0, self.tally.queue - 1)
        self.context.meter.page(
            visited.done.kind or "unread", visited.done.outcome, listing=outcome is not Outcome.NONE
        )
        if self.progress is not None:
            self.progress(self.report(Ending(ScrapingStatus.RUNNING)))
        return self._verdict(page, visited)

    def _store(self, connection: Connection, visited: Visit) -> Outcome:
        now = self.context.clock()
        outcome = store_visit(connection, self.lease, visited, self._moment(now), self._owed())
        if self.apprentice.changed:
            apprentice.save(connection, self.lease.agency_id, self.apprentice.known, now)
        if visited.page.found_by == FoundBy.HOME:  # whoever takes the site over does not read it again
            lease.note(connection, self.lease, self.portrait.columns(self.lease.agency))
            frontier.keep_home(connection, visited.page, self.home.packed())
        return outcome

    def _read(self, page: DuePage, fetched: Fetched) -> PageReading | None:
        """The reading of whatever has a body: walls and errors are told by their pages, too."""
        if not fetched.body or visit.is_unchanged(page, fetched):
            return None
        try:
            with self.context.meter.step(Step.READ):
                read = self.context.reader or self.apprentice.read
                return read(fetched.body, fetched.final_url, fetched.content_type)
        except Exception as error:  # noqa: BLE001 - no page, whatever it holds, may end the crawl of its site
            _log.warning("%s could not be read: %r", page.url, error)
            return PageReading("other", UNREADABLE)

    async def _rendered(
        self, page: DuePage, fetched: Fetched, reading: PageReading | None
    ) -> tuple[Fetched, PageReading | None]:
        """The page and its reading; of an empty shell, when RENDER is on, those that its scripts make."""
        if not self.rendering.wants(fetched, reading):
            return fetched, reading
        rendered = await self.rendering.render(fetched, self.robots.permit)
        self.pages += rendered.requests
        self.bytes += rendered.bytes
        if rendered.page.body != fetched.body:
            reading = self._read(page, rendered.page)
        self.rendering.note_reading(rendered, reading)
        return rendered.page, reading

    def _verdict(self, page: DuePage, visited: Visit) -> Ending | None:
        """Whether the site is to be left alone after this page."""
        wall = visited.done.outcome == FetchOutcome.CHALLENGED
        if wall:
            self.context.fetcher.walled(visited.fetched)
        if (ending := self._too_long_a_wait()) is not None:
            return ending
        if page.found_by == FoundBy.HOME:
            return home_verdict(visited.fetched, wall=wall)
        return self.streaks.note(visited.done, wall=wall)

    def _ordered(self) -> Ending | None:
        """How the operator wants the crawl to end, if so."""
        return self.context.standing.orders.ending(self.lease.agency_id)

    def _moving(self) -> Ending | None:
        """How the crawl ends here, if another worker is to go on."""
        return self.context.standing.moving(self.lease.agency_id)

    def _goes_on(self) -> bool:
        """Whether nothing speaks against another photo."""
        return not (self._ordered() or self._over_budget() or self._too_long_a_wait())

    def _over_budget(self) -> Ending | None:
        if self.pages >= self.context.settings.max_pages_per_site:
            notes = f"Stopped at {self.pages} pages (MAX_PAGES_PER_SITE).", self.traps.note
            return Ending(ScrapingStatus.OK, " ".join(filter(None, notes)), "PageBudget")
        if time.monotonic() - self.started > _LONGEST:
            return Ending(ScrapingStatus.OK, "Stopped after six hours.", "TimeBudget", unfinished=True)
        return None

    def _fresh(self, finds: Iterable[Find]) -> tuple[Find, ...]:
        """Finds that the frontier was not yet given in this crawl, without those that lead into traps."""
        fresh = []
        for find in finds:
            named = key(self.traps.plain(find.url))
            mark = named, find.found_by == FoundBy.LIST
            if mark in self.given or (named, True) in self.given:
                continue
            if (admitted := self.traps.admit(find)) is not None:
                self.given.add(mark)
                fresh.append(admitted)
        return tuple(fresh)

    def _note(self, fetched: Fetched) -> None:
        self.pages += 1 + len(fetched.redirects)
        self.bytes += fetched.size

    def _moment(self, now: datetime) -> Moment:
        revisit = timedelta(hours=self.context.settings.revisit_hours)
        return Moment(self.lease.since, now, revisit)

    def _owed(self) -> Owed:
        return self.context.fetcher.politeness.owed(self.host)

    # The end -------------------------------------------------------------------------------

    async def _settle(self) -> None:
        self.settled = True
        result = await self.context.store.run(self._settle_now)
        self.held = result.held

    def _settle_now(self, connection: Connection) -> Settled:
        now = self.context.clock()
        lease.hold(connection, self.lease, now, self._owed())
        return settle(
            connection,
            self.lease.agency_id,
            since=self.lease.since,
            now=now,
            log_id=self.lease.log_id,
            by_words=not self.design.is_new,
        )

    async def _conclude(self) -> Ending:
        await self._settle()
        counts = await self.context.store.run(report.count, self.lease)
        if counts.found:
            held = f"{self.held} withdrawals at once are held back." if self.held else None
            notes = filter(None, (held, self.robots.notice, self.traps.note))
            return Ending(ScrapingStatus.OK, " ".join(notes) or None)
        if (unread := self.rendering.note) is not None:
            return Ending(ScrapingStatus.EMPTY, f"No listing was found on this site. {unread}", "Shell")
        if counts.total or self._is_agency:
            return Ending(ScrapingStatus.EMPTY, "No listing was found on this site.")
        return Ending(ScrapingStatus.NOT_AN_AGENCY, "No listing, and nothing that tells of an estate agency.")

    @property
    def _is_agency(self) -> bool:
        """Whether a page of this crawl told of an agency, to whoever crawled then."""
        return self.portrait.is_agency or (self.lease.resumed and self.lease.agency.cpi_number is not None)

    def _close(self, connection: Connection, ending: Ending) -> CrawlReport:
        """The crawl's last transaction."""
        now = self.context.clock()
        lease.hold(connection, self.lease, now, self._owed())
        counts = report.count(connection, self.lease)
        final = replace(
            self.report(ending),
            pages=max(self.pages, counts.pages),
            found=counts.found,
            new=counts.new,
            changed=counts.changed,
            withdrawn=counts.withdrawn,
            republished=counts.republished,
        )
        ended_at = None if ending.unfinished else now
        values = report.log_values(final) | report.tally_values(self.lease.log, self.tally)
        values |= {"duration": (now - self.lease.since).total_seconds()}
        lease.close_log(connection, self.lease.log_id, values, ended_at)
        row = self.lease.agency
        if self.apprentice.changed:
            apprentice.save(connection, self.lease.agency_id, self.apprentice.known, now)
        values = (
            self.portrait.columns(row) | self.robots.columns(row) | schedule(row, ending, now, counts.news)
        )
        lease.release(
            connection,
            self.lease,
            values | {"total_listings": counts.total, "active_listings": counts.active},
        )
        return final
