"""Our recognition beside its peers', Splink and dedupe, on the same rows: speed, and pairs right and missed.

Each runs in a process of its own, on one core; what it learns first is told apart as `training`. Splink
learns from the rows without labels, dedupe from the labelled pairs of another town; ours was set before.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.france import Row, market, read, town
from tests.benchmarks.harness import ROOT, Figure, Track
from tests.benchmarks.linkers.judging import Judge, by_dwelling, by_labels

#: Seconds that a linker may take, training included; then it is stopped, and its figure is 0.
LIMIT = 1_200
#: Seed of the town that is judged.
SEED = 0
#: By name: its module, and a threshold when it is not the module's own. Splink's is a match weight, in bits:
#: the one that does best in other towns, and that of a probability of 0.99, as its examples often take.
LINKERS: dict[str, tuple[str, ...]] = {
    "Pignon": ("ours",),
    "Splink": ("with_splink",),
    "Splink at 0.99": ("with_splink", "6.63"),
    "dedupe": ("with_dedupe",),
}
Judged = tuple[list[Row], Judge]

pytestmark = pytest.mark.timeout(LIMIT + 600)


@dataclass(frozen=True, slots=True)
class Case:
    """Rows in a file, and how an answer for them is judged."""

    name: str
    path: Path
    size: int
    judge: Judge


def real_ad(row: Row) -> Row:
    """A real ad in the names of a Listing."""
    kind = row["property_type"]
    return {
        **row,
        "agency": row["dealer"],
        "photos": row["photo_names"],
        "property_type": "commercial" if kind == "premises" else kind,
        "dpe_value": row["energy_consumption"],
        "charges": row["rental_expenses"],
    }


def _town() -> Judged:
    rows = list(town(SEED))
    return rows, by_dwelling(rows)


def _real_ads() -> Judged:
    folder = Path(os.environ.get("PIGNON_LABELLED") or ROOT.parent / "shared") / "data" / "ads"
    if not folder.exists():
        pytest.skip("no real ads here; name their folder in PIGNON_LABELLED")
    return [real_ad(row) for row in read(folder / "ads.jsonl")], by_labels(list(read(folder / "pairs.jsonl")))


def _market(size: int) -> Judged:
    rows = list(islice(market(), size))
    return rows, by_dwelling(rows)


CASES: dict[str, Callable[[], Judged]] = {
    "the town": _town,
    "real ads": _real_ads,
    "market of 10,000": partial(_market, 10_000),
    "market of 100,000": partial(_market, 100_000),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    rows, judge = CASES[request.param]()
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return Case(request.param, path, len(rows), judge)


@pytest.mark.parametrize("name", LINKERS)
def test_linkers_tell_the_same_rows_dwellings(track: Track, case: Case, name: str, tmp_path: Path) -> None:
    module, *threshold = LINKERS[name]
    if module.startswith("with_"):
        pytest.importorskip(module.removeprefix("with_"), reason="peers are installed by `make bench`")
    answer = tmp_path / "answer.json"
    command = [sys.executable, "-m", "tests.benchmarks.linkers", module, case.path, answer, *threshold]
    told = _run([str(word) for word in command])
    took = (told["seconds"],), (told["cpu_seconds"],)
    units = case.size if answer.exists() else 0
    track.figures.append(Figure(f"{name}, {case.name}", "adverts", units, *took, told["rss_mb"]))
    if units:
        track.note(training=told["training"], **case.judge(json.loads(answer.read_text())))


def _run(command: list[str]) -> dict[str, Any]:
    """What the linker told; the limit where it was stopped."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return {"seconds": LIMIT, "cpu_seconds": LIMIT, "rss_mb": None}
    assert done.returncode == 0, done.stderr[-2_000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
