"""What a user keeps: listings with their note, where they stand with each, and the visits they will make."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now, values_of


class FavoriteStatus(StrEnum):
    """Where a user stands with a listing."""

    TO_CALL = "to_call"
    VISITED = "visited"
    OFFER = "offer"
    REFUSED = "refused"


class Favorite(Base):
    """A listing a user keeps. A trigger counts them in `aggregated_listings.favorite_count`."""

    __tablename__ = "favorites"
    __table_args__ = (UniqueConstraint("user_id", "listing_id"), Index("ix_favorites_listing", "listing_id"))

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    listing_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("aggregated_listings.id", ondelete="CASCADE")
    )
    note: Mapped[str | None] = mapped_column(Text)
    status: Mapped[FavoriteStatus | None] = mapped_column(values_of(FavoriteStatus, "favorite_status"))
    #: The listing's price when it was kept, to tell that it changed.
    kept_price: Mapped[int | None] = mapped_column(BigInteger)
    visit_at: Mapped[datetime | None]
    #: IANA name of the zone that the visit was told in.
    visit_zone: Mapped[str | None] = mapped_column(String(64))
    #: Grows with every change of the visit: calendars keep the highest (RFC 5545, 3.8.7.4).
    visit_sequence: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: A visit that was taken away, for calendars to strike out.
    cancelled_visit_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, server_default=text("now()"))


class CalendarFeed(Base):
    """The secret address where a user's calendar reads their visits: its hash, never the address."""

    __tablename__ = "calendar_feeds"

    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: SHA-256 of the secret.
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
