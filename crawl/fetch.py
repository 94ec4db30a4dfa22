"""Fetching: one address asked for politely, and what came of it as a value. Never raises for a site's doing.

    fetched = await fetcher.fetch(url, Manner(permit=robots.permit))
    if fetched.outcome is FetchOutcome.OK: ...

Knows the guard, politeness and bounds (bytes, seconds, redirects); reads no page. `site` judges bodies.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urljoin

import httpcore2
import httpx2

from crawl.egress import REFUSALS, Egress, EgressFailedError
from crawl.guard import TOWN, AddressRefusedError, Guard, GuardedBackend
from crawl.meter import Meter
from crawl.politeness import DIRECT, Politeness
from crawl.proxied import ProxyTransport, own_failure
from crawl.rotation import Egresses
from crawl.unpack import Unpacker
from crawl.url import MAX_LENGTH, absolute, host, port_of, same_site, site_host
from crawl.wire import check_asked
from models.settings import Settings

_log = logging.getLogger(__name__)

PAGE_BYTES: Final = 8 * 1024 * 1024
SITEMAP_BYTES: Final = 50 * 1024 * 1024
MAX_REDIRECTS: Final = 5
#: Retry-After up to here is waited for in place; a longer one ends the crawl of the site.
PATIENCE: Final = 60.0
#: What a site may ask for at most: beyond a week it is taken for an error.
_LONGEST_WAIT: Final = 7 * 86_400.0
_DEFAULT_WAIT: Final = 30.0

#: Types whose bodies are not even read.
_NO_PAGE: Final = ("image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "text/css")

#: Seconds that an idle connection is kept for the host's next request.
KEPT_ALIVE: Final = 15.0
#: Answers that ask us to slow down.
_LIMITED: Final = frozenset({429, 503})
#: Answers to plain http that a proxy gives in a site's place as well.
_GATEWAY: Final = frozenset({502, 504})
#: Answered by a proxy alone, and no name of the web: whether the proxy takes our account.
_ACCOUNT_CHECK: Final = "https://account-check.invalid/"
#: Clients kept per host: of the egress of its session, and of one more.
_CLIENTS: Final = 2

Permit = Callable[[str], Awaitable[bool]]
Sink = Callable[[bytes], bool]


class FetchOutcome(StrEnum):
    """How a fetch ended."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    DISALLOWED = "disallowed"
    CHALLENGED = "challenged"
    GONE = "gone"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    LIMITED = "limited"
    TOO_BIG = "too_big"
    NOT_HTML = "not_html"
    REFUSED = "refused"
    AWAY = "away"
    REDIRECT_LOOP = "redirect_loop"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"


#: Worth one more try at once; a host that cannot be reached at all is not.
RETRIED: Final = frozenset({FetchOutcome.LIMITED, FetchOutcome.TIMED_OUT, FetchOutcome.SERVER_ERROR})
#: Nothing was learnt of the page: a later crawl tries again.
TRANSIENT: Final = RETRIED | {FetchOutcome.UNREACHABLE}


@dataclass(frozen=True, slots=True)
class Fetched:
    """url: as asked; final_url: that answered; redirects: the addresses left behind; reason: one line."""

    url: str
    final_url: str
    outcome: FetchOutcome
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    redirects: tuple[str, ...] = ()
    reason: str = ""
    #: Seconds that the site asked us to wait.
    retry_after: float | None = None
    #: Decoded bytes that went to a sink.
    poured: int = 0
    #: The egress that was taken, and whether it may be to blame for what went wrong.
    egress: str = DIRECT
    doubtful: bool = False
    #: The body is what a browser made of it; partial: without some of what its scripts asked for.
    rendered: bool = False
    partial: bool = False

    @property
    def content_type(self) -> str | None:
        """The Content-Type header, if any."""
        return self.headers.get("content-type")

    @property
    def size(self) -> int:
        """Decoded bytes, wherever they went."""
        return len(self.body) + self.poured


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask: by whose leave, for which copy that we do not have, for how much of it."""

    #: Asked before every hop; None asks nobody (robots.txt itself).
    permit: Permit | None = None
    etag: str | None = None
    last_modified: str | None = None
    #: Decoded bytes at most; beyond them the answer is `too_big`, or cut there when `cut` says so.
    cap: int = PAGE_BYTES
    cut: bool = False
    #: Whether redirects to another site are followed.
    leave_site: bool = False
    #: Called for each good answer: what takes its body, unpacked, piece by piece in place of `Fetched.body`,
    #: until it returns False.
    sink: Callable[[], Sink] | None = None
    #: An egress that has just failed, to go round if there is another.
    avoid: str | None = None
    #: Further request headers, in lower case.
    more: Mapping[str, str] = field(default_factory=dict)

    def headers(self) -> dict[str, str]:
        """The request headers that depend on the manner."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value} | dict(self.more)


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """httpx2's transport over a pool that dials vetted addresses only, never a proxy of the environment."""

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        """A pool of its own for one host; the TLS context is shared, as it costs 20 ms to build."""
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=2,
            max_keepalive_connections=1,
            keepalive_expiry=KEPT_ALIVE,
            network_backend=GuardedBackend(guard),
        )


