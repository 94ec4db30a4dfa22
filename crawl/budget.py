"""Budgets: no more than one request per pause, in all processes together. Egresses and IP addresses have one.

    departs = await budget.slot()       # the monotonic instant of our turn
    await budget.depart(departs)        # sleeps until then

Slots are reserved in the database, as many at once as are waited for here; without a database they are
this process's own. A slot that nobody used in time lapses: a budget is never saved up for a burst.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import Connection, text

#: (name, pause in seconds, how many) -> seconds from now until the first of these slots.
Reserve = Callable[[str, float, int], Awaitable[float]]

#: Seconds of slots reserved at once at most: what a killed process may waste.
BLOCK: Final = 1.0
#: Share of a pause after which a slot that nobody took has lapsed.
_LATE: Final = 0.5

_RESERVE: Final = text(
    """
    insert into budgets (name, ready_at)
    values (:name, clock_timestamp() + make_interval(secs => :seconds))
    on conflict (name) do update
    set ready_at = greatest(budgets.ready_at, clock_timestamp()) + make_interval(secs => :seconds)
    returning extract(epoch from ready_at - clock_timestamp())
    """
)


def reserve(connection: Connection, name: str, pause: float, number: int) -> float:
    """Take the next `number` slots of a budget; seconds from the database's now until the first one."""
    seconds = pause * number
    until = connection.scalar(_RESERVE, {"name": name[:120], "seconds": seconds})
    return max(0.0, float(until or 0.0) - seconds)


class Budget:
    """One egress's or address's requests. pause: seconds between two of them."""

    def __init__(self, name: str, pause: float, ask: Reserve | None = None) -> None:
        self.name, self.pause = name, pause
        self._ask = ask
        self._slots: deque[float] = deque()
        self._wanted = 0
        self._lock = asyncio.Lock()
        #: The next slot where no database keeps them, and this process's last departure; monotonic.
        self._ready = self._departed = float("-inf")

    @property
    def idle(self) -> bool:
        """Whether forgetting this budget forgets nothing."""
        past = time.monotonic() - self.pause
        return not self._wanted and self._ready <= past and self._departed <= past

    async def slot(self) -> float:
        """The instant of the caller's turn, each caller's a pause after the one before; monotonic."""
        now = time.monotonic()
        if self.pause <= 0:
            return now
        if self._ask is None:
            mine = max(now, self._ready)
            self._ready = mine + self.pause
            return mine
        self._wanted += 1
        try:
            async with self._lock:
                return await self._next(self._ask)
        finally:
            self._wanted -= 1

    async def depart(self, slot: float) -> None:
        """Wait for the slot, and for a pause since the last departure where that one was late."""
        if self.pause <= 0:
            return
        while (wait := max(slot, self._departed + self.pause) - time.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(wait)
        self._departed = time.monotonic()

    async def _next(self, ask: Reserve) -> float:
        while self._slots and self._slots[0] < time.monotonic() - _LATE * self.pause:
            self._slots.popleft()
        if not self._slots:
            number = max(1, min(self._wanted, int(BLOCK / self.pause)))
            # Counted from the answer: never before the instant that the database meant.
            first = await ask(self.name, self.pause, number) + time.monotonic()
            self._slots.extend(first + at * self.pause for at in range(number))
        return self._slots.popleft()
