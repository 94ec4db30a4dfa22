"""Alerts: searches that a user wants to be told of. Kept and vetted here; matching and sending are not.

An alert looks from `created_at` on; its criteria are `serve.personal.saved_criteria`'s canonical form.
"""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import Channel, SearchAlert, User, utc_now
from serve import cursor
from serve.answers import ParameterProblem
from serve.personal.alert_forms import AlertAnswer, AlertForm, AlertPage, AlertQuery
from serve.personal.consents import standing
from serve.personal.favorites import lock_user
from serve.personal.saved_criteria import canonical

A: Final = SearchAlert

#: Of one user.
MAX_ALERTS: Final = 50
_ORDER: Final = "alerts"


class Refusal(StrEnum):
    """Why an alert was not made or changed."""

    FULL = "full"
    NONE = "none"
    #: Somebody changed it since the revision that was told.
    STALE = "stale"


async def unreachable(connection: AsyncConnection, user_id: int, form: AlertForm) -> list[ParameterProblem]:
    """What of a form's channels leads to nobody."""
    if Channel.SMS not in form.channels:
        return []
    phone = (await connection.execute(select(User.phone).where(User.id == user_id))).scalar_one_or_none()
    message = "cannot have sms: your account has no phone number"
    return [] if phone else [ParameterProblem(parameter="channels", message=message)]


async def add_alert(connection: AsyncConnection, user_id: int, form: AlertForm) -> int | Refusal:
    """Keep a vetted alert; its id."""
    await lock_user(connection, user_id)
    number = select(func.count()).select_from(A).where(A.user_id == user_id)
    if (await connection.execute(number)).scalar_one() >= MAX_ALERTS:
        return Refusal.FULL
    now = utc_now()
    row = {"user_id": user_id, "created_at": now, "updated_at": now, **_columns(form)}
    return (await connection.execute(insert(A).values(row).returning(A.id))).scalar_one()


async def replace_alert(
    connection: AsyncConnection, user_id: int, alert_id: int, form: AlertForm, revision: int | None = None
) -> Refusal | None:
    """Put a vetted alert in the place of one. revision: the one that is to be replaced, if that matters."""
    mine = A.user_id == user_id, A.id == alert_id
    known = (await connection.execute(select(A.revision).where(*mine).with_for_update())).scalar_one_or_none()
    if known is None:
        return Refusal.NONE
    if revision is not None and revision != known:
        return Refusal.STALE
    values = {**_columns(form), "revision": known + 1, "updated_at": utc_now()}
    await connection.execute(update(A).where(*mine).values(values))
    return None


async def drop_alert(connection: AsyncConnection, user_id: int, alert_id: int) -> bool:
    """Forget an alert. False when the user has none of that id."""
    gone = delete(A).where(A.user_id == user_id, A.id == alert_id)
    return (await connection.execute(gone)).rowcount == 1


async def read_alert(connection: AsyncConnection, user_id: int, alert_id: int) -> AlertAnswer | None:
    """One alert; None when the user has none of that id."""
    found = await _answers(connection, user_id, _mine(user_id).where(A.id == alert_id))
    return found[0] if found else None


async def read_alerts(connection: AsyncConnection, user_id: int, query: AlertQuery) -> AlertPage:
    """One page, the latest made first. CursorError when the cursor is none of this list."""
    number = select(func.count()).select_from(A).where(A.user_id == user_id)
    total = (await connection.execute(number)).scalar_one()
    chosen = _mine(user_id).order_by(A.id.desc()).limit(query.limit + 1)
    if query.cursor:
        chosen = chosen.where(A.id < cursor.decode(query.cursor, _ORDER).id)
    alerts = await _answers(connection, user_id, chosen)
    page, more = alerts[: query.limit], len(alerts) > query.limit
    return AlertPage(
        total=total, alerts=page, next_cursor=cursor.encode(_ORDER, None, page[-1].id) if more else None
    )


def _mine(user_id: int) -> Select[Any]:
    return select(*A.__table__.c).where(A.user_id == user_id)


async def _answers(connection: AsyncConnection, user_id: int, chosen: Select[Any]) -> list[AlertAnswer]:
    rows = (await connection.execute(chosen)).all()
    given = await standing(connection, user_id) if rows else {}
    return [_answer(row, {channel for channel, said in given.items() if said.given}) for row in rows]


def _answer(row: Row[Any], given: set[Channel]) -> AlertAnswer:
    channels = [Channel(name) for name in row.channels]
    waiting = [channel for channel in channels if channel not in given]
    return AlertAnswer.model_validate({**row._mapping, "awaiting_consent": waiting})


def _columns(form: AlertForm) -> dict[str, Any]:
    kept = {
        name: getattr(form, name) for name in ("name", "webhook_url", "frequency", "quiet_hours", "is_active")
    }
    channels = [channel.value for channel in Channel if channel in form.channels]
    return {**kept, "criteria": canonical(form.criteria), "channels": channels}
