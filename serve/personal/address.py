"""Another address for an account: asked for with the password, given by a link at the new address, and taken
back by one at the old.

Whoever asks does not learn whether the new address has an account: neither by the answer, nor by its time,
nor by what is kept of the wish, all of which they may export.
"""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import OutboxMessage, User, utc_now
from serve.accounts import links
from serve.accounts.entry import Entry, evenly, holding, is_still, user_of
from serve.accounts.keys import revoke_keys
from serve.accounts.letters import letter
from serve.accounts.signed_in import Account
from serve.mail.outbox import post
from serve.personal.consents import carry_to_another_address


async def ask(entry: Entry, account: Account, email: str, password: str) -> bool:
    """Mail a link to the new address; to whoever has an account there, that they have. Whether the password
    is right.
    """
    async with entry.market.engine.connect() as connection:
        kept = await connection.scalar(select(User.password_hash).where(User.id == account.id))
    if kept is None or not (await entry.passwords.fits(password, kept))[0]:
        return False
    return await evenly(_asked(entry, account, email, kept))


async def _asked(entry: Entry, account: Account, email: str, kept: str) -> bool:
    allowed = await entry.may_mail(email)
    async with entry.market.writer.begin() as connection:
        if not await is_still(connection, account.id, kept):
            return False
        await links.end(connection, account.id, "email")
        if allowed:
            taken = await user_of(connection, email) is not None
            await _mail(entry, connection, account, email, "taken" if taken else "email")
    return True


async def _mail(entry: Entry, connection: AsyncConnection, account: Account, email: str, kind: str) -> None:
    """The rows are the same for an address that is taken, but nobody is told that link's secret."""
    secret = await links.make(connection, "email", email.lower(), user=account.id, payload={"email": email})
    base, expires = entry.settings.link_base, utc_now() + links.LIVES["email"]
    link = base if kind == "taken" else links.address_of(base, "email", secret)
    written = letter(kind, account.language, link)
    await post(connection, entry.settings, email, written, user=account.id, expires=expires)


async def confirm(entry: Entry, secret: str) -> bool:
    """Give the account its new address by a link, and mail the old one another that takes it back. Logins
    and keys stay: who asked had the password. Whether it is done: not when another account has the address.
    """
    try:
        async with entry.market.writer.begin() as connection:
            link = await _used(connection, "email", secret)
            if link is None or link.user is None:
                return False
            before = await _move(connection, link.user, link.payload["email"])
            await _adopt_messages(connection, link.user, before.email)
            await links.end(connection, link.user, "reset", "email")
            await _tell(entry, connection, link.user, before)
            return True
    except IntegrityError:
        return False


async def _adopt_messages(connection: AsyncConnection, user: int, email: str) -> None:
    """What went to the old address before anybody was known there is the account's: it goes when they go."""
    sent = OutboxMessage.user_id.is_(None), func.lower(OutboxMessage.recipient) == func.lower(email)
    await connection.execute(update(OutboxMessage).where(*sent).values(user_id=user))


async def _tell(entry: Entry, connection: AsyncConnection, user: int, before: Any) -> None:
    secret = await links.make(
        connection, "undo", before.email.lower(), user=user, payload={"email": before.email}
    )
    link = links.address_of(entry.settings.link_base, "undo", secret)
    expires = utc_now() + links.LIVES["undo"]
    written = letter("moved", before.language, link)
    await post(connection, entry.settings, before.email, written, user=user, expires=expires)


async def undo(entry: Entry, secret: str, password: str) -> int | None:
    """Give the account its old address back by a link, with another password, as whoever moved it knows the
    one there was: every login ends, every key is revoked. How many keys; None when the link is not good, or
    another account has the address.
    """
    kept = await entry.passwords.kept(password)
    try:
        async with entry.market.writer.begin() as connection:
            link = await _used(connection, "undo", secret)
            if link is None or link.user is None:
                return None
            before = await _move(connection, link.user, link.payload["email"])
            await _adopt_messages(connection, link.user, before.email)
            revoked = await revoke_keys(connection, link.user)
            await entry.set_password(connection, link.user, kept, "restored", revoked)
            return revoked
    except IntegrityError:
        return None


async def _used(connection: AsyncConnection, purpose: links.Purpose, secret: str) -> links.Link | None:
    if await holding(connection, purpose, secret) is None:
        return None
    return await links.use(connection, purpose, secret)


async def _move(connection: AsyncConnection, user: int, email: str) -> Any:
    """The address and language before. IntegrityError when another account has the new address."""
    before = (await connection.execute(select(User.email, User.language).where(User.id == user))).one()
    now = utc_now()
    values = {"email": email, "confirmed_at": now, "updated_at": now}
    await connection.execute(update(User).where(User.id == user).values(**values))
    await carry_to_another_address(connection, user)
    return before
