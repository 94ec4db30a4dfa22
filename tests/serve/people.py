"""Users for tests, as registering and signing in leave them, without their mails and hashes.

claire = sign_up(engine, tmp_path)                       # tmp_path: the home of the `client` fixture
client.get("/api/user", headers=claire.headers)
client.get("/api/user", headers={"X-API-Key": add_key(engine, claire, "read")})
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert

from models.settings import Settings
from models.tables import ApiKey, User, UserSession, utc_now
from serve.accounts.secrets import hashed, new_secret
from serve.accounts.signed_in import KEY_PREFIX
from serve.accounts.tokens import AccessTokens

_numbers = count(1)


@dataclass(frozen=True)
class Person:
    """A user with a login: what they show, and who they are."""

    id: int
    email: str
    session: UUID
    headers: dict[str, str]


def sign_up(engine: Engine, home: Path, email: str | None = None, **values: Any) -> Person:
    """A confirmed user who is signed in."""
    email = email or f"personne-{next(_numbers)}@exemple.fr"
    row = {"email": email, "password_hash": "none", "language": "fr", "confirmed_at": utc_now(), **values}
    with engine.begin() as connection:
        user = int(connection.execute(insert(User).values(**row).returning(User.id)).scalar_one())
    session, headers = sign_in(engine, home, user)
    return Person(user, email, session, headers)


def sign_in(engine: Engine, home: Path, user: int) -> tuple[UUID, dict[str, str]]:
    """One more login of a user, and the headers that show it."""
    session, ends = uuid4(), utc_now() + timedelta(days=1)
    row = {"id": session, "user_id": user, "family": uuid4().bytes, "current": b"", "expires_at": ends}
    with engine.begin() as connection:
        connection.execute(insert(UserSession).values(**row))
    token = AccessTokens(Settings(_env_file=None, pignon_home=home)).issue(user, session)  # type: ignore[call-arg]
    return session, {"Authorization": f"Bearer {token}"}


def add_key(engine: Engine, person: Person | int, *scopes: str, expires_at: datetime | None = None) -> str:
    """An API key of a person, or of the user of that id, with these scopes."""
    key = KEY_PREFIX + new_secret()
    user = person if isinstance(person, int) else person.id
    row = {"user_id": user, "name": "test", "prefix": key[:12], "hash": hashed(key)}
    with engine.begin() as connection:
        connection.execute(insert(ApiKey).values(**row, scopes=list(scopes), expires_at=expires_at))
    return key
