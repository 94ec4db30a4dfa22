"""A node that joins a crawl gets sites that the first one had begun: nothing is lost, nor asked for twice."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cluster.joining import FIRST, NEWCOMER
from town.fleet import running_fleet
from town.judge import ROBOTS, fetched_again, judge, never_fetched
from town.ledger import Log, Row

pytestmark = [pytest.mark.ray, pytest.mark.timeout(400)]
#: Every host has two sites, on ports of their own. All are open at the first shard when the node is added,
#: and last for half a minute at least.
HOSTS, PAGES, DELAY = 12, 26, 0.5
AFTER = 40


def test_a_node_that_joins_gets_sites_already_begun_and_no_page_is_lost_or_asked_for_twice(
    tmp_path: Path,
) -> None:
    plan = {"hosts": HOSTS, "pages": PAGES, "size": 8_000}
    with running_fleet(**plan) as one, running_fleet(**plan) as other:
        told = _crawled(tmp_path / "addresses", [*one.urls(), *other.urls()])
        logs, rules, expected = [one.log(), other.log()], one.rules(), one.expected()
    assert told["held"] == 2 * HOSTS, "not all sites were under way: nothing is tested"
    assert told["statuses"] == {"ok": 2 * HOSTS}
    first, newcomer = (told["hosts"][shard] for shard in (FIRST, NEWCOMER))
    assert first
    assert newcomer, "the newcomer found nothing to do"
    assert sorted(first + newcomer) == sorted([*expected, *expected])
    assert not set(first) & set(newcomer), "a host's sites are not together"
    assert told["read"][NEWCOMER] > len(newcomer)
    assert sum(told["read"].values()) == 2 * HOSTS * (PAGES + 1)
    assert (told["listings"], told["crawls"], told["leases"]) == (2 * HOSTS * PAGES, 2 * HOSTS, 0)
    for log in logs:
        assert never_fetched(log, expected) == []
        assert fetched_again(log).lines() == []
        robots = Counter(log.host[np.array(log.paths)[log.path] == ROBOTS].tolist())
        assert set(robots.values()) == {1}, "robots.txt was asked for again"
    together = Log.of([row for log in logs for row in _rows(log)])
    broken = {
        rule: found.lines() for rule, found in judge(together, rules, delay=DELAY).items() if len(found)
    }
    assert broken == {}


def _crawled(addresses: Path, urls: list[str]) -> dict[str, Any]:
    root = str(Path(__file__).parents[2])
    addresses.write_text("\n".join(urls), encoding="utf-8")
    line = [sys.executable, "-m", "tests.cluster.joining", str(addresses)]
    # Nothing of the Ray that other tests of this process started: its token would be another cluster's.
    own = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    ran = subprocess.run(
        [*line, "--after", str(AFTER), "--delay", str(DELAY)],
        env=own | {"PYTHONPATH": root},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


def _rows(log: Log) -> list[Row]:
    columns = (log.arrival, log.end, log.host, log.path, log.status)
    return [
        (arrival, end, log.hosts[host], log.paths[path], "127.0.0.1", status)
        for arrival, end, host, path, status in zip(*(column.tolist() for column in columns), strict=True)
    ]
