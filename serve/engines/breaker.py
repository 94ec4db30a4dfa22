"""A breaker: after failures an engine is left alone for a pause, then one request tries it again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Failures in a row that open it; one is enough where nobody listens.
PATIENCE: Final = 3
#: Seconds of the first pause, which doubles with every try that fails, and of the longest.
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0


@dataclass(slots=True)
class Breaker:
    """Whether an engine may be asked. Told how each request went; for one event loop."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _pause: float = 0.0
    _until: float = 0.0
    _trying: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the engine failed and has not answered since."""
        return self._pause > 0

    def admits(self) -> bool:
        """Whether to ask now. After a pause one request is let through, and must tell how it went."""
        if not self.is_open:
            return True
        if self._trying or self.clock() < self._until:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """The engine answered."""
        self._failures, self._pause, self._trying = 0, 0.0, False

    def failed(self, *, dead: bool) -> None:
        """It did not. dead: nobody listens, so no further request need find that out."""
        self._failures += 1
        if dead or self.is_open or self._failures >= PATIENCE:
            self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
            self._until, self._trying = self.clock() + self._pause, False

    def dropped(self) -> None:
        """The request ended without telling anything of the engine."""
        self._trying = False
