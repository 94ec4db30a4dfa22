"""Ways in: an account by mail, logins that renew and end, another password; no one learns who has one."""

import time
import unicodedata
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy import Engine, func, insert, select, update

from models.tables import MailedLink, OutboxMessage, User, UserSession, utc_now
from tests.serve.accounts.conftest import PASSWORD, World, bearer, count, only_user, status_of
from tests.serve.served import served


def test_an_account_is_opened_by_the_link_of_a_mail(world: World, engine: Engine) -> None:
    asked = world.post(
        "/api/auth/register", email="Claire@Exemple.FR", password=PASSWORD, name="Claire", language="en"
    )
    assert asked.status_code == 202
    assert "https://pignon.example/account/confirm?link=" in world.mail()
    assert world.box.mails[0]["Subject"] == "Confirm your address"
    assert count(engine, User) == 0, "there is no account before"
    assert world.post("/api/auth/login", email="claire@exemple.fr", password=PASSWORD).status_code == 401
    assert world.post("/api/auth/confirm", link=world.link()).status_code == 200
    tokens = world.log_in()
    me = world.client.get("/api/user", headers=bearer(tokens)).json()
    assert (me["email"], me["name"], me["language"]) == ("Claire@exemple.fr", "Claire", "en")
    assert me["confirmed"] is True


@pytest.mark.parametrize("email", ["Élodie@exemple.fr", "İpek@exemple.fr", "claire@café.example"])
def test_an_address_of_any_letters_opens_an_account_of_its_own(world: World, email: str) -> None:
    """PostgreSQL and Python do not make small letters of the same ones: İ is two of Python's."""
    world.join(email)
    world.log_in(email)
    world.post("/api/auth/register", email=email, password="quatre pies")
    world.mail(2)
    assert world.box.mails[1]["Subject"] == "Vous avez déjà un compte"


def test_a_link_works_once(world: World) -> None:
    world.join()
    assert world.post("/api/auth/confirm", link=world.link()).status_code == 400


def test_a_link_works_for_its_purpose_alone(world: World) -> None:
    world.post("/api/auth/register", email="claire@exemple.fr", password=PASSWORD)
    answer = world.post("/api/auth/password/reset", link=world.link(), password="quatre pies")
    assert answer.status_code == 400
    assert world.post("/api/auth/confirm", link=world.link()).status_code == 200


def test_a_link_ends(world: World, engine: Engine) -> None:
    world.post("/api/auth/register", email="claire@exemple.fr", password=PASSWORD)
    secret = world.link()
    with engine.begin() as connection:
        connection.execute(update(MailedLink).values(expires_at=func.now()))
    assert world.post("/api/auth/confirm", link=secret).status_code == 400


def test_each_registration_is_opened_by_its_own_link_with_its_own_password(world: World) -> None:
    """Whoever registers with a stranger's address cannot have them confirm the wrong password unseen."""
    world.post("/api/auth/register", email="claire@exemple.fr", password="le mot de l’autre")
    world.mail(1)
    world.post("/api/auth/register", email="claire@exemple.fr", password=PASSWORD)
    assert world.post("/api/auth/confirm", link=world.link(2)).status_code == 200
    world.log_in()
    assert world.post("/api/auth/confirm", link=world.link(1)).status_code == 400
    world.log_in()


def test_another_link_is_sent_to_who_waits_and_to_no_one_else(world: World, engine: Engine) -> None:
    world.post("/api/auth/register", email="claire@exemple.fr", password=PASSWORD)
    world.mail(1)
    other = world.post("/api/auth/confirm/resend", email="personne@exemple.fr")
    again = world.post("/api/auth/confirm/resend", email="claire@exemple.fr")
    assert (other.status_code, other.content) == (again.status_code, again.content)
    assert world.post("/api/auth/confirm", link=world.link(2)).status_code == 200
    world.log_in()
    assert count(engine, OutboxMessage) == 2


def test_another_link_never_confirms_a_stranger_s_password(world: World) -> None:
    world.post("/api/auth/register", email="claire@exemple.fr", password=PASSWORD)
    world.mail(1)
    world.post("/api/auth/register", email="claire@exemple.fr", password="le mot de l’autre")
    world.mail(2)
    assert world.post("/api/auth/confirm/resend", email="claire@exemple.fr").status_code == 202
    assert "link=" not in world.mail(3)
    assert world.box.mails[2]["Subject"] == "Inscrivez-vous de nouveau"
    assert world.post("/api/auth/confirm", link=world.link(1)).status_code == 200
    world.log_in()


@pytest.mark.parametrize(
    "path", ["/api/auth/register", "/api/auth/password/forgot", "/api/agencies/1/opt-out"]
)
def test_an_address_that_programs_read_as_another_is_none(world: World, path: str) -> None:
    """Its mail would go to evil.example."""
    body = {"email": "=?utf-8?q?me=40evil=2Eexample=3B?=x@agence.fr"}
    if path.endswith("register"):
        body["password"] = PASSWORD
    answer = world.post(path, **body)
    assert (answer.status_code, answer.json()["detail"]) == (422, "email is not an e-mail address")


