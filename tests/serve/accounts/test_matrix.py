"""Every user route refuses who may not: the routes are the OpenAPI document's own, so new ones are here."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest
from sqlalchemy import Engine, delete, text

from models.settings import Settings
from models.tables import User, utc_now
from serve.accounts.secrets import signing_key
from serve.accounts.tokens import AUDIENCE, ISSUER, AccessTokens
from serve.api import create_app
from tests.serve.people import Person, add_key, sign_up
from tests.serve.served import asking, fresh_engine, served

#: Building the application opens no database.
DOCUMENT = create_app(
    Settings(_env_file=None, secret_key="0" * 32),  # type: ignore[call-arg]
    "postgresql://nowhere/none",
).openapi()
#: Shown by its own secret, which stands in its address: the calendar that a telephone reads.
BY_ADDRESS = {("get", "/api/user/favorites.ics")}
USER_ROUTES = sorted(
    (method, path)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if path.startswith("/api/user") and (method, path) not in BY_ADDRESS
)
LOGIN_ROUTES = [
    ("post", "/api/auth/logout"),
    ("post", "/api/auth/logout-all"),
    ("post", "/api/auth/password/change"),
]
ROUTES = USER_ROUTES + LOGIN_ROUTES


class Door:
    """The application, its database and its home; and a person of the test's own."""

    def __init__(self, client: httpx2.Client, engine: Engine, home: Path) -> None:
        self.client, self.engine, self.home = client, engine, home
        self.knocks = 0
        self.settings = Settings(_env_file=None, pignon_home=home)  # type: ignore[call-arg]

    def person(self) -> Person:
        return sign_up(self.engine, self.home)

    def knock(self, route: tuple[str, str], headers: dict[str, str]) -> httpx2.Response:
        method, path = route
        address = re.sub(r"\{\w+\}", "1", path)
        body = {} if method in ("post", "put", "patch") else None
        self.knocks += 1
        # Each from an address of its own, as far as the application sees: none is too many.
        seen = {"X-Forwarded-For": f"198.18.{self.knocks >> 8}.{self.knocks & 255}", **headers}
        return self.client.request(method.upper(), address, json=body, headers=seen)

    def token(self, person: Person, key: bytes | None = None, algorithm: str = "HS256", **claims: Any) -> str:
        """A token as ours would be, but for what is told; a claim that is None is left out."""
        now = utc_now()
        whole: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(person.id),
            "sid": str(person.session),
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "type": "access",
            **claims,
        }
        kept = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(kept, key or signing_key(self.settings), algorithm)


