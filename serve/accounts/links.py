"""Links of mails: each lets its reader do one thing, once, for a while."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import MailedLink, utc_now
from serve.accounts.secrets import hashed, new_secret

Purpose = Literal["confirm", "reset", "opt_out", "email", "undo"]
#: How long each link is good for.
LIVES: Final[dict[Purpose, timedelta]] = {
    "confirm": timedelta(days=2),
    "reset": timedelta(hours=1),
    "opt_out": timedelta(days=7),
    "email": timedelta(days=2),
    "undo": timedelta(days=7),
}
#: The page that a link opens; it asks before it does anything, as programs open links of mails, too.
PAGES: Final[dict[Purpose, str]] = {
    "confirm": "/account/confirm",
    "reset": "/account/reset",
    "opt_out": "/account/opt-out",
    "email": "/account/email",
    "undo": "/account/email/undo",
}
_TABLE: Final = MailedLink


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is for, whom it was mailed to, and what is to be done."""

    address: str
    user: int | None
    payload: dict[str, Any]


async def make(
    connection: AsyncConnection,
    purpose: Purpose,
    address: str,
    *,
    user: int | None = None,
    payload: dict[str, Any] | None = None,
) -> str:
    """A new link's secret."""
    secret = new_secret()
    row = {"hash": hashed(secret), "purpose": purpose, "address": address, "user_id": user}
    ends = utc_now() + LIVES[purpose]
    await connection.execute(insert(_TABLE).values(**row, payload=payload or {}, expires_at=ends))
    return secret


async def look(connection: AsyncConnection, purpose: Purpose, secret: str) -> Link | None:
    """What a link is for, while it is good; it stays so."""
    query = select(_TABLE.address, _TABLE.user_id, _TABLE.payload).where(*_is(purpose, secret))
    row = (await connection.execute(query)).one_or_none()
    return Link(row.address, row.user_id, row.payload) if row else None


async def use(connection: AsyncConnection, purpose: Purpose, secret: str) -> Link | None:
    """What a link is for; it is good no more, nor are the others of its kind that it settles.

    Of two that use it at once, one gets it.
    """
    taken = delete(_TABLE).where(*_is(purpose, secret)).returning(*_TABLE.__table__.c)
    row = (await connection.execute(taken)).one_or_none()
    if row is None:
        return None
    if purpose not in ("opt_out", "email"):  # another's wish, which does not stand or fall with this one
        await connection.execute(delete(_TABLE).where(_TABLE.purpose == purpose, _others(purpose, row)))
    return Link(row.address, row.user_id, row.payload)


def _others(purpose: Purpose, row: Any) -> ColumnElement[bool]:
    """Of an account that was moved on and on, who had it first takes it back from all that had it later."""
    if purpose == "undo":
        return and_(_TABLE.user_id == row.user_id, _TABLE.created_at >= row.created_at)
    mailed: ColumnElement[bool] = _TABLE.address == row.address
    return mailed


async def end(connection: AsyncConnection, user: int, *purposes: Purpose) -> None:
    """An account's links of these kinds are good no more."""
    await connection.execute(delete(_TABLE).where(_TABLE.user_id == user, _TABLE.purpose.in_(purposes)))


async def pending(connection: AsyncConnection, purpose: Purpose, address: str) -> list[Link]:
    """The links of an address that are still good, the latest first."""
    query = (
        select(_TABLE.address, _TABLE.user_id, _TABLE.payload)
        .where(_TABLE.purpose == purpose, _TABLE.address == address, _TABLE.expires_at > utc_now())
        .order_by(_TABLE.created_at.desc())
    )
    rows = await connection.execute(query)
    return [Link(row.address, row.user_id, row.payload) for row in rows]


def address_of(base: str, purpose: Purpose, secret: str) -> str:
    """What stands in the mail. base: PUBLIC_URL's."""
    return f"{base}{PAGES[purpose]}?link={secret}"


def _is(purpose: Purpose, secret: str) -> tuple[Any, ...]:
    return _TABLE.hash == hashed(secret), _TABLE.purpose == purpose, _TABLE.expires_at > utc_now()
