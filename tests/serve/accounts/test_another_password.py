"""Another password, by a mail's link or by who knows the old one: what it ends, and who came just before."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update

from models.tables import ApiKey, CalendarFeed, User, UserSession, utc_now
from tests.serve.accounts.conftest import PASSWORD, World, bearer, count, only_user, status_of
from tests.serve.people import add_key


def test_a_forgotten_password_is_set_anew_by_mail_and_every_login_ends(world: World) -> None:
    tokens = world.join()
    known = world.post("/api/auth/password/forgot", email="CLAIRE@exemple.fr")
    unknown = world.post("/api/auth/password/forgot", email="personne@exemple.fr")
    assert (
        (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, known.content)
    )
    secret = world.link(2)
    weak = world.post("/api/auth/password/reset", link=secret, password="claire@exemple.fr")
    assert weak.status_code == 422, "and the link is still good"
    assert world.post("/api/auth/password/reset", link=secret, password="quatre pies").status_code == 200
    assert status_of(world, tokens) == 401
    assert world.post("/api/auth/login", email="claire@exemple.fr", password=PASSWORD).status_code == 401
    world.log_in(password="quatre pies")
    assert (
        world.post("/api/auth/password/reset", link=secret, password="cinq merles au bois").status_code == 400
    )
    assert "Un nouveau mot de passe vient d’être choisi" in world.mail(3)
    assert len(world.box.mails) == 3, "nothing went to the unknown address"


def _reset_link(world: World) -> str:
    seen = len(world.box.mails)
    assert world.post("/api/auth/password/forgot", email="claire@exemple.fr").status_code == 202
    return world.link(seen + 1)


def test_a_reset_by_mail_revokes_every_key_and_says_how_many_were_good(world: World, engine: Engine) -> None:
    world.join()
    keys = [{"X-API-Key": add_key(engine, only_user(engine), "read")} for _ in range(2)]
    add_key(engine, only_user(engine), "read", expires_at=utc_now() - timedelta(days=1))
    stranger = {"X-API-Key": add_key(engine, _stranger(engine), "read")}
    done = world.post("/api/auth/password/reset", link=_reset_link(world), password="quatre pies")
    assert "API keys revoked: 2." in done.json()["detail"]
    assert [world.client.get("/api/user", headers=key).status_code for key in keys] == [401, 401]
    assert world.client.get("/api/user", headers=stranger).status_code == 200
    assert "Clés d’API révoquées : 2." in world.mail(3)
    assert count(engine, ApiKey) == 1


def test_a_reset_by_mail_puts_the_calendar_s_address_out_of_use(world: World, engine: Engine) -> None:
    tokens = world.join()
    feed = world.post("/api/user/calendar", bearer(tokens)).json()["address"].partition("pignon.example")[2]
    assert world.client.get(feed).status_code == 200
    secret = _reset_link(world)
    assert "l’adresse secrète de l’agenda des visites" in world.mail(2)
    assert world.post("/api/auth/password/reset", link=secret, password="quatre pies").status_code == 200
    assert world.client.get(feed).status_code == 404
    assert "L’adresse secrète de l’agenda des visites" in world.mail(3)
    assert count(engine, CalendarFeed) == 0


def test_a_reset_that_is_refused_revokes_nothing(world: World, engine: Engine) -> None:
    world.join()
    key = {"X-API-Key": add_key(engine, only_user(engine), "read")}
    secret = _reset_link(world)
    assert world.post("/api/auth/password/reset", link=secret, password="court").status_code == 422
    assert world.post("/api/auth/password/reset", link="a" * 43, password="quatre pies").status_code == 400
    assert world.client.get("/api/user", headers=key).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "table"),
    [("keys", {"name": "x", "scopes": ["read"]}, ApiKey), ("calendar", {}, CalendarFeed)],
)
def test_what_is_made_while_the_password_is_reset_is_none(
    world: World, engine: Engine, path: str, body: dict[str, Any], table: Any
) -> None:
    tokens = world.join()
    with ThreadPoolExecutor() as pool:
        with engine.begin() as connection:
            connection.execute(update(User).values(password_hash="another"))
            connection.execute(delete(ApiKey))
            connection.execute(update(UserSession).values(revoked_at=utc_now()))
            asked = pool.submit(world.post, f"/api/user/{path}", bearer(tokens), **body)
            while not asked.done() and not _waits_for_a_lock(engine):
                time.sleep(0.02)
            assert not asked.done(), "it was let in before the reset, and waits for it"
        assert asked.result().status_code == 401
    assert count(engine, table) == 0


def test_an_erasure_that_was_let_in_before_a_reset_erases_nothing(world: World, engine: Engine) -> None:
    """A thief's login ends with the reset, whatever it was at."""
    tokens = world.join()
    with ThreadPoolExecutor() as pool:
        with engine.begin() as connection:
            connection.execute(update(User).values(password_hash="another"))
            connection.execute(update(UserSession).values(revoked_at=utc_now()))
            asked = pool.submit(world.client.delete, "/api/user", headers=bearer(tokens))
            while not asked.done() and not _waits_for_a_lock(engine):
                time.sleep(0.02)
            assert not asked.done(), "it was let in before the reset, and waits for it"
        assert asked.result().status_code == 401
    assert count(engine, User) == 1


