"""Answers: what a page's scripts ask for, asked by our own Fetcher, so that guard, robots.txt, politeness,
bounds and identity hold for every one of them.

A page gets scripts and data, by GET; never pictures, films, fonts, frames, other methods, or what counts
visitors; and nothing of a host that is another registered site, which its own crawl may be asking. Style
sheets are answered empty. Everything else is refused without a request.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from crawl.fetch import Fetched, Fetcher, FetchOutcome, Manner, Permit
from crawl.url import origin, same_site, site_host

if TYPE_CHECKING:
    from playwright.async_api import Request, Route

#: Requests that one page may make us send, and the bytes of their answers.
MAX_REQUESTS: Final = 60
MAX_BYTES: Final = 16 * 1024**2
#: Bytes of one answer.
ANSWER_BYTES: Final = 4 * 1024**2
#: Bytes of scripts kept for the next pages of the site.
SHELF_BYTES: Final = 16 * 1024**2
#: Hosts besides the site's that one crawl of it asks.
MAX_HOSTS: Final = 8
#: Other documents of the site that a page may move on to.
_MAX_MOVES: Final = 3

_ASKED: Final = frozenset({"script", "xhr", "fetch"})
#: They count visitors, which we are not; no page needs them to show its listings.
_COUNTERS: Final = (
    "google-analytics.com", "googletagmanager.com", "doubleclick.net", "googlesyndication.com",
    "googleadservices.com", "connect.facebook.net", "hotjar.com", "clarity.ms", "matomo.cloud",
    "axept.io", "tarteaucitron.io", "hs-analytics.net", "cookiebot.com", "didomi.io",
)  # fmt: skip
#: The answer has a page of its own that the script may look at, whatever its status.
_TOLD: Final = frozenset(
    {FetchOutcome.OK, FetchOutcome.NOT_FOUND, FetchOutcome.GONE, FetchOutcome.FORBIDDEN}
    | {FetchOutcome.LIMITED, FetchOutcome.SERVER_ERROR}
)
#: Answers that tell the truth (or would have told a picture, that a script loads as data): what a page
#: shows after them is what the site says.
_TRUE: Final = frozenset({FetchOutcome.OK, FetchOutcome.NOT_FOUND, FetchOutcome.GONE, FetchOutcome.NOT_HTML})


@dataclass(slots=True)
class Shelf:
    """What one crawl of a site keeps from page to page: its scripts, and which other hosts it asked.

    guests: of this process, how many sites ask each of them; is_site: whether a host is a registered site.
    """

    guests: Counter[str] = field(default_factory=Counter)
    scripts: dict[str, Fetched] = field(default_factory=dict)
    size: int = 0
    hosts: set[str] = field(default_factory=set)
    is_site: Callable[[str], Awaitable[bool]] | None = None
    _sites: dict[str, bool] = field(default_factory=dict)

    async def leaves(self, name: str) -> bool:
        """Whether another host is left alone, for being a site; asked once, and no guest any more."""
        if self.is_site is None:
            return False
        if name not in self._sites:
            self._sites[name] = await self.is_site(name)
        if self._sites[name] and name in self.hosts:
            self.hosts.remove(name)
            self.guests[name] -= 1
        return self._sites[name]

    def keep(self, url: str, answer: Fetched) -> None:
        """Keep a script while there is room."""
        if answer.outcome is FetchOutcome.OK and self.size + len(answer.body) <= SHELF_BYTES:
            self.size += len(answer.body)
            self.scripts[url] = answer

    def admits(self, name: str) -> bool:
        """Whether another host may be asked; the first few are."""
        if name not in self.hosts and len(self.hosts) < MAX_HOSTS:
            self.hosts.add(name)
            self.guests[name] += 1
        return name in self.hosts

    def dismiss(self) -> list[str]:
        """Ask no other host any more; those that no other site asks either."""
        self.guests.subtract(self.hosts)
        left = [name for name in self.hosts if self.guests[name] <= 0]
        for name in left:
            del self.guests[name]
        self.hosts.clear()
        return sorted(left)


class Answers:
    """The answers to one page. requests, bytes: what it made us send and receive; missing: why something
    that it asked for was not given, empty while nothing is.
    """

    def __init__(self, document: Fetched, fetcher: Fetcher, permit: Permit, shelf: Shelf) -> None:
        self.document = document
        self.requests = 0
        self.bytes = 0
        self.missing = ""
        #: Our own failure in the middle of it, which is not the page's.
        self.failure: Exception | None = None
        self._fetcher = fetcher
        self._permit = permit
        self._shelf = shelf
        self._moves: set[str] = set()
        self._given: dict[str, asyncio.Task[Fetched]] = {}
        # Playwright calls us from a context of its own, in which requests would count for no site.
        self._context = copy_context()

    @property
    def waiting(self) -> bool:
        """Whether a request is out: the page waits for us, not we for it."""
        return any(not task.done() for task in self._given.values())

    async def stop(self) -> None:
        """Ask for nothing more; requests that wait for their turn are never sent."""
        for task in self._given.values():
            task.cancel()
        await asyncio.gather(*self._given.values(), return_exceptions=True)

    async def answer(self, route: "Route", request: "Request") -> None:
        """Playwright's handler of every request of the page."""
        from playwright.async_api import Error

        try:
            await self._answer(route, request)
        except Error:
            return  # the page is gone

    async def _answer(self, route: "Route", request: "Request") -> None:
        url = request.url.partition("#")[0]
        if request.resource_type == "stylesheet":
            await route.fulfill(status=200, content_type="text/css", body="")
            return
        if request.is_navigation_request():
            answer = await self._document(url, request)
        elif request.resource_type in _ASKED and not is_counter(url):
            answer = await self._data(url, request)
        else:
            answer = None
        if answer is None or answer.status is None or answer.outcome not in _TOLD:
            # Blocked, a page that goes elsewhere would show Chromium's error page; aborted, it stays.
            await route.abort("aborted" if request.is_navigation_request() else "blockedbyclient")
            return
        await route.fulfill(status=answer.status, headers=_shown(answer), body=answer.body)

    async def _document(self, url: str, request: "Request") -> Fetched | None:
        """The page itself, once: one that loads itself again wants to be solved, not read."""
        if request.frame.parent_frame is not None or url in self._moves or len(self._moves) > _MAX_MOVES:
            return None
        first = not self._moves
        self._moves.add(url)
        if first:
            return self.document
        return await self._ask(url, request) if same_site(url, self.document.final_url) else None

    async def _data(self, url: str, request: "Request") -> Fetched | None:
        if request.method != "GET":
            self._refuse(f"{request.method} is not sent")
            return None
        if not same_site(url, self.document.final_url) and not self._shelf.admits(site_host(url)):
            self._refuse(f"more than {MAX_HOSTS} other hosts")
            return None
        answer = self._shelf.scripts.get(url) or await self._ask(url, request)
        if answer is not None and request.resource_type == "script":
            self._shelf.keep(url, answer)
        return answer

    async def _ask(self, url: str, request: "Request") -> Fetched | None:
        """Ask for it, once per page: a page that asks the same again gets the same."""
        if url not in self._given:
            if self.requests >= MAX_REQUESTS or self.bytes >= MAX_BYTES:
                self._refuse(f"more than {MAX_REQUESTS} requests or {MAX_BYTES >> 20} MiB")
                return None
            self.requests += 1
            manner = Manner(permit=self._may_ask, cap=ANSWER_BYTES, more=self._headers(url, request.headers))
            asking = self._fetcher.fetch(url, manner)
            self._given[url] = asyncio.create_task(asking, context=self._context.copy())
            self._given[url].add_done_callback(self._note)
        task = self._given[url]
        await asyncio.wait([task])
        return None if task.cancelled() or task.exception() else task.result()

    async def _may_ask(self, url: str) -> bool:
        """The permit of every hop: where another site begins, what a page wants ends."""
        name = site_host(url)
        if not same_site(url, self.document.final_url) and await self._shelf.leaves(name):
            self._refuse(f"{name} is a site that is crawled for itself")
            return False
        return await self._permit(url)

    def _note(self, task: asyncio.Task[Fetched]) -> None:
        if task.cancelled():
            self._refuse("it was not answered in time")
            return
        if isinstance(error := task.exception(), Exception):
            self.failure = self.failure or error
            return
        answer = task.result()
        self.bytes += len(answer.body)
        if answer.outcome not in _TRUE:
            self._refuse(f"{answer.url}: {answer.reason or answer.outcome}")

    def _headers(self, url: str, headers: Mapping[str, str]) -> dict[str, str]:
        """Which form a script wants; to its own site, that a script asks; to another, whose page asks: CORS
        is that other's consent, and it has given none to any other header.
        """
        page = self.document.final_url
        wanted = {"accept": headers.get("accept", "*/*")[:200]}
        if not same_site(url, page):
            return wanted | {"origin": origin(page)}
        return wanted | {name: headers[name][:200] for name in ("x-requested-with",) if name in headers}

    def _refuse(self, reason: str) -> None:
        self.missing = self.missing or reason


def is_counter(url: str) -> bool:
    """Whether an address belongs to what counts visitors or asks them for consent."""
    name = site_host(url)
    return any(name == counter or name.endswith(f".{counter}") for counter in _COUNTERS)


def _shown(answer: Fetched) -> dict[str, str]:
    """What a page may know of an answer: its type, and who may read it. No cookie and no link to preload."""
    return {
        name: value
        for name, value in answer.headers.items()
        if name == "content-type" or name.startswith("access-control-")
    }