@pytest.mark.real_passwords
def test_registering_says_the_same_in_the_same_time_to_who_has_an_account(world: World) -> None:
    world.join()
    times: dict[str, list[float]] = {"claire@exemple.fr": [], "personne@exemple.fr": []}
    said = set()
    for email in [*times] * 2:
        began = time.monotonic()
        answer = world.post("/api/auth/register", email=email, password="quatre pies")
        times[email].append(time.monotonic() - began)
        said.add((answer.status_code, answer.content))
    assert len(said) == 1
    one, other = (min(taken) for taken in times.values())
    assert min(one, other) >= 0.4
    assert abs(one - other) < 0.3
    subjects = {world.mail(number) and world.box.mails[number - 1]["Subject"] for number in (2, 3, 4, 5)}
    assert subjects == {"Vous avez déjà un compte", "Confirmez votre adresse"}
    world.log_in()


@pytest.mark.real_passwords
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer_in_the_same_time(world: World) -> None:
    world.join()

    def wrong(email: str) -> tuple[float, httpx2.Response]:
        began = time.monotonic()
        answer = world.post("/api/auth/login", email=email, password="le mauvais mot")
        return time.monotonic() - began, answer

    wrong("personne@exemple.fr")
    known, unknown = [], []
    for _ in range(5):
        known.append(wrong("claire@exemple.fr"))
        unknown.append(wrong("personne@exemple.fr"))
    told = [[answer.json() | {"request_id": None} for _, answer in answers] for answers in (known, unknown)]
    assert told[0] == told[1]
    assert {answer.status_code for _, answer in known + unknown} == {401}
    assert known[0][1].headers["WWW-Authenticate"].startswith("Bearer")
    fastest = [min(seconds for seconds, _ in some) for some in (known, unknown)]
    assert abs(fastest[0] - fastest[1]) < max(fastest) / 2


@pytest.mark.parametrize(
    "password",
    [
        "court",
        "motdepasse",
        "Motdepasse123!",
        "azertyuiop",
        "12345678",
        "aaaaaaaaaaaa",
        "claire@exemple.fr",
        "x" * 129,
    ],
)
def test_a_password_that_is_easily_guessed_is_refused_with_the_reason(world: World, password: str) -> None:
    answer = world.post("/api/auth/register", email="claire@exemple.fr", password=password)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "password"
    assert password not in answer.text


@pytest.mark.parametrize(
    "password", ["été à la mer" * 10, "mot de passe à moi", "Ⅷ huit ﬁches", "🐦🐦🐦 trois oiseaux"]
)
def test_any_other_password_will_do_however_the_keyboard_spells_it(world: World, password: str) -> None:
    world.join(password=password)
    world.log_in(password=unicodedata.normalize("NFD", password))


@pytest.mark.parametrize(
    "email",
    [
        "claire",
        "claire@",
        "@exemple.fr",
        "a b@exemple.fr",
        "a@b\nBcc: c@d.fr",
        "a@localhost",
        "x" * 250 + "@exemple.fr",
    ],
)
def test_what_is_no_address_is_refused(world: World, email: str) -> None:
    answer = world.post("/api/auth/register", email=email, password=PASSWORD)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "email"


