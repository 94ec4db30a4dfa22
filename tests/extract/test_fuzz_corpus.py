"""Inputs that the fuzzer found worth keeping, and that once broke the reader, keep its promises."""

from pathlib import Path

import pytest

from tests.fuzz.read_page import check

CORPUS = sorted((Path(__file__).parent.parent / "fuzz" / "corpus").iterdir())


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_a_kept_input_is_read_within_the_promises(case: Path) -> None:
    assert check(case.read_bytes()).kind


@pytest.mark.parametrize("name", ["half-pair-in-json-ld", "half-pair-in-a-feed", "nul-in-json-ld"])
def test_what_no_database_takes_is_left_out_and_the_rest_told(name: str) -> None:
    reading = check((CORPUS[0].parent / name).read_bytes())
    assert reading.links == ("/b/ab",) or (reading.listing and reading.listing.address == "12 rue ab")
