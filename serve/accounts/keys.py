"""API keys: shown once, kept as a hash, for some scopes and some time."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import ApiKey, CalendarFeed, utc_now
from serve.accounts.answers import Key, KeyRequest, NewKey
from serve.accounts.secrets import hashed, new_secret
from serve.accounts.signed_in import KEY_PREFIX, Account, hold

#: Keys that one user has at once.
MOST: Final = 20
_SHOWN: Final = 12
_KEY: Final = (
    ApiKey.id, ApiKey.name, ApiKey.prefix, ApiKey.scopes, ApiKey.created_at, ApiKey.expires_at,
    ApiKey.last_used_at,
)  # fmt: skip


async def make_key(connection: AsyncConnection, account: Account, wish: KeyRequest) -> NewKey | None:
    """A new key; None when the user has as many as one may. 401 when their login has ended meanwhile."""
    user = account.id
    await hold(connection, account)  # of two requests at once, the second one counts what the first one made
    count = select(func.count()).select_from(ApiKey).where(ApiKey.user_id == user)
    if (await connection.scalar(count) or 0) >= MOST:
        return None
    secret, now = KEY_PREFIX + new_secret(), utc_now()
    row: dict[str, Any] = {
        "user_id": user,
        "name": wish.name,
        "prefix": secret[:_SHOWN],
        "hash": hashed(secret),
        "scopes": sorted(set(wish.scopes)),
        "expires_at": now + timedelta(days=wish.days) if wish.days else None,
        "created_at": now,
    }
    made = (await connection.execute(insert(ApiKey).values(**row).returning(*_KEY))).one()
    return NewKey(**made._asdict(), key=secret)


async def list_keys(connection: AsyncConnection, user: int) -> list[Key]:
    """A user's keys, the newest first, those that have expired too."""
    query = select(*_KEY).where(ApiKey.user_id == user).order_by(ApiKey.id.desc())
    return [Key.model_validate(row) for row in await connection.execute(query)]


async def revoke_key(connection: AsyncConnection, user: int, key: int) -> bool:
    """Take a key away at once; whether the user had it."""
    mine = delete(ApiKey).where(ApiKey.id == key, ApiKey.user_id == user).returning(ApiKey.id)
    return (await connection.execute(mine)).one_or_none() is not None


async def revoke_keys(connection: AsyncConnection, user: int) -> int:
    """Take all keys of a user away, and the secret address of their calendar; how many keys were good."""
    await connection.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user))
    mine = delete(ApiKey).where(ApiKey.user_id == user).returning(_is_good())
    return sum((await connection.execute(mine)).scalars())


async def count_keys(connection: AsyncConnection, user: int) -> int:
    """How many good keys a user has."""
    query = select(func.count()).select_from(ApiKey).where(ApiKey.user_id == user, _is_good())
    return await connection.scalar(query) or 0


def _is_good() -> ColumnElement[bool]:
    return or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > utc_now())
