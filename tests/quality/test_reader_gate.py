"""The reader on labelled pages that nobody here wrote: figures that only rise, and no page that breaks it.

Each page is read with a classifier that has learned without its site and the site's relatives.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cluster.lessons import reader_without_site
from extract.evaluate import evaluate
from extract.scores import Report
from models.places import Places
from models.settings import load_settings
from tests.quality.conftest import assert_at_least

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).parents[2]
#: What must be right where it is told, and told where it is shown, apart from their F1.
SURE, FOUND = ("price", "transaction", "postal_code"), ("dpe", "reference", "photos")


@pytest.fixture(scope="module")
def report(labelled: Path) -> Report:
    """Every labelled page read once and compared."""
    places = Places.load(load_settings().home)
    report = evaluate(labelled / "pages", places, reader_without_site(labelled / "pages", places))
    print(f"\n{report.table()}")
    return report


def _figures(report: Report) -> dict[str, float]:
    fields = {name: score.f1 for name, score in report.fields.items()}
    others = {"kind": report.kind_accuracy, "links": report.links.f1, "mean": report.mean_f1}
    sure = {f"{name}_precision": report.fields[name].precision for name in SURE}
    found = {f"{name}_recall": report.fields[name].recall for name in FOUND}
    return fields | others | sure | found | {"core": report.core_f1}


@pytest.mark.parametrize("part", ["real", "template"])
def test_fields_kinds_and_links_reach_their_floor(report: Report, part: str) -> None:
    assert_at_least(f"reader_{part}_pages", _figures(report.parts[part]))


def test_no_listing_is_read_where_there_is_none(report: Report) -> None:
    assert any(kind == "other" for kind, _ in report.kinds)
    assert report.invented == []


def test_the_command_reads_every_page_without_an_exception(labelled: Path) -> None:
    command = [sys.executable, "-m", "cluster.cli", "extract", str(labelled / "pages"), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    pages = sorted(str(path) for path in (labelled / "pages").rglob("*.html"))
    assert [row["file"] for row in rows] == pages
    assert {row["kind"] for row in rows} == {"detail", "index", "other"}
    assert all((row["listing"] is not None) == (row["kind"] == "detail") for row in rows)
