"""How much a process takes on: requests in flight, their size and their time, told in problem+json beyond."""

import asyncio
import itertools
import re
import time
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Bytes of a request's path with its query, and of its headers. A polygon takes up to 20,000 characters, some
#: of them written as three.
MAX_ADDRESS, MAX_HEADERS = 40_000, 16_384
#: Bytes of a request's body: no address takes one larger than a form.
MAX_BODY: Final = 65_536
#: No path of ours has any.
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f]")
#: A request that is in flight for so many times its limit is one whose cancelling did not help.
STUCK: Final = 3

Refuse = Callable[[Request, int, str, dict[str, str]], Response]


class Load:
    """The requests in flight of one process, and whether it takes more."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._numbers = itertools.count()
        self._begun: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._begun)

    def enter(self) -> int:
        """Count a request in; its number."""
        number = next(self._numbers)
        self._begun[number] = time.monotonic()
        return number

    def leave(self, number: int) -> None:
        """Count it out."""
        del self._begun[number]

    def check(self) -> None:
        """RuntimeError when the process is stuck."""
        oldest = next(iter(self._begun.values()), None)
        if oldest is not None and time.monotonic() - oldest > STUCK * self.seconds:
            raise RuntimeError("A request is in flight for long past its limit.")


class Limits:
    """Refuses what is too large or too much, and ends what takes too long.

    A request's time is limited until its answer begins; what streams then may take longer. Being cancelled,
    it takes its query in PostgreSQL along.
    """

    def __init__(self, app: ASGIApp, load: Load, refuse: Refuse) -> None:
        self.app = app
        self.load = load
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is too large or there are too many."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif refused := self._refused(scope):
            await refused(scope, receive, send)
        else:
            number = self.load.enter()
            try:
                await self._timed(scope, receive, send)
            finally:
                self.load.leave(number)

    def _refused(self, scope: Scope) -> Response | None:
        if _UNSEEN.search(scope["path"]):  # a route's pattern takes a line's end for none; limits do not
            return self._answer(scope, 404, "There is nothing at this address.")
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_ADDRESS:
            return self._answer(scope, 414, f"An address has at most {MAX_ADDRESS:,} characters.")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS:
            return self._answer(scope, 431, f"Headers have at most {MAX_HEADERS:,} characters in all.")
        if _length(scope) > MAX_BODY:
            return self._answer(scope, 413, f"A body has at most {MAX_BODY:,} bytes.")
        # Who asks whether we live must hear it however busy we are.
        if len(self.load) >= self.load.most and scope["path"] not in ("/healthz", "/readyz"):
            return self._answer(scope, 503, "Too many requests are waiting; try again.", {"Retry-After": "1"})
        return None

    def _answer(
        self, scope: Scope, status: int, detail: str, headers: dict[str, str] | None = None
    ) -> Response:
        return self._refuse(Request(scope), status, detail, headers or {})

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False
        try:
            async with asyncio.timeout(self.load.seconds) as limit:

                async def sent(message: Message) -> None:
                    nonlocal begun
                    if not begun:
                        begun = True
                        limit.reschedule(None)
                    await send(message)

                await self.app(scope, receive, sent)
        except TimeoutError:
            if begun or not limit.expired():
                raise
            late = self._answer(scope, 504, "This takes too long; ask for less.", {"Retry-After": "5"})
            await late(scope, receive, send)


def _length(scope: Scope) -> int:
    """Of the body as it was announced; one that comes in chunks is counted as it is read."""
    told = dict(scope["headers"]).get(b"content-length", b"")
    return int(told) if told.isdigit() else 0
