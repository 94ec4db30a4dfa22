"""API keys: shown once, kept as a hash, for some scopes and some time."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import ApiKey, User, utc_now
from serve.accounts.answers import Key, KeyRequest, NewKey
from serve.accounts.secrets import hashed, new_secret
from serve.accounts.signed_in import KEY_PREFIX

#: Keys that one user has at once.
MOST: Final = 20
_SHOWN: Final = 12
_KEY: Final = (
    ApiKey.id, ApiKey.name, ApiKey.prefix, ApiKey.scopes, ApiKey.created_at, ApiKey.expires_at,
    ApiKey.last_used_at,
)  # fmt: skip


async def make_key(connection: AsyncConnection, user: int, wish: KeyRequest) -> NewKey | None:
    """A new key; None when the user has as many as one may."""
    # Of two requests at once, the second one counts what the first one made.
    await connection.execute(select(User.id).where(User.id == user).with_for_update())
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