class Fetcher:
    """A small client per host (one client over 1,000 hosts falls under 70 requests per core-second)."""

    def __init__(
        self,
        settings: Settings,
        politeness: Politeness,
        guard: Guard | None = None,
        egresses: Egresses | None = None,
    ) -> None:
        """One per process, shared by all its crawls."""
        self.politeness = politeness
        self.meter = Meter()
        self.egresses = egresses or Egresses.of(settings)
        #: Asked with the turn in hand, before every request: whether the owner has not opted out meanwhile.
        self.welcome: Permit | None = None
        self._guard = guard or Guard(town=settings.pignon_town)
        self._timeout = settings.scraping_timeout
        self._user_agent = settings.user_agent
        #: By `site_host`, then by egress; the one used last is last.
        self._clients: dict[str, dict[str, httpx2.AsyncClient]] = {}
        self._context = httpx2.create_ssl_context(trust_env=False)

    async def fetch(self, url: str, manner: Manner = Manner()) -> Fetched:
        """Ask for `url`, following redirects with every check again; a passing failure is tried once more,
        through another egress if it may be the egress's. AllProxiesDeadError when no proxy works.
        """
        began = time.monotonic()
        fetched = await self._follow(url, manner)
        elsewhere = fetched.doubtful and self.egresses.other_than(fetched.egress)
        if not elsewhere and fetched.outcome not in RETRIED:
            return fetched
        if self.politeness.remaining(site_host(url)) > PATIENCE:
            return fetched
        self.meter.retried()
        if not elsewhere:
            return await self._follow(url, manner)
        again = await self._follow(url, replace(manner, avoid=fetched.egress))
        if not again.doubtful and again.egress != fetched.egress:
            self.egresses.proved(fetched.egress, fetched.reason, began)
        return again

    def walled(self, fetched: Fetched) -> None:
        """A page read as a wall: the site may dislike where we come from, whatever its status said."""
        if fetched.status not in REFUSALS:
            self.egresses.refused(fetched.egress, site_host(fetched.final_url))

    def objection(self, url: str) -> str | None:
        """Why the guard would not let `url` be asked for at all; None when it would."""
        return self._guard.objection(url)

    async def close(self, name: str | None = None) -> None:
        """Close the clients of one site (by `site_host`), or all of them."""
        names = list(self._clients) if name is None else [name]
        for clients in [self._clients.pop(n) for n in names if n in self._clients]:
            for client in clients.values():
                await client.aclose()

    async def _follow(self, url: str, manner: Manner) -> Fetched:
        trail: list[str] = []
        here = url
        while True:
            fetched = await self._one(here, manner)
            target = _redirect_target(fetched)
            if target is None:
                return replace(_answer(fetched), url=url, redirects=tuple(trail))
            trail.append(here)
            broken = _objection_to(url, target, trail, manner.leave_site)
            if broken is not None:
                reason = f"it redirects to {target}"
                return Fetched(url, target, broken, fetched.status, redirects=tuple(trail), reason=reason)
            here = target

    async def _one(self, url: str, manner: Manner) -> Fetched:
        if objection := self._guard.objection(url):
            return Fetched(url, url, FetchOutcome.REFUSED, reason=objection)
        if manner.permit is not None and not await manner.permit(url):
            return Fetched(url, url, FetchOutcome.DISALLOWED, reason="robots.txt does not allow it")
        name = site_host(url)
        address = await self._address(url)
        if isinstance(address, Fetched):
            return address
        # The town is one machine of ours, which needs no sparing; its hosts of another address do.
        near = None if address == TOWN else address
        fetched = None
        while fetched is None:  # nothing left for the site: as if it had not been asked
            egress = await self.egresses.choose(name, manner.avoid)
            fetched = await self._through(egress, url, manner, near)
        if self.politeness.delay(name) > KEPT_ALIVE:  # of no use to the next request, and 40 KB
            await self.close(name)
        if fetched.status in _LIMITED:
            self.politeness.limited(name)
        if fetched.retry_after is not None:
            self.politeness.defer(name, fetched.retry_after)
        return fetched

    async def _through(self, egress: Egress, url: str, manner: Manner, near: str | None) -> Fetched | None:
        """Ask in turn through `egress` and note how it fared; None when the site was not asked."""
        async with self.meter.turn(self.politeness.turn(site_host(url), near, egress.name)) as asked:
            fetched = None
            if egress.ready:  # it may have failed for another while we waited for our turn
                with self.egresses.taking(egress):
                    fetched = await self._ask_and_note(egress, url, manner)
            asked.outcome = fetched.outcome.value if fetched else "egress_failed"
            asked.bytes = fetched.size if fetched else 0
        status = fetched.status if fetched else None
        told = {"url": url, "outcome": asked.outcome, "status": status, "bytes": asked.bytes}
        _log.debug("asked", extra=told)
        return fetched

    async def _ask_and_note(self, egress: Egress, url: str, manner: Manner) -> Fetched | None:
        if self.welcome is not None and not await self.welcome(url):
            return Fetched(url, url, FetchOutcome.DISALLOWED, reason="its owner asked not to be visited")
        began = time.monotonic()
        try:
            fetched = await self._ask(url, manner, egress)
        except EgressFailedError as error:
            egress.failed(str(error), began)
            return None
        if egress.proxy is None:
            return fetched
        if fetched.doubtful:
            egress.doubted(site_host(url), fetched.reason, began)
        else:
            seconds = time.monotonic() - began
            egress.answered(site_host(url), seconds, refused=fetched.status in REFUSALS)
            self.egresses.compare(egress)
        return fetched

    async def _address(self, url: str) -> str | Fetched:
        """The IP address that the request will go to first, whose budget it counts on."""
        try:
            async with asyncio.timeout(self._timeout):
                return (await self._guard.addresses(host(url), port_of(url)))[0]
        except AddressRefusedError as error:
            return Fetched(url, url, FetchOutcome.REFUSED, reason=str(error))
        except (OSError, IndexError, UnicodeError):  # a time-out is an OSError
            return Fetched(url, url, FetchOutcome.UNREACHABLE, reason=f"no address for {host(url)}")

    async def _ask(self, url: str, manner: Manner, egress: Egress) -> Fetched:
        fetched = await self._answer(url, manner, egress)
        if egress.proxy is None:
            return fetched
        plain = url.startswith("http:") and not egress.proxy.is_socks
        if plain and fetched.status == 407 and (refusal := await self._account_refused(egress)):
            raise EgressFailedError(refusal)
        doubtful = fetched.status is None or (plain and fetched.status in _GATEWAY)
        return replace(fetched, egress=egress.name, doubtful=doubtful)

    async def _account_refused(self, egress: Egress) -> str | None:
        """Whether a 407 is the proxy's: a site may answer it as well, which must not cost us the proxy."""
        try:
            async with asyncio.timeout(self._timeout):
                async with self._new_client(egress) as client:
                    await client.get(_ACCOUNT_CHECK)
        except httpx2.ProxyError as error:
            return own_failure(error)
        except (TimeoutError, httpx2.HTTPError, OSError):
            return None
        return None

    async def _answer(self, url: str, manner: Manner, egress: Egress) -> Fetched:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._stream(url, manner, egress)
        except httpx2.ProxyError as error:
            if failure := own_failure(error):
                raise EgressFailedError(failure) from None
            return Fetched(url, url, FetchOutcome.UNREACHABLE, reason="the proxy does not reach it")
        except (TimeoutError, httpx2.TimeoutException):
            return Fetched(url, url, FetchOutcome.TIMED_OUT, reason=f"no answer in {self._timeout:g} s")
        except AddressRefusedError as error:
            return Fetched(url, url, FetchOutcome.REFUSED, reason=str(error))
        except httpx2.ConnectError as error:
            return Fetched(url, url, FetchOutcome.UNREACHABLE, reason=_line(error))
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, OSError) as error:
            return Fetched(url, url, FetchOutcome.SERVER_ERROR, reason=f"it broke off: {_line(error)}")

    async def _stream(self, url: str, manner: Manner, egress: Egress) -> Fetched:
        client = await self._client(url, egress)
        async with client.stream("GET", url, headers=manner.headers()) as response:
            check_asked(response)
            outcome = _outcome_of(response.status_code)
            kind = response.headers.get("content-type", "")
            if outcome is FetchOutcome.OK and not manner.sink and kind.startswith(_NO_PAGE):
                return Fetched(url, url, FetchOutcome.NOT_HTML, response.status_code, reason="it is no page")
            body, whole, poured = b"", True, 0
            if manner.sink and response.is_success:
                poured = await _pour(response, manner.sink(), manner.cap)
            else:
                body, whole = await _read(response, manner.cap, cut=manner.cut)
            return Fetched(
                url,
                url,
                outcome if whole else FetchOutcome.TOO_BIG,
                response.status_code,
                body,
                _headers(response),
                reason=f"it answers {response.status_code}" if whole else f"more than {manner.cap} bytes",
                retry_after=_retry_after(response),
                poured=poured,
            )

    async def _client(self, url: str, egress: Egress) -> httpx2.AsyncClient:
        clients = self._clients.setdefault(site_host(url), {})
        client = clients.pop(egress.name, None) or self._new_client(egress)
        clients[egress.name] = client
        if len(clients) > _CLIENTS:  # idle: a host has one request in flight
            await clients.pop(next(iter(clients))).aclose()
        return client

    def _new_client(self, egress: Egress) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=ProxyTransport(egress.proxy, self._context, self._timeout)
            if egress.proxy
            else GuardedTransport(self._guard, self._context),
            headers={
                "User-Agent": self._user_agent,
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
                "Accept-Language": "fr-FR,fr;q=0.9,en;q=0.3",
                "Accept-Encoding": "gzip, deflate",
            },
            timeout=self._timeout,
            trust_env=False,
            follow_redirects=False,
        )


