"""What the command line's tests share: a place to run commands in, and saved pages to read."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.command import Pignon


@pytest.fixture
def pignon() -> Iterator[Pignon]:
    """Commands with a home of their own; its path is short, as a Unix socket lies in it."""
    with tempfile.TemporaryDirectory(prefix="pgn-cli-") as folder:
        yield Pignon(Path(folder) / "home", {})


@pytest.fixture
def in_town(pignon: Pignon, database_url: str) -> Pignon:
    """Commands that may visit loopback, quickly, on this test's own database."""
    return Pignon(
        pignon.home,
        {
            "DATABASE_URL": database_url,
            "PIGNON_TOWN": "1",
            "MIN_DELAY_BETWEEN_REQUESTS": "0.02",
            "MIN_GLOBAL_DELAY": "0",
        },
    )
