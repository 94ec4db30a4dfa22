"""Dormant accounts: told by one letter, and erased a month later unless somebody comes back to them.

    tend(engine, settings)      # before every `serve.retention.purge`, which in time deletes letters' rows

Nobody is erased to whom no letter was sent: while mail is down or not configured, all stay. An account that
the operator barred stays, too: its owner could not come back.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Engine, Interval, func, literal, select, update

from models.settings import Settings
from models.tables import OutboxMessage, User, utc_now
from serve.accounts.letters import letter
from serve.mail.outbox import is_configured, owed
from serve.personal.belongings import erase_rows

#: From the sending of the letter to the erasure.
GRACE: Final = timedelta(days=30)
#: Accounts that are told, and accounts that are erased, in one run.
MOST: Final = 100

#: Of the letter to an account: one for each time that it fell asleep.
_KEY: Final[ColumnElement[str]] = func.concat(
    "dormant ", User.id, " ", func.to_char(func.timezone("UTC", User.seen_at), "YYYY-MM-DD")
)


class Tended(NamedTuple):
    """How many accounts were told, and how many erased."""

    told: int
    erased: int


def tend(engine: Engine, settings: Settings, now: datetime | None = None) -> Tended:
    """Erase who was told long enough ago, and tell who is dormant. Any number may do it at once."""
    if not settings.dormant_after_months or not is_configured(settings):
        return Tended(0, 0)
    now = now or utc_now()
    _note_sent(engine, _dormant(settings, now))
    erased = 0
    while erased < MOST and _erase_one(engine, _dormant(settings, now), now):
        erased += 1
    return Tended(_tell(engine, settings, _dormant(settings, now)), erased)


def _dormant(settings: Settings, now: datetime) -> ColumnElement[bool]:
    months = func.make_interval(0, settings.dormant_after_months, type_=Interval)
    return User.is_active & (User.seen_at < literal(now) - months)


def _note_sent(engine: Engine, dormant: ColumnElement[bool]) -> None:
    """Keep with the account when its letter was sent: the letter's row may go before the account does."""
    sent = OutboxMessage.dedup_key == _KEY, OutboxMessage.sent_at.is_not(None)
    values: dict[str, Any] = {"warned_at": OutboxMessage.sent_at, "updated_at": User.updated_at}
    with engine.begin() as connection:
        connection.execute(update(User).where(dormant, User.warned_at.is_(None), *sent).values(values))


def _erase_one(engine: Engine, dormant: ColumnElement[bool], now: datetime) -> bool:
    """Erase one account, in a transaction of its own. One that somebody signs in to at this moment is not."""
    over = select(User.id).where(dormant, User.warned_at <= now - GRACE).order_by(User.warned_at).limit(1)
    with engine.begin() as connection:
        user = connection.scalar(over.with_for_update(skip_locked=True))
        if user is not None:
            erase_rows(connection, user)
    return user is not None


def _tell(engine: Engine, settings: Settings, dormant: ColumnElement[bool]) -> int:
    """Owe a letter to who got none. One that the mail server refused is owed anew once its row is gone."""
    owed_before = select(OutboxMessage.id).where(OutboxMessage.dedup_key == _KEY).exists()
    silent = (
        select(User.id, User.email, User.language, _KEY.label("key"))
        .where(dormant, User.warned_at.is_(None), ~owed_before)
        .order_by(User.seen_at)
        .limit(MOST)
        .with_for_update(key_share=True, skip_locked=True)
    )
    numbers = {"months": settings.dormant_after_months, "days": GRACE.days}
    with engine.begin() as connection:
        rows = connection.execute(silent).all()
        for row in rows:
            told = letter("dormant", row.language, settings.link_base, **numbers)
            connection.execute(owed(row.email, told, user=row.id, dedup_key=row.key))
    return len(rows)
