"""The crawl's engine on a fleet of fictitious hosts, each crawler in a process of its own, beside its peers.

Pages are counted in the server's log, which also judges manners; processor time is the crawler's own, the
database's is noted apart. Peers: Scrapy with its queue on disk, Crawlee with its own storage.
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.harness import Figure, Track
from town.fleet import FleetProcess, running_fleet
from town.judge import fetched_again, judge, never_fetched
from town.server import Town

CRAWLERS = Path(__file__).parent / "crawlers"
#: Hosts and pages of each in the comparison with peers; 60 KB a page, about 100 links.
HOSTS, PAGES = 1_000, 12
#: Of the peer's throttled run, which takes many times as long.
THROTTLED = 500
#: Hosts with delays of their own, seconds; how long they are crawled, and the end of it that is judged.
MANY, SOONEST, LATEST = 10_000, 100.0, 300.0
LASTS, JUDGED = 540.0, 180.0
#: Pages until a node joins, and seconds that are left out of the paces before and after.
JOINED_AFTER, SETTLED = 1_000, 5.0


def run(track: Track, name: str, running: FleetProcess, *command: str) -> dict[str, Any]:
    """Run a crawler over the fleet's hosts; its own figures, with its pages by the server's log."""
    with tempfile.TemporaryDirectory() as folder:
        addresses = Path(folder) / "addresses"
        addresses.write_text("\n".join(running.urls()), encoding="utf-8")
        meant = {"ADDRESSES": str(addresses), "KEPT": f"{folder}/kept"}
        words = [meant.get(word, word) for word in command]
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    log = running.log()
    is_page = np.array([path != "/robots.txt" for path in log.paths])
    pages = int(((log.status == 200) & is_page[log.path]).sum())
    took = (told["seconds"],), (told["cpu_seconds"],)
    track.figures.append(Figure(name, "pages", pages, *took, told.get("rss_mb")))
    return {**told, "log": log, "pages": pages}


def ours(*options: str) -> tuple[str, ...]:
    """The command of our engine."""
    return ("-m", "tests.benchmarks.crawlers.ours", "ADDRESSES", *options)


def peer(name: str, *options: str) -> tuple[str, ...]:
    """The command of a peer."""
    pytest.importorskip(name)
    return (str(CRAWLERS / f"with_{name}.py"), "ADDRESSES", "KEPT", *options)


@pytest.mark.timeout(1800)
def test_a_fleet_is_crawled_beside_scrapy_and_crawlee(track: Track) -> None:
    with running_fleet(hosts=HOSTS, pages=PAGES) as running:
        told = run(track, "Pignon, links alone", running, *ours())
        track.note(database=told["database_cpu_seconds"] / told["cpu_seconds"])
        breaches = judge(told["log"], running.rules(), delay=0.0)
        assert not any(map(len, breaches.values())), breaches
        assert not never_fetched(told["log"], running.expected())
    rate = track.figures[-1].per_core_second
    for name, hosts, options in (
        ("scrapy", HOSTS, ()),
        ("crawlee", HOSTS, ()),
        ("crawlee", THROTTLED, ("--throttled",)),
    ):
        with running_fleet(hosts=hosts, pages=PAGES, literal=True) as running:
            told = run(track, " ".join((name, *options)), running, *peer(name, *options))
            track.note(times=rate / track.figures[-1].per_core_second)
            missed = never_fetched(told["log"], running.expected())
            track.note(missed=len(missed))
    assert rate > track.figures[1].per_core_second


def test_the_town_is_crawled_read_and_stored(track: Track, tmp_path: Path) -> None:
    """Every page new: the most that a listing costs. Pages of 9 KB, agencies of 16 kinds."""
    addresses = tmp_path / "addresses"
    with town_apart() as town:
        addresses.write_text("\n".join(town.urls()), encoding="utf-8")
        command = (sys.executable, "-m", "tests.benchmarks.crawlers.ours", str(addresses), "--read")
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    took = (told["seconds"],), (told["cpu_seconds"],)
    track.figures.append(Figure("Pignon, the town read and stored", "pages", told["pages"], *took, None))
    track.note(
        database=told["database_cpu_seconds"] / told["cpu_seconds"],
        reading=told["read_seconds"] / told["cpu_seconds"],
        found=told["found"],
    )
    assert told["found"] > 500


@contextmanager
def town_apart() -> Iterator[Town]:
    """The town's addresses, served by a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "cluster.cli", "town", "--port", str(port))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            said = (serving.stdout.readline() if serving.stdout else "") or "nothing"
            assert str(port) in said, said
            yield Town(port=port)
        finally:
            serving.terminate()


