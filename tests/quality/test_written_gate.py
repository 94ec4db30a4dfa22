"""The reader on pages written for judging it: on those kept aside, and on those that it was made with."""

from pathlib import Path

import pytest

from extract.evaluate import evaluate
from extract.scores import Report
from models.places import BUILT, Places
from tests.quality.conftest import assert_at_least

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not BUILT.exists(), reason="the list of communes is not built: run `make assets`"),
]
PAGES = Path(__file__).parents[1] / "pages"


def _read(name: str) -> Report:
    report = evaluate(PAGES / name, Places.read(BUILT))
    print(f"\n{name}\n{report.table()}")
    return report


@pytest.mark.parametrize("name", ["kept", "agencies", "more", "abroad", "offices", "networks"])
def test_what_is_told_is_right_and_what_is_shown_is_told(name: str) -> None:
    report = _read(name)
    fields = {field: score.f1 for field, score in report.fields.items()}
    others = {"kind": report.kind_accuracy, "links": report.links.f1, "mean": report.mean_f1}
    assert report.invented == []
    assert_at_least(f"written_{name}", fields | others | {"core": report.core_f1})
