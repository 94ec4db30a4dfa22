"""What lets a user in, and what is on its way to them: logins, API keys, mailed links, messages owed.

No secret stands here in the clear: a row holds the SHA-256 of a random one that only its holder has.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now


class UserSession(Base):
    """A login, for as long as its refresh token is renewed. Access tokens name it and fall with it.

    A refresh token has two halves: `family`, the same for the login's whole life, and `current`, new at each
    use. The right family with another half is a token that was used before, so somebody has a copy.
    """

    __tablename__ = "user_sessions"
    __table_args__ = (Index("ix_user_sessions_user", "user_id"), Index("ix_user_sessions_ends", "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    family: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    current: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    renewed_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiKey(Base):
    """A program's way in: what it may do, until when, and when it last did; known by its prefix."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_user", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class MailedLink(Base):
    """What a link in a mail lets its reader do, once and for a while.

    purpose: `confirm` (a registration), `reset` (the password), `email` (another address), `undo` (of that),
    `opt_out` (an agency's). address: whom it was mailed to. payload: what is done then; of a registration the
    name and the password's hash, as there is no user before.
    """

    __tablename__ = "mailed_links"
    __table_args__ = (
        CheckConstraint("purpose in ('confirm', 'reset', 'opt_out', 'email', 'undo')", name="purpose"),
        Index("ix_mailed_links_user", "user_id"),
        Index("ix_mailed_links_address", "address"),
        Index("ix_mailed_links_ends", "expires_at"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(12))
    address: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]


class OutboxMessage(Base):
    """A message owed: written with what causes it, sent by the sender, kept without its text for a while.

    due_at: not before; while a sender is at it, when another one may try. dedup_key: owed once, whoever asks.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("channel in ('email', 'sms', 'webhook')", name="channel"),
        Index(
            "ix_outbox_due",
            "due_at",
            postgresql_where=text("sent_at is null and failed_at is null"),
        ),
        Index("ix_outbox_user", "user_id"),
        Index("ix_outbox_created", "created_at"),
    )

    id: Mapped[Id]
    channel: Mapped[str] = mapped_column(String(12), default="email", server_default=text("'email'"))
    recipient: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(200))
    body_text: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="fr", server_default=text("'fr'"))
    user_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    dedup_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    due_at: Mapped[datetime] = mapped_column(default=utc_now)
    #: Worth nothing after: a link that has ended, a visit that is over.
    expires_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))
