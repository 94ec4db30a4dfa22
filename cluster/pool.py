"""The pool: one shard per core of the cluster while nodes come and go; the leases of the dead are freed.

    for shard in pool.tend(): ...      # shards that joined since; what is lacking is being started
    pool.lost(shard)                   # a dead one: its sites are free for the others at once

Knows actors and leases, not which shard crawls what.
"""

import logging
import time
from contextlib import suppress
from secrets import token_hex
from typing import Any, Final

from sqlalchemy.exc import OperationalError

from cluster.looks import Looks
from cluster.runtime import cores
from cluster.shard import Shard
from crawl.lease import release_dead, take_back, this_worker
from models import logs
from models.database import open_engine
from models.errors import CrawlError
from models.settings import Settings

_log = logging.getLogger(__name__)

#: Seconds that shards have to stop in good order.
GRACE: Final = 10
#: Seconds for the other shards to be ready once one is; a node that just died has none to offer.
TOGETHER: Final = 1.0
#: Seconds between two looks at how many cores there are.
COUNT_EVERY: Final = 2.0
#: Deaths in a row, with fewer pages than these between two of them, after which shards die of their work.
MAX_DEATHS: Final = 5
FEW_PAGES: Final = 10


class Pool:
    """The shards of one crawl on the connected cluster: `number` of them, or one per core that there is."""

    def __init__(self, settings: Settings, database_url: str, number: int | None = None) -> None:
        self.settings = settings
        self.database_url = database_url
        #: Who held leases for this pool, by shard; the present one is last.
        self.workers: dict[str, list[str]] = {}
        #: What the shards have counted in the crawl under way, or the last one.
        self.looks = Looks()
        self.deaths = 0
        #: Shards at work, and those that are starting, by the answer that will tell that they are ready.
        self.actors: dict[str, Any] = {}
        self.starting: dict[Any, tuple[str, Any]] = {}
        #: Dead workers whose leases are still to be freed: the database was away.
        self.unfreed: list[str] = []
        self._number = number
        self._counted, self._cores = float("-inf"), 0
        self._streak = self._pages = 0
        self._open()

    def _open(self) -> None:
        import ray

        while not self.actors:
            self.tend()
            ray.wait(list(self.starting), timeout=None)
            rest = None if self._number else TOGETHER
            ray.wait(list(self.starting), num_returns=len(self.starting), timeout=rest)
            self.tend()
        self.actors = dict(sorted(self.actors.items()))

    def count_anew(self) -> None:
        """Another crawl begins."""
        self.looks = Looks()
        self._streak = self._pages = 0

    def tend(self) -> list[str]:
        """Look after the pool: free what is owed, take in who is ready, start who is lacking.

        Returns the shards that joined. Raises CrawlError if shards keep dying.
        """
        if self.unfreed:
            self.free()
        joined = [shard for reference in self._ready() if (shard := self._join(reference))]
        known = self.actors.keys() | {shard for shard, _ in self.starting.values()}
        for shard in (f"shard-{n}" for n in range(self._wanted())):
            if shard not in known:
                self._start(shard)
        return joined

    def lost(self, shard: str) -> None:
        """A shard died: what it held is free for others. Raises CrawlError if shards keep dying."""
        self.looks.died(shard)
        _log.warning("a shard died; the others take its sites", extra={"shard": shard})
        self._bury(shard, self.actors.pop(shard))

    def free(self) -> None:
        """Free what dead workers still hold: a lease would keep their sites for ten minutes."""
        living = {held[-1] for shard, held in self.workers.items() if shard in self.actors}
        self._take_back([worker for held in self.workers.values() for worker in held if worker not in living])

    def close(self) -> None:
        """Let the sites under way end their page and give their lease back, then stop the actors."""
        import ray
        from ray.exceptions import RayError

        actors = list(self.actors.values())
        stopping = [actor.stop.remote() for actor in actors]
        stopped, _ = ray.wait(stopping, num_returns=len(actors), timeout=GRACE) if stopping else ([], [])
        for reference in stopped:
            with suppress(RayError):
                logs.write(ray.get(reference))
        for actor in (*actors, *(actor for _, actor in self.starting.values())):
            ray.kill(actor)
        self._take_back([worker for held in self.workers.values() for worker in held])

    def _wanted(self) -> int:
        if self._number:
            return self._number
        if time.monotonic() - self._counted > COUNT_EVERY:
            self._counted, self._cores = time.monotonic(), cores()
        return self._cores

    def _start(self, shard: str) -> None:
        import ray

        held = self.workers.setdefault(shard, [])
        held.append(f"{this_worker()}:{token_hex(4)}:{shard}")
        options = ray.remote(Shard).options(num_cpus=0.9, max_concurrency=1000, name=held[-1])
        actor = options.remote(self.settings, self.database_url, held[-1])
        self.starting[actor.ready.remote()] = shard, actor

    def _ready(self) -> list[Any]:
        import ray

        return (
            ray.wait(list(self.starting), num_returns=len(self.starting), timeout=0)[0]
            if self.starting
            else []
        )

    def _join(self, reference: Any) -> str | None:
        import ray
        from ray.exceptions import RayActorError

        shard, actor = self.starting.pop(reference)
        try:
            ray.get(reference)
        except RayActorError:
            self._bury(shard, actor)
            return None
        self.actors[shard] = actor
        return shard

    def _bury(self, shard: str, actor: Any) -> None:
        import ray

        self.deaths += 1
        ray.kill(actor)  # should it be cut off rather than dead
        pages = sum(sum(reading.of("pages").values()) for reading in self.looks.readings().values())
        self._streak = self._streak + 1 if pages - self._pages < FEW_PAGES else 1
        self._pages = pages
        self._take_back(self.workers[shard])
        if self._streak > MAX_DEATHS:
            raise CrawlError("The crawl stopped: its workers keep dying. See the Ray logs for the reason.")

    def _take_back(self, workers: list[str]) -> None:
        engine = open_engine(self.database_url)
        try:
            release_dead(engine)
            with engine.begin() as connection:
                take_back(connection, [*workers, *self.unfreed])
            self.unfreed = []
        except OperationalError:
            self.unfreed = list({*self.unfreed, *workers})  # again at the next look
        finally:
            engine.dispose()
