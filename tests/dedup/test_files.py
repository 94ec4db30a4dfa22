"""Anyone's file: one line out per listing in, broken rows left out and named, the rest goes on."""

import json
from pathlib import Path

import pytest

from dedup.bulk import recognise_rows
from dedup.files import Reading, pairs_of, write_lines, write_properties
from models.errors import InputError

ROW = {"id": "1", "price": "245 000", "surface": "65,4", "rooms": "3", "postal_code": "69003"}


def test_numbers_may_be_strings_and_broken_rows_are_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    lines = [json.dumps(ROW), "{broken", "[]", '{"price": 1}', json.dumps(ROW), "", json.dumps({"id": 2})]
    path.write_text("\n".join(lines))
    reading = Reading(path)
    (part,) = recognise_rows(reading.rows(), keep_pairs=True)
    assert list(reading.ids) == ["1", "2"]
    assert [p.split(":")[0] for p in reading.problems] == ["line 2", "line 3", "line 4", "line 5"]
    assert part.result is not None
    row = part.result.signatures.rows[0]
    assert (row["price"], row["surface"], row["rooms"]) == (245_000, 65.4, 3)


def test_every_listing_has_a_line_in_the_order_given(tmp_path: Path) -> None:
    path, out, pairs = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / "pairs.jsonl"
    rows = [{**ROW, "id": name, "agency": name} for name in ("z", "a", "m")]
    path.write_text("\n".join(map(json.dumps, rows)))
    reading = Reading(path)
    (part,) = recognise_rows(reading.rows(), keep_pairs=True)
    assert part.result is not None
    write_properties(out, reading.ids, part.properties)
    write_lines(pairs, pairs_of(part.result))
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["z", "a", "m"]
    assert {*json.loads(pairs.read_text().splitlines()[0])} == {"a", "b", "probability", "reasons"}


def test_a_file_without_listings_or_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    for name in ("empty", "missing"):
        with pytest.raises(InputError):
            list(Reading(tmp_path / name).rows())
