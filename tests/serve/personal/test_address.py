"""Another address for an account: given by a link at the new one, taken back by a link at the old one."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, func, insert, select, text, update

from models.tables import Consent, MailedLink, OutboxMessage, User, UserSession, utc_now
from serve.personal.consent_texts import TEXTS, VERSION
from tests.serve.accounts.conftest import PASSWORD, World, bearer, world
from tests.serve.people import add_key

__all__ = ["world"]

OLD, NEW = "claire@exemple.fr", "Claire.Morvan@exemple.org"


@pytest.fixture
def tokens(world: World) -> dict[str, str]:
    """A user at the old address, signed in."""
    return world.join(OLD)


def _ask(world: World, tokens: dict[str, str], email: str = NEW, password: str = PASSWORD) -> httpx2.Response:
    return world.post("/api/user/email", bearer(tokens), email=email, password=password)


def _letters(world: World, recipient: str) -> Iterator[tuple[int, str]]:
    """Number and subject of each mail to an address so far."""
    for number, (mail, to) in enumerate(zip(world.box.mails, world.box.recipients, strict=False), 1):
        if to == [recipient]:
            yield number, mail["Subject"]


def _letter(world: World, recipient: str, subject: str) -> str:
    """The text of the next mail of this subject to an address that nobody has read, when it has come."""
    end = time.monotonic() + 10
    while True:
        for number, title in _letters(world, recipient):
            if title == subject and number not in world.read:
                return world.mail(number)
        assert time.monotonic() < end, f"no mail {subject!r} came"
        time.sleep(0.02)


def _secret(world: World, recipient: str, subject: str) -> str:
    found = re.search(r"link=([\w-]+)", _letter(world, recipient, subject))
    assert found is not None
    return found[1]


def _wish(world: World, tokens: dict[str, str], email: str = NEW, password: str = PASSWORD) -> str:
    """The secret of the link that is mailed to another address."""
    assert _ask(world, tokens, email, password).status_code == 202
    return _secret(world, email, "Une autre adresse pour un compte Pignon")


def _move(world: World, tokens: dict[str, str], email: str = NEW) -> None:
    done = world.post("/api/auth/email/confirm", link=_wish(world, tokens, email))
    assert done.status_code == 200, done.text


def _way_back(world: World, recipient: str = OLD) -> str:
    return _secret(world, recipient, "L’adresse de votre compte a changé")


def _undo(world: World, secret: str, password: str = "quatre pies") -> httpx2.Response:
    return world.post("/api/auth/email/undo", link=secret, password=password)


def _email(engine: Engine) -> str:
    with engine.connect() as connection:
        return connection.scalar(select(User.email).order_by(User.id)) or ""


def _user(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.min(User.id))) or 0


def _links(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(MailedLink.purpose).order_by(MailedLink.purpose)))


def test_the_link_at_the_new_address_changes_it_and_logins_and_keys_stay(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    key = {"X-API-Key": add_key(engine, _user(engine), "read")}
    secret = _wish(world, tokens)
    assert _email(engine) == OLD, "nothing is done before"
    assert world.post("/api/auth/email/confirm", link=secret).status_code == 200
    for headers in (bearer(tokens), key):
        assert world.client.get("/api/user", headers=headers).json()["email"] == NEW
    assert world.post("/api/auth/login", email=OLD, password=PASSWORD).status_code == 401
    world.log_in(NEW.lower())
    assert world.post("/api/auth/email/confirm", link=secret).status_code == 400, "once"
    assert "ne sert qu’une fois" in _letter(world, OLD, "L’adresse de votre compte a changé")
    assert _links(engine) == ["undo"]


def test_the_old_address_may_open_an_account_of_its_own_then(world: World, tokens: dict[str, str]) -> None:
    _move(world, tokens)
    world.post("/api/auth/register", email=OLD, password="cinq merles au bois")
    link = _secret(world, OLD, "Confirmez votre adresse")
    assert world.post("/api/auth/confirm", link=link).status_code == 200
    world.log_in(OLD, "cinq merles au bois")
    taken_back = _undo(world, _way_back(world))
    assert taken_back.status_code == 400, "the address is another account's now"
    world.log_in(NEW)
    world.log_in(OLD, "cinq merles au bois")


def test_the_link_at_the_old_address_takes_it_back_with_another_password(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    """Whoever moved the account knows its password: nothing of theirs opens it any more."""
    _move(world, tokens)
    key = {"X-API-Key": add_key(engine, _user(engine), "read")}
    thief = world.log_in(NEW)
    assert _ask(world, thief, "ailleurs@exemple.net").status_code == 202
    world.post("/api/auth/password/forgot", email=NEW)
    forgotten = _secret(world, NEW, "Choisissez un nouveau mot de passe")
    secret = _way_back(world)
    assert _undo(world, secret, OLD).status_code == 422, "and the link is still good"
    done = _undo(world, secret)
    assert "API keys revoked: 1." in done.json()["detail"]
    assert _email(engine) == OLD
    assert world.client.get("/api/user", headers=bearer(thief)).status_code == 401
    assert world.client.get("/api/user", headers=key).status_code == 401
    assert _links(engine) == []
    assert world.post("/api/auth/password/reset", link=forgotten, password="six geais").status_code == 400
    assert world.post("/api/auth/login", email=OLD, password=PASSWORD).status_code == 401
    world.log_in(OLD, "quatre pies")
    assert _undo(world, secret).status_code == 400, "once"
    assert "révoquées : 1." in _letter(world, OLD, "Votre compte a retrouvé son adresse")


def test_what_went_to_an_address_that_is_given_back_is_erased_with_the_account(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    _move(world, tokens)
    world.post("/api/auth/register", email=NEW, password="cinq merles au bois")
    _letter(world, NEW, "Vous avez déjà un compte")
    assert _undo(world, _way_back(world)).status_code == 200
    back = bearer(world.log_in(OLD, "quatre pies"))
    assert world.client.delete("/api/user", headers=back).status_code == 200
    assert (_owed_to(engine, NEW), _owed_to(engine, OLD)) == (0, 0)


def test_of_an_account_that_was_moved_on_and_on_the_first_address_has_the_last_word(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    _move(world, tokens, "thief@exemple.net")
    _move(world, tokens, "thief@exemple.org")
    mine, theirs = _way_back(world), _way_back(world, "thief@exemple.net")
    assert _undo(world, theirs, "le mot du voleur").status_code == 200
    assert _undo(world, mine).status_code == 200, "the later way back did not end the earlier one"
    assert _email(engine) == OLD
    assert _links(engine) == []


def test_the_first_address_ends_the_way_back_of_the_later_ones(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    _move(world, tokens, "thief@exemple.net")
    _move(world, tokens, "thief@exemple.org")
    theirs = _way_back(world, "thief@exemple.net")
    assert _undo(world, _way_back(world)).status_code == 200
    assert _undo(world, theirs, "le mot du voleur").status_code == 400
    assert _email(engine) == OLD


@pytest.mark.real_passwords
def test_the_answer_is_the_same_in_the_same_time_for_an_address_that_has_an_account(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    other = "autre@exemple.fr"
    with engine.begin() as connection:
        connection.execute(insert(User).values(email=other, password_hash="none", language="en"))
    times: dict[str, list[float]] = {other: [], NEW: []}
    told = {}
    for email in [*times] * 2:
        began = time.monotonic()
        answer = _ask(world, tokens, email)
        times[email].append(time.monotonic() - began)
        subject = "Une autre adresse pour un compte Pignon"
        told[email] = answer.status_code, answer.content, _kept(world, tokens, email)
        assert ("link=" in _letter(world, email, subject)) == (email == NEW)
    assert told[other] == told[NEW]
    one, two = (min(taken) for taken in times.values())
    assert min(one, two) >= 0.4
    assert abs(one - two) < 0.3


def _kept(world: World, tokens: dict[str, str], email: str) -> list[Any]:
    """What the export tells whoever asked of a wish for an address, but for its times and numbers."""
    tables = world.client.get("/api/user/export", headers=bearer(tokens)).json()["tables"]
    rows = [
        *(row for row in tables["mailed_links"] if row["address"] == email.lower()),
        *(row for row in tables["outbox"] if row["recipient"] == email),
    ]
    personal = {"id", "address", "recipient"}
    return [
        {name: value for name, value in row.items() if name not in personal and not name.endswith("_at")}
        | {"ends": row["expires_at"] is not None}
        for row in rows
    ]


def test_an_address_that_is_taken_before_it_is_confirmed_stays_anothers(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    secret = _wish(world, tokens)
    with engine.begin() as connection:
        connection.execute(insert(User).values(email=NEW.upper(), password_hash="none", language="en"))
    assert world.post("/api/auth/email/confirm", link=secret).status_code == 400
    assert _email(engine) == OLD
    assert _owed_to(engine, OLD) == 1, "its owner is told of no change"


def test_of_two_who_want_an_address_whoever_confirms_first_has_it(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    other = world.join("autre@exemple.fr")
    mine = _wish(world, tokens)
    assert _ask(world, other).status_code == 202
    world.mail(4)
    theirs = world.link(4)
    with ThreadPoolExecutor(2) as pool:
        codes = list(
            pool.map(
                lambda link: world.post("/api/auth/email/confirm", link=link).status_code, (mine, theirs)
            )
        )
    assert sorted(codes) == [200, 400]
    with engine.connect() as connection:
        emails = set(connection.scalars(select(User.email)))
    assert len(emails & {OLD, "autre@exemple.fr"}) == 1
    assert NEW in emails


def test_it_needs_the_password_a_login_and_an_address_that_is_another(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    assert _ask(world, tokens, password="le mauvais mot").status_code == 403
    assert _ask(world, tokens, OLD.upper()).status_code == 422
    assert _ask(world, tokens, "claire").status_code == 422
    key = {"X-API-Key": add_key(engine, _user(engine), "account", "read")}
    assert world.post("/api/user/email", key, email=NEW, password=PASSWORD).status_code == 403
    assert _links(engine) == []


def test_a_newer_wish_ends_the_link_of_the_one_before(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    first = _wish(world, tokens, "faute@exemple.fr")
    second = _wish(world, tokens)
    assert world.post("/api/auth/email/confirm", link=first).status_code == 400
    assert world.post("/api/auth/email/confirm", link=second).status_code == 200
    assert _email(engine) == NEW


def test_a_newer_wish_that_is_not_mailed_ends_the_link_of_the_one_before(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    for _ in range(4):
        _ask(world, tokens, "faute@exemple.fr")
    secret = _wish(world, tokens)
    assert _ask(world, tokens, "faute@exemple.fr").status_code == 202
    assert _owed_to(engine, "faute@exemple.fr") == 4
    assert world.post("/api/auth/email/confirm", link=secret).status_code == 400
    assert _email(engine) == OLD


@pytest.mark.parametrize("how", ["reset", "change"])
def test_another_password_ends_a_wish_for_another_address(
    world: World, tokens: dict[str, str], engine: Engine, how: str
) -> None:
    secret = _wish(world, tokens)
    if how == "reset":
        world.post("/api/auth/password/forgot", email=OLD)
        link = _secret(world, OLD, "Choisissez un nouveau mot de passe")
        body = {"link": link, "password": "quatre pies"}
    else:
        body = {"password": PASSWORD, "new_password": "quatre pies"}
    assert world.post(f"/api/auth/password/{how}", bearer(tokens), **body).status_code == 200
    assert world.post("/api/auth/email/confirm", link=secret).status_code == 400
    assert _email(engine) == OLD


def test_a_link_to_another_password_that_the_old_address_got_is_over(
    world: World, tokens: dict[str, str]
) -> None:
    world.post("/api/auth/password/forgot", email=OLD)
    forgotten = _secret(world, OLD, "Choisissez un nouveau mot de passe")
    _move(world, tokens)
    assert world.post("/api/auth/password/reset", link=forgotten, password="six geais").status_code == 400
    world.log_in(NEW)


def test_a_wish_whose_password_is_reset_while_it_is_compared_is_none(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    with ThreadPoolExecutor() as pool:
        with engine.begin() as connection:
            connection.execute(update(User).values(password_hash="another"))
            asked = pool.submit(_ask, world, tokens)
            _wait_for_a_lock(engine, asked)
        assert asked.result().status_code == 403
    assert _links(engine) == []


def test_a_link_to_another_password_that_is_asked_for_meanwhile_does_not_go_to_the_old_address(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    with ThreadPoolExecutor() as pool:
        with engine.begin() as connection:
            connection.execute(update(User).values(email=NEW))
            asked = pool.submit(world.post, "/api/auth/password/forgot", email=OLD)
            _wait_for_a_lock(engine, asked)
        assert asked.result().status_code == 202
    assert _links(engine) == []


def _wait_for_a_lock(engine: Engine, asked: Any) -> None:
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    while not asked.done():
        with engine.connect() as connection:
            if connection.scalar(text(query)):
                return
        time.sleep(0.02)
    raise AssertionError("it waited for nobody")


def test_of_a_link_that_is_used_twice_at_once_one_works(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    secret = _wish(world, tokens)
    with ThreadPoolExecutor(4) as pool:
        codes = list(
            pool.map(lambda _: world.post("/api/auth/email/confirm", link=secret).status_code, range(4))
        )
    assert sorted(codes) == [200, 400, 400, 400]
    assert _links(engine) == ["undo"]


def test_a_consent_to_mail_goes_on_at_the_new_address_and_the_change_is_kept(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    said = {"channels": {"email": True, "sms": True}, "version": VERSION, "language": "en"}
    world.client.put("/api/user/consents", json=said, headers=bearer(tokens))
    _move(world, tokens)
    told = world.client.get("/api/user/consents", headers=bearer(tokens)).json()
    assert [told["channels"][name]["given"] for name in ("email", "sms", "webhook")] == [True, True, False]
    last, *before = told["history"]
    assert (last["channel"], last["given"], last["source"]) == ("email", True, "email_change")
    assert (last["text"], last["version"], last["language"]) == (TEXTS["email"]["en"], VERSION, "en")
    assert sorted(word["channel"] for word in before) == ["email", "sms"]
    assert all(word["said_at"] < last["said_at"] for word in before)
    with engine.connect() as connection:
        assert connection.scalar(select(User.confirmed_at > User.created_at))


def test_a_consent_that_was_withdrawn_stays_so(world: World, tokens: dict[str, str], engine: Engine) -> None:
    for given in (True, False):
        said = {"channels": {"email": given}, "version": VERSION}
        world.client.put("/api/user/consents", json=said, headers=bearer(tokens))
    _move(world, tokens)
    with engine.connect() as connection:
        assert connection.scalars(select(Consent.given).order_by(Consent.id)).all() == [True, False]


def test_mails_of_changes_are_limited_and_the_old_address_is_told_all_the_same(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    """Whoever floods an address with mails keeps its owner from no way back."""
    secret = _wish(world, tokens)
    for _ in range(5):
        world.post("/api/auth/register", email=OLD, password=PASSWORD)
    assert world.post("/api/auth/email/confirm", link=secret).status_code == 200
    assert _way_back(world)
    answers = [_ask(world, tokens, f"a{number}@exemple.fr") for number in range(10)]
    assert (answers[0].status_code, answers[-1].status_code) == (202, 429)
    assert answers[-1].headers["RateLimit-Policy"] == '"mail";q=10;w=3600'


def test_one_address_gets_a_few_such_mails_an_hour_and_the_answer_does_not_tell(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    codes = {_ask(world, tokens).status_code for _ in range(6)}
    assert codes == {202}
    assert _owed_to(engine, NEW) == 4


def _owed_to(engine: Engine, recipient: str) -> int:
    query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.recipient == recipient)
    with engine.connect() as connection:
        return connection.scalar(query) or 0


def test_an_old_link_changes_nothing(world: World, tokens: dict[str, str], engine: Engine) -> None:
    secret = _wish(world, tokens)
    with engine.begin() as connection:
        connection.execute(update(MailedLink).values(expires_at=utc_now()))
    assert world.post("/api/auth/email/confirm", link=secret).status_code == 400
    second = _wish(world, tokens, "claire@exemple.net")
    world.post("/api/auth/email/confirm", link=second)
    back = _way_back(world)
    with engine.begin() as connection:
        connection.execute(update(MailedLink).values(expires_at=utc_now()))
    assert _undo(world, back).status_code == 400
    assert _email(engine) == "claire@exemple.net"


def test_no_secret_is_kept_in_the_clear(
    world: World, tokens: dict[str, str], engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    wish = _wish(world, tokens)
    world.post("/api/auth/email/confirm", link=wish)
    back = _way_back(world)
    with engine.connect() as connection:
        kept = str(connection.execute(select(*MailedLink.__table__.c)).all())
    assert wish not in kept + caplog.text
    assert back not in kept + caplog.text


def test_the_pages_ask_first_and_work_by_hand(world: World, tokens: dict[str, str], engine: Engine) -> None:
    _ask(world, tokens)
    letter = _letter(world, NEW, "Une autre adresse pour un compte Pignon")
    secret = letter.partition("https://pignon.example/account/email?link=")[2].split()[0]
    asked = world.client.get("/account/email", params={"link": secret})
    assert "Donner cette adresse à votre compte" in asked.text
    assert asked.headers["Cache-Control"] == "no-store"
    assert _email(engine) == OLD
    assert "votre compte a cette adresse" in world.client.post("/account/email", data={"link": secret}).text
    assert "ne vaut plus" in world.client.post("/account/email", data={"link": secret}).text

    letter, english = _letter(world, OLD, "L’adresse de votre compte a changé"), {"Accept-Language": "en"}
    back = letter.partition("https://pignon.example/account/email/undo?link=")[2].split()[0]
    page = world.client.get("/account/email/undo", params={"link": back}, headers=english).text
    assert "Take my account back" in page
    assert "<label>New password" in page
    sent = {"link": back, "password": "motdepasse"}
    assert world.client.post("/account/email/undo", data=sent).status_code == 422
    sent["password"] = "quatre pies"
    assert (
        "has its address again" in world.client.post("/account/email/undo", data=sent, headers=english).text
    )
    world.log_in(OLD, "quatre pies")
    for body in (b"", b"link=%00", b"\xff\xfe=%ff"):
        for path in ("/account/email", "/account/email/undo"):
            assert world.client.post(path, content=body).status_code == 400


def test_in_english_the_letters_are_too(world: World, tokens: dict[str, str]) -> None:
    world.client.patch("/api/user", json={"language": "en"}, headers=bearer(tokens))
    assert _ask(world, tokens).status_code == 202
    link = _secret(world, NEW, "Another address for a Pignon account")
    assert world.post("/api/auth/email/confirm", link=link).status_code == 200
    link = _secret(world, OLD, "Your account’s address has changed")
    assert _undo(world, link).status_code == 200
    assert "API keys revoked: 0" in _letter(world, OLD, "Your account has its address again")


def test_an_erasure_takes_a_wish_a_way_back_and_what_went_to_the_old_address_along(
    world: World, tokens: dict[str, str], engine: Engine
) -> None:
    _move(world, tokens)
    _wish(world, tokens, "claire@exemple.net")
    gone = world.client.request(
        "DELETE", "/api/user", json={"password": PASSWORD}, headers=bearer(tokens)
    ).json()["erased"]
    assert gone["mailed_links"] == 2
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(UserSession)) == 0
        assert connection.scalars(select(OutboxMessage.recipient)).all() == []
