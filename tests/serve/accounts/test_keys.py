"""API keys: shown once, for some scopes and some time, few enough, and gone at once when they are revoked."""

from pathlib import Path

import httpx2
from sqlalchemy import Engine, select

from models.tables import ApiKey
from tests.serve.people import Person, add_key, sign_up


def _make(client: httpx2.Client, person: Person, **told: object) -> httpx2.Response:
    body = {"name": "Tableur", "scopes": ["read"], **told}
    return client.post("/api/user/keys", json=body, headers=person.headers)


def test_a_key_is_shown_once_and_works(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)
    made = _make(client, person, scopes=["read", "export", "read"], days=90)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    key = made.json()["key"]
    assert made.json()["scopes"] == ["export", "read"]
    assert client.get("/api/user", headers={"X-API-Key": key}).json()["id"] == person.id
    [listed] = client.get("/api/user/keys", headers=person.headers).json()["keys"]
    assert "key" not in listed
    assert key.startswith(listed["prefix"])
    assert listed["last_used_at"] is not None
    assert listed["expires_at"] is not None
    with engine.connect() as connection:
        assert key not in str(connection.execute(select(*ApiKey.__table__.c)).all())


def test_a_revoked_key_stops_at_once_and_nobody_revokes_anothers(
    client: httpx2.Client, engine: Engine, tmp_path: Path
) -> None:
    mine, other = sign_up(engine, tmp_path), sign_up(engine, tmp_path)
    made = _make(client, mine).json()
    address, shown = f"/api/user/keys/{made['id']}", {"X-API-Key": made["key"]}
    assert client.delete(address, headers=other.headers).status_code == 404
    assert client.get("/api/user", headers=shown).status_code == 200
    assert client.delete(address, headers=mine.headers).status_code == 204
    assert client.get("/api/user", headers=shown).status_code == 401
    assert client.delete(address, headers=mine.headers).status_code == 404


def test_a_key_makes_and_sees_no_keys(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)
    shown = {"X-API-Key": add_key(engine, person, "read", "favorites", "alerts", "export", "account")}
    assert client.get("/api/user/keys", headers=shown).status_code == 403
    assert (
        client.post("/api/user/keys", json={"name": "x", "scopes": ["read"]}, headers=shown).status_code
        == 403
    )
    assert client.delete("/api/user/keys/1", headers=shown).status_code == 403


def test_one_has_twenty_keys_at_most(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)
    for _ in range(19):
        add_key(engine, person, "read")
    assert _make(client, person).status_code == 201
    refused = _make(client, person)
    assert refused.status_code == 409
    assert "20 keys" in refused.json()["detail"]


def test_a_wish_that_cannot_be_is_refused(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)
    for wish in (
        {"scopes": []},
        {"scopes": ["all"]},
        {"days": 0},
        {"name": ""},
        {"name": "a\x00"},
        {"id": 1},
    ):
        assert _make(client, person, **wish).status_code == 422


def test_a_key_exports_by_its_scope_alone(client: httpx2.Client, engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)
    for scopes, status in ((("read",), 403), (("export",), 200)):
        key = {"X-API-Key": add_key(engine, person, *scopes)}
        for what in ("listings", "properties"):
            asked = client.get(f"/api/{what}/export", params={"format": "csv", "limit": 1}, headers=key)
            assert asked.status_code == status, asked.text
