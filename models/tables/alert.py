"""Saved searches that notify."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now, values_of


class Channel(StrEnum):
    """The ways by which a person may be told something, and consents to be."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"


class Frequency(StrEnum):
    """How often an alert may tell."""

    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"


class SearchAlert(Base):
    """A saved search that notifies. `criteria` are the search's own parameters, in one canonical form."""

    __tablename__ = "search_alerts"
    __table_args__ = (Index("ix_search_alerts_user", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    criteria: Mapped[dict[str, Any]]
    #: Values of Channel.
    channels: Mapped[list[str]]
    webhook_url: Mapped[str | None] = mapped_column(Text)
    frequency: Mapped[Frequency] = mapped_column(
        values_of(Frequency, "alert_frequency"), default=Frequency.DAILY
    )
    #: As `models.quiet.QuietHours` reads them: nothing is sent then.
    quiet_hours: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Grows with every change: two who change it at once do not undo each other unseen.
    revision: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    last_notified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
