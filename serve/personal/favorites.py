"""Favourites: listings that a user keeps, with their note, where they stand with each, and their visits.

A favourite stays with the advert that was chosen, whatever becomes of it: withdrawn, merged, republished
elsewhere. `serve.personal.favorite_cards` tells how it stands now.
"""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import Agency, AggregatedListing, Favorite, User, utc_now
from serve import cursor
from serve.accounts.signed_in import unauthorized
from serve.personal.favorite_cards import answers
from serve.personal.favorite_forms import FavoriteAnswer, FavoriteChange, FavoritePage, FavoriteQuery

F: Final = Favorite
L: Final = AggregatedListing

#: Of one user.
MAX_FAVORITES: Final = 1_000
_ORDER: Final = "favorites"


class Kept(StrEnum):
    """What became of a wish to keep a listing."""

    NEW = "new"
    KNOWN = "known"
    FULL = "full"
    NO_LISTING = "no_listing"


async def keep(
    connection: AsyncConnection, user_id: int, listing_id: int, said: FavoriteChange, *, whole: bool = False
) -> Kept:
    """Keep a listing and set what is said of it; of one that is kept already, only that.

    whole: what is not said is emptied.
    """
    await lock_user(connection, user_id)
    if await change(connection, user_id, listing_id, said, whole=whole):
        return Kept.KNOWN
    shown = select(L.price).join(Agency, Agency.id == L.agency_id)
    found = (await connection.execute(shown.where(L.id == listing_id, Agency.opted_out_at.is_(None)))).first()
    if found is None:
        return Kept.NO_LISTING
    number = select(func.count()).select_from(F).where(F.user_id == user_id)
    if (await connection.execute(number)).scalar_one() >= MAX_FAVORITES:
        return Kept.FULL
    now = utc_now()
    visit = said.visit()
    row = {
        "user_id": user_id,
        "listing_id": listing_id,
        "note": said.note,
        "status": said.status,
        "kept_price": found.price,
        "visit_at": visit,
        "visit_zone": said.visit_zone if visit else None,
        "created_at": now,
        "updated_at": now,
    }
    await connection.execute(insert(F).values(row))
    return Kept.NEW


async def change(
    connection: AsyncConnection, user_id: int, listing_id: int, said: FavoriteChange, *, whole: bool = False
) -> bool:
    """Set what is said of a listing that the user keeps. False when they keep none of that id."""
    mine = F.user_id == user_id, F.listing_id == listing_id
    row = (await connection.execute(select(*F.__table__.c).where(*mine).with_for_update())).first()
    if row is None:
        return False
    values = _values(row, said, whole=whole)
    if values:
        await connection.execute(update(F).where(F.id == row.id).values(**values, updated_at=utc_now()))
    return True


async def drop(connection: AsyncConnection, user_id: int, listing_id: int) -> bool:
    """Keep a listing no more. False when the user keeps none of that id."""
    gone = delete(F).where(F.user_id == user_id, F.listing_id == listing_id)
    return (await connection.execute(gone)).rowcount == 1


async def read_favorites(connection: AsyncConnection, user_id: int, query: FavoriteQuery) -> FavoritePage:
    """One page, the latest kept first. CursorError when the cursor is none of this list."""
    mine = [F.user_id == user_id]
    if query.status is not None:
        mine.append(F.status == query.status)
    total = (await connection.execute(select(func.count()).select_from(F).where(*mine))).scalar_one()
    if query.cursor:
        mine.append(F.id < cursor.decode(query.cursor, _ORDER).id)
    chosen = select(*F.__table__.c).where(*mine).order_by(F.id.desc()).limit(query.limit + 1)
    rows = (await connection.execute(chosen)).all()
    page, more = rows[: query.limit], len(rows) > query.limit
    return FavoritePage(
        total=total,
        favorites=await answers(connection, page),
        next_cursor=cursor.encode(_ORDER, None, page[-1].id) if more else None,
    )


async def read_favorite(connection: AsyncConnection, user_id: int, listing_id: int) -> FavoriteAnswer | None:
    """One favourite; None when the user keeps no listing of that id."""
    chosen = select(*F.__table__.c).where(F.user_id == user_id, F.listing_id == listing_id)
    found = await answers(connection, (await connection.execute(chosen)).all())
    return found[0] if found else None


async def lock_user(connection: AsyncConnection, user_id: int) -> None:
    """Let no other request of this user add anything meanwhile, so that bounds hold. 401 when they were
    erased since they were let in.
    """
    row = select(User.id).where(User.id == user_id).with_for_update(key_share=True)
    if (await connection.execute(row)).first() is None:
        raise unauthorized("The account was erased.", invalid=True)


def _values(row: Row[Any], said: FavoriteChange, *, whole: bool) -> dict[str, Any]:
    """The columns that differ."""
    named = FavoriteChange.model_fields.keys() if whole else said.model_fields_set
    values = {name: getattr(said, name) for name in ("note", "status") if name in named}
    if "visit_at" in named:
        values |= _visit(row, said)
    elif "visit_zone" in named and row.visit_at is not None:
        values["visit_zone"] = said.visit_zone
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _visit(row: Row[Any], said: FavoriteChange) -> dict[str, Any]:
    """A visit that moves or goes is a new revision of the same event in calendars."""
    at = said.visit()
    if at == row.visit_at:
        return {"visit_zone": said.visit_zone if at else None}
    known = row.visit_at is not None or row.cancelled_visit_at is not None
    return {
        "visit_at": at,
        "visit_zone": said.visit_zone if at else None,
        "cancelled_visit_at": None if at else row.visit_at,
        "visit_sequence": row.visit_sequence + known,
    }
