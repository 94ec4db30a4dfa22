"""The sender: takes what is due from the outbox, sends it, and tries again with growing pauses.

    with sending(settings, database_url):      # in a thread of its own, for as long as the block lasts
        …

Any number of senders may run: a row is one's for LEASE. A sender that is killed between the server's yes and
its own note sends that message again, with the same Message-ID; nothing is ever lost by it.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Engine, Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from models.database import open_engine
from models.logs import clean
from models.settings import Settings
from models.tables import OutboxMessage, utc_now
from serve.mail.outbox import is_configured
from serve.mail.smtp import Conversation, NotSent
from serve.personal.dormant import tend
from serve.retention import purge

_log = logging.getLogger(__name__)

#: After each try that failed, how long until the next one; after the last none, 22 hours in all.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
#: For how long a row is one sender's; longer than a message may take.
LEASE: Final = timedelta(minutes=5)
#: Seconds between two looks at the outbox.
EVERY: Final = 2.0
#: Looks between two clearings of what is over, and of accounts that are dormant: about an hour.
_CLEARED_EVERY: Final = 1_800
_LAST_WORD: Final = "It was not sent before it was worth nothing."


class Sender:
    """sender.send_due() sends what is due now; sender.run(stop) does until it is told to stop."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings

    def run(self, stop: threading.Event) -> None:
        """Look, send, clear, again and again. A database that is away is asked again."""
        looks = 0
        while not stop.is_set():
            try:
                self.send_due(stop)
                if looks % _CLEARED_EVERY == 0:
                    tend(self._engine, self._settings)
                    purge(self._engine, self._settings)
                looks += 1
            except SQLAlchemyError as error:
                _log.warning("the outbox cannot be read now: %s", str(error).partition("\n")[0])
            except Exception:  # noqa: BLE001 nobody else would send what is owed
                _log.exception("the outbox is left for a moment")
            stop.wait(EVERY)

    def send_due(self, stop: threading.Event | None = None) -> int:
        """Send what is due, until nothing is or the server does not want more; how many were sent."""
        sent = 0
        with Conversation(self._settings) as server:
            while not (stop and stop.is_set()) and (row := self._take()) is not None:
                try:
                    server.send(_composed(row, self._settings), row.recipient)
                except NotSent as error:
                    self._note_failure(row, error)
                    if not error.final:
                        break  # what ails the server would meet the others, too: not now
                else:
                    self._note_sent(row)
                    sent += 1
        return sent

    def _take(self) -> Row[Any] | None:
        """The row that is due longest, ours for LEASE; what is worth nothing any more is given up."""
        table, now = OutboxMessage, utc_now()
        waiting = (
            table.channel == "email", table.sent_at.is_(None), table.failed_at.is_(None), table.due_at <= now
        )  # fmt: skip
        over = {**_EMPTIED, "failed_at": now, "last_error": _LAST_WORD}
        due = (
            select(table.id).where(*waiting).order_by(table.due_at).limit(1).with_for_update(skip_locked=True)
        )
        with self._engine.begin() as connection:
            connection.execute(update(table).where(*waiting, table.expires_at <= now).values(over))
            taken = (
                update(table)
                .where(table.id == due.scalar_subquery())
                .values(tries=table.tries + 1, due_at=now + LEASE)
                .returning(*table.__table__.c)
            )
            return connection.execute(taken).one_or_none()

    def _note_sent(self, row: Row[Any]) -> None:
        self._note(row, {**_EMPTIED, "sent_at": utc_now(), "last_error": None})

    def _note_failure(self, row: Row[Any], error: NotSent) -> None:
        """When the next try is; none after the last, or where the answer would be the same."""
        reason = str(error)
        told = clean(reason)  # servers repeat whom they refuse; the log names nobody
        if error.final or row.tries > len(PAUSES):
            _log.warning("mail %d is given up after %d tries: %s", row.id, row.tries, told)
            self._note(row, {**_EMPTIED, "failed_at": utc_now(), "last_error": reason})
        else:
            _log.warning("mail %d was not sent, it is tried again: %s", row.id, told)
            self._note(row, {"due_at": utc_now() + PAUSES[row.tries - 1], "last_error": reason})

    def _note(self, row: Row[Any], values: dict[str, Any]) -> None:
        """Unless another sender has taken the row meanwhile."""
        mine = OutboxMessage.id == row.id, OutboxMessage.tries == row.tries, OutboxMessage.sent_at.is_(None)
        with self._engine.begin() as connection:
            connection.execute(update(OutboxMessage).where(*mine).values(values))


#: What is over is kept without its text: links in it let people in.
_EMPTIED: Final[dict[str, Any]] = {"body_text": "", "body_html": None}


def compose(row: Row[Any], settings: Settings) -> EmailMessage:
    """The mail of a row: text and HTML, its id the same at each try."""
    sender = sender_address(settings)
    message = EmailMessage()
    message["From"] = Address("Pignon", addr_spec=sender)
    message["To"] = row.recipient
    if [read.addr_spec for read in message["To"].addresses] != [row.recipient]:
        raise ValueError("its address reads as another")
    message["Subject"] = row.subject
    message["Date"] = formatdate(row.created_at.timestamp())
    message["Message-ID"] = f"<{row.id}.{int(row.created_at.timestamp())}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = row.language
    message.set_content(row.body_text)
    if row.body_html:
        message.add_alternative(row.body_html, subtype="html")
    return message


def _composed(row: Row[Any], settings: Settings) -> EmailMessage:
    try:
        return compose(row, settings)
    except Exception as error:  # noqa: BLE001 a line break, say; and Python's parser of addresses has bugs
        raise NotSent(f"It cannot be written as a mail: {error!r}", final=True) from None


def sender_address(settings: Settings) -> str:
    """Whom mails come from: MAIL_FROM, else SMTP_USER, else pignon@ of PUBLIC_URL's host."""
    for told in (settings.mail_from, settings.smtp_user):
        if told and "@" in (address := parseaddr(told)[1]):
            return address
    return f"pignon@{urlsplit(settings.link_base).hostname}"


@contextmanager
def sending(settings: Settings, database_url: str) -> Iterator[None]:
    """A sender in a thread of its own; none where mail is not configured."""
    if not is_configured(settings):
        yield
        return
    engine, stop = open_engine(database_url, pool_size=1), threading.Event()
    thread = threading.Thread(target=Sender(engine, settings).run, args=(stop,), name="mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)  # one that waits for a server that is away ends with the process
        engine.dispose()
