"""Consents: by channel, what a person agreed to, when, and what they read. Words are added, never changed.

Nothing that alerts find is sent by a channel without one. What an account itself needs, such as the link of a
forgotten password, is no matter of consent.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import Channel, Consent, utc_now
from serve.personal.consent_forms import ConsentForm, Consents, Said, Standing
from serve.personal.consent_texts import TEXTS, VERSION
from serve.personal.favorites import lock_user

C: Final = Consent

#: Words kept of one person; beyond it they may still withdraw.
MAX_WORDS: Final = 1_000
#: The source of a consent to mail that went on at another address.
MOVED: Final = "email_change"
#: The latest are told with where things stand; the export has all.
MAX_TOLD: Final = 100


class Unheard(StrEnum):
    """Why a consent was not recorded."""

    #: It was not to the text that holds now.
    OLD_TEXT = "old_text"
    FULL = "full"


async def standing(connection: AsyncConnection, user_id: int) -> Mapping[Channel, Row[Any]]:
    """The last word on each channel of which there is one."""
    last = select(*C.__table__.c).where(C.user_id == user_id).order_by(C.channel, C.id.desc())
    last = last.ext(distinct_on(C.channel))
    return {Channel(row.channel): row for row in await connection.execute(last)}


async def read_consents(connection: AsyncConnection, user_id: int) -> Consents:
    """Where things stand, what may be consented to, and the words so far, the latest first."""
    last = await standing(connection, user_id)
    words = select(*C.__table__.c).where(C.user_id == user_id).order_by(C.id.desc()).limit(MAX_TOLD)
    return Consents(
        version=VERSION,
        channels={channel: _standing(channel, last.get(channel)) for channel in Channel},
        history=[Said.model_validate(row) for row in await connection.execute(words)],
    )


async def say(
    connection: AsyncConnection, user_id: int, form: ConsentForm, source: str = "api"
) -> Unheard | None:
    """Record what differs from where things stand. A withdrawal is always heard."""
    await lock_user(connection, user_id)
    last = await standing(connection, user_id)
    news = {channel: given for channel, given in form.channels.items() if _is_news(last, channel, given)}
    if any(news.values()):
        if form.version != VERSION:
            return Unheard.OLD_TEXT
        number = select(func.count()).select_from(C).where(C.user_id == user_id)
        if (await connection.execute(number)).scalar_one() >= MAX_WORDS:
            return Unheard.FULL
    now = utc_now()
    rows = [
        {
            "user_id": user_id,
            "channel": channel,
            "given": given,
            "text": TEXTS[channel][form.language],
            "version": VERSION,
            "language": form.language,
            "source": source,
            "said_at": now,
        }
        for channel, given in news.items()
    ]
    if rows:
        await connection.execute(insert(C), rows)
    return None


async def carry_to_another_address(connection: AsyncConnection, user_id: int) -> None:
    """A consent to mail is to the person's, so it goes on at their new address: its words are said once more,
    with what was read then, and where. The account's row is the caller's until the transaction ends.
    """
    last = (await standing(connection, user_id)).get(Channel.EMAIL)
    if last is None or not last.given:
        return
    said = last._mapping
    row = {name: said[name] for name in ("user_id", "channel", "given", "text", "version", "language")}
    await connection.execute(insert(C).values(**row, source=MOVED, said_at=utc_now()))


def _is_news(last: Mapping[Channel, Row[Any]], channel: Channel, given: bool) -> bool:
    """Whether a word changes anything: nothing said is no consent; a consent to another text is another."""
    before = last.get(channel)
    if before is None or before.given != given:
        return given or before is not None
    return given and before.version != VERSION


def _standing(channel: Channel, row: Row[Any] | None) -> Standing:
    return Standing(
        given=row is not None and row.given,
        since=row.said_at if row else None,
        version=row.version if row else None,
        text=TEXTS[channel]["fr"],
        text_en=TEXTS[channel]["en"],
    )
