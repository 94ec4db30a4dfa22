"""A row of a person's in every table that holds any, for the tests of export and erasure."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, text

from models.tables import Base
from serve.accounts.secrets import hashed, new_secret
from tests.serve.market import NOW, add_agency, add_listing
from tests.serve.people import Person

#: The tables that hold what is a person's, as the database itself has them: those that refer to users, those
#: that refer to these, and so on.
_REFERRING: Final = """
    with recursive personal(name) as (
        select 'users'::regclass
        union
        select conrelid::regclass from pg_constraint join personal on confrelid = name where contype = 'f'
    )
    select name::text from personal order by 1
"""
#: What no export tells: it would let in whoever read it.
SECRETS: Final = ("secret-password-hash", "secret-link", "secret-payload")


def personal_tables(engine: Engine) -> list[str]:
    """Their names, by the foreign keys that there are."""
    with engine.connect() as connection:
        return list(connection.scalars(text(_REFERRING)))


def fill(engine: Engine, person: Person) -> dict[str, int]:
    """Give a person a row in each of these tables; how many they have of each."""
    listing = add_listing(engine, add_agency(engine))
    rows = _rows(person, listing)
    with engine.begin() as connection:
        for table, row in rows.items():
            _insert(connection, table, row)
        connection.execute(text("update users set password_hash = :hash"), {"hash": SECRETS[0]})
        missing = set(personal_tables(engine)) - rows.keys() - {"users"}
        assert not missing, f"tests/serve/personal/belongings.py gives nobody a row in {missing}"
        count = "select count(*) from {}"
        return {
            table: connection.scalar(
                text(count.format(table) + where), {"id": person.id, "email": person.email}
            )
            for table in ("users", *rows)
            for where in (_where(table),)
        }


def _where(table: str) -> str:
    if table == "users":
        return " where id = :id"
    if table == "mailed_links":
        return " where user_id = :id or address = :email"
    if table == "outbox":
        return " where user_id = :id or lower(recipient) = :email"
    return " where user_id = :id"


def _insert(connection: Connection, table: str, row: Mapping[str, Any] | list[Mapping[str, Any]]) -> None:
    for one in row if isinstance(row, list) else [row]:
        connection.execute(insert(Base.metadata.tables[table]).values(**one))


def _rows(person: Person, listing: int) -> dict[str, Any]:
    mine = {"user_id": person.id}
    later = NOW + timedelta(days=1)
    mail = {"subject": "Pour vous", "body_text": SECRETS[1], "body_html": SECRETS[1]}
    link = {"purpose": "reset", "payload": {"hash": SECRETS[2]}, "expires_at": later}
    return {
        "favorites": {**mine, "listing_id": listing, "note": "Voir la cave", "visit_at": later},
        "calendar_feeds": {**mine, "hash": hashed(new_secret())},
        "search_alerts": {**mine, "name": "Lyon", "criteria": {"city": "Lyon"}, "channels": ["email"]},
        "consents": {
            **mine,
            "channel": "email",
            "given": True,
            "text": "Oui",
            "version": "1",
            "language": "fr",
            "source": "api",
        },
        "user_sessions": {
            **mine,
            "id": uuid4(),
            "family": uuid4().bytes,
            "current": b"",
            "expires_at": later,
        },
        "api_keys": {**mine, "name": "tableur", "prefix": "pgn_x", "hash": uuid4().bytes, "scopes": ["read"]},
        "mailed_links": [
            {**mine, **link, "hash": uuid4().bytes, "address": person.email},
            {**link, "hash": uuid4().bytes, "address": person.email},
        ],
        "outbox": [
            {**mine, **mail, "recipient": person.email},
            {**mail, "recipient": person.email.upper()},
            {**mine, **mail, "channel": "webhook", "recipient": "https://hooks.exemple.fr/"},
        ],
    }
