"""Users and what is theirs: favourites and saved searches. All of it goes when they go."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now


class User(Base):
    """An account. E-mail addresses differ by more than case."""

    __tablename__ = "users"
    __table_args__ = (Index("uq_users_email_lower", text("lower(email)"), unique=True),)

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    name: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2), default="fr")
    confirmed_at: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)


class Favorite(Base):
    """A listing a user keeps, with their note on it."""

    __tablename__ = "favorites"
    __table_args__ = (UniqueConstraint("user_id", "listing_id"), Index("ix_favorites_listing", "listing_id"))

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    listing_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("aggregated_listings.id", ondelete="CASCADE")
    )
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class SearchAlert(Base):
    """A saved search that notifies. `criteria` are the search's own parameters."""

    __tablename__ = "search_alerts"
    __table_args__ = (Index("ix_search_alerts_user", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    criteria: Mapped[dict[str, Any]]
    channel: Mapped[str] = mapped_column(String(12), default="email")
    frequency: Mapped[str] = mapped_column(String(12), default="daily")
    is_active: Mapped[bool] = mapped_column(default=True)
    last_notified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
