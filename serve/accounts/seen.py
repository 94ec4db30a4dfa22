"""When an account was last of use to its owner: a sign-in, a login renewed, an API key used.

The account's row is written before the rows of logins and keys, so that no two wait for each other.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import User, utc_now

#: Written once a day at most: what is asked of it counts months.
_NOTED_EVERY: Final = timedelta(days=1)


async def note_seen(connection: AsyncConnection, user: int) -> None:
    """An account is of use: it is not dormant, whatever its owner was told."""
    now = utc_now()
    news = or_(User.seen_at < now - _NOTED_EVERY, User.warned_at.is_not(None))
    values = {"seen_at": now, "warned_at": None, "updated_at": User.updated_at}
    await connection.execute(update(User).where(User.id == user, news).values(values))
