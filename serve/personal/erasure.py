"""The erasure of a person: every row of every table, within the call (GDPR, article 17)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import User, UserSession, utc_now
from serve.accounts.answers import OldPassword
from serve.accounts.entry import Entry
from serve.accounts.signed_in import Account, hold, unauthorized
from serve.answers import Answer
from serve.personal.belongings import erase_rows
from serve.personal.fields import Form

#: Who signed in so lately is believed to be the person, without the password again.
FRESH: Final = timedelta(minutes=10)


class Erasure(Form):
    """What proves that it is the person who asks."""

    password: OldPassword | None = Field(
        default=None, description="Of the account; not needed within ten minutes of signing in."
    )


class Erased(Answer):
    """What was erased. Nothing that names the person is left."""

    erased: Mapping[str, int] = Field(
        description="Rows by table.", examples=[{"users": 1, "favorites": 12, "search_alerts": 2}]
    )


async def is_proven(entry: Entry, account: Account, password: str | None) -> bool:
    """Whether it is the person: by the password where one is told, else by a login of late. 401 when the
    account was erased meanwhile, its logins with it.
    """
    kept = select(User.password_hash).where(User.id == account.id)
    begun = select(UserSession.created_at).where(UserSession.id == account.session)
    async with entry.market.engine.connect() as connection:
        hash_, since = await connection.scalar(kept), await connection.scalar(begun)
    if since is None:
        raise unauthorized("This login was ended. Sign in.", invalid=True)
    if password is not None:
        return (await entry.passwords.fits(password, hash_))[0]
    return bool(utc_now() - since < FRESH)


async def erase(connection: AsyncConnection, account: Account) -> Erased:
    """Erase the user and all that is theirs. The address may register anew. 401 when their login has ended
    since they were let in, as by a password's reset.
    """
    await hold(connection, account)
    return Erased(erased=await connection.run_sync(erase_rows, account.id))
