"""What nobody needs for ever is deleted when its time is over; what is still of use, and history, stay."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, insert, select

from models.settings import Settings
from models.tables import (
    ApiKey,
    Base,
    ListingHistory,
    MailedLink,
    OutboxMessage,
    ScrapingLog,
    UserSession,
    utc_now,
)
from serve import retention
from serve.retention import purge
from tests.serve.market import add_agency, add_event, add_listing
from tests.serve.people import sign_up

SETTINGS = Settings(_env_file=None, log_retention_days=100, message_retention_days=10, login_retention_days=5)
NOW = utc_now()


def ago(days: float) -> Any:
    return NOW - timedelta(days=days)


def _add(engine: Engine, table: type[Base], *rows: dict[str, Any]) -> None:
    with engine.begin() as connection:
        for row in rows:
            connection.execute(insert(table).values(**row))


def _left(engine: Engine, column: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.scalars(select(column).order_by(column)))


def _log(agency: int, days: float, **values: Any) -> dict[str, Any]:
    told = {"agency_id": agency, "status": "ok", "started_at": ago(days), "ended_at": ago(days)}
    return {**told, "pages_fetched": 3, "error_message": f"{days}", **values}


def test_logs_of_crawls_go_but_each_sites_last_and_the_last_that_read_anything(engine: Engine) -> None:
    one, other = add_agency(engine), add_agency(engine)
    _add(engine, ScrapingLog, _log(one, 400), _log(one, 300), _log(one, 200, pages_fetched=0))
    _add(engine, ScrapingLog, _log(other, 150, ended_at=None), _log(other, 99), _log(other, 1))
    assert purge(engine, SETTINGS)["scraping_logs"] == 2
    assert sorted(_left(engine, ScrapingLog.error_message)) == ["1", "200", "300", "99"]


def test_history_outlives_the_log_of_its_crawl(engine: Engine) -> None:
    agency = add_agency(engine)
    _add(engine, ScrapingLog, _log(agency, 400), _log(agency, 1))
    first = min(_left(engine, ScrapingLog.id))
    add_event(engine, add_listing(engine, agency), "created", ago(400), scraping_log_id=first)
    assert purge(engine, SETTINGS)["scraping_logs"] == 1
    assert _left(engine, ListingHistory.scraping_log_id) == [first]


def test_messages_go_once_they_were_sent_given_up_or_worth_nothing_long_enough(engine: Engine) -> None:
    told = {"recipient": "claire@exemple.fr", "body_text": "", "created_at": ago(40)}
    for subject, times in (
        ("sent", {"sent_at": ago(11)}),
        ("failed", {"failed_at": ago(11)}),
        ("over", {"expires_at": ago(11)}),
        ("just sent", {"sent_at": ago(9)}),
        ("owed", {}),
    ):
        _add(engine, OutboxMessage, {**told, "subject": subject, **times})
    assert purge(engine, SETTINGS)["outbox"] == 3
    assert _left(engine, OutboxMessage.subject) == ["just sent", "owed"]


def test_logins_keys_and_links_go_when_they_are_over(engine: Engine, tmp_path: Path) -> None:
    person = sign_up(engine, tmp_path)
    for family, times in (
        (b"ended", {"revoked_at": ago(6), "expires_at": ago(-9)}),
        (b"expired", {"expires_at": ago(6)}),
        (b"just ended", {"revoked_at": ago(4), "expires_at": ago(-9)}),
    ):
        row = {"id": uuid4(), "user_id": person.id, "family": family, "current": b"", **times}
        _add(engine, UserSession, row)
    for name, expires_at in (("old", ago(6)), ("new", ago(4)), ("for ever", None)):
        key = {"user_id": person.id, "name": name, "prefix": "pgn_", "scopes": [], "expires_at": expires_at}
        _add(engine, ApiKey, {**key, "hash": name.encode()})
    for digest, days in ((b"over", 0.01), (b"good", -1)):
        link = {"purpose": "confirm", "address": "a@exemple.fr", "expires_at": ago(days)}
        _add(engine, MailedLink, {**link, "hash": digest})
    gone = purge(engine, SETTINGS)
    assert (gone["user_sessions"], gone["api_keys"], gone["mailed_links"]) == (2, 1, 1)
    assert b"just ended" in _left(engine, UserSession.family)
    assert person.session in _left(engine, UserSession.id)
    assert _left(engine, ApiKey.name) == ["for ever", "new"]
    assert _left(engine, MailedLink.hash) == [b"good"]


def test_a_purge_that_was_long_put_off_goes_by_small_steps(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    agency = add_agency(engine)
    _add(engine, ScrapingLog, *(_log(agency, days) for days in range(300, 305)), _log(agency, 1))
    assert purge(engine, SETTINGS)["scraping_logs"] == 5
    assert purge(engine, SETTINGS)["scraping_logs"] == 0
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(ScrapingLog)) == 1
