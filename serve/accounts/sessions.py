"""Logins: begun, renewed by a refresh token that is new each time, and ended."""

import hmac
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Delete, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import User, UserSession, utc_now
from serve.accounts.secrets import hashed, new_secret
from serve.accounts.seen import note_seen

_log = logging.getLogger(__name__)

#: A login that is not renewed for so long is over.
IDLE: Final = timedelta(days=30)
#: However often it is renewed, one signs in again after so long.
LIFE: Final = timedelta(days=365)
#: Logins that one user has at once; the one renewed longest ago makes room.
MOST: Final = 20
REFRESH_PREFIX: Final = "pgr_"
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Login:
    """A login and the refresh token that renews it next, which is told once and kept nowhere."""

    user: int
    session: UUID
    refresh: str


async def begin(connection: AsyncConnection, user: int) -> Login:
    """A new login of a user."""
    session, family, half, now = uuid4(), new_secret(), new_secret(), utc_now()
    await note_seen(connection, user)
    await connection.execute(_make_room(user))
    row = {"id": session, "user_id": user, "family": hashed(family), "current": hashed(half)}
    await connection.execute(insert(UserSession).values(**row, expires_at=now + IDLE))
    return Login(user, session, _token(family, half))


async def renew(connection: AsyncConnection, refresh: str) -> Login | None:
    """The login with its next refresh token; None when it is over, or this token was used before.

    A token that comes twice was copied, and no one can tell whose use was the thief's: the login ends.
    """
    family, _, half = refresh.removeprefix(REFRESH_PREFIX).partition(".")
    if not refresh.startswith(REFRESH_PREFIX) or not half or len(refresh) > _LONGEST:
        return None
    now, table = utc_now(), UserSession
    query = (
        select(table.id, table.user_id, table.current, table.created_at)
        .join(User, User.id == table.user_id)
        .where(User.is_active, table.family == hashed(family))
        .where(table.revoked_at.is_(None), table.expires_at > now)
    )
    if (found := (await connection.execute(query)).one_or_none()) is not None:
        await note_seen(connection, found.user_id)
    row = (await connection.execute(query.with_for_update(of=table))).one_or_none()
    if row is None:
        return None
    mine = update(table).where(table.id == row.id)
    if not hmac.compare_digest(row.current, hashed(half)):
        _log.warning("a refresh token was used twice; its login is ended")
        await connection.execute(mine.values(revoked_at=now))
        return None
    fresh = new_secret()
    ends = min(now + IDLE, row.created_at + LIFE)
    await connection.execute(mine.values(current=hashed(fresh), renewed_at=now, expires_at=ends))
    return Login(row.user_id, row.id, _token(family, fresh))


async def end(connection: AsyncConnection, session: UUID) -> None:
    """End one login: its tokens stop working at once."""
    await connection.execute(
        update(UserSession).where(UserSession.id == session).values(revoked_at=utc_now())
    )


async def end_all(connection: AsyncConnection, user: int) -> None:
    """End every login of a user."""
    live = UserSession.user_id == user, UserSession.revoked_at.is_(None)
    await connection.execute(update(UserSession).where(*live).values(revoked_at=utc_now()))


def _make_room(user: int) -> Delete:
    table = UserSession
    newest = (
        select(table.id)
        .where(table.user_id == user, table.revoked_at.is_(None))
        .order_by(table.renewed_at.desc())
        .limit(MOST - 1)
    )
    return delete(table).where(table.user_id == user, table.id.not_in(newest))


def _token(family: str, half: str) -> str:
    return f"{REFRESH_PREFIX}{family}.{half}"
