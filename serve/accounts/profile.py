"""A user's own data: read and changed by themselves."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import User, utc_now
from serve.accounts.answers import Profile, ProfileChange

_PROFILE = (User.id, User.email, User.name, User.phone, User.language, User.confirmed_at, User.created_at)


async def read_profile(connection: AsyncConnection, user: int) -> Profile:
    """What a user is told of themselves."""
    row = (await connection.execute(select(*_PROFILE).where(User.id == user))).one()
    return Profile.model_validate({**row._asdict(), "confirmed": row.confirmed_at is not None})


async def change_profile(connection: AsyncConnection, user: int, change: ProfileChange) -> Profile:
    """Change what is told, and nothing else."""
    told: dict[str, Any] = change.model_dump(include=change.model_fields_set)
    values = {name: value or None for name, value in told.items() if name != "language" or value}
    if values:
        await connection.execute(update(User).where(User.id == user).values(**values, updated_at=utc_now()))
    return await read_profile(connection, user)
