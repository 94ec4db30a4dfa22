"""Budgets: no more than one request per pause, in all processes together. Egresses and IP addresses have one.

    slot = await budget.slot()          # our turn, some time from now
    await asyncio.sleep(slot.wait)
    if await budget.use(slot): ...      # the request leaves; else it is too late, and another slot's turn

Slots are reserved in the database, as many at once as are waited for here; without a database they are
this process's own. A slot that nobody used in time lapses: a budget is never saved up for a burst.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

from sqlalchemy import Connection, text

#: (name, pause in seconds, how many) -> seconds from now until the first of these slots.
Reserve = Callable[[str, float, int], Awaitable[float]]

#: Seconds of slots reserved at once: as many as are waited for, and what a killed process may waste at most.
LEAST: Final = 0.2
BLOCK: Final = 1.0
#: Slots passed on that are kept.
_SPARE: Final = 64
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


@dataclass(frozen=True, slots=True)
class Slot:
    """A request's turn: from `at` on, and before `until`; monotonic."""

    at: float
    until: float = float("inf")

    @property
    def wait(self) -> float:
        """Seconds until it comes."""
        return max(0.0, self.at - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether it lapsed."""
        return time.monotonic() > self.until


class Budget:
    """One egress's or address's requests. pause: seconds between two of them."""

    def __init__(self, name: str, pause: float, ask: Reserve | None = None) -> None:
        self.name, self.pause = name, pause
        self._ask = ask
        self._wanted = 0
        self._spare: list[Slot] = []
        self._lock = asyncio.Lock()
        #: The next slot to give out, the end of those that are reserved, and the last departure; monotonic.
        self._next = self._departed = float("-inf")
        self._until = float("-inf") if ask else float("inf")
        #: Slots that pass while the database answers: at least so many are asked for, or all would lapse.
        self._lag = 1

    @property
    def idle(self) -> bool:
        """Whether forgetting this budget forgets nothing."""
        now = time.monotonic()
        return not self._wanted and self._next <= now and self._departed + self.pause <= now

    async def slot(self) -> Slot:
        """The caller's turn, a pause after the one before, or one that another passed on."""
        if self.pause <= 0:
            return Slot(time.monotonic())
        self._wanted += 1
        try:
            async with self._lock:
                while self._spare:
                    if not (spare := self._spare.pop()).is_over:
                        return spare
                at = max(time.monotonic(), self._next)
                if at > self._until and self._ask:
                    at = await self._reserve(self._ask)
                self._next = at + self.pause
                return Slot(at, self._until)
        finally:
            self._wanted -= 1

    def pass_on(self, slot: Slot) -> None:
        """Leave a slot to whoever asks next."""
        if self.pause > 0 and len(self._spare) < _SPARE:
            self._spare.append(slot)

    async def use(self, slot: Slot) -> bool:
        """Depart in this slot, a pause after the last departure at the soonest; False when it is over."""
        if self.pause <= 0:
            return True
        while (now := time.monotonic()) <= slot.until:
            wait = max(slot.at, self._departed + self.pause) - now
            if wait <= 0:
                self._departed = now
                return True
            await asyncio.sleep(wait)
        return False

    async def _reserve(self, ask: Reserve) -> float:
        """Take the next slots of all processes; the first one's instant.

        Until the last one has lapsed all are ours, however late one of them is: only we depart then.
        """
        number = max(self._wanted, self._lag, int(LEAST / self.pause))
        number = max(1, min(number, int(BLOCK / self.pause)))
        asked = time.monotonic()
        wait = await ask(self.name, self.pause, number)
        # The database meant an instant between asking and answer: from the later one on, by the earlier one.
        answered = time.monotonic()
        self._until = asked + wait + (number - 1 + _LATE) * self.pause
        self._lag = ceil((answered - asked) / self.pause + 1 - _LATE)
        return answered + wait
