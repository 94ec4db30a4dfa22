"""Rendering: the page that an empty shell's scripts make, for sites whose HTML shows nothing by itself.

    rendering = Rendering(browser, fetcher)                    # one per crawl of a site
    if rendering.wants(fetched, reading):
        rendered = await rendering.render(fetched, permit)     # never raises for a page's doing

A page that could not have all that it asked for is `partial`: believed for what it shows, not for what it
lacks. Walls are not solved: a page that loads itself again is not loaded again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from crawl.answers import Answers, Shelf
from crawl.browser import Browser, BrowserGoneError, BrowserMissingError
from crawl.fetch import PAGE_BYTES, Fetched, Fetcher, FetchOutcome, Permit
from crawl.url import key, same_site, tidy
from extract.page import PageReading

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession

#: Seconds of its own that a page may take: while it waits for an answer that we owe it, no time passes.
PATIENCE: Final = 15.0
#: Seconds that opening the page and taking its document may take, which no script of its can prolong.
_OURS: Final = 10.0
#: Seconds in all: 60 requests with two seconds between them.
LONGEST: Final = 120.0
#: Seconds without a change or a request after which a page is complete, and between two looks at it.
_STILL: Final = 0.6
_LOOK: Final = 0.1
#: Renderings in a row that showed something, after which all of the site's empty pages are rendered; that
#: showed nothing, after which none is any more.
SURE: Final = 2
ENOUGH: Final = 3
_SIZE: Final = "document.getElementsByTagName('*').length + ' ' + (document.body || '').textContent?.length"
_HTML: Final = f"'<!doctype html>' + (document.documentElement?.outerHTML.slice(0, {PAGE_BYTES}) ?? '')"
_OFF: Final = "Its pages are empty shells that scripts fill: RENDER=on reads such sites."


class RenderOutcome(StrEnum):
    """How a rendering ended."""

    OK = "ok"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    NO_BROWSER = "no_browser"


@dataclass(frozen=True, slots=True)
class Rendered:
    """page: what the scripts made of what was fetched, when the outcome is ok, else what was fetched;
    requests, bytes: asked and got for it; reason: one line on what is missing.
    """

    outcome: RenderOutcome
    page: Fetched
    reason: str = ""
    requests: int = 0
    bytes: int = 0


class Rendering:
    """One site's pages in one crawl of it. browser: None when RENDER is off; is_site: whether another host is
    a registered site, which is then left alone.
    """

    def __init__(
        self,
        browser: Browser | None,
        fetcher: Fetcher,
        is_site: Callable[[str], Awaitable[bool]] | None = None,
    ) -> None:
        self.shells = 0
        self._looked = 0
        self._browser = browser
        self._fetcher = fetcher
        self._shelf = Shelf(browser.guests, is_site=is_site) if browser else Shelf()
        self._shown = 0
        self._empty = 0
        self._sure = False
        self._why = _OFF if browser is None else ""
        self._holds = False

    @property
    def note(self) -> str | None:
        """Why the site could not be read, in a line for its report; None when few of its pages are shells."""
        return self._why or None if self.shells and 2 * self.shells >= self._looked else None

    def wants(self, fetched: Fetched, reading: PageReading | None) -> bool:
        """Whether a page is to be rendered: a shell, or any empty page of a site known for them."""
        if reading is None or fetched.outcome is not FetchOutcome.OK:
            return False
        self._looked += 1
        self.shells += reading.reason == "shell"
        if self._browser is None or self._empty >= ENOUGH:
            return False
        bare = reading.kind == "other" and reading.reason in (None, "home", "empty")
        return reading.reason == "shell" or (self._sure and bare)

    def note_reading(self, rendered: Rendered, reading: PageReading | None) -> None:
        """Learn from what a rendering showed whether the site is worth more of them."""
        if rendered.outcome is RenderOutcome.NO_BROWSER:
            self._empty = ENOUGH
            return
        # Without a reading, it is what it was at the last crawl.
        shows = reading is None or reading.kind != "other" or bool(reading.links or reading.follow)
        self._shown = self._shown + 1 if shows else 0
        self._empty = 0 if shows else self._empty + 1
        self._sure = self._sure or self._shown >= SURE
        reason = rendered.reason or "its scripts show no listing"
        self._why = "" if shows else f"Its pages are empty shells, and rendering them failed: {reason}."

    async def render(self, fetched: Fetched, permit: Permit) -> Rendered:
        """The page that the scripts of `fetched` make, asking for the rest by `permit`'s leave. Raises what
        the Fetcher raises, which is never for the site's doing.
        """
        if self._browser is None:
            return Rendered(RenderOutcome.NO_BROWSER, fetched, _OFF)
        if not self._holds:
            self._holds = True
            self._browser.hold()
        # The page's requests need places at work of their own, or none would be left for them.
        slots = self._fetcher.politeness.slots
        held = slots.give()
        answers = Answers(fetched, self._fetcher, permit, self._shelf)
        try:
            rendered = await self._render(self._browser, answers)
            if answers.failure is not None:
                raise answers.failure
            return rendered
        finally:
            await answers.stop()
            if held:
                await slots.take()

    async def close(self) -> None:
        """Let go of the browser, which ends with the last site that used it, and of the other hosts."""
        if self._holds and self._browser is not None:
            self._holds = False
            await self._browser.release()
        crawled = {tally.host for tally in self._fetcher.meter.sites.values()}
        for name in set(self._shelf.dismiss()) - crawled:
            await self._fetcher.close(name)
            self._fetcher.politeness.forget(name)

    async def _render(self, browser: Browser, answers: Answers) -> Rendered:
        fetched = answers.document
        try:
            # The wait for a place in the browser is not the page's time.
            async with browser.context() as context, asyncio.timeout(LONGEST + PATIENCE):
                view = await _Page.open(context, answers)
                whole = await view.settle()
                html, url = await view.html(), view.url
        except BrowserMissingError as error:
            self._why = str(error)
            return _failed(RenderOutcome.NO_BROWSER, answers, str(error).rstrip("."))
        except BrowserGoneError as error:
            return _failed(RenderOutcome.CRASHED, answers, str(error))
        except TimeoutError:
            return _failed(RenderOutcome.TIMED_OUT, answers, f"its scripts do not end in {PATIENCE:g} s")
        reason = answers.missing or ("" if whole else f"it goes on changing after {PATIENCE:g} s")
        page = _page(fetched, html, url, partial=bool(reason))
        return Rendered(RenderOutcome.OK, page, reason, answers.requests, answers.bytes)


class _Page:
    """One open page, asked from a world of its own, in which the site's scripts cannot lie to us."""

    def __init__(self, page: Any, session: "CDPSession", answers: Answers) -> None:
        self._page = page
        self._session = session
        self._answers = answers
        self._crashed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        page.on("crash", self._end)
        page.on("close", self._end)

    @classmethod
    async def open(cls, context: "BrowserContext", answers: Answers) -> "_Page":
        """Go to the document; every request is answered by `answers`, those of other windows by nobody."""
        await context.route("**/*", lambda route: route.abort("blockedbyclient"))
        page = await context.new_page()
        await page.route("**/*", answers.answer)
        self = cls(page, await context.new_cdp_session(page), answers)
        await self._bounded(page.goto(answers.document.final_url, wait_until="commit", timeout=0), _OURS)
        return self

    @property
    def url(self) -> str:
        """Where the page is now."""
        return str(self._page.url)

    def _end(self, _: object) -> None:
        if not self._crashed.done():
            self._crashed.set_result(None)

    async def settle(self) -> bool:
        """Wait until it asks for nothing and stands still; False when its time is over before."""
        began = time.monotonic()
        own = still = 0.0
        last = None
        while own < PATIENCE and time.monotonic() - began < LONGEST:
            asked = time.monotonic()
            try:
                size = await self._evaluate(_SIZE, PATIENCE - own)
            except TimeoutError:
                return False
            own += time.monotonic() - asked
            if self._answers.waiting:
                still = 0.0
            elif still >= _STILL and size == last:
                return True
            else:
                own += _LOOK
                still = still + _LOOK if size == last else 0.0
            last = size
            await asyncio.sleep(_LOOK)
        return False

    async def html(self) -> str:
        """The document as it stands, cut at a page's bytes."""
        return str(await self._evaluate(_HTML, _OURS))

    async def _evaluate(self, expression: str, seconds: float) -> object:
        return await self._bounded(self._ask(expression), seconds)

    async def _ask(self, expression: str) -> object:
        tree: Mapping[str, Any] = await self._session.send("Page.getFrameTree")
        frame = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "pignon"}
        world = await self._session.send("Page.createIsolatedWorld", frame)
        asked = {"expression": expression, "contextId": world["executionContextId"], "returnByValue": True}
        answer: Mapping[str, Any] = await self._session.send("Runtime.evaluate", asked)
        return answer["result"].get("value")

    async def _bounded(self, work: Any, seconds: float) -> Any:
        """The work's result. TimeoutError after `seconds`, BrowserGoneError as soon as the page crashes."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task, self._crashed}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if self._crashed.done():
                raise BrowserGoneError("its page crashed the browser")
            raise TimeoutError
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _failed(outcome: RenderOutcome, answers: Answers, reason: str) -> Rendered:
    """Nothing was rendered: the shell itself, without what would make the next crawl take it for known."""
    page = replace(answers.document, partial=True)
    return Rendered(outcome, page, reason, answers.requests, answers.bytes)


def _page(fetched: Fetched, html: str, url: str, *, partial: bool) -> Fetched:
    """What was fetched, with the rendered document for a body: the shell's validators say nothing of it."""
    headers = {
        name: value for name, value in fetched.headers.items() if name not in ("etag", "last-modified")
    }
    page = replace(
        fetched,
        body=html.encode("utf-8", "replace"),
        headers=headers | {"content-type": "text/html; charset=utf-8"},
        rendered=True,
        partial=partial,
    )
    here = tidy(url)
    if not same_site(here, fetched.final_url) or key(here) == key(fetched.final_url):
        return page
    return replace(page, final_url=here, redirects=(*fetched.redirects, fetched.final_url))
