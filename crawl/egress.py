"""An egress: one way out, direct or through a proxy, and how it fares: failures, refusals, seconds.

    egress.answered("agence.example", seconds=0.4)
    egress.failed("it cannot be reached", began)

A proxy that fails rests, twice as long each time, and is then tried by one request; one that rests LOST times
without an answer in between is dead until a try succeeds. The direct way has no health: it is all there is.
"""

import logging
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from crawl.politeness import DIRECT
from models.errors import CrawlError
from models.proxies import Proxy

_log = logging.getLogger(__name__)

#: Seconds that the first rest lasts, and the longest one.
COOL_DOWN: Final = 2.0
LONGEST: Final = 600.0
#: Rests without an answer in between after which a proxy is dead.
LOST: Final = 3
#: Hosts in a row that did not answer through it, be it their fault or the proxy's, after which it rests.
#: A host that another proxy reached at once counts for `_PROVED` more.
DOUBTS: Final = 5
_PROVED: Final = 2
#: Answers remembered; how many, over how many hosts, a judgement needs; share of refusals that is a ban.
WINDOW: Final = 20
MEASURED: Final = 10
HOSTS: Final = 4
BANNED: Final = 0.5
#: Weight of the last answer in the average of answers' seconds.
_LAST: Final = 0.2
#: Answers by which a host refuses us rather than fails.
REFUSALS: Final = frozenset({403, 429})


class EgressFailedError(CrawlError):
    """The egress failed before anything left for the site. The text never holds credentials."""


class AllProxiesDeadError(CrawlError):
    """No proxy of PROXIES answers. Nothing is asked directly instead; the text says what each one did."""


class _Answer(NamedTuple):
    host: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Health:
    """An egress's figures for people. state: ready, resting or dead; latency: seconds, moving average."""

    name: str
    state: str
    answers: int
    failures: int
    refusals: int
    latency: float
    reason: str = ""


@dataclass(slots=True, eq=False)
class Egress:
    """name: what its delay, the logs and people know it by. cool_down: seconds of its first rest."""

    name: str = DIRECT
    proxy: Proxy | None = None
    cool_down: float = COOL_DOWN
    answers: int = 0
    failures: int = 0
    refusals: int = 0
    latency: float = 0.0
    #: Why it rested last.
    reason: str = ""
    _window: deque[_Answer] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _doubted: set[str] = field(default_factory=set)
    _proved: int = 0
    #: Rests since it last did well, which double the next one; rests without an answer in between.
    _rests: int = 0
    _lost: int = 0
    #: Until when it rests, monotonic.
    _until: float = float("-inf")
    _on_trial: bool = False
    _tried: bool = False

    @property
    def wait(self) -> float:
        """Seconds of rest that remain."""
        return max(0.0, self._until - time.monotonic())

    @property
    def ready(self) -> bool:
        """Whether a request may take it now; after a rest one at a time, until one is answered."""
        return not self.wait and not self._tried

    @property
    def dead(self) -> bool:
        """Whether it has not answered for LOST rests, and no try of it is under way."""
        return self._lost >= LOST and self._on_trial and not self._tried

    @property
    def measured(self) -> bool:
        """Whether enough answers of enough hosts are known to judge it."""
        return len(self._window) >= MEASURED and len({answer.host for answer in self._window}) >= HOSTS

    def take(self) -> bool:
        """A request takes it; whether as the one that tries it after a rest. `leave` with that."""
        trying = self._on_trial and not self._tried
        self._tried = self._tried or trying
        return trying

    def leave(self, *, trying: bool) -> None:
        """The request is over, whatever became of it."""
        if trying:
            self._tried = False

    def answered(self, host: str, seconds: float, *, refused: bool = False) -> None:
        """A host answered through it; refused: by 403 or 429, as if it did not like where we come from."""
        self.answers += 1
        self.latency = seconds if not self.latency else (1 - _LAST) * self.latency + _LAST * seconds
        self._on_trial = False
        self._doubted.clear()
        self._proved = 0
        self._window.append(_Answer(host, refused=False))
        if refused:
            self.refused(host)
            return
        self._lost = 0
        if len(self._window) == WINDOW:
            self._rests = 0

    def refused(self, host: str) -> None:
        """The last answer of `host` was a wall after all."""
        self.refusals += 1
        for at in range(len(self._window) - 1, -1, -1):
            if self._window[at].host == host:
                self._window[at] = _Answer(host, refused=True)
                break
        share = sum(answer.refused for answer in self._window) / max(1, len(self._window))
        if self.measured and share >= BANNED:
            self.rest(f"{share:.0%} of its answers are refusals")

    def failed(self, reason: str, began: float) -> None:
        """The egress itself failed a request that began at `began`, monotonic."""
        self.failures += 1
        if began >= self._until:  # those of one moment fail together: one rest for all of them
            self.rest(reason)

    def doubted(self, host: str, reason: str, began: float) -> None:
        """A host did not answer through it: its fault or the egress's."""
        self.failures += 1
        if len(self._doubted) < DOUBTS:
            self._doubted.add(host)
        self._weigh(reason, began)

    def proved(self, reason: str, began: float) -> None:
        """Another egress reached at once the host that was doubted last."""
        self._proved += _PROVED
        self._weigh(reason, began)

    def rest(self, reason: str, *, lost: bool = True) -> None:
        """No requests for a while. lost: whether this counts towards its death."""
        self._rests += 1
        self._lost += lost
        seconds = min(self.cool_down * 2.0 ** min(self._rests - 1, 30), LONGEST)
        self._until = time.monotonic() + seconds
        self._on_trial, self.reason, self.latency = True, reason, 0.0
        self._window.clear()
        _log.warning("proxy %s rests for %g s: %s", self.name, seconds, reason)

    def health(self) -> Health:
        """Its figures."""
        state = "dead" if self.dead else "resting" if self._on_trial else "ready"
        return Health(self.name, state, self.answers, self.failures, self.refusals, self.latency, self.reason)

    def _weigh(self, reason: str, began: float) -> None:
        if len(self._doubted) + self._proved >= DOUBTS and began >= self._until:
            self.rest(reason)
