"""Places at work: how many sites of one process fetch, read or store at once; the others wait their turn.

    async with slots.taken(fresh=True):     # a site begins
        slots.give(); ...; await slots.take()   # its host's pause: another works meanwhile

Who comes back from a pause goes before who begins, so that a new site is opened only when no open one is
ready to ask: few sites at once where the egress is what limits, thousands where hosts' own pauses are.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class Slots:
    """A number of places, each held by one task."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._back: deque[asyncio.Future[None]] = deque()
        self._fresh: deque[asyncio.Future[None]] = deque()
        self._holders: set[asyncio.Task[Any] | None] = set()

    @property
    def held(self) -> bool:
        """Whether the running task holds a place."""
        return asyncio.current_task() in self._holders

    @property
    def at_work(self) -> int:
        """Places taken."""
        return len(self._holders)

    async def take(self, *, fresh: bool = False) -> None:
        """Wait for a place and hold it; nothing when the task holds one already."""
        if self.held:
            return
        if self._free and not self._back and not (fresh and self._fresh):
            self._free -= 1
        else:
            await self._queue(self._fresh if fresh else self._back)
        self._holders.add(asyncio.current_task())

    def give(self) -> bool:
        """Give the task's place back; whether it held one."""
        if not self.held:
            return False
        self._holders.discard(asyncio.current_task())
        self._pass_on()
        return True

    @asynccontextmanager
    async def taken(self, *, fresh: bool = False) -> AsyncIterator[None]:
        """A place for as long as the block lasts, but for when the task gives it."""
        await self.take(fresh=fresh)
        try:
            yield
        finally:
            self.give()

    async def _queue(self, line: deque[asyncio.Future[None]]) -> None:
        place = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._pass_on()  # it was ours already
            else:
                place.cancel()
            raise

    def _pass_on(self) -> None:
        for line in (self._back, self._fresh):
            while line:
                place = line.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._free += 1
