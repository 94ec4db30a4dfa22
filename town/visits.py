"""The town's memory of who came: one line per request, the judge of a crawler's politeness."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from threading import Lock
from time import monotonic

_KEPT = 200_000


@dataclass(slots=True)
class Visit:
    """One request. `in_flight` counts the host's requests under way when it came, itself included.

    time and seconds are of the monotonic clock; status is 0 while the answer is being made.
    """

    time: float
    host: str
    method: str
    path: str
    user_agent: str
    in_flight: int
    status: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class VisitLog:
    """The last 200,000 visits, oldest first."""

    visits: deque[Visit] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _open: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def visit(self, host: str, method: str, path: str, user_agent: str) -> Iterator[Visit]:
        """Note a request from its arrival to the end of its answer."""
        with self._lock:
            self._open[host] += 1
            visit = Visit(monotonic(), host, method, path, user_agent, self._open[host])
            self.visits.append(visit)
        try:
            yield visit
        finally:
            visit.seconds = monotonic() - visit.time
            with self._lock:
                self._open[host] -= 1

    def of(self, host: str) -> list[Visit]:
        """The visits of one host (`slug.localhost`, no port), oldest first."""
        return [visit for visit in self.all() if visit.host == host]

    def since(self, instant: float) -> list[Visit]:
        """The visits that came from `instant` on, monotonic; the earlier ones are not looked at."""
        with self._lock:
            late = list(takewhile(lambda visit: visit.time >= instant, reversed(self.visits)))
        return late[::-1]

    def all(self) -> list[Visit]:
        """Every visit kept."""
        with self._lock:
            return list(self.visits)

    def clear(self) -> None:
        """Forget the past, not the requests under way."""
        with self._lock:
            self.visits.clear()
