"""Who may in: valid tokens and keys, as problem+json says otherwise; each refusal has its challenge."""

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError

from models.tables import ApiKey, User, UserSession, utc_now
from tests.serve.people import add_key, sign_up


def _user(client: httpx2.Client, **headers: str) -> httpx2.Response:
    return client.get("/api/user", headers=headers)


def test_a_login_sees_its_own_account(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    sign_up(engine, tmp_path)
    person = sign_up(engine, tmp_path, name="Claire Morvan")
    told = _user(client, **person.headers).json()
    assert (told["id"], told["email"], told["name"]) == (person.id, person.email, "Claire Morvan")
    assert told["confirmed"] is True
    assert "password_hash" not in told


def test_an_address_is_one_users_however_it_is_spelt(engine: Engine, tmp_path: Path) -> None:
    sign_up(engine, tmp_path, "claire@exemple.fr")
    with pytest.raises(IntegrityError):
        sign_up(engine, tmp_path, "Claire@Exemple.FR")


def test_without_anything_the_answer_says_how_to_sign_in(client: httpx2.Client) -> None:
    answer = _user(client)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="pignon"'
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_key_enters_where_its_scopes_reach(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)
    assert _user(client, **{"X-API-Key": add_key(engine, person, "read")}).json()["id"] == person.id
    refused = _user(client, **{"X-API-Key": add_key(engine, person, "favorites")})
    assert refused.status_code == 403
    assert 'error="insufficient_scope", scope="read"' in refused.headers["WWW-Authenticate"]
    assert "`read`" in refused.json()["detail"]


def test_a_keys_last_use_is_noted(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    key = add_key(engine, sign_up(engine, tmp_path), "read")
    _user(client, **{"X-API-Key": key})
    with engine.connect() as connection:
        assert connection.scalar(select(ApiKey.last_used_at)) is not None


@pytest.mark.parametrize("key", ["", "pgn_", "pgn_" + "a" * 43, "x" * 9_000, "pgn_é"])
def test_a_key_that_is_none_is_refused(client: httpx2.Client, key: str) -> None:
    answer = client.get("/api/user", headers=[(b"X-API-Key", key.encode("latin-1"))])
    assert answer.status_code == 401


def test_an_expired_key_is_refused(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    past = utc_now() - timedelta(seconds=1)
    key = add_key(engine, sign_up(engine, tmp_path), "read", expires_at=past)
    assert _user(client, **{"X-API-Key": key}).status_code == 401


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_a_token_falls_at_once_with_its_login(
    client: httpx2.Client, engine: Engine, tmp_path: Path, column: str
) -> None:
    person = sign_up(engine, tmp_path)
    assert _user(client, **person.headers).status_code == 200
    with engine.begin() as connection:
        connection.execute(update(UserSession).values({column: utc_now()}))
    answer = _user(client, **person.headers)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_user_who_was_barred_enters_neither_way(
    client: httpx2.Client, engine: Engine, tmp_path: Path
) -> None:
    person = sign_up(engine, tmp_path)
    key = add_key(engine, person, "read")
    with engine.begin() as connection:
        connection.execute(update(User).values(is_active=False))
    assert _user(client, **person.headers).status_code == 401
    assert _user(client, **{"X-API-Key": key}).status_code == 401
