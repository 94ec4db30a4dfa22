"""Seeks inputs that break the reader, by coverage: python -m tests.fuzz [libFuzzer's options] FOLDER…"""

import sys

import atheris

with atheris.instrument_imports(include=["extract", "models.listing", "models.places"]):
    from tests.fuzz import read_page


def one(data: bytes) -> None:
    read_page.check(data)


atheris.Setup(sys.argv, one)
atheris.Fuzz()
