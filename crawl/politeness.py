"""Politeness: when a request may leave. One object per process; every request passes through it.

    async with politeness.turn("agence.example"):
        ...one request...

Per host: one request in flight, and a pause of the largest of our delay, the site's Crawl-delay and its
Retry-After, counted from the end of one answer to the start of the next request. Per egress: a pause
between any two requests, whatever the hosts. Per process: a number of requests in flight.

Knows hosts and seconds only; `site` keeps `remaining` in the database, so that restarts respect it too.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from models.settings import Settings

#: Timers may fire a hair early; a pause must never come out short.
_MARGIN = 0.002


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    delay: float = 0.0
    #: End of the last answer, and the instant until which the site asked us to wait; monotonic.
    last: float = float("-inf")
    deferred: float = float("-inf")


class Politeness:
    """delay: seconds between two requests to one host; egress_delay: between any two; in_flight: at once."""

    def __init__(self, *, delay: float, egress_delay: float, in_flight: int) -> None:
        """A fresh process owes nothing; `defer` tells it what earlier ones promised."""
        self._delay = delay
        self._egress_delay = egress_delay
        self._egress_ready_at = 0.0
        self._hosts: dict[str, _Host] = {}
        self._in_flight = asyncio.Semaphore(in_flight)

    @classmethod
    def of(cls, settings: Settings, shards: int = 1) -> Self:
        """The settings' politeness for one of `shards` processes behind the same egress address."""
        return cls(
            delay=settings.min_delay_between_requests,
            egress_delay=settings.min_global_delay * shards,
            in_flight=settings.max_concurrent_requests,
        )

    def ask(self, host: str, delay: float | None) -> None:
        """Note the Crawl-delay that `host` asks for, seconds; the larger of it and ours counts."""
        self._state(host).delay = delay or 0.0

    def delay(self, host: str) -> float:
        """The pause between two requests to `host`, seconds."""
        return max(self._delay, self._state(host).delay)

    def defer(self, host: str, seconds: float) -> None:
        """No request to `host` for that long; a longer wait already owed stands."""
        state = self._state(host)
        state.deferred = max(state.deferred, time.monotonic() + seconds)

    def remaining(self, host: str) -> float:
        """Seconds until `host` may be asked again; 0 when it may be now."""
        state, pause = self._state(host), self.delay(host) + _MARGIN
        return max(0.0, max(state.last + pause, state.deferred) - time.monotonic())

    def forget(self, host: str) -> None:
        """Drop what is known of a host whose crawl is over, unless a wait is still owed to it."""
        if host in self._hosts and not self.remaining(host) and not self._hosts[host].lock.locked():
            del self._hosts[host]

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for this host's turn; the block is its one request in flight."""
        state = self._state(host)
        async with state.lock:
            while wait := self.remaining(host):  # noqa: ASYNC110 - the instant may move while we sleep
                await asyncio.sleep(wait)
            async with self._in_flight:
                await self._pass_egress()
                try:
                    yield
                finally:
                    state.last = time.monotonic()

    async def _pass_egress(self) -> None:
        now = time.monotonic()
        mine = max(now, self._egress_ready_at)
        self._egress_ready_at = mine + self._egress_delay
        await asyncio.sleep(mine - now)

    def _state(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host())
