"""Dormant accounts: one letter that was sent, a month of grace, then nothing is left; coming back ends it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text, update

from models.settings import Settings
from models.tables import OutboxMessage, User, utc_now
from serve.mail.sender import Sender, sending
from serve.personal import dormant
from serve.personal.dormant import tend
from serve.retention import purge
from tests.serve.accounts.conftest import World, world
from tests.serve.mail.postbox import Postbox, postbox, text_of
from tests.serve.people import Person, add_key, sign_up
from tests.serve.personal.belongings import fill, personal_tables

__all__ = ["world"]

DAY = timedelta(days=1)


@pytest.fixture
def box() -> Iterator[Postbox]:
    """A mail server."""
    with postbox() as opened:
        yield opened


@pytest.fixture
def settings(box: Postbox) -> Settings:
    """Those of a Pignon that sends its mail there."""
    return _settings(box)


def _settings(box: Postbox, **told: Any) -> Settings:
    mail = {"smtp_server": "127.0.0.1", "smtp_port": box.port, "public_url": "https://pignon.example"}
    return Settings(_env_file=None, **mail, **told)  # type: ignore[call-arg]


def _months_ago(engine: Engine, months: float, *people: Person) -> None:
    """When these people were seen last; all that there are if none is named."""
    seen = update(User).values(seen_at=utc_now() - months * 31 * DAY)
    if people:
        seen = seen.where(User.id.in_([person.id for person in people]))
    with engine.begin() as connection:
        connection.execute(seen)


def _users(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return set(connection.scalars(select(User.id)))


def _owed(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def _later(days: float) -> datetime:
    return utc_now() + days * DAY


def test_who_does_not_come_back_is_told_once_and_erased_a_month_later(
    engine: Engine, settings: Settings, box: Postbox, tmp_path: Path
) -> None:
    person = sign_up(engine, tmp_path)
    rows = fill(engine, person)
    with engine.begin() as connection:
        connection.execute(text("delete from outbox"))
    _months_ago(engine, 25)
    assert [tend(engine, settings) for _ in range(2)] == [(1, 0), (0, 0)]
    Sender(engine, settings).send_due()
    [mail] = box.mails
    assert (mail["To"], mail["Subject"]) == (person.email, "Votre compte va être effacé")
    assert "depuis 24 mois" in text_of(mail)
    assert "dans 30 jours" in text_of(mail)
    for days in (0, 1, 29.9):
        assert tend(engine, settings, _later(days)) == (0, 0)
    assert _users(engine) == {person.id}
    assert tend(engine, settings, _later(30.1)) == (0, 1)
    assert _counts(engine) == dict.fromkeys(rows, 0)
    assert tend(engine, settings, _later(31)) == (0, 0)
    assert len(box.mails) == 1


def _counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table: connection.scalar(text(f'select count(*) from "{table}"')) or 0
            for table in personal_tables(engine)
        }


def test_who_is_not_dormant_and_who_was_barred_keep_what_is_theirs(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    awake, barred = sign_up(engine, tmp_path), sign_up(engine, tmp_path, is_active=False)
    _months_ago(engine, 23, awake)
    _months_ago(engine, 100, barred)
    assert tend(engine, settings) == (0, 0)
    with engine.begin() as connection:
        connection.execute(update(User).values(warned_at=_later(-300)))
    assert tend(engine, settings) == (0, 0)
    assert _users(engine) == {awake.id, barred.id}


def test_one_account_is_erased_and_others_are_not_touched(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    asleep, awake = sign_up(engine, tmp_path), sign_up(engine, tmp_path)
    theirs = fill(engine, awake)
    _months_ago(engine, 25, asleep)
    _tell(engine, settings)
    assert tend(engine, settings, _later(31)).erased == 1
    assert _counts(engine) == theirs


def _tell(engine: Engine, settings: Settings) -> None:
    """Letters are owed and sent."""
    tend(engine, settings)
    Sender(engine, settings).send_due()


def _sign_in(world: World, tokens: dict[str, str], key: dict[str, str]) -> None:
    world.log_in()


def _renew(world: World, tokens: dict[str, str], key: dict[str, str]) -> None:
    assert world.post("/api/auth/refresh", refresh_token=tokens["refresh_token"]).status_code == 200


def _use_a_key(world: World, tokens: dict[str, str], key: dict[str, str]) -> None:
    assert world.client.get("/api/user", headers=key).status_code == 200


def _try_a_wrong_password(world: World, tokens: dict[str, str], key: dict[str, str]) -> None:
    told = {"email": "claire@exemple.fr", "password": "le mauvais mot"}
    assert world.post("/api/auth/login", **told).status_code == 401


@pytest.mark.parametrize(
    ("come_back", "erased"), [(_sign_in, 0), (_renew, 0), (_use_a_key, 0), (_try_a_wrong_password, 1)]
)
def test_whoever_comes_back_stays(
    world: World, engine: Engine, come_back: Callable[..., None], erased: int
) -> None:
    tokens = world.join()
    (user,) = _users(engine)
    key = {"X-API-Key": add_key(engine, user, "read")}
    _months_ago(engine, 25)
    with engine.begin() as connection:
        changed = connection.scalar(select(User.updated_at))
    settings = _settings(world.box)
    _tell(engine, settings)
    assert tend(engine, settings) == (0, 0), "that it was sent is noted"
    come_back(world, tokens, key)
    assert tend(engine, settings, _later(31)).erased == erased
    if not erased:
        with engine.begin() as connection:
            row = connection.execute(select(User.warned_at, User.seen_at, User.updated_at)).one()
        assert (row.warned_at, row.updated_at) == (None, changed)
        assert utc_now() - row.seen_at < DAY


def test_a_use_is_kept_to_the_day(world: World, engine: Engine) -> None:
    tokens = world.join()
    with engine.connect() as connection:
        before = connection.scalar(select(User.seen_at))
    _renew(world, tokens, {})
    world.log_in()
    with engine.connect() as connection:
        assert connection.scalar(select(User.seen_at)) == before


def test_who_fell_asleep_again_is_told_again(
    engine: Engine, settings: Settings, box: Postbox, tmp_path: Path
) -> None:
    sign_up(engine, tmp_path)
    _months_ago(engine, 60)
    _tell(engine, settings)
    with engine.begin() as connection:  # they came back, two years ago by now
        connection.execute(update(User).values(warned_at=None))
    _months_ago(engine, 25)
    assert tend(engine, settings, _later(31)) == (1, 0)
    Sender(engine, settings).send_due()
    assert len(box.mails) == 2


def test_without_a_letter_that_was_sent_nobody_is_erased(
    engine: Engine, settings: Settings, box: Postbox, tmp_path: Path
) -> None:
    person = sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    box.answer = "451 not now"
    _tell(engine, settings)
    for days in (31, 400):
        assert tend(engine, settings, _later(days)) == (0, 0)
    assert _users(engine) == {person.id}
    box.answer = "250 OK"
    with engine.begin() as connection:
        connection.execute(update(OutboxMessage).values(due_at=utc_now()))
    Sender(engine, settings).send_due()
    assert tend(engine, settings, _later(29)) == (0, 0), "the month counts from the sending"
    assert tend(engine, settings, _later(31)) == (0, 1)


def test_a_letter_that_is_refused_is_owed_anew_once_its_row_is_gone(
    engine: Engine, settings: Settings, box: Postbox, tmp_path: Path
) -> None:
    person = sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    box.refuse[person.email] = "550 no such mailbox"
    _tell(engine, settings)
    assert tend(engine, settings, _later(31)) == (0, 0)
    purge(engine, settings, _later(31))
    assert tend(engine, settings, _later(31)) == (1, 0)
    assert _users(engine) == {person.id}


def test_where_no_mail_is_configured_nobody_is_told_or_erased(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    without = Settings(_env_file=None, pignon_home=tmp_path)  # type: ignore[call-arg]
    assert tend(engine, without) == (0, 0)
    _tell(engine, settings)
    assert tend(engine, without, _later(31)) == (0, 0)
    assert len(_users(engine)) == 1


def test_zero_months_is_never_and_longer_ones_hold_for_who_was_told(
    engine: Engine, settings: Settings, box: Postbox, tmp_path: Path
) -> None:
    sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    never = _settings(box, dormant_after_months=0)
    assert tend(engine, never) == (0, 0)
    _tell(engine, settings)
    for told in (never, _settings(box, dormant_after_months=60)):
        assert tend(engine, told, _later(31)) == (0, 0)
    assert tend(engine, settings, _later(31)) == (0, 1)


def test_the_row_of_a_letter_may_go_before_the_account_does(
    engine: Engine, box: Postbox, tmp_path: Path
) -> None:
    settings = _settings(box, message_retention_days=1)
    sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    _tell(engine, settings)
    for days in (1.1, 2.2, 29):
        assert tend(engine, settings, _later(days)) == (0, 0)
        purge(engine, settings, _later(days))
    assert _owed(engine) == 0
    assert tend(engine, settings, _later(31)) == (0, 1)
    assert len(box.mails) == 1


def test_a_run_tells_and_erases_no_more_than_some(
    engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dormant, "MOST", 2)
    for _ in range(5):
        sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    assert [tend(engine, settings).told for _ in range(4)] == [2, 2, 1, 0]
    Sender(engine, settings).send_due()
    assert [tend(engine, settings, _later(31)).erased for _ in range(4)] == [2, 2, 1, 0]


def test_several_at_once_tell_and_erase_each_account_once(
    engine: Engine, settings: Settings, box: Postbox, tmp_path: Path
) -> None:
    for _ in range(6):
        sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: tend(engine, settings).told, range(4)))
        assert _owed(engine) == 6 <= sum(told)
        Sender(engine, settings).send_due()
        erased = list(pool.map(lambda _: tend(engine, settings, _later(31)).erased, range(4)))
    assert sum(erased) == 6
    assert len(box.mails) == 6
    assert _users(engine) == set()


def test_who_signs_in_at_that_moment_is_not_erased_and_nobody_waits(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    _tell(engine, settings)
    tend(engine, settings)
    with engine.begin() as connection:
        connection.execute(select(User.id).with_for_update(key_share=True))
        assert tend(engine, settings, _later(31)) == (0, 0)
    assert tend(engine, settings, _later(31)) == (0, 1)


def test_a_sender_tends_by_itself(
    database_url: str, engine: Engine, settings: Settings, box: Postbox, tmp_path: Path
) -> None:
    sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    with sending(settings, database_url):
        end = time.monotonic() + 20
        while not box.mails:
            assert time.monotonic() < end, "no letter came"
            time.sleep(0.05)
    assert box.mails[0]["Subject"] == "Votre compte va être effacé"


def test_the_schedule_tends_too(
    database_url: str, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    from cluster.schedule import _tidy

    sign_up(engine, tmp_path)
    _months_ago(engine, 25)
    _tidy(settings, database_url)
    assert _owed(engine) == 1


def test_the_letter_is_in_the_reader_s_language(
    engine: Engine, settings: Settings, box: Postbox, tmp_path: Path
) -> None:
    sign_up(engine, tmp_path, language="en")
    _months_ago(engine, 25)
    _tell(engine, settings)
    assert "was not used for 24 months. It will be erased in 30 days" in text_of(box.mails[0])
