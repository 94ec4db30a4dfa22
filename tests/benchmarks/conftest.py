"""Benches run only when they are named (`make bench`): `make test` must not wait for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.harness import Track

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the benches out unless an argument lies in this folder."""
    asked = (Path(config.invocation_params.dir, str(argument).split("::")[0]) for argument in config.args)
    if HERE in collection_path.parents and not any(_inside(path.resolve()) for path in asked):
        return True
    return None


def _inside(path: Path) -> bool:
    return path == HERE or HERE in path.parents


@pytest.fixture(scope="module")
def track(request: pytest.FixtureRequest) -> Iterator[Track]:
    """The figures of one file of benches: printed and written down at its end."""
    track = Track(str(request.module.__name__).rpartition(".test_")[2])
    yield track
    track.finish()
