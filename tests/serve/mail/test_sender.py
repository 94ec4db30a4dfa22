"""The outbox: nothing is lost, nothing goes twice, everything ends; with real SMTP servers, good and bad."""

import socket
import ssl
import subprocess
import threading
import time
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, Row, select, update

from models.settings import Settings
from models.tables import OutboxMessage, utc_now
from serve.mail import sender as sender_module
from serve.mail import smtp
from serve.mail.letter import write
from serve.mail.outbox import owed
from serve.mail.sender import LEASE, PAUSES, Sender, sending
from tests.serve.mail.postbox import postbox, text_of

LETTER = write(
    "Un essai : l’été à Nîmes",
    ["Ouvrez <ceci> & cela.", "À bientôt."],
    "fr",
    "https://pignon.example/x?a=1&b=2",
    "Ouvrir",
)


def _settings(port: int, **values: Any) -> Settings:
    told = {"smtp_server": "127.0.0.1", "smtp_port": port, "mail_from": "bonjour@pignon.example", **values}
    return Settings(_env_file=None, **told)  # type: ignore[call-arg]


def _owe(engine: Engine, recipient: str = "claire@exemple.fr", **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(owed(recipient, LETTER, **values))


def _rows(engine: Engine) -> list[Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(select(*OutboxMessage.__table__.c).order_by(OutboxMessage.id)))


def _make_due(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(OutboxMessage).values(due_at=utc_now() - timedelta(seconds=1)))


def test_a_mail_arrives_as_text_and_html_and_its_text_is_not_kept(engine: Engine) -> None:
    _owe(engine)
    with postbox() as box:
        assert Sender(engine, _settings(box.port)).send_due() == 1
        assert Sender(engine, _settings(box.port)).send_due() == 0
        [mail] = box.mails
    assert (mail["Subject"], mail["To"]) == ("Un essai : l’été à Nîmes", "claire@exemple.fr")
    assert mail["From"] == "Pignon <bonjour@pignon.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "https://pignon.example/x?a=1&b=2" in text_of(mail)
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)
    assert 'href="https://pignon.example/x?a=1&amp;b=2"' in html.get_content()
    assert "Ouvrez &lt;ceci&gt; &amp; cela." in html.get_content()
    [row] = _rows(engine)
    assert row.sent_at is not None
    assert (row.tries, row.body_text, row.body_html, row.last_error) == (1, "", None, None)


