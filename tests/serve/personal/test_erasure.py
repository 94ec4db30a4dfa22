"""An erasure leaves nothing of a person in any table, touches nobody else, and asks who it is first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, String, cast, func, insert, select, text, update

from models.tables import Base, MailedLink, User, UserSession, utc_now
from tests.serve.market import add_agency, add_listing
from tests.serve.people import add_key, sign_up
from tests.serve.personal.belongings import fill, personal_tables
from tests.serve.personal.conftest import Visitor

PATH = "/api/user"
PASSWORD = "trois pigeons sur un toit"
HASH = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)


def _erase(visitor: Visitor, **said: Any) -> httpx2.Response:
    return visitor.request("DELETE", PATH, json=said) if said else visitor.delete(PATH)


def _long_ago(engine: Engine, visitor: Visitor) -> None:
    """Their login is an hour old, and they have a password."""
    begun = {"created_at": utc_now() - timedelta(hours=1)}
    with engine.begin() as connection:
        connection.execute(update(UserSession).values(**begun))
        connection.execute(update(User).where(User.id == visitor.person.id).values(password_hash=HASH))


def _counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table: connection.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0
            for table in personal_tables(engine)
        }


def test_nothing_of_a_person_is_left_in_any_table(claire: Visitor, engine: Engine) -> None:
    there = fill(engine, claire.person)
    assert all(there.values()), "a row in every table that refers to users"
    assert _counts(engine) == there
    assert _mentions(engine, claire.person.email) == ["users", "mailed_links", "outbox"]
    answer = _erase(claire)
    assert answer.status_code == 200, answer.text
    assert answer.json()["erased"] == there
    assert set(_counts(engine).values()) == {0}
    assert not _mentions(engine, claire.person.email)


def test_what_another_owes_one_s_address_is_theirs(claire: Visitor, hugo: Visitor, engine: Engine) -> None:
    """Whoever wants another's address learns by no row of theirs that it has an account, or had one."""
    now = utc_now()
    row = {"hash": b"x" * 32, "purpose": "email", "address": claire.person.email, "user_id": hugo.person.id}
    with engine.begin() as connection:
        connection.execute(insert(MailedLink).values(**row, payload={}, expires_at=now + timedelta(days=2)))
        wish = {**row, "hash": b"y" * 32, "user_id": None, "purpose": "opt_out"}
        connection.execute(insert(MailedLink).values(**wish, payload={}, expires_at=now + timedelta(days=2)))
    told = claire.get(f"{PATH}/export").json()["tables"]["mailed_links"]
    assert [link["purpose"] for link in told] == ["opt_out"]
    assert _erase(claire).json()["erased"]["mailed_links"] == 1
    assert len(hugo.get(f"{PATH}/export").json()["tables"]["mailed_links"]) == 1


def _mentions(engine: Engine, email: str) -> list[str]:
    """The tables in which an address stands anywhere."""
    found = []
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            row = cast(text(f'"{table.name}"'), String)
            query = select(func.count()).select_from(table).where(row.icontains(email))
            if connection.scalar(query):
                found.append(table.name)
    return found


def test_others_keep_what_is_theirs(claire: Visitor, hugo: Visitor, engine: Engine) -> None:
    theirs = fill(engine, hugo.person)
    fill(engine, claire.person)
    assert _erase(claire).status_code == 200
    assert _counts(engine) == theirs
    assert hugo.get("/api/user/export").status_code == 200


def test_what_was_kept_is_counted_no_more(claire: Visitor, hugo: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    listings = [add_listing(engine, agency) for _ in range(30)]
    for visitor in (claire, hugo):
        for listing in listings:
            visitor.post(f"/api/user/favorites/{listing}")
    _erase(claire)
    with engine.connect() as connection:
        assert set(connection.scalars(text("select favorite_count from aggregated_listings"))) == {1}


def test_tokens_keys_and_feeds_are_dead_at_once(
    client: httpx2.Client, claire: Visitor, engine: Engine
) -> None:
    key = {"X-API-Key": add_key(engine, claire.person, "read")}
    feed = claire.post("/api/user/calendar").json()["address"]
    assert client.get(PATH, headers=key).status_code == client.get(feed).status_code == 200
    _erase(claire)
    assert claire.get(PATH).status_code == 401
    assert client.get(PATH, headers=key).status_code == 401
    assert client.get(feed).status_code == 404
    assert _erase(claire).status_code == 401


def test_the_address_may_open_an_account_anew(claire: Visitor, engine: Engine, tmp_path: Path) -> None:
    fill(engine, claire.person)
    _erase(claire)
    again = sign_up(engine, tmp_path, claire.person.email)
    assert again.id != claire.person.id
    told = claire.get("/api/user/export", headers=again.headers).json()["tables"]
    assert {name for name, rows in told.items() if rows} == {"users", "user_sessions"}


def test_an_old_login_needs_the_password(claire: Visitor, engine: Engine) -> None:
    _long_ago(engine, claire)
    assert _erase(claire).status_code == 403
    assert _erase(claire, password="another one").status_code == 403
    assert claire.get(PATH).status_code == 200
    assert _erase(claire, password=PASSWORD).status_code == 200
    assert claire.get(PATH).status_code == 401


def test_a_wrong_password_is_wrong_however_fresh_the_login(claire: Visitor) -> None:
    assert _erase(claire, password="another one").status_code == 403
    assert _erase(claire, password=None).status_code == 200


def test_a_stolen_token_cannot_try_passwords_for_ever(claire: Visitor, engine: Engine) -> None:
    _long_ago(engine, claire)
    codes = [_erase(claire, password=f"essai {number}").status_code for number in range(12)]
    assert codes[0] == 403
    assert codes[-1] == 429
    assert claire.get(PATH).status_code == 200


def test_no_key_erases(client: httpx2.Client, claire: Visitor, engine: Engine) -> None:
    key = {"X-API-Key": add_key(engine, claire.person, "read", "account", "favorites", "alerts", "export")}
    assert client.delete(PATH, headers=key).status_code == 403
    assert client.delete(PATH).status_code == 401


@pytest.mark.parametrize("said", [{"password": 1}, {"password": "a" * 1_001}, {"pass": "x"}])
def test_what_is_no_proof_is_refused_and_not_repeated(claire: Visitor, said: dict[str, Any]) -> None:
    answer = _erase(claire, **said)
    assert answer.status_code == 422
    assert "a" * 100 not in answer.text


def test_of_many_erasures_at_once_one_erases(claire: Visitor, engine: Engine) -> None:
    fill(engine, claire.person)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: _erase(claire), range(4)))
    assert {answer.status_code for answer in answers} <= {200, 401}
    erased = [answer.json()["erased"]["users"] for answer in answers if answer.status_code == 200]
    assert sum(erased) == 1
    assert set(_counts(engine).values()) == {0}


def test_what_is_under_way_meanwhile_leaves_nothing_behind(claire: Visitor, engine: Engine) -> None:
    """Requests that were let in before the erasure and write after it."""
    listings = [add_listing(engine, add_agency(engine)) for _ in range(4)]
    form = {"name": "Lyon", "criteria": {"city": "Lyon"}}

    def ask(number: int) -> int:
        if number == 9:
            return _erase(claire).status_code
        if number % 3 == 0:
            return claire.post("/api/user/alerts", json=form).status_code
        if number % 3 == 1:
            return claire.post("/api/user/calendar").status_code
        return claire.post(f"/api/user/favorites/{listings[number % 4]}").status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(ask, range(24)))
    assert codes[9] == 200
    assert set(codes) <= {200, 201, 401}
    assert set(_counts(engine).values()) == {0}