@pytest.mark.parametrize(
    "body",
    [
        b'{"email": "a\\u0000@exemple.fr", "password": "x"}',
        b'{"email": "\\ud800", "password": "\\ud800"}',
        b"[]",
        b"null",
        b"{",
        b'{"email": 1, "password": {}}',
        b'{"email": "a", "password": "b", "c": 1}',
        b"\xff",
    ],
)
def test_a_body_that_is_none_is_one_clear_line(world: World, body: bytes) -> None:
    answer = world.client.post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_tokens_are_kept_by_no_cache(world: World) -> None:
    tokens = world.join()
    answer = world.post("/api/auth/refresh", refresh_token=tokens["refresh_token"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(answer.json()) == {"access_token", "refresh_token", "token_type", "expires_in"}


def test_a_refresh_token_gives_the_next_and_one_used_twice_ends_the_login(world: World) -> None:
    first = world.join()
    other = world.log_in()
    second = world.post("/api/auth/refresh", refresh_token=first["refresh_token"]).json()
    third = world.post("/api/auth/refresh", refresh_token=second["refresh_token"]).json()
    assert status_of(world, third) == 200
    assert world.post("/api/auth/refresh", refresh_token=first["refresh_token"]).status_code == 401
    assert status_of(world, third) == 401, "the thief's or the owner's: both are out"
    assert world.post("/api/auth/refresh", refresh_token=third["refresh_token"]).status_code == 401
    assert status_of(world, other) == 200, "another login is not touched"


@pytest.mark.parametrize("token", ["", "pgr_", "pgr_a.b", "x" * 199, "pgr_" + "." * 100])
def test_a_refresh_token_that_is_none_is_refused(world: World, token: str) -> None:
    assert world.post("/api/auth/refresh", refresh_token=token).status_code == 401


@pytest.mark.real_passwords
def test_no_secret_is_kept_in_the_clear(world: World, engine: Engine) -> None:
    tokens = world.join()
    family, _, half = tokens["refresh_token"].removeprefix("pgr_").partition(".")
    with engine.connect() as connection:
        kept = str(connection.execute(select(*UserSession.__table__.c)).all())
        password = connection.scalar(select(User.password_hash))
        body = connection.scalar(select(OutboxMessage.body_text))
    assert family not in kept
    assert half not in kept
    assert password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert body == "", "a sent mail's link is not kept either"


def test_signing_out_ends_this_login_and_everywhere_ends_all(world: World) -> None:
    here, there, far = world.join(), world.log_in(), world.log_in()
    assert world.post("/api/auth/logout", headers=bearer(here)).status_code == 204
    assert [status_of(world, tokens) for tokens in (here, there, far)] == [401, 200, 200]
    assert world.post("/api/auth/refresh", refresh_token=here["refresh_token"]).status_code == 401
    assert world.post("/api/auth/logout-all", headers=bearer(there)).status_code == 204
    assert [status_of(world, tokens) for tokens in (there, far)] == [401, 401]


def test_a_user_has_a_bounded_number_of_logins(world: World, engine: Engine) -> None:

    world.join()
    user, day = only_user(engine), timedelta(days=1)
    ends = utc_now() + day
    rows = [
        {"id": uuid4(), "user_id": user, "family": uuid4().bytes, "current": b"", "expires_at": ends}
        for _ in range(30)
    ]
    with engine.begin() as connection:
        connection.execute(insert(UserSession), [{**row, "renewed_at": utc_now() - day} for row in rows])
    tokens = world.log_in()
    assert count(engine, UserSession) == 20
    assert status_of(world, tokens) == 200


@pytest.mark.real_passwords
def test_a_hash_of_weaker_parameters_is_renewed_at_the_next_login(world: World, engine: Engine) -> None:
    world.join()
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8_192, parallelism=1),)).hash(PASSWORD)
    with engine.begin() as connection:
        connection.execute(update(User).values(password_hash=weak))
    world.log_in()
    with engine.connect() as connection:
        assert "m=65536,t=3,p=4" in (connection.scalar(select(User.password_hash)) or "")
    world.log_in()


def test_one_changes_name_phone_and_language_and_nothing_else(world: World) -> None:
    headers = bearer(world.join())
    patch = world.client.patch
    told = patch("/api/user", json={"name": "Claire M.", "phone": "06 12 34 56 78"}, headers=headers).json()
    assert (told["name"], told["phone"], told["language"]) == ("Claire M.", "06 12 34 56 78", "fr")
    told = patch("/api/user", json={"phone": None, "language": "en"}, headers=headers).json()
    assert (told["name"], told["phone"], told["language"]) == ("Claire M.", None, "en")
    for refused in (
        {"email": "a@b.fr"},
        {"id": 1},
        {"phone": "<script>"},
        {"language": "de"},
        {"name": "a\x00b"},
    ):
        assert patch("/api/user", json=refused, headers=headers).status_code == 422


def test_one_recipient_gets_a_few_mails_an_hour_whoever_asks(world: World, engine: Engine) -> None:
    world.join()
    answers = {
        world.post("/api/auth/password/forgot", email="claire@exemple.fr").status_code for _ in range(6)
    }
    assert answers == {202}
    assert count(engine, OutboxMessage) == 1 + 4


def test_whoever_registers_with_somebody_s_address_keeps_them_from_no_password(world: World) -> None:
    world.join()
    for _ in range(5):
        world.post("/api/auth/register", email="claire@exemple.fr", password=PASSWORD)
    world.post("/api/auth/password/forgot", email="claire@exemple.fr")
    subjects = []
    for number in range(1, 6):
        world.mail(number)
        subjects.append(world.box.mails[number - 1]["Subject"])
    assert subjects[-1] == "Choisissez un nouveau mot de passe"


def test_without_mail_production_says_so_and_development_logs_the_link(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"email": "claire@exemple.fr", "password": PASSWORD}
    production = {"pignon_env": "production", "secret_key": SecretStr("q8Zp1xV0c7Rt5Lw2Yb9Nd4Kf6Hj3Gs0A")}
    with served(database_url, tmp_path, **production) as address:
        for path, told in (("register", body), ("password/forgot", {"email": body["email"]})):
            answer = httpx2.post(f"{address}/api/auth/{path}", json=told)
            assert answer.status_code == 503
            assert "SMTP_SERVER and PUBLIC_URL" in answer.json()["detail"]
    with served(database_url, tmp_path) as address:
        assert "log" in httpx2.post(f"{address}/api/auth/register", json=body).json()["detail"]
        [line] = [record.message for record in caplog.records if "SMTP_SERVER is not set" in record.message]
        secret = line.partition("link=")[2]
        kept = tmp_path / "mails.log"
        assert kept.read_text().endswith(f"link={secret}\n")
        assert kept.stat().st_mode & 0o777 == 0o600
        assert httpx2.post(f"{address}/api/auth/confirm", json={"link": secret}).status_code == 200
