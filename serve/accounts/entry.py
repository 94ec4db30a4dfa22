"""Ways in: registering, confirming, signing in, and a forgotten password.

Nobody learns here whether an address has an account: the answers are the same, and take the same time.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from models.settings import Settings
from models.tables import User, utc_now
from serve.accounts import links, sessions
from serve.accounts.keys import count_keys, revoke_keys
from serve.accounts.letters import letter
from serve.accounts.passwords import Passwords
from serve.accounts.sessions import Login
from serve.limits import budgets
from serve.limits.gcra import Budget
from serve.limits.shared import Limiter
from serve.mail.outbox import post
from serve.market import Market

_T = TypeVar("_T")

#: Seconds that an answer about an address takes, whatever is done; the work itself takes 0.1 or less.
EVENLY: Final = 0.4


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything that ways in need."""

    market: Market
    settings: Settings
    passwords: Passwords
    limiter: Limiter

    async def register(self, email: str, password: str, name: str | None, language: str) -> None:
        """Mail a link that opens the account; to whoever has one, that they have."""
        kept = await self.passwords.kept(password)
        payload = {"password_hash": kept, "name": name, "language": language}
        await evenly(self._registered(email, payload))

    async def _registered(self, email: str, payload: dict[str, str | None]) -> None:
        if not await self.may_mail(email):
            return
        language = payload["language"] or "fr"
        async with self.market.writer.begin() as connection:
            if await user_of(connection, email) is None:
                await self._mail_link(connection, "confirm", email, language, payload=payload)
            else:
                known = letter("known", language, self.settings.link_base)
                await post(connection, self.settings, email, known)

    async def resend(self, email: str) -> None:
        """Another link to an address that waits to be confirmed. Where several registered with it, nobody
        knows whose password the reader would confirm: they are told to register again.
        """
        await evenly(self._resent(email))

    async def _resent(self, email: str) -> None:
        async with self.market.writer.begin() as connection:
            waiting = await links.pending(connection, "confirm", email.lower())
            if not waiting or not await self.may_mail(email):
                return
            payload = waiting[0].payload
            if len({link.payload["password_hash"] for link in waiting}) == 1:
                await self._mail_link(connection, "confirm", email, payload["language"], payload=payload)
            else:
                again = letter("again", payload["language"], self.settings.link_base)
                await post(connection, self.settings, email, again)

    async def confirm(self, secret: str) -> bool:
        """Open the account that a link was mailed for; whether it is open now by this link."""
        async with self.market.writer.begin() as connection:
            link = await links.use(connection, "confirm", secret)
            if link is None:
                return False
            email = link.payload.get("email", link.address)
            row = {k: link.payload[k] for k in ("password_hash", "name", "language")}
            opened = upsert(User).values(**row, email=email, confirmed_at=utc_now()).on_conflict_do_nothing()
            return (await connection.execute(opened.returning(User.id))).one_or_none() is not None

    async def log_in(self, email: str, password: str) -> Login | None:
        """A new login; None when address or password is wrong, which takes as long."""
        query = select(User.id, User.password_hash).where(_is(email), User.is_active)
        async with self.market.engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        fits, renewed = await self.passwords.fits(password, row.password_hash if row else None)
        if row is None or not fits:
            return None
        async with self.market.writer.begin() as connection:
            if not await is_still(connection, row.id, row.password_hash):
                return None
            if renewed:
                await connection.execute(update(User).where(User.id == row.id).values(password_hash=renewed))
            return await sessions.begin(connection, row.id)

    async def forgot(self, email: str) -> None:
        """Mail a link that sets another password, if there is an account."""
        await evenly(self._forgotten(email))

    async def _forgotten(self, email: str) -> None:
        async with self.market.writer.begin() as connection:
            user = await user_of(connection, email, hold=True)
            if user is not None and await self.may_mail(email, budgets.RESET_TO_ONE):
                await self._mail_link(connection, "reset", user.email, user.language, user=user.id)

    async def address_of(self, purpose: links.Purpose, secret: str) -> str | None:
        """Whom a link was mailed to; None when it is good no more."""
        async with self.market.engine.connect() as connection:
            link = await links.look(connection, purpose, secret)
        return link.address if link else None

    async def reset(self, secret: str, password: str) -> int | None:
        """Set another password by a link, end every login and revoke every API key and the calendar's secret
        address: whoever resets one may have been robbed of it. How many keys; None when the link is not good.
        """
        kept = await self.passwords.kept(password)
        async with self.market.writer.begin() as connection:
            user = await holding(connection, "reset", secret)
            if user is None or await links.use(connection, "reset", secret) is None:
                return None
            revoked = await revoke_keys(connection, user)
            await self.set_password(connection, user, kept, "renewed", revoked)
            return revoked

    async def change(self, user: int, password: str, new: str) -> tuple[Login, int] | None:
        """Set another password, end every login and begin one; with how many API keys stay. None when the
        old one is wrong.
        """
        async with self.market.engine.connect() as connection:
            kept = await connection.scalar(select(User.password_hash).where(User.id == user))
        if kept is None or not (await self.passwords.fits(password, kept))[0]:
            return None
        renewed = await self.passwords.kept(new)
        async with self.market.writer.begin() as connection:
            if not await is_still(connection, user, kept):
                return None
            staying = await count_keys(connection, user)
            await self.set_password(connection, user, renewed, "changed", staying)
            return await sessions.begin(connection, user), staying

    async def set_password(
        self, connection: AsyncConnection, user: int, kept: str, told: str, keys: int
    ) -> None:
        """Set another password, end every login, and every link to another password or address. told: the
        letter that says it, with a number of keys.
        """
        changed = (
            update(User)
            .where(User.id == user)
            .values(password_hash=kept, updated_at=utc_now())
            .returning(User.email, User.language)
        )
        row = (await connection.execute(changed)).one()
        await sessions.end_all(connection, user)
        await links.end(connection, user, "reset", "email")
        written = letter(told, row.language, self.settings.link_base, keys=keys)
        await post(connection, self.settings, row.email, written, user=user)

    async def may_mail(self, email: str, budget: Budget = budgets.MAIL_TO_ONE) -> bool:
        """Whether one more mail may go to an address now."""
        return (await self.limiter.take(budget, email.lower())).allowed

    async def _mail_link(
        self,
        connection: AsyncConnection,
        purpose: links.Purpose,
        email: str,
        language: str,
        *,
        user: int | None = None,
        payload: dict[str, str | None] | None = None,
    ) -> None:
        told = {**payload, "email": email} if payload else None
        secret = await links.make(connection, purpose, email.lower(), user=user, payload=told)
        written = letter(purpose, language, links.address_of(self.settings.link_base, purpose, secret))
        expires = utc_now() + links.LIVES[purpose]
        await post(connection, self.settings, email, written, user=user, expires=expires)


