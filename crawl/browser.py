"""The browser: one Chromium per process, off the network, watched, and started anew when it grows or ages.

    async with browser.context() as context:
        page = await context.new_page()

Knows Playwright and processes. It has no way to the network at all: `answers` gives a page what it asks for.
"""

import asyncio
import logging
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, Self

import psutil

from models.errors import CrawlError
from models.settings import Settings

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

_log = logging.getLogger(__name__)

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: No name resolves and no proxy answers, loopback included: what is not answered from here goes nowhere.
#: Without these, preconnects and WebRTC reach the network past every interception (a test shows both).
OFF_THE_NETWORK: Final = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://0.0.0.0:1",
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_BOUNDED: Final = ("--js-flags=--max-old-space-size=256", "--disable-gpu", "--no-first-run")
#: What a page's context is: as tall as a long list, so that what waits to be scrolled into view is in view.
_ALONE: Final[dict[str, Any]] = {
    "locale": "fr-FR",
    "timezone_id": "Europe/Paris",
    "viewport": {"width": 1280, "height": 4000},
    "service_workers": "block",
    "accept_downloads": False,
}
#: Its own memory, bytes, from which a browser is ended; one with an empty page has 255 MiB.
MAX_MEMORY: Final = 1024**3
#: Pages after which it is started anew, as browsers grow with age.
MAX_PAGES: Final = 100
#: Seconds between two looks at its memory, and for it to start or to close a page.
_LOOK: Final = 0.2
_START: Final = 30.0
_CLOSE: Final = 5.0
#: A Unix socket's path has 104 characters at most somewhere, of which Chromium's own part takes 45.
_LONGEST_HOME: Final = 58


class BrowserMissingError(CrawlError):
    """There is no browser to render with; the text says what to install or to set."""


class BrowserGoneError(CrawlError):
    """The browser ended or its page crashed in the middle of the work; the next page gets another one."""


def find_chromium(named: Path | None = None) -> str:
    """The Chromium to start: the one named (PIGNON_CHROMIUM), else one on PATH. BrowserMissingError."""
    if named is not None:
        if os.access(named, os.X_OK):
            return str(named)
        raise BrowserMissingError(f"RENDER is on, but PIGNON_CHROMIUM names no program: {named}.")
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise BrowserMissingError(
            "RENDER is on, but no Chromium is on PATH. Install it or name it in PIGNON_CHROMIUM."
        )
    return found


@dataclass(slots=True)
class _Running:
    """One started browser. open: pages in it now; ended: why we ended it, if we did."""

    playwright: Any
    browser: Any
    process: psutil.Process
    #: Its home: it leaves nothing in the user's, and what it leaves here goes with it.
    home: "tempfile.TemporaryDirectory[str]"
    pages: int = 0
    open: int = 0
    ended: str = ""
    empty: asyncio.Event = field(default_factory=asyncio.Event)
    watch: asyncio.Task[None] | None = None

    @property
    def lives(self) -> bool:
        return not self.ended and bool(self.browser.is_connected())

    def enter(self) -> None:
        """Another page is opened."""
        self.pages += 1
        self.open += 1
        self.empty.clear()

    def leave(self) -> None:
        """A page is closed."""
        self.open -= 1
        if not self.open:
            self.empty.set()

    def end(self, reason: str) -> None:
        """Kill its processes, at once."""
        self.ended = self.ended or reason
        for process in (self.process, *_children(self.process)):
            with suppress(psutil.Error):
                process.kill()


