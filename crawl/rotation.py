"""Rotation: which egress a request takes. Per host one session, or every request the next one.

    egress = await egresses.choose("agence.example")
    ...wait for the turn of the host, of the address and of `egress.name`...
    if egress.ready:
        with egresses.taking(egress):
            ...one request through egress.proxy, or directly where it is None...

Only the healthy ones are taken; where all rest, requests wait; where all are dead, the crawl stops.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from statistics import median
from typing import Final, Literal, Self

from crawl.egress import COOL_DOWN, AllProxiesDeadError, Egress, Health
from models.proxies import Proxy
from models.settings import Settings

Rotation = Literal["host", "request"]

#: Seconds after which waiting requests look again, should every proxy rest for longer.
_LOOK: Final = 60.0
#: An egress whose answers take this many times those of the others, and this long, seconds, rests.
SLOWER: Final = 4.0
SLOW: Final = 3.0
#: Proxies named in the line that says that all are dead.
_NAMED: Final = 3


class Egresses:
    """The ways out of one process: the proxies, or the direct one where there are none."""

    def __init__(
        self, proxies: Sequence[Proxy] = (), rotation: Rotation = "host", *, cool_down: float = COOL_DOWN
    ) -> None:
        """cool_down: seconds of a proxy's first rest."""
        self.ways = [Egress(proxy.name, proxy, cool_down) for proxy in proxies] or [Egress()]
        self._rotation = rotation
        self._turn = 0
        self._change = asyncio.Event()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The settings' ways out."""
        return cls(settings.proxy_list, settings.proxy_rotation)

    async def choose(self, host: str, avoid: str | None = None) -> Egress:
        """The egress for the next request to `host`; avoid: the name of one to go round if there is another.

        Waits while all rest. Raises AllProxiesDeadError when all are dead: nothing goes directly instead.
        """
        while True:
            ready = [egress for egress in self.ways if egress.ready]
            if ready:
                return self._pick(host, [egress for egress in ready if egress.name != avoid] or ready)
            if all(egress.dead for egress in self.ways):
                raise AllProxiesDeadError(self._obituary())
            await self._news(min((egress.wait for egress in self.ways if egress.wait), default=_LOOK))

    @contextmanager
    def taking(self, egress: Egress) -> Iterator[None]:
        """The block is one request through it, noted in the block as well."""
        trying = egress.take()
        try:
            yield
        finally:
            egress.leave(trying=trying)
            self._change.set()

    def proved(self, name: str, reason: str, began: float) -> None:
        """Another egress reached the host that this one, in a request that began then, did not."""
        for egress in self._proxies(name):
            egress.proved(reason, began)

    def refused(self, name: str, host: str) -> None:
        """What `host` answered last through this egress was a wall."""
        for egress in self._proxies(name):
            egress.refused(host)

    def other_than(self, name: str) -> bool:
        """Whether another egress than that one could be taken now."""
        return any(egress.ready for egress in self.ways if egress.name != name)

    def compare(self, egress: Egress) -> None:
        """Send `egress` to rest when it is much slower than the others."""
        if egress.latency <= SLOW or not egress.measured:
            return
        others = [way.latency for way in self.ways if way is not egress and way.measured]
        if others and egress.latency > SLOWER * median(others):
            egress.rest(f"its answers take {egress.latency:.1f} s", lost=False)

    def health(self) -> tuple[Health, ...]:
        """Every egress's figures."""
        return tuple(egress.health() for egress in self.ways)

    def _proxies(self, name: str) -> list[Egress]:
        """The proxy of that name; none for the direct way, which has no health."""
        return [egress for egress in self.ways if egress.name == name and egress.proxy is not None]

    def _pick(self, host: str, ready: Sequence[Egress]) -> Egress:
        if self._rotation == "request":
            self._turn += 1
            return ready[self._turn % len(ready)]
        return max(ready, key=lambda egress: _weight(host, egress.name))

    async def _news(self, seconds: float) -> None:
        """Wait until a request ends or for that long."""
        self._change.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._change.wait(), min(seconds, _LOOK))

    def _obituary(self) -> str:
        causes = [f"{egress.name}: {egress.reason}" for egress in self.ways[:_NAMED]]
        more = len(self.ways) - len(causes)
        told = "; ".join(causes) + (f"; and {more} more" if more else "")
        return f"The crawl stopped, no proxy works ({told}). Nothing was asked directly. Mend PROXIES."


def _weight(host: str, name: str) -> bytes:
    """Rendezvous hashing: a host keeps its egress when others come and go."""
    return hashlib.blake2b(f"{host}\n{name}".encode(), digest_size=8).digest()
