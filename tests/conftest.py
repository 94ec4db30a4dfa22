"""What every test may ask for: one embedded PostgreSQL per worker, a fresh migrated database per test."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from cluster.runtime import ray_cluster
from models.database import driver_url, open_engine, upgrade
from models.postgres import embedded

#: Bytes that a worker's databases may take, with what Ray keeps in the same place.
ROOM = 8 << 30

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real server of this test process; its `template_pignon` database is migrated to head."""
    folder = tempfile.TemporaryDirectory(prefix="pignon-test-", dir=_in_memory())
    with folder as home, embedded(Path(home)) as url:
        _create_database(url, "template_pignon")
        upgrade(_named(url, "template_pignon"))
        yield url


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """The URL of an empty, migrated database of this test's own."""
    name = f"test_{next(_numbers)}"
    _create_database(postgres_url, name, template="template_pignon")
    yield _named(postgres_url, name)
    _administer(postgres_url, f"drop database {name} with (force)")


@pytest.fixture(scope="module")
def module_database_url(postgres_url: str) -> Iterator[str]:
    """As `database_url`, shared by the tests of one module."""
    name = f"module_{next(_numbers)}"
    _create_database(postgres_url, name, template="template_pignon")
    yield _named(postgres_url, name)
    _administer(postgres_url, f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def ray_runtime() -> Iterator[None]:
    """A local Ray of two cores; the tests that ask for it are marked `ray` and share one process."""
    with ray_cluster(cpus=2):
        yield


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A synchronous engine on the test's own database."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def _in_memory() -> Path | None:
    """A folder in memory, where one has room. On a disk each of a thousand databases takes five times as long
    to make: ext4 passes by every file that was removed in the last five seconds.
    """
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


def _named(url: str, name: str) -> str:
    return driver_url(url).set(database=name).render_as_string(hide_password=False)


def _create_database(url: str, name: str, template: str = "template1") -> None:
    _administer(url, f"create database {name} template {template}")


def _administer(url: str, statement: str) -> None:
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