def _headers(response: httpx2.Response) -> dict[str, str]:
    """By name in lower case; of several X-Robots-Tag each is a line, as each may name another robot."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    if "x-robots-tag" in headers:
        headers["x-robots-tag"] = "\n".join(response.headers.get_list("x-robots-tag"))
    return headers


def _line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


async def _read(response: httpx2.Response, cap: int, *, cut: bool) -> tuple[bytes, bool]:
    """The decoded body, and whether it is of use: beyond `cap` bytes it is cut there, or dropped."""
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > cap:
            return (b"".join(parts)[:cap], True) if cut else (b"", False)
    return b"".join(parts), True


async def _pour(response: httpx2.Response, sink: Sink, cap: int) -> int:
    """Give the body to `sink` as it comes, `cap` decoded bytes of it at most; how many it was given."""
    unpacker, size = Unpacker(response.headers.get("content-encoding", "")), 0
    async for chunk in response.aiter_raw():
        for piece in unpacker.feed(chunk):
            size += len(piece)
            if size > cap or not sink(piece):
                return min(size, cap)
            await asyncio.sleep(0)  # a chunk may unpack to a thousand pieces, and other sites wait
    return size


def _outcome_of(status: int) -> FetchOutcome:
    named = {
        304: FetchOutcome.NOT_MODIFIED,
        404: FetchOutcome.NOT_FOUND,
        410: FetchOutcome.GONE,
        429: FetchOutcome.LIMITED,
        503: FetchOutcome.LIMITED,
    }
    if status in named:
        return named[status]
    if status >= 500:
        return FetchOutcome.SERVER_ERROR
    return FetchOutcome.OK if status < 400 else FetchOutcome.FORBIDDEN


def _answer(fetched: Fetched) -> Fetched:
    """What ends a chain of redirects; one that names no address is the server's mistake, and no page."""
    if fetched.outcome is FetchOutcome.OK and (fetched.status or 0) >= 300:
        return replace(fetched, outcome=FetchOutcome.SERVER_ERROR, reason="it redirects nowhere")
    return fetched


