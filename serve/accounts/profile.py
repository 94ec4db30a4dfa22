"""A user's own data: read and changed by themselves."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import User
from serve.accounts.answers import Profile

_PROFILE = (User.id, User.email, User.name, User.phone, User.language, User.confirmed_at, User.created_at)


async def read_profile(connection: AsyncConnection, user: int) -> Profile:
    """What a user is told of themselves."""
    row = (await connection.execute(select(*_PROFILE).where(User.id == user))).one()
    return Profile.model_validate({**row._asdict(), "confirmed": row.confirmed_at is not None})
