"""How long things are kept that nobody needs for ever: logs of crawls, messages, logins, mailed links.

    purge(engine, settings)          # `pignon schedule` does it daily, a sender of mails hourly

What is a user's stays until they take it away, or until they are long gone (`serve.personal.dormant`):
docs/privacy.md has the list. The access log names nobody and
goes to the process's output, so its keeping is the operator's.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, delete, func, or_, select

from models.settings import Settings
from models.tables import ApiKey, Base, MailedLink, OutboxMessage, ScrapingLog, UserSession, utc_now

#: Rows deleted in one transaction: a purge that was long put off holds no lock for long.
BATCH: Final = 5_000


def purge(engine: Engine, settings: Settings, now: datetime | None = None) -> Mapping[str, int]:
    """Delete what has outlived its time; rows by table."""
    over = _over(settings, now or utc_now())
    return {kind.__tablename__: _purge(engine, kind, condition) for kind, condition in over.items()}


def _over(settings: Settings, now: datetime) -> Mapping[type[Base], ColumnElement[bool]]:
    """Of each table, the rows whose time is over."""
    messages = now - timedelta(days=settings.message_retention_days)
    logins = now - timedelta(days=settings.login_retention_days)
    sent = OutboxMessage
    return {
        ScrapingLog: _old_logs(now - timedelta(days=settings.log_retention_days)),
        sent: or_(sent.sent_at < messages, sent.failed_at < messages, sent.expires_at < messages),
        UserSession: or_(UserSession.revoked_at < logins, UserSession.expires_at < logins),
        # Nothing asks for one that is over; of a registration it holds a stranger's name and password's hash.
        MailedLink: MailedLink.expires_at < now,
        ApiKey: ApiKey.expires_at < logins,
    }


def _old_logs(before: datetime) -> ColumnElement[bool]:
    """But each site's last log, and the last that read anything: withdrawals in a burst are held by it."""
    log = ScrapingLog
    last = select(func.max(log.id)).group_by(log.agency_id)
    kept = last.union_all(last.where(log.pages_fetched > 0, log.ended_at.is_not(None)))
    return (func.coalesce(log.ended_at, log.started_at) < before) & log.id.not_in(kept)


def _purge(engine: Engine, kind: type[Base], over: ColumnElement[bool]) -> int:
    key: Any = next(iter(kind.__table__.primary_key))
    total = 0
    while True:
        with engine.begin() as connection:
            gone = connection.execute(delete(kind).where(key.in_(select(key).where(over).limit(BATCH))))
        total += gone.rowcount
        if gone.rowcount < BATCH:
            return total
