"""Politeness: when a request may leave. One object per process; every request passes through it.

    async with politeness.turn("agence.example", address="192.0.2.7"):
        ...one request...

Per host, one request in flight, and from the end of an answer to the next request a pause of the largest of
- our delay, the site's Crawl-delay, its Retry-After, the quiet hours' rest;
- what its answers take, where that is long: a slow site is ours at most half of the time;
times its back-off, which doubles with every 429 or 503 and halves with every ten good answers.
Per IP address and per egress a budget, shared by all processes through the database: vendors host
thousands of agencies on few addresses. Per process a number of sites at work.

Knows hosts and seconds only; `site` keeps what is owed in the database, so that restarts respect it too.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Final, Self

from crawl.budget import Budget, Reserve
from crawl.slots import Slots
from models.quiet import QuietHours
from models.settings import Settings
from models.tables import utc_now

DIRECT: Final = "direct"
#: Timers may fire a hair early; a pause must never come out short.
_MARGIN: Final = 0.002
#: Answers that take longer on the average, seconds, lengthen the pause to as much.
SLOW: Final = 1.0
#: The most that a site's pause is multiplied by, and what it then is at most, seconds.
MOST_BACKOFF: Final = 16.0
LONGEST_PAUSE: Final = 3_600.0
#: Good answers in a row after which the back-off is halved.
_FORGIVEN: Final = 10
#: Weight of the last answer in the average of answers' seconds.
_LAST: Final = 0.3
#: Seconds of waiting for its address that a site keeps its place and its egress's slot for.
_SHORT: Final = 0.02
#: Budgets of addresses kept in memory; idle ones are dropped beyond.
_KEPT: Final = 4_096


_NO_BUDGET: Final = Budget("none", 0.0)


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: The pause that the site asks for, seconds.
    delay: float = 0.0
    #: End of the last answer, and the instant until which the site asked us to wait; monotonic.
    last: float = float("-inf")
    deferred: float = float("-inf")
    #: Moving average of what its answers take, seconds.
    answer: float = 0.0
    backoff: float = 1.0
    good: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """What a site is owed, for the next process to know: seconds to wait from now, and its back-off."""

    wait: float = 0.0
    backoff: float = 1.0


class Politeness:
    """delay: seconds between two requests to one host; egress_delay, address_delay: between any two from one
    egress, to one IP address; in_flight: sites at work at once; reserve: where processes share budgets.
    """

    def __init__(
        self,
        *,
        delay: float,
        egress_delay: float,
        in_flight: int,
        address_delay: float = 0.0,
        reserve: Reserve | None = None,
        quiet: QuietHours | None = None,
    ) -> None:
        """A fresh process owes nothing; `defer` and `resume` tell it what earlier ones promised."""
        self.slots = Slots(in_flight)
        #: Seconds that ready requests waited for the budget of their egress.
        self.egress_waited = 0.0
        self._delay = delay
        self._pauses = {"egress": egress_delay, "address": address_delay}
        self._reserve = reserve
        self._quiet = quiet or QuietHours()
        self._hosts: dict[str, _Host] = {}
        self._budgets: dict[str, Budget] = {}

    @classmethod
    def of(cls, settings: Settings, reserve: Reserve | None = None) -> Self:
        """The settings' politeness."""
        return cls(
            delay=settings.min_delay_between_requests,
            egress_delay=settings.min_global_delay,
            address_delay=settings.min_delay_per_address,
            in_flight=settings.max_concurrent_requests,
            reserve=reserve,
            quiet=QuietHours.parse(settings.quiet_hours),
        )

    def ask(self, host: str, delay: float | None) -> None:
        """Note the Crawl-delay that `host` asks for, seconds; the larger of it and ours counts."""
        self._state(host).delay = delay or 0.0

    def delay(self, host: str) -> float:
        """The pause between two requests to `host`, seconds."""
        state = self._state(host)
        slow = state.answer if state.answer > SLOW else 0.0
        pause = max(self._delay, state.delay, slow)
        return max(pause, min(pause * state.backoff, LONGEST_PAUSE))

    def defer(self, host: str, seconds: float) -> None:
        """No request to `host` for that long; a longer wait already owed stands."""
        state = self._state(host)
        state.deferred = max(state.deferred, time.monotonic() + seconds)

    def resume(self, host: str, backoff: float) -> None:
        """Go on with the back-off that an earlier process had reached."""
        self._state(host).backoff = min(max(backoff, 1.0), MOST_BACKOFF)

    def limited(self, host: str) -> None:
        """The site said 429 or 503: twice the pause from now on."""
        state = self._state(host)
        state.backoff, state.good = min(2 * state.backoff, MOST_BACKOFF), 0

    def remaining(self, host: str) -> float:
        """Seconds until `host` may be asked again; 0 when it may be now."""
        state, pause = self._state(host), self.delay(host) + _MARGIN
        owed = max(state.last + pause, state.deferred) - time.monotonic()
        return max(0.0, owed, self._quiet.wait(utc_now()) if self._quiet.spans else 0.0)

    @property
    def quiet(self) -> bool:
        """Whether these are quiet hours."""
        return self._quiet.wait(utc_now()) > 0

    def owed(self, host: str) -> Owed:
        """What must outlive this process."""
        return Owed(self.remaining(host), self._state(host).backoff)

    def forget(self, host: str) -> None:
        """Drop what is known of a host whose crawl is over, unless a wait is still owed to it."""
        if host in self._hosts and not self.remaining(host) and not self._hosts[host].lock.locked():
            del self._hosts[host]

    @asynccontextmanager
    async def turn(self, host: str, address: str | None = None, egress: str = DIRECT) -> AsyncIterator[None]:
        """Wait for this host's turn; the block is its one request in flight.

        While it waits for its own host or address the task's place at work is another's; it holds one
        during the block, and keeps it afterwards if it came with one.
        """
        state = self._state(host)
        held = self.slots.give()
        async with state.lock:
            try:
                await self._wait(host, address, egress)
                began = time.monotonic()
                try:
                    yield
                finally:
                    state.last = time.monotonic()
                    self._note(state, state.last - began)
            finally:
                if not held:
                    self.slots.give()

    async def _wait(self, host: str, address: str | None, egress: str) -> None:
        """The egress's slot first, as most wait for it, then the address's: where that one is not free now,
        the egress's goes to another.
        """
        near = self._budget("address", _network(address) if address else "")
        slot = None
        while True:
            while wait := self.remaining(host):  # noqa: ASYNC110 - the instant may move while we sleep
                await asyncio.sleep(wait)
            await self.slots.take()
            out, began = self._budget("egress", egress), time.monotonic()
            leaves = await out.slot()
            await asyncio.sleep(leaves.wait)
            self.egress_waited += time.monotonic() - began
            if slot is None or slot.is_over:
                slot = await near.slot()
            if slot.wait > _SHORT:
                out.pass_on(leaves)
                self.slots.give()
                await asyncio.sleep(slot.wait)
                continue
            if leaves.is_over:  # while the database answered
                leaves = await out.slot()
            if await near.use(slot) and await out.use(leaves) and not self.remaining(host):
                return
            slot = None  # in vain: one of them was over before we came
            self.slots.give()

    def _budget(self, kind: str, name: str) -> Budget:
        key = f"{kind} {name}"
        if not name:
            return _NO_BUDGET
        if key not in self._budgets:
            if len(self._budgets) >= _KEPT:
                self._budgets = {k: budget for k, budget in self._budgets.items() if not budget.idle}
            self._budgets[key] = Budget(key, self._pauses[kind], self._reserve)
        return self._budgets[key]

    @staticmethod
    def _note(state: _Host, seconds: float) -> None:
        state.answer = seconds if not state.answer else (1 - _LAST) * state.answer + _LAST * seconds
        state.good += 1
        if state.good >= _FORGIVEN:
            state.backoff, state.good = max(1.0, state.backoff / 2), 0

    def _state(self, host: str) -> _Host:
        return self._hosts.setdefault(host, _Host())


def _network(address: str) -> str:
    """What one machine or one vendor answers at: an IPv4 address, the /64 of an IPv6 one."""
    ip = ip_address(address)
    return str(ip) if ip.version == 4 else str(ip_network(f"{ip}/64", strict=False))