def test_a_second_crawl_asks_for_what_changed(track: Track, tmp_path: Path) -> None:
    kept = ("--read", "--home", str(tmp_path))
    with running_fleet(hosts=20, pages=60, changed=0.05) as running:
        first = run(track, "Pignon, first crawl", running, *ours(*kept))
        running.set_day(1)
        running.reset()
        again = run(track, "Pignon, a day later", running, *ours(*kept, "--hours", "24"))
        sites, adverts = range(running.plan.hosts), range(1, running.plan.pages + 1)
        fell = sum(
            running.plan.price(n, page, 1) < running.plan.price(n, page, 0) for n in sites for page in adverts
        )
        track.note(
            requests=len(again["log"]) / len(first["log"]),
            bytes=again["bytes"] / first["bytes"],
            seen=again["changed"] / fell,
        )
        assert again["changed"] >= fell > 0


def test_two_shards_beside_one(track: Track) -> None:
    """Requests per second of the log's middle, reading and storing: shards have started, none has ended."""
    paces = []
    for shards in (1, 2):
        with running_fleet(hosts=40, pages=60) as running:
            command = ("-m", "tests.benchmarks.crawlers.sharded", "ADDRESSES", str(shards))
            log = run(track, f"Pignon, {shards} shards, read and stored", running, *command)["log"]
            arrival = np.sort(np.asarray(log.arrival))
            middle = arrival[len(arrival) // 10 : -len(arrival) // 10]
            paces.append(len(middle) / (middle[-1] - middle[0]))
            track.note(pace=paces[-1])
    track.note(times=paces[1] / paces[0])
    assert paces[1] > paces[0]


def test_a_node_that_joins_a_running_crawl(track: Track) -> None:
    """Requests per second before a node is added and once its shard is at work: delays are nil, all sites are
    open at the first shard, which is what limits.
    """
    with running_fleet(hosts=40, pages=100) as running:
        command = ("-m", "tests.cluster.joining", "ADDRESSES", "--after", str(JOINED_AFTER))
        told = run(track, "Pignon, a node joins, read and stored", running, *command)
        again = len(fetched_again(told["log"]))
        missed = never_fetched(told["log"], running.expected())
        breaches = judge(told["log"], running.rules(), delay=0.0)
    arrival = np.sort(np.asarray(told["log"].arrival))
    first = arrival[(arrival > arrival[0] + SETTLED) & (arrival < told["added"])]
    both = arrival[(arrival > told["worked"] + SETTLED) & (arrival < arrival[-len(arrival) // 10])]
    before, after = (len(part) / (part[-1] - part[0]) for part in (first, both))
    track.note(
        before=before, after=after, times=after / before,
        ready=told["ready"] - told["added"], at_work=told["worked"] - told["added"],
        moved=len(told["hosts"]["shard-1"]), load=told["load"],
    )  # fmt: skip
    assert not missed
    assert not again
    assert not any(map(len, breaches.values())), breaches
    assert told["read"]["shard-1"] > 0


@pytest.mark.timeout(1800)
def test_ten_thousand_hosts_are_each_asked_as_often_as_they_may(track: Track) -> None:
    delays = [SOONEST + (LATEST - SOONEST) * (number * 7_919 % 1_000) / 1_000 for number in range(MANY)]
    with running_fleet(
        hosts=MANY, pages=40, size=20_000, delay_of=lambda number: delays[number], robots_absent=0.0
    ) as running:
        told = run(
            track, "Pignon, 10,000 hosts with delays", running,
            *ours("--open", str(MANY), "--seconds", str(LASTS)),
        )  # fmt: skip
        arrival = np.asarray(told["log"].arrival)
        last = arrival > arrival.max() - JUDGED
        ceiling = sum(JUDGED / delay for delay in delays)
        track.note(
            use=float(last.sum()) / ceiling,
            kb_per_host=told["kb_per_open_host"],
            kb_of_state=told["kb_of_state"],
        )
        breaches = judge(told["log"], running.rules(), delay=0.0)
        assert not any(map(len, breaches.values())), breaches
