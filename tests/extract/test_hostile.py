"""Whatever a server sends is read in two seconds and 300 MB; what stands beside the harm is still read."""

import json
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from tests.extract.hostile import CASES

SECONDS, MEGABYTES = 2.0, 300
#: A page of nothing, and the word for it.
NOTHING = {
    "nothing": "empty", "blanks": "empty", "frameset": "empty", "many_frames": "empty",
    "only_script": "shell", "binary": "not_html", "picture": "not_html", "zipped": "not_html",
    "json_feed_nested": "empty", "a_document_of_another_kind": "not_html",
}  # fmt: skip
#: The home of 120 m² at 250 000 € stands whole in these.
READ = [
    "cut_in_a_letter", "cut_in_a_script", "thirty_megabytes_of_homes", "nested_a_hundred_thousand_times",
    "nested_and_closed", "nested_drawings", "nested_though_closed_in_themselves", "unclosed_comment",
    "nested_behind_ends_in_comments", "nested_behind_ends_in_quotes", "nested_behind_a_stray_quote",
    "nested_cells_in_a_drawing", "many_attributes_on_one_element", "same_attribute_many_times",
    "one_class_of_a_megabyte", "one_word_of_five_megabytes", "one_number_of_five_megabytes",
    "digits_and_spaces", "quotes_in_scripts", "assignments_in_scripts", "json_ld_nested", "json_ld_of_lists",
    "json_ld_of_huge_numbers", "json_in_strings", "thousands_of_json_ld_blocks", "utf_16", "utf_16_cut",
    "utf_7_declared", "charset_that_is_none", "xhtml_with_cdata", "entities_that_grow",
    "attributes_behind_a_quote_in_a_script", "attributes_parted_by_slashes",
    "attributes_of_an_element_without_end", "thousands_of_elements_with_a_thousand_attributes",
    "thousands_of_elements_with_a_hundred_attributes",
    "base_that_is_no_address", "srcset_without_end", "photos_without_end", "metas_without_end",
]  # fmt: skip
#: Their numbers are no amounts and no areas.
ABSURD = ["not_a_number_in_prices", "huge_prices", "digits_of_other_scripts"]


#: Cases that one process measures: a busy machine has minutes for a test, not for all of them at once.
TOGETHER = 16


def measured(*names: str) -> dict[str, dict[str, Any]]:
    """What a process of its own measured, by case."""
    run = [sys.executable, "-m", "tests.extract.hostile", *names]
    lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    return {row["name"]: row for row in map(json.loads, lines)}


@cache
def group(number: int) -> dict[str, dict[str, Any]]:
    return measured(*list(CASES)[number * TOGETHER : (number + 1) * TOGETHER])


def measure_of(name: str) -> dict[str, Any]:
    """What was measured of a case, with its like."""
    return group(list(CASES).index(name) // TOGETHER)[name]


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_page_is_read_within_bounds(name: str) -> None:
    row = measure_of(name)
    for _ in range(2):  # a busy machine slows a process down: the best of three counts
        if row.get("seconds", 0.0) > SECONDS:
            row = measured(name)[name]
    assert "status" not in row, "killed: past its processor time, or past its memory"
    assert row["kind"] in {"detail", "index", "other"}
    assert row["seconds"] <= SECONDS
    assert row["megabytes"] <= MEGABYTES


@pytest.mark.parametrize(("name", "reason"), NOTHING.items())
def test_a_page_of_nothing_says_why(name: str, reason: str) -> None:
    row = measure_of(name)
    assert (row["kind"], row["reason"]) == ("other", reason)


@pytest.mark.parametrize("name", READ)
def test_the_home_beside_the_harm_is_read(name: str) -> None:
    row = measure_of(name)
    assert (row["kind"], row["price"], row["surface"]) == ("detail", 250_000, 120.0)


@pytest.mark.parametrize("name", ABSURD)
def test_an_absurd_number_is_no_fact(name: str) -> None:
    row = measure_of(name)
    assert row["price"] is None and row["surface"] is None