def test_what_fails_with_its_transaction_is_not_owed(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        connection.execute(owed("claire@exemple.fr", LETTER))
        raise ZeroDivisionError
    assert _rows(engine) == []


def test_the_same_message_is_owed_once_whoever_asks(engine: Engine) -> None:
    for _ in range(3):
        _owe(engine, dedup_key="alert 12, listing 1042")
        _owe(engine)
    assert len(_rows(engine)) == 4


def test_nothing_is_sent_before_its_time(engine: Engine) -> None:
    _owe(engine, due=utc_now() + timedelta(hours=1))
    with postbox() as box:
        assert Sender(engine, _settings(box.port)).send_due() == 0


def test_what_is_worth_nothing_any_more_is_given_up(engine: Engine) -> None:
    _owe(engine, expires=utc_now() - timedelta(seconds=1))
    with postbox() as box:
        assert Sender(engine, _settings(box.port)).send_due() == 0
    [row] = _rows(engine)
    assert row.failed_at is not None
    assert row.body_text == ""


def test_eight_senders_at_once_send_each_mail_once(engine: Engine) -> None:
    for number in range(40):
        _owe(engine, f"personne-{number}@exemple.fr")
    with postbox() as box:
        senders = [Sender(engine, _settings(box.port)) for _ in range(8)]
        threads = [threading.Thread(target=sender.send_due) for sender in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sent = sorted(recipient for [recipient] in box.recipients)
    assert sent == sorted(f"personne-{number}@exemple.fr" for number in range(40))


def test_a_server_that_is_away_is_tried_again_with_growing_pauses_until_a_clear_end(engine: Engine) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = probe.getsockname()[1]
    _owe(engine)
    sender = Sender(engine, _settings(nobody))
    for pause in PAUSES:
        _make_due(engine)
        assert sender.send_due() == 0
        [row] = _rows(engine)
        assert abs(row.due_at - utc_now() - pause) < timedelta(seconds=5)
        assert "refused" in row.last_error
        assert row.body_text
    _make_due(engine)
    sender.send_due()
    [row] = _rows(engine)
    assert row.failed_at is not None
    assert (row.tries, row.body_text) == (len(PAUSES) + 1, "")
    _make_due(engine)
    assert sender.send_due() == 0
    assert _rows(engine)[0].tries == len(PAUSES) + 1


@pytest.mark.parametrize("code", ["550", "450"])
def test_whom_a_server_refuses_is_told_in_the_row_and_not_in_the_log(
    engine: Engine, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    _owe(engine)
    with postbox() as box:
        box.refuse["claire@exemple.fr"] = f"{code} 5.1.1 <Claire@exemple.fr>: no such user"
        Sender(engine, _settings(box.port)).send_due()
    assert "<Claire@exemple.fr>" in _rows(engine)[0].last_error
    assert "no such user" in caplog.text
    assert "exemple.fr" not in caplog.text


def test_a_recipient_whom_the_server_cannot_name_stops_itself_alone(engine: Engine) -> None:
    _owe(engine, "élodie@exemple.fr")
    _owe(engine)
    with postbox(utf8=False) as box:
        assert Sender(engine, _settings(box.port)).send_due() == 1
    refused, sent = _rows(engine)
    assert "SMTPUTF8" in refused.last_error
    assert refused.failed_at is not None
    assert sent.sent_at is not None
    _owe(engine, "élodie@exemple.fr")
    with postbox() as box:
        assert Sender(engine, _settings(box.port)).send_due() == 1
        assert box.mails[0]["To"] == "élodie@exemple.fr"


def test_a_recipient_that_is_refused_for_good_stops_itself_alone(engine: Engine) -> None:
    _owe(engine, "nobody@exemple.fr")
    _owe(engine)
    with postbox() as box:
        box.refuse["nobody@exemple.fr"] = "550 5.1.1 no such user"
        assert Sender(engine, _settings(box.port)).send_due() == 1
    refused, sent = _rows(engine)
    assert (refused.last_error, refused.tries) == ("550 5.1.1 no such user", 1)
    assert refused.failed_at is not None
    assert sent.sent_at is not None


def test_a_server_that_says_later_is_heard(engine: Engine) -> None:
    _owe(engine)
    with postbox() as box:
        box.answer = "451 4.7.1 greylisted"
        sender = Sender(engine, _settings(box.port))
        assert sender.send_due() == 0
        assert _rows(engine)[0].failed_at is None
        box.answer = "250 OK"
        _make_due(engine)
        assert sender.send_due() == 1


def test_a_server_that_dies_in_the_midst_loses_nothing(engine: Engine) -> None:
    for _ in range(2):
        _owe(engine)
    with postbox() as box:
        box.hang_up = True
        sender = Sender(engine, _settings(box.port))
        assert sender.send_due() == 0
        box.hang_up = False
        _make_due(engine)
        assert sender.send_due() == 2
        assert len({mail["Message-ID"] for mail in box.mails}) == 2


def test_a_slow_server_is_not_waited_for_without_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "PATIENCE", 0.3)
    _owe(engine)
    with postbox() as box:
        box.wait = 2
        began = time.monotonic()
        assert Sender(engine, _settings(box.port)).send_due() == 0
        assert time.monotonic() - began < 1.9
    assert "timed out" in _rows(engine)[0].last_error


def test_a_server_that_says_a_letter_at_a_time_is_left(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "LONGEST", 0.5)
    _owe(engine)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 hello\r\n")
                try:
                    for _ in range(200):
                        connection.sendall(b"2")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        assert Sender(engine, _settings(listening.getsockname()[1])).send_due() == 0
        assert time.monotonic() - began < 5
        thread.join()
    assert _rows(engine)[0].last_error


def test_a_sender_that_was_killed_in_the_midst_leaves_its_mail_to_another(engine: Engine) -> None:
    _owe(engine)
    with postbox() as box:
        sender = Sender(engine, _settings(box.port))
        taken = sender._take()  # and is killed here
        assert taken is not None
        assert sender.send_due() == 0, "it is the dead one's for a while"
        assert LEASE.total_seconds() > smtp.LONGEST * 2
        _make_due(engine)
        assert sender.send_due() == 1
    assert _rows(engine)[0].tries == 2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody knows."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    told = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1", "-nodes"]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-keyout",
        path,
        "-out",
        f"{path}.crt",
        *told,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return path


def _tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certificate}.crt", certificate)
    return context


