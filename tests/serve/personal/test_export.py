"""All that is kept of a person as one document: every table, no secret, nobody else's."""

import json

import httpx2
from sqlalchemy import Engine

from serve.personal import belongings
from tests.serve.people import add_key
from tests.serve.personal.belongings import SECRETS, fill, personal_tables
from tests.serve.personal.conftest import Visitor

PATH = "/api/user/export"


def test_every_table_that_refers_to_users_is_exported_whole(
    claire: Visitor, hugo: Visitor, engine: Engine
) -> None:
    there = fill(engine, claire.person)
    fill(engine, hugo.person)
    answer = claire.get(PATH)
    assert answer.status_code == 200, answer.text
    tables = answer.json()["tables"]
    assert set(tables) == set(personal_tables(engine))
    assert {name: len(rows) for name, rows in tables.items()} == there
    assert tables["users"][0]["email"] == "claire@exemple.fr"
    assert tables["favorites"][0]["note"] == "Voir la cave"
    assert tables["search_alerts"][0]["criteria"] == {"city": "Lyon"}
    assert tables["consents"][0]["text"] == "Oui"
    assert hugo.person.email not in answer.text


def test_an_export_lets_nobody_in(claire: Visitor, engine: Engine) -> None:
    fill(engine, claire.person)
    answer = claire.get(PATH)
    assert not [secret for secret in SECRETS if secret in answer.text]
    kept_back = answer.json()["kept_back"]
    assert kept_back["users"] == ["password_hash"]
    for table, columns in kept_back.items():
        assert not [row for row in answer.json()["tables"][table] if set(columns) & row.keys()]
    assert {
        table.name for table in belongings.personal_tables() if any(map(belongings.is_secret, table.c))
    } == (kept_back.keys())


def test_an_export_is_a_file_to_keep(claire: Visitor) -> None:
    answer = claire.get(PATH)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="pignon.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(json.loads(answer.content)) == {"exported_at", "tables", "kept_back"}


def test_an_export_is_for_the_person_or_a_key_that_may(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    assert client.get(PATH).status_code == 401
    for scope, status in (("read", 403), ("export", 403), ("account", 200)):
        key = {"X-API-Key": add_key(engine, claire.person, scope)}
        assert client.get(PATH, headers=key).status_code == status
