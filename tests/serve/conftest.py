"""Applications on real sockets: one on a seeded market that tests only read, one on a market of their own."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.serve.market import seed
from tests.serve.served import fresh_engine, served


@pytest.fixture(scope="session")
def seeded_site(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application on a market of seventy adverts. Tests only read it."""
    with fresh_engine(postgres_url) as engine:
        seed(engine)
        url = engine.url.render_as_string(hide_password=False)
        with served(url, tmp_path_factory.mktemp("home")) as address:
            yield address


@pytest.fixture
def seeded(seeded_site: str) -> Iterator[httpx2.Client]:
    """A client of the seeded market."""
    with httpx2.Client(base_url=seeded_site, timeout=10) as client:
        yield client


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[httpx2.Client]:
    """A client of the market of the test's own `engine`, empty at first."""
    with served(database_url, tmp_path) as address, httpx2.Client(base_url=address, timeout=10) as client:
        yield client