LOGIN = {"smtp_user": "pignon@exemple.fr", "smtp_password": SecretStr("right")}


def test_the_password_goes_by_tls_to_a_server_that_is_who_it_says(
    engine: Engine, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    _owe(engine)
    with postbox(_tls(certificate), login=True) as box:
        assert Sender(engine, _settings(box.port, **LOGIN)).send_due() == 1
        assert box.logins == [("pignon@exemple.fr", True)]


def test_a_server_with_a_strangers_certificate_gets_neither_password_nor_mail(
    engine: Engine, certificate: Path
) -> None:
    _owe(engine)
    with postbox(_tls(certificate), login=True) as box:
        assert Sender(engine, _settings(box.port, **LOGIN)).send_due() == 0
        assert box.logins == []
    assert "certificate" in _rows(engine)[0].last_error


def test_a_wrong_password_is_the_operators_to_mend_and_the_mail_waits(
    engine: Engine, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    _owe(engine)
    with postbox(_tls(certificate), login=True) as box:
        wrong = _settings(box.port, smtp_user="pignon@exemple.fr", smtp_password=SecretStr("wrong"))
        assert Sender(engine, wrong).send_due() == 0
        [row] = _rows(engine)
        assert row.failed_at is None
        assert row.last_error.startswith("535")
        assert "wrong" not in row.last_error
        _make_due(engine)
        assert Sender(engine, _settings(box.port, **LOGIN)).send_due() == 1


@pytest.mark.parametrize(
    "recipient",
    [
        "=?utf-8?q?me=40evil=2Eexample=3B?=x@agence.fr",
        "=?utf-8?q?a=2Cb=40one.fr=2Cc=40two.fr=2C?=x@agence.fr",
        "=?x?b?~?=@exemple.fr",
        "=?utf-8?q??=@exemple.fr",
    ],
)
def test_an_address_that_reads_as_another_gets_no_mail_and_stops_itself_alone(
    engine: Engine, recipient: str
) -> None:
    """Encoded words (RFC 2047): Python's parser reads another address in some and fails of others."""
    _owe(engine, recipient)
    _owe(engine)
    with postbox() as box:
        assert Sender(engine, _settings(box.port)).send_due() == 1
        assert box.recipients == [["claire@exemple.fr"]]
    (given_up, _) = _rows(engine)
    assert given_up.failed_at is not None
    assert "cannot be written as a mail" in given_up.last_error


def test_a_sender_outlives_what_nobody_thought_of(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _owe(engine)
    tries = iter([RuntimeError("a surprise")])
    send_due = Sender.send_due

    def surprised(self: Sender, stop: threading.Event | None = None) -> int:
        for error in tries:
            raise error
        return send_due(self, stop)

    monkeypatch.setattr(Sender, "send_due", surprised)
    monkeypatch.setattr(sender_module, "EVERY", 0.05)
    with postbox() as box, sending(_settings(box.port), engine.url.render_as_string(hide_password=False)):
        end = time.monotonic() + 10
        while not box.mails:
            assert time.monotonic() < end, "it ended"
            time.sleep(0.02)


def test_a_recipient_with_a_line_break_makes_no_header(engine: Engine) -> None:
    _owe(engine, "claire@exemple.fr\nBcc: other@exemple.fr")
    with postbox() as box:
        assert Sender(engine, _settings(box.port)).send_due() == 0
        assert box.mails == []
    assert _rows(engine)[0].failed_at is not None


def test_a_sender_beside_other_work_sends_within_seconds_and_ends_with_it(
    engine: Engine, database_url: str
) -> None:
    with postbox() as box:
        with sending(_settings(box.port), database_url):
            _owe(engine)
            end = time.monotonic() + 10
            while not box.mails and time.monotonic() < end:
                time.sleep(0.05)
        assert len(box.mails) == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "mail"]