def test_wrong_tries_from_elsewhere_lock_nobody_out_of_their_account(world: World) -> None:
    tokens = world.join()
    elsewhere = {**bearer(tokens), "X-Forwarded-For": "192.0.2.1"}
    body = {"password": "le mauvais mot", "new_password": "quatre pies"}
    tries = [world.post("/api/auth/password/change", elsewhere, **body).status_code for _ in range(11)]
    assert tries == [403] * 10 + [429]
    body["password"] = PASSWORD
    assert world.post("/api/auth/password/change", bearer(tokens), **body).status_code == 200


def test_a_reset_waits_for_the_key_that_is_being_made_and_revokes_it(world: World, engine: Engine) -> None:
    world.join()
    user, secret = only_user(engine), _reset_link(world)
    key = {"user_id": user, "name": "x", "prefix": "pgn_x", "hash": b"x", "scopes": ["read"]}
    with ThreadPoolExecutor() as pool:
        with engine.begin() as connection:
            connection.execute(select(User.id).where(User.id == user).with_for_update())
            asked = pool.submit(world.post, "/api/auth/password/reset", link=secret, password="quatre pies")
            while not asked.done() and not _waits_for_a_lock(engine):
                time.sleep(0.02)
            connection.execute(insert(ApiKey).values(**key))
        assert "API keys revoked: 1." in asked.result().json()["detail"]
    assert count(engine, ApiKey) == 0


def _stranger(engine: Engine) -> int:
    row = {"email": "autre@exemple.fr", "password_hash": "none", "language": "fr"}
    with engine.begin() as connection:
        return int(connection.execute(insert(User).values(**row).returning(User.id)).scalar_one())


@pytest.mark.parametrize("path", ["login", "password/change"])
def test_a_password_that_is_reset_while_it_is_compared_opens_nothing(
    world: World, engine: Engine, path: str
) -> None:
    tokens = world.join()
    bodies: dict[str, dict[str, str]] = {
        "login": {"email": "claire@exemple.fr", "password": PASSWORD},
        "password/change": {"password": PASSWORD, "new_password": "quatre pies"},
    }
    with ThreadPoolExecutor() as pool:
        with engine.begin() as connection:
            connection.execute(update(User).values(password_hash="another"))
            asked = pool.submit(world.post, f"/api/auth/{path}", bearer(tokens), **bodies[path])
            while not asked.done() and not _waits_for_a_lock(engine):
                time.sleep(0.02)
        assert asked.result().status_code in (401, 403)
    with engine.connect() as connection:
        assert connection.scalar(select(User.password_hash)) == "another"
    assert count(engine, UserSession) == 1


def _waits_for_a_lock(engine: Engine) -> bool:
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    with engine.connect() as connection:
        return bool(connection.scalar(text(query)))


def test_a_password_is_changed_by_who_knows_it_and_every_other_login_ends(
    world: World, engine: Engine
) -> None:
    here, there = world.join(), world.log_in()
    key = {"X-API-Key": add_key(engine, only_user(engine), "read")}
    add_key(engine, only_user(engine), "read", expires_at=utc_now() - timedelta(days=1))
    wrong = world.post("/api/auth/password/change", bearer(here), password="faux", new_password="quatre pies")
    assert wrong.status_code == 403
    changed = world.post(
        "/api/auth/password/change", bearer(here), password=PASSWORD, new_password="quatre pies"
    )
    assert [status_of(world, tokens) for tokens in (here, there, changed.json())] == [401, 401, 200]
    assert world.client.get("/api/user", headers=key).status_code == 200
    assert changed.json()["api_keys"] == 1
    assert "Clés d’API qui restent : 1." in world.mail(2)
    world.log_in(password="quatre pies")


def test_an_api_key_changes_no_password_and_ends_no_login(world: World, engine: Engine) -> None:
    world.join()
    key = {"X-API-Key": add_key(engine, only_user(engine), "account", "read")}
    for path, body in (
        ("/api/auth/password/change", {"password": PASSWORD, "new_password": "quatre pies"}),
        ("/api/auth/logout", {}),
        ("/api/auth/logout-all", {}),
    ):
        assert world.post(path, key, **body).status_code == 403