def _redirect_target(fetched: Fetched) -> str | None:
    """Where an answer sends us; None when it does not."""
    if fetched.status not in (301, 302, 303, 307, 308) or "location" not in fetched.headers:
        return None
    location = fetched.headers["location"]
    return absolute(fetched.final_url, location) or _joined(fetched.final_url, location)


def _joined(base: str, location: str) -> str:
    """Also what is no page, as a robots.txt that has moved; what cannot be read stays as it is."""
    try:
        return urljoin(base, location)
    except ValueError:
        return location


def _objection_to(url: str, target: str, trail: list[str], leave_site: bool) -> FetchOutcome | None:
    # A longer address fits neither a row's index nor anyone's browser.
    if not target.startswith(("http://", "https://")) or not host(target) or len(target) > MAX_LENGTH:
        return FetchOutcome.REFUSED
    if len(trail) > MAX_REDIRECTS or target in trail:
        return FetchOutcome.REDIRECT_LOOP
    if not leave_site and not same_site(url, target):
        return FetchOutcome.AWAY
    return None


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds to wait, from Retry-After in seconds or as a date; a default on 429, none on other answers."""
    if response.status_code not in (429, 503):
        return None
    told = response.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return min(float(told), _LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(told).astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return _DEFAULT_WAIT if response.status_code == 429 else None
    return min(max(wait, 0.0), _LONGEST_WAIT)