async def evenly(work: Awaitable[_T]) -> _T:
    """The work's answer, EVENLY seconds from now."""
    done, _ = await asyncio.gather(work, asyncio.sleep(EVENLY))
    return done


def _is(email: str) -> ColumnElement[bool]:
    return func.lower(User.email) == func.lower(email.strip())


async def is_still(connection: AsyncConnection, user: int, kept: str) -> bool:
    """Whether the password that was compared is the user's until this transaction ends. Comparing takes
    seconds when many wait: one that was reset meanwhile lets nobody in.
    """
    same = User.id == user, User.password_hash == kept, User.is_active
    query = select(User.id).where(*same).with_for_update(key_share=True)
    return (await connection.execute(query)).one_or_none() is not None


async def holding(connection: AsyncConnection, purpose: links.Purpose, secret: str) -> int | None:
    """Whose account a link opens, its row locked: whoever was at it has ended, and what they made is seen.

    The row comes before links, logins and keys everywhere, so that no two wait for each other.
    """
    link = await links.look(connection, purpose, secret)
    if link is None or link.user is None:
        return None
    query = select(User.id).where(User.id == link.user).with_for_update(key_share=True)
    return await connection.scalar(query)


async def user_of(connection: AsyncConnection, email: str, *, hold: bool = False) -> Any:
    """Whose address it is. hold: until this transaction ends, so that no link is mailed to one that was."""
    query = select(User.id, User.email, User.language).where(_is(email), User.is_active)
    if hold:
        query = query.with_for_update(key_share=True)
    return (await connection.execute(query)).one_or_none()
