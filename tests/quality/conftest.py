"""Gates: quality is measured against a floor that only rises (`baseline.json`).

The labelled pages and ads belong to others and are never committed; they are looked for beside the
project (`../shared`) or where PIGNON_LABELLED says. Without them the gates that need them do not run.
"""

import json
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BASELINE: dict[str, dict[str, float]] = json.loads((HERE / "baseline.json").read_text())


@pytest.fixture(scope="session")
def labelled() -> Path:
    """The folder of labelled data, with `pages/` and `data/`."""
    folder = Path(os.environ.get("PIGNON_LABELLED", HERE.parents[2] / "shared"))
    if not (folder / "pages" / "labels.jsonl").exists():
        pytest.skip(f"no labelled data in {folder}; name the folder in PIGNON_LABELLED")
    return folder


def assert_at_least(gate: str, measured: dict[str, float]) -> None:
    """Every figure of the gate reaches its floor; one line per figure that does not."""
    floors = BASELINE[gate]
    assert floors.keys() <= measured.keys()
    below = [f"{n}: {measured[n]:.3f} is below {floor}" for n, floor in floors.items() if measured[n] < floor]
    assert not below, "; ".join(below)
