"""The generic cell rate algorithm: so many at once, then one per interval; one number kept per key.

    >>> budget, counts = Budget("login", 10, 60), Counts(clock=lambda: 0.0)
    >>> counts.take(budget, "192.0.2.7").remaining
    9

ITU-T I.371 has it as a "virtual scheduling algorithm". Unlike a fixed window it has no edge at which twice
as much passes, and unlike a log of requests it costs the same whoever asks however often.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Keys that one process counts at most, about 200 bytes each; who asked longest ago is forgotten first.
MOST_KEYS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Budget:
    """`amount` requests at once, and as many again in each `seconds`, spread evenly."""

    name: str
    amount: int
    seconds: int

    @property
    def interval(self) -> float:
        """Seconds after which one more request is allowed."""
        return self.seconds / self.amount


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass. ahead: how many seconds' worth of the budget are used up."""

    budget: Budget
    allowed: bool
    ahead: float

    @property
    def remaining(self) -> int:
        """Requests that would pass at once."""
        return max(int((self.budget.seconds - self.ahead) / self.budget.interval + 1e-6), 0)

    @property
    def retry_after(self) -> int:
        """Whole seconds until one more passes; 1 at least."""
        return max(math.ceil(self.ahead + self.budget.interval - self.budget.seconds), 1)

    @property
    def reset(self) -> int:
        """Whole seconds until the budget is whole again."""
        return math.ceil(self.ahead)


class Counts:
    """The counts of one process, bounded. take(…) counts a request; cost 0 looks without counting."""

    def __init__(self, most: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        #: When the budget of a key is whole again.
        self._whole_at: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._whole_at)

    def take(self, budget: Budget, key: str, cost: int = 1) -> Verdict:
        """Count a request of `key`, if it may pass."""
        now, place = self._clock(), (budget.name, key)
        ahead = max(self._whole_at.get(place, now) - now, 0.0)
        allowed = ahead + budget.interval * max(cost, 1) <= budget.seconds + 1e-9
        if allowed and cost:
            ahead += budget.interval * cost
            self._whole_at[place] = now + ahead
            self._whole_at.move_to_end(place)
        self._forget(now)
        return Verdict(budget, allowed, ahead)

    def _forget(self, now: float) -> None:
        """Drop who asked longest ago: two of them when their budgets are whole, one when there is no room."""
        for _ in range(2):
            oldest = next(iter(self._whole_at.values()), math.inf)
            if oldest <= now or len(self._whole_at) > self._most:
                self._whole_at.popitem(last=False)
            else:
                return
