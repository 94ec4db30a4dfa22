"""Two people who are signed in, each with a client of their own on the test's market."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine

from tests.serve.people import Person, sign_up


class Visitor(httpx2.Client):
    """A client that shows who asks."""

    person: Person


@pytest.fixture
def claire(client: httpx2.Client, engine: Engine, tmp_path: Path) -> Iterator[Visitor]:
    """A user, signed in."""
    with _visit(client, sign_up(engine, tmp_path, "claire@exemple.fr")) as visitor:
        yield visitor


@pytest.fixture
def hugo(client: httpx2.Client, engine: Engine, tmp_path: Path) -> Iterator[Visitor]:
    """Another one, who reads English and has a phone."""
    with _visit(client, sign_up(engine, tmp_path, language="en", phone="+33612345678")) as visitor:
        yield visitor


@contextmanager
def _visit(client: httpx2.Client, person: Person) -> Iterator[Visitor]:
    with Visitor(base_url=client.base_url, timeout=10, headers=person.headers, verify=False) as visitor:
        visitor.person = person
        yield visitor
