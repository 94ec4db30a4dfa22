"""Consents: by channel, with what was read and when; words are added, never changed."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import ProgrammingError

from models.tables import Channel, Consent
from serve.personal import consents
from serve.personal.consent_texts import TEXTS, VERSION
from tests.serve.people import add_key
from tests.serve.personal.conftest import Visitor

PATH = "/api/user/consents"


def _say(visitor: Visitor, version: str | None = VERSION, **channels: bool) -> dict[str, Any]:
    answer = visitor.put(PATH, json={"channels": channels, "version": version})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_nothing_said_is_no_consent_and_the_texts_are_there_to_read(claire: Visitor) -> None:
    told = claire.get(PATH).json()
    assert set(told["channels"]) == {channel.value for channel in Channel}
    for channel, standing in told["channels"].items():
        assert (standing["given"], standing["since"]) == (False, None)
        assert (standing["text"], standing["text_en"]) == (
            TEXTS[Channel(channel)]["fr"],
            TEXTS[Channel(channel)]["en"],
        )
    assert (told["version"], told["history"]) == (VERSION, [])


def test_a_consent_is_kept_with_what_was_read_and_when(claire: Visitor) -> None:
    answer = claire.put(PATH, json={"channels": {"email": True}, "version": VERSION, "language": "en"})
    told = answer.json()
    (word,) = told["history"]
    assert (word["channel"], word["given"], word["source"]) == ("email", True, "api")
    assert (word["text"], word["version"], word["language"]) == (TEXTS[Channel.EMAIL]["en"], VERSION, "en")
    assert told["channels"]["email"]["given"] is True
    assert told["channels"]["email"]["since"] == word["said_at"]
    assert told["channels"]["sms"]["given"] is False


def test_a_withdrawal_is_another_word_and_needs_no_version(claire: Visitor) -> None:
    _say(claire, email=True, sms=True)
    told = _say(claire, None, email=False)
    assert (told["channels"]["email"]["given"], told["channels"]["sms"]["given"]) == (False, True)
    assert [(word["channel"], word["given"]) for word in told["history"]] == [
        ("email", False),
        ("sms", True),
        ("email", True),
    ]


def test_what_was_said_already_is_not_said_again(claire: Visitor) -> None:
    _say(claire, None, sms=False)
    for _ in range(3):
        told = _say(claire, email=True, sms=False)
    assert len(told["history"]) == 1


@pytest.mark.parametrize("version", [None, "2020-01", ""])
def test_a_consent_to_another_text_is_none(claire: Visitor, version: str | None) -> None:
    answer = claire.put(PATH, json={"channels": {"email": True}, "version": version})
    assert answer.status_code == 409
    assert claire.get(PATH).json()["history"] == []


def test_a_consent_to_an_older_text_may_be_given_to_the_new_one(claire: Visitor, engine: Engine) -> None:
    row = {
        "user_id": claire.person.id,
        "channel": "email",
        "given": True,
        "text": "Oui",
        "version": "2020-01",
    }
    with engine.begin() as connection:
        connection.execute(insert(Consent).values(**row, language="fr", source="page"))
    assert claire.get(PATH).json()["channels"]["email"]["version"] == "2020-01"
    told = _say(claire, email=True)
    assert told["channels"]["email"]["version"] == VERSION
    assert [word["source"] for word in told["history"]] == ["api", "page"]


@pytest.mark.parametrize(
    "said", [{}, {"channels": {}}, {"channels": {"pigeon": True}}, {"channels": {"email": None}}]
)
def test_what_is_no_word_is_refused(claire: Visitor, said: dict[str, Any]) -> None:
    assert claire.put(PATH, json={**said, "version": VERSION}).status_code == 422


def test_no_word_is_rewritten_or_taken_back(claire: Visitor, engine: Engine) -> None:
    _say(claire, email=True)
    for statement in ("update consents set given = false", "delete from consents"):
        with pytest.raises(ProgrammingError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))


def test_an_alert_says_which_of_its_channels_wait_for_consent(hugo: Visitor) -> None:
    form = {"name": "Lyon", "criteria": {"city": "Lyon"}, "channels": ["email", "sms"]}
    made = hugo.post("/api/user/alerts", json=form).json()
    assert made["awaiting_consent"] == ["email", "sms"]
    _say(hugo, email=True)
    assert hugo.get(f"/api/user/alerts/{made['id']}").json()["awaiting_consent"] == ["sms"]
    _say(hugo, email=False)
    assert hugo.get("/api/user/alerts").json()["alerts"][0]["awaiting_consent"] == ["email", "sms"]


def test_words_have_an_end_but_a_withdrawal_is_always_heard(
    claire: Visitor, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consents, "MAX_WORDS", 2)
    _say(claire, email=True)
    _say(claire, email=False)
    refused = claire.put(PATH, json={"channels": {"email": True}, "version": VERSION})
    assert refused.status_code == 409
    monkeypatch.setattr(consents, "MAX_WORDS", 3)
    _say(claire, email=True)
    _say(claire, email=False)
    with engine.connect() as connection:
        assert connection.scalars(select(Consent.given).order_by(Consent.id)).all() == [True, False] * 2


def test_consents_are_ones_own(client: httpx2.Client, claire: Visitor, hugo: Visitor, engine: Engine) -> None:
    _say(claire, email=True)
    assert hugo.get(PATH).json()["channels"]["email"]["given"] is False
    assert client.get(PATH).status_code == 401
    narrow = {"X-API-Key": add_key(engine, claire.person, "read")}
    assert client.get(PATH, headers=narrow).status_code == 200
    assert client.put(PATH, json={"channels": {"email": False}}, headers=narrow).status_code == 403