@pytest.fixture(scope="module")
def door(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("home")
    with fresh_engine(postgres_url) as engine:
        url = engine.url.render_as_string(hide_password=False)
        with served(url, home) as address, asking(address, 20) as client:
            yield Door(client, engine, home)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _none_algorithm(token: str) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def _is_refused(answer: httpx2.Response) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.json().keys() - {"type", "title", "status", "detail", "request_id"}


def test_there_are_user_routes() -> None:
    assert ("get", "/api/user") in USER_ROUTES
    assert len(USER_ROUTES) >= 5


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_route_refuses_whoever_is_nobody(door: Door, route: tuple[str, str]) -> None:
    person = door.person()
    good = door.token(person)
    head, body, signature = good.split(".")
    other_key = b"another key of the same length, which is sixty-four bytes or more"
    past = utc_now() - timedelta(minutes=1)
    bad = {
        "none": ".",
        "nonsense": "nonsense",
        "expired": door.token(person, exp=past),
        "alg none": _none_algorithm(good),
        "no signature": f"{head}.{body}.",
        "half a signature": f"{head}.{body}.{signature[:20]}",
        "wrong key": door.token(person, other_key),
        "wrong algorithm": door.token(person, algorithm="HS512"),
        "wrong audience": door.token(person, aud="another"),
        "several audiences": door.token(person, aud=[AUDIENCE, "another"]),
        "wrong issuer": door.token(person, iss="another"),
        "not an access token": door.token(person, type="refresh"),
        "another login": door.token(person, sid=str(uuid4())),
        "another's login": door.token(person, sid=str(door.person().session)),
        "no login": door.token(person, sid="none"),
        **{
            f"no {claim}": door.token(person, **{claim: None})
            for claim in ("exp", "sub", "aud", "iss", "type")
        },
        "another user": door.token(person, sub=str(door.person().id)),
        "no number": door.token(person, sub="1; drop table users"),
        "huge number": door.token(person, sub="9" * 400),
        "refresh token": "pgr_" + "a" * 43 + "." + "b" * 43,
        "huge": "a" * 8_000,
    }
    _is_refused(door.knock(route, {}))
    for name, token in bad.items():
        answer = door.knock(route, _bearer(token))
        assert answer.status_code == 401, name
        _is_refused(answer)
    for headers in ({"Authorization": "Basic YTpi"}, {"X-API-Key": "pgn_" + "a" * 43}, {"X-API-Key": good}):
        _is_refused(door.knock(route, headers))
    assert door.client.get("/api/user", headers=person.headers).status_code == 200, "nothing was changed"


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_route_refuses_who_was_erased(door: Door, route: tuple[str, str]) -> None:
    person = door.person()
    key = {"X-API-Key": add_key(door.engine, person, "read", "favorites", "alerts", "export", "account")}
    with door.engine.begin() as connection:
        connection.execute(delete(User).where(User.id == person.id))
    _is_refused(door.knock(route, person.headers))
    _is_refused(door.knock(route, key))


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_key_without_scopes_enters_nowhere(door: Door, route: tuple[str, str]) -> None:
    key = add_key(door.engine, door.person())
    answer = door.knock(route, {"X-API-Key": key})
    # What is sent may be refused before it matters who sent it.
    assert answer.status_code in (403, 422)
    if answer.status_code == 403:
        assert "insufficient_scope" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_what_a_route_does_for_one_it_does_not_to_another(door: Door, route: tuple[str, str]) -> None:
    """Whatever a stranger asks, with a login of their own, leaves this person's rows as they were."""
    person, stranger = door.person(), door.person()
    before = _rows_of(door.engine, person.id)
    answer = door.knock(route, stranger.headers)
    assert answer.status_code < 500
    assert _rows_of(door.engine, person.id) == before
    assert person.email not in answer.text


def test_a_route_is_documented_with_how_it_is_entered_and_refused() -> None:
    for method, path in ROUTES:
        operation = DOCUMENT["paths"][path][method]
        shown = {name for way in operation["security"] for name in way}
        assert shown == {"AccessToken", "ApiKey"}, path
        assert {"401", "403", "429"} <= operation["responses"].keys(), path


def test_secrets_are_compared_in_constant_time_or_by_hash_alone() -> None:
    """A refresh token by `compare_digest`; keys and links are looked up by hash, which tells nothing."""
    source = (Path(__file__).parents[3] / "serve" / "accounts" / "sessions.py").read_text("utf-8")
    assert "hmac.compare_digest(row.current, hashed(half))" in source


def test_a_token_that_says_it_is_unsigned_is_never_read(door: Door) -> None:
    person = door.person()
    tokens = AccessTokens(door.settings)
    good = tokens.issue(person.id, person.session)
    assert tokens.read(good) is not None
    assert tokens.read(_none_algorithm(good)) is None


def _rows_of(engine: Engine, user: int) -> dict[str, list[Any]]:
    """Every row that belongs to a user, of whatever table has a user_id."""
    with engine.connect() as connection:
        tables = connection.scalars(
            text("select table_name from information_schema.columns where column_name = 'user_id'")
        ).all()
        rows = {
            table: [
                tuple(row)
                for row in connection.execute(
                    text(f'select t::text from "{table}" t where user_id = :user'), {"user": user}
                )
            ]
            for table in tables
        }
        own = connection.execute(text("select u::text from users u where id = :user"), {"user": user})
        return {**rows, "users": [tuple(row) for row in own]}
