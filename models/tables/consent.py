"""Consents: what a person agreed to be told by which channel, and what they read then. Append-only."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.alert import Channel
from models.tables.base import Base, Id, utc_now, values_of


class Consent(Base):
    """One word of a person on one channel: given or withdrawn. A trigger refuses to rewrite it."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_user", "user_id", "id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    channel: Mapped[Channel] = mapped_column(values_of(Channel, "consent_channel"))
    given: Mapped[bool]
    #: The text that was shown, its version and its language.
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    #: Where it was said: `api`, `page`, …
    source: Mapped[str] = mapped_column(String(20))
    said_at: Mapped[datetime] = mapped_column(default=utc_now)
