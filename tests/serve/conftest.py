"""Applications on real sockets: one on a seeded market that tests only read, one on a market of their own."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from serve.accounts import entry, passwords
from tests.serve.market import seed
from tests.serve.served import asking, fresh_engine, served


@pytest.fixture(scope="session")
def seeded_site(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application on a market of seventy adverts. Tests only read it."""
    with fresh_engine(postgres_url) as engine:
        seed(engine)
        url = engine.url.render_as_string(hide_password=False)
        with served(url, tmp_path_factory.mktemp("home")) as address:
            yield address


@pytest.fixture(autouse=True)
def passwords_cost_little(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as cheap as it goes, and no waiting until all answers took equally long: two thirds of the
    accounts' tests. Those of time, and of how passwords are kept, are marked `real_passwords`.
    """
    if "real_passwords" not in request.keywords:
        monkeypatch.setattr(entry, "EVENLY", 0)
        cheap = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(passwords, "Argon2Hasher", lambda: cheap)


@pytest.fixture
def seeded(seeded_site: str) -> Iterator[httpx2.Client]:
    """A client of the seeded market."""
    with asking(seeded_site) as client:
        yield client


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[httpx2.Client]:
    """A client of the market of the test's own `engine`, empty at first."""
    with served(database_url, tmp_path) as address, asking(address) as client:
        yield client
