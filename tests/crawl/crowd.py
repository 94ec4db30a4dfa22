"""A crowd: processes that crawl one fleet together, each killed now and then; the fleet's log is the judge.

    python -m tests.crawl.crowd --requests 1000000

Hosts have delays of their own and share IP addresses, which have a budget, as has the egress that all
processes share. Prints its figures as one JSON object; ends with 0 when no manners were broken.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from crawl.agencies import register
from models.database import open_engine, upgrade
from models.postgres import embedded
from town.fleet import FleetProcess, running_fleet
from town.judge import fetched_again, judge, never_fetched

#: Requests between two kills at least: on a busy machine a worker takes longer to start than to be killed.
FEW = 10


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a crowd is made of. every: seconds between two kills on the average; requests: after how many it
    is stopped, 0 for a crawl to the end. Pauses are seconds; hosts ask for `soonest` to `latest`.
    """

    hosts: int = 1_500
    pages: int = 740
    workers: int = 2
    requests: int = 0
    every: float = 150.0
    soonest: float = 1.0
    latest: float = 4.0
    addresses: int = 150
    address_pause: float = 0.1
    egress_pause: float = 0.001
    seed: int = 1

    def delay(self, number: int) -> float:
        """What the host's robots.txt asks for."""
        return self.soonest + (self.latest - self.soonest) * (number * 7_919 % 1_000) / 1_000

    def settings(self, home: Path) -> dict[str, Any]:
        """A worker's."""
        return {
            "pignon_home": str(home), "pignon_town": True, "min_delay_between_requests": self.soonest,
            "min_delay_per_address": self.address_pause, "min_global_delay": self.egress_pause,
            "max_open_sites": self.hosts, "max_concurrent_requests": 8,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """breaches: by rule, the first of each; again: pages fetched once more than once; lost: never."""

    requests: int
    seconds: float
    kills: int
    ended: bool
    breaches: dict[str, list[str]]
    broken: int
    again: int
    lost: int


def run(crowd: Crowd) -> Figures:
    """The whole of it, in a folder that goes with it."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgn-crowd-")))
        url = stack.enter_context(embedded(home))
        upgrade(url)
        fleet = stack.enter_context(
            running_fleet(
                hosts=crowd.hosts, pages=crowd.pages, size=3_000, addresses=crowd.addresses,
                delay_of=crowd.delay, seed=crowd.seed,
            )
        )  # fmt: skip
        engine = open_engine(url)
        register(engine, fleet.urls(), town=True)
        engine.dispose()
        began = time.monotonic()
        kills, ended = _kill_now_and_then(crowd, url, home, fleet)
        return _judged(crowd, fleet, time.monotonic() - began, kills, ended=ended)


def _kill_now_and_then(crowd: Crowd, url: str, home: Path, fleet: FleetProcess) -> tuple[int, bool]:
    """Until the crawl has ended, or made as many requests as were asked for; kills, and whether it ended."""
    chance, kills = Random(crowd.seed), 0
    names = [f"worker-{number}" for number in range(crowd.workers)]
    with _workers(crowd, url, home, names) as at_work:
        while not crowd.requests or fleet.requests() < crowd.requests:
            end, least = time.monotonic() + chance.uniform(0.5, 1.5) * crowd.every, fleet.requests() + FEW
            while time.monotonic() < end or fleet.requests() < least:
                if all(process.poll() is not None for process in at_work.values()):
                    codes = [process.returncode for process in at_work.values()]
                    assert not any(codes), "a worker failed"
                    return kills, True
                time.sleep(0.2)
            name = chance.choice(names)
            if at_work[name].poll() is None:
                at_work[name].kill()
                at_work[name].wait()
                at_work[name] = _start(crowd, url, home, name, names)
                kills += 1
                print(f"kill {kills}: {fleet.requests()} requests", file=sys.stderr, flush=True)
    return kills, False


@contextmanager
def _workers(
    crowd: Crowd, url: str, home: Path, names: list[str]
) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    """The crowd at work; whoever is left is killed."""
    at_work = {name: _start(crowd, url, home, name, names) for name in names}
    try:
        yield at_work
    finally:
        for process in at_work.values():
            process.kill()
            process.wait()


def _start(crowd: Crowd, url: str, home: Path, name: str, names: list[str]) -> "subprocess.Popen[bytes]":
    told = json.dumps(crowd.settings(home))
    command = (sys.executable, "-m", "tests.crawl.crowd_worker", url, name, ",".join(names), told)
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _judged(crowd: Crowd, fleet: FleetProcess, seconds: float, kills: int, *, ended: bool) -> Figures:
    log = fleet.log()
    told = judge(
        log, fleet.rules(), delay=crowd.soonest,
        address_spacing=crowd.address_pause, egress_spacing=crowd.egress_pause,
    )  # fmt: skip
    return Figures(
        requests=len(log),
        seconds=round(seconds, 1),
        kills=kills,
        ended=ended,
        breaches={rule: found.lines(3) for rule, found in told.items() if len(found)},
        broken=sum(map(len, told.values())),
        again=len(fetched_again(log)),
        lost=len(never_fetched(log, fleet.expected())) if ended else 0,
    )


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in asdict(Crowd(requests=100_000)).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    figures = run(Crowd(**vars(parser.parse_args())))
    print(json.dumps(asdict(figures)))
    return 1 if figures.broken or figures.lost else 0


if __name__ == "__main__":
    sys.exit(main())
