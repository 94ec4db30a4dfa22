"""A short run of the kill machine: whatever dies, nothing is lost, doubled, or asked for without need.

The whole run, with its recovery times: python -m tests.cluster.chaos --kills 50 --seed 1
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.chaos import LONGEST
from tests.cluster.chaos_judge import VICTIMS

pytestmark = [pytest.mark.ray, pytest.mark.timeout(400)]
#: More sites than one shard may hold, so that the node that joins has work, and can be killed.
AGENCIES = 24
KILLS = 4


def test_killing_shards_drivers_nodes_and_the_database_loses_and_doubles_nothing() -> None:
    line = [sys.executable, "-m", "tests.cluster.chaos", "--kills", str(KILLS), "--seed", "7"]
    root = str(Path(__file__).parents[2])
    # Nothing of the Ray that other tests of this process started: its token would be another cluster's.
    own = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    ran = subprocess.run(
        [*line, "--agencies", str(AGENCIES)],
        env=own | {"PYTHONPATH": root},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )
    assert "Traceback" not in ran.stderr, ran.stderr[-3000:]
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert figures["kills"] == KILLS
    assert set(figures["by_victim"]) == set(VICTIMS)
    assert figures["pages_lost"] == []
    assert figures["listings"] > 100
    assert figures["listings_lost"] == figures["listings_doubled"] == figures["events_doubled"] == 0
    assert figures["needless"] == []
    assert figures["refetches"] <= figures["in_flight"]
    assert figures["breaches"] == []
    # How quickly is the long run's figure, on a machine that does nothing else.
    assert figures["recovery_worst"] < LONGEST