class Browser:
    """Starts with the first page that needs it. contexts: pages open at once; the others wait."""

    def __init__(
        self,
        user_agent: str,
        executable: Path | None = None,
        *,
        contexts: int = 2,
        max_memory: int = MAX_MEMORY,
        max_pages: int = MAX_PAGES,
        arguments: Iterable[str] = OFF_THE_NETWORK,
    ) -> None:
        self.user_agent = user_agent
        self.executable = executable
        self.max_memory = max_memory
        self.max_pages = max_pages
        self.arguments = tuple(arguments)
        self.starts = 0
        self.rendered = 0
        #: Hosts that sites' scripts ask besides their own, with how many sites.
        self.guests: Counter[str] = Counter()
        self._slots = asyncio.Semaphore(contexts)
        self._starting = asyncio.Lock()
        self._running: _Running | None = None
        self._users = 0
        self._said: set[str] = set()

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The settings' browser; None when RENDER is off."""
        if not settings.render:
            return None
        return cls(settings.user_agent, settings.pignon_chromium, contexts=settings.render_contexts)

    @property
    def process(self) -> psutil.Process | None:
        """The browser's own process while it runs."""
        return self._running.process if self._running and self._running.lives else None

    @asynccontextmanager
    async def context(self) -> AsyncIterator["BrowserContext"]:
        """A fresh context for one page. BrowserMissingError; BrowserGoneError if it ends in the block."""
        async with self._slots:
            running, context = await self._open()
            from playwright.async_api import Error

            self.rendered += 1
            try:
                yield context
            except (Error, BrowserGoneError) as error:
                raise BrowserGoneError(running.ended or str(error).partition("\n")[0]) from None
            finally:
                await _shut(running, context)
                running.leave()

    def hold(self) -> None:
        """Another site needs it."""
        self._users += 1

    async def release(self) -> None:
        """A site needs it no more; without any, it ends."""
        self._users -= 1
        if not self._users:
            await self.close()

    async def close(self) -> None:
        """End the browser; the next page would start another."""
        async with self._starting:
            running, self._running = self._running, None
            if running is not None:
                await _stop(running)

    async def _open(self) -> tuple[_Running, "BrowserContext"]:
        """A fresh context; a browser that does not give one is dead in some way, and another is started."""
        for _ in range(2):
            running = await self._ready()
            from playwright.async_api import Error

            running.enter()
            try:
                return running, await running.browser.new_context(**_ALONE, user_agent=self.user_agent)
            except BaseException as error:
                running.leave()
                if not isinstance(error, Error):
                    raise
                running.end("it does not answer")
        raise BrowserGoneError("it does not answer")

    async def _ready(self) -> _Running:
        """A browser that lives and is not worn; a worn one is let finish the pages that it has open."""
        async with self._starting:
            running = self._running
            if running is not None and running.lives and running.pages < self.max_pages:
                return running
            if running is not None:
                if running.open and running.lives:
                    await running.empty.wait()
                self._running = None
                await _stop(running)
            try:
                self._running = await self._start()
            except BrowserMissingError as error:
                if str(error) not in self._said:
                    self._said.add(str(error))
                    _log.error("%s The crawl goes on without rendering.", error)
                raise
            return self._running

    async def _start(self) -> _Running:
        executable = find_chromium(self.executable)
        try:
            from playwright.async_api import async_playwright
        except ImportError:
            raise BrowserMissingError(
                "RENDER is on, but Playwright is not installed: pip install 'pignon[render]'."
            ) from None
        playwright = await async_playwright().start()
        try:
            running = await self._launch(playwright, executable)
        except BaseException:
            await playwright.stop()
            raise
        self.starts += 1
        running.watch = asyncio.create_task(self._watch(running))
        return running

    async def _launch(self, playwright: Any, executable: str) -> _Running:
        from playwright.async_api import Error

        mark = f"--pignon={token_hex(8)}"
        home = tempfile.TemporaryDirectory(prefix="pignon-browser-", ignore_cleanup_errors=True)
        try:
            browser = await playwright.chromium.launch(
                executable_path=executable,
                args=[*self.arguments, *_BOUNDED, mark],
                # Chromium's sandbox needs an ordinary user.
                chromium_sandbox=os.geteuid() != 0,
                # Nothing of our environment, which has secrets, is the business of a program that runs pages.
                env={"PATH": os.environ.get("PATH", ""), "HOME": home.name} | _temporary(home.name),
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
                timeout=_START * 1000,
            )
        except Error as error:
            home.cleanup()
            line = str(error).partition("\n")[0]
            raise BrowserMissingError(f"RENDER is on, but {executable} does not start: {line}") from None
        process = next((one for one in _children(psutil.Process()) if mark in _command(one)), None)
        if process is None:
            raise BrowserMissingError(f"RENDER is on, but {executable} ended as it started.")
        return _Running(playwright, browser, process, home)

    async def _watch(self, running: _Running) -> None:
        """End a browser whose pages take too much memory, before they take the machine's."""
        while running.lives:
            if running.open and memory(running.process) > self.max_memory:
                _log.warning("the browser took more than %d MiB and is ended", self.max_memory >> 20)
                running.end(f"the browser took more than {self.max_memory >> 20} MiB")
            await asyncio.sleep(_LOOK)


async def _shut(running: _Running, context: "BrowserContext") -> None:
    """Close a context; a browser that cannot close it is ended."""
    from playwright.async_api import Error

    try:
        async with asyncio.timeout(_CLOSE):
            await context.close()
    except TimeoutError:
        running.end("a page could not be closed")
    except Error:
        pass  # it is closed already


async def _stop(running: _Running) -> None:
    from playwright.async_api import Error

    if running.watch is not None:
        running.watch.cancel()
        await asyncio.gather(running.watch, return_exceptions=True)
    try:
        async with asyncio.timeout(_CLOSE):
            if running.lives:
                await running.browser.close()
            await running.playwright.stop()
    except (TimeoutError, Error):
        running.end("it could not be closed")
    running.home.cleanup()


def _temporary(home: str) -> dict[str, str]:
    """Where Chromium makes its socket: in its home, if that leaves room for a socket's path."""
    return {"TMPDIR": home} if len(home) <= _LONGEST_HOME else {}


def memory(process: psutil.Process) -> int:
    """The bytes that a process and its children have for themselves or share with each other alone.

    Not their whole resident size: that counts Chromium's program once per process, 1.1 GiB with nothing open.
    """
    return sum(map(_own_memory, (process, *_children(process))))


def _own_memory(process: psutil.Process) -> int:
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        with suppress(psutil.Error):
            told = process.memory_info()
            return int(told.rss) - int(getattr(told, "shared", 0))
        return 0
    lines = (line.split() for line in status.splitlines())
    return sum(int(words[1]) * 1024 for words in lines if words and words[0] in ("RssAnon:", "RssShmem:"))


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
