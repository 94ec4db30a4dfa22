"""An application that sends real mails to a real SMTP server, and what a user does with it."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine, func, select

from models.tables import User
from serve.mail import sender
from tests.serve.mail.postbox import Postbox, postbox, text_of
from tests.serve.served import asking, served

PASSWORD = "trois pigeons sur un toit"


@dataclass(frozen=True)
class World:
    """A client, and the postbox that its mails come to. read: the numbers of those that were looked at."""

    client: httpx2.Client
    box: Postbox
    read: set[int] = field(default_factory=set)

    def post(self, path: str, headers: dict[str, str] | None = None, **body: object) -> httpx2.Response:
        """Ask with a JSON body."""
        return self.client.post(path, json=body, headers=headers)

    def mail(self, number: int = 1) -> str:
        """The text of the mail of this number, when it has come."""
        end = time.monotonic() + 10
        while len(self.box.mails) < number:
            assert time.monotonic() < end, "no mail came"
            time.sleep(0.02)
        self.read.add(number)
        return text_of(self.box.mails[number - 1])

    def link(self, number: int = 1) -> str:
        """The secret in the link of a mail."""
        found = re.search(r"link=([\w-]+)", self.mail(number))
        assert found is not None
        return found[1]

    def join(self, email: str = "claire@exemple.fr", password: str = PASSWORD) -> dict[str, str]:
        """Register, confirm by mail, sign in: the tokens."""
        seen = len(self.box.mails)
        assert self.post("/api/auth/register", email=email, password=password).status_code == 202
        assert self.post("/api/auth/confirm", link=self.link(seen + 1)).status_code == 200
        return self.log_in(email, password)

    def log_in(self, email: str = "claire@exemple.fr", password: str = PASSWORD) -> dict[str, str]:
        """Sign in: the tokens."""
        answer = self.post("/api/auth/login", email=email, password=password)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        return tokens


@pytest.fixture
def world(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An application with mail, on a database of the test's own."""
    monkeypatch.setattr(sender, "EVERY", 0.05)
    with postbox() as box:
        mail = {"smtp_server": "127.0.0.1", "smtp_port": box.port, "public_url": "https://pignon.example"}
        with (
            served(database_url, tmp_path, **mail) as address,
            asking(address, 20) as client,
        ):
            yield World(client, box)


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    """The header that shows a login."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def status_of(world: World, tokens: dict[str, str]) -> int:
    """What a login is answered."""
    return world.client.get("/api/user", headers=bearer(tokens)).status_code


def only_user(engine: Engine) -> int:
    """The id of the user, where there is but one."""
    with engine.connect() as connection:
        return connection.scalar(select(User.id)) or 0


def count(engine: Engine, table: type) -> int:
    """The rows of a table."""
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0
