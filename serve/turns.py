"""What takes long and is done by few at once: the others wait for their turn, and of those not too many.

turns = Turns(1, most=6, told="Too many exports at this moment; try again.")
async with turns:       # Busy, with that line, when six are there already
    ...
"""

import asyncio
from types import TracebackType


class Busy(Exception):  # noqa: N818 - an expected outcome
    """Too many wait, in one line for who came last."""


class Turns:
    """Lets in `at_once`, in the order of their coming; has `most` inside and waiting. For one process."""

    def __init__(self, at_once: int, *, most: int, told: str) -> None:
        self.most = most
        self._told = told
        self._inside = asyncio.Semaphore(at_once)
        self._there = 0

    @property
    def are_full(self) -> bool:
        """Whether one more is told to come back."""
        return self._there >= self.most

    async def __aenter__(self) -> None:
        """Wait for the turn. Busy when too many do."""
        if self.are_full:
            raise Busy(self._told)
        self._there += 1
        try:
            await self._inside.acquire()
        except BaseException:  # one who left while waiting
            self._there -= 1
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._there -= 1
        self._inside.release()
