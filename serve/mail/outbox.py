"""What is owed: written in the transaction that causes it, so that neither is there without the other.

await connection.execute(owed("claire@exemple.fr", letter, dedup_key="alert 12, listing 1042"))
"""

import logging
import os
from datetime import datetime
from typing import Final

from sqlalchemy import Insert, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.settings import Settings
from models.tables import OutboxMessage
from serve.mail.letter import Letter

_log = logging.getLogger(__name__)

#: In PIGNON_HOME: the links of mails that development does not send.
UNSENT: Final = "mails.log"
_LONGEST_UNSENT: Final = 100_000


def owed(
    recipient: str,
    letter: Letter,
    *,
    channel: str = "email",
    user: int | None = None,
    due: datetime | None = None,
    expires: datetime | None = None,
    dedup_key: str | None = None,
) -> Insert:
    """The statement that owes a message. A second one of the same dedup_key is not owed, for as
    long as the first is kept (MESSAGE_RETENTION_DAYS; its text goes once it is sent).

    due: not before. expires: given up after. user: goes when they go.
    """
    values = {
        "channel": channel,
        "recipient": recipient,
        "subject": letter.subject,
        "body_text": letter.text,
        "body_html": letter.html,
        "language": letter.language,
        "user_id": user,
        "expires_at": expires,
        "dedup_key": dedup_key,
        "due_at": due if due is not None else func.now(),
        "created_at": func.now(),
    }
    return insert(OutboxMessage).values(values).on_conflict_do_nothing(index_elements=["dedup_key"])


def is_configured(settings: Settings) -> bool:
    """Whether mail can be sent: a server, and in production an address for its links to lead to."""
    reachable = settings.public_url is not None or settings.pignon_env == "development"
    return settings.smtp_server is not None and reachable


def is_possible(settings: Settings) -> bool:
    """Whether people get their mail, or, in development, the operator reads its link in the log."""
    return is_configured(settings) or settings.pignon_env == "development"


async def post(
    connection: AsyncConnection,
    settings: Settings,
    recipient: str,
    letter: Letter,
    *,
    user: int | None = None,
    expires: datetime | None = None,
) -> None:
    """Owe a mail in this transaction; in development without a server, log its link in one line."""
    if is_configured(settings):
        await connection.execute(owed(recipient, letter, user=user, expires=expires))
    elif settings.pignon_env == "development":
        _log.warning("SMTP_SERVER is not set; this mail would have said: %s", letter.link or letter.subject)
        note_unsent(settings, letter)


def note_unsent(settings: Settings, letter: Letter) -> None:
    """One more line in PIGNON_HOME, for its owner alone: what a replica of Ray Serve logs is hard to find."""
    path = settings.home / UNSENT
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"{letter.link or letter.subject}\n".encode()
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.fstat(opened).st_size > _LONGEST_UNSENT:
            os.ftruncate(opened, 0)
        os.write(opened, line)
    finally:
        os.close(opened)
