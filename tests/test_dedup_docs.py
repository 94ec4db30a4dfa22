"""What `docs/dedup.md` tells is what the code does: its example, its picture, its words, its files."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dedup import evidence, vetoes
from dedup.candidates import WINDOW
from dedup.canonical import record
from dedup.clusters import MAX_CLUSTER, MAX_COMPONENT
from dedup.reasons import LABELS
from tests.example_cluster import DOCUMENT, PICTURE, example, picture, with_quotes

TEXT = DOCUMENT.read_text(encoding="utf-8")
AGAIN = "run `python -m tests.example_cluster`"


def test_the_reasons_quoted_are_what_the_code_gives() -> None:
    assert TEXT.count("```reasons ") == 3
    assert with_quotes(TEXT) == TEXT, AGAIN


def test_the_picture_is_drawn_from_what_the_code_gives() -> None:
    assert picture() == PICTURE.read_text(encoding="utf-8"), AGAIN
    assert f"](images/{PICTURE.name})" in TEXT


def test_the_example_is_what_the_document_says_of_it() -> None:
    told = example()
    own = told.rows[:-1]
    assert len({row["agency"] for row in own}) == len({row["price"] for row in own}) == 4
    assert sorted(row["surface"] for row in own) == [69.0, 69.0, 69.6, 69.6]
    assert [row["floor"] for row in own].count(None) == 1
    assert len(set(told.properties[:-1])) == 1
    assert told.properties[-1] != told.properties[0]
    assert all(bool(pair.probability) is (pair.b < len(own)) for pair in told.pairs)


def test_the_canonical_record_of_the_example_is_the_one_that_is_told() -> None:
    seen = {"first_seen": datetime(2026, 1, 1, tzinfo=UTC), "last_seen": datetime(2026, 1, 2, tzinfo=UTC)}
    rest = {**seen, "is_active": True, "data_quality_score": 0.5}
    rows = [{**row, **rest, "id": at, "agency_id": at} for at, row in enumerate(example().rows[:-1])]
    told = record(1, rows)
    assert (told.lowest_price, told.highest_price) == (243_000, 248_600)
    for name, value in (("surface", 69.6), ("floor", 3)):
        assert (told.facts[name].value, told.facts[name].otherwise) == (value, {})


def test_every_veto_is_explained_by_the_label_that_people_see_and_no_label_is_made_up() -> None:
    quoted = re.findall("“([^”]+)”", TEXT)
    assert quoted == [LABELS[name][0] for name in vetoes.NAMES]
    assert LABELS.keys() == {*vetoes.NAMES, *evidence.NAMES}


def test_every_file_of_the_room_is_named_and_no_other() -> None:
    table = "".join(line.split("|")[1] for line in TEXT.splitlines() if line.startswith("| `"))
    named = set(re.findall(r"`(\w+\.(?:py|json))`", table))
    room = Path(evidence.__file__).parent
    assert named == {path.name for path in room.glob("*.*") if path.suffix in (".py", ".json")} - {
        "__init__.py"
    }


@pytest.mark.parametrize(
    "said",
    [
        f"over {len(evidence.NAMES)} pieces of evidence",
        f"more than {100 * vetoes.SURFACE_SHARE:.0f} % and {vetoes.SURFACE_LEAST:.0f} m² apart",
        f"more than {100 * vetoes.PRICE_SHARE:.0f} %, the nearest",
        f"more than {100 * vetoes.LAND_SHARE:.0f} % apart",
        f"A group has at most {MAX_CLUSTER} adverts, and a component past {MAX_COMPONENT}",
        {12: "its twelve next ones"}[WINDOW],
    ],
)
def test_a_bound_that_is_told_is_the_one_that_holds(said: str) -> None:
    assert said in TEXT
