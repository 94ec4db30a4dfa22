"""The history: append-only facts about listings and properties. A trigger refuses to rewrite them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now, values_of


class EventKind(StrEnum):
    """What happened. `changed` is any field that has no kind of its own; `field` names it."""

    CREATED = "created"
    PRICE = "price"
    SURFACE = "surface"
    PHOTOS = "photos"
    TEXT = "text"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    REPUBLISHED = "republished"
    MERGED = "merged"
    SPLIT = "split"


class ListingHistory(Base):
    """One fact: the kind, the field, the old and the new value, when and by which crawl."""

    __tablename__ = "listing_history"
    __table_args__ = (
        Index("ix_listing_history_listing", "listing_id", "id"),
        Index("ix_listing_history_kind", "kind", "id"),
        Index("ix_listing_history_feed", "transaction_id", "id"),
    )

    id: Mapped[Id]
    listing_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("aggregated_listings.id", ondelete="CASCADE")
    )
    property_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[EventKind] = mapped_column(values_of(EventKind, "event_kind"))
    field: Mapped[str | None] = mapped_column(String(40))
    old_value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    new_value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    occurred_at: Mapped[datetime] = mapped_column(default=utc_now)
    #: The crawl that noticed it. Its log may be gone before: logs are kept for a while, history for ever.
    scraping_log_id: Mapped[int | None] = mapped_column(BigInteger)
    #: Of the writer. Ids are drawn before their rows are seen, so who reads by id alone misses some. In the
    #: order of this, up to `pg_snapshot_xmin(pg_current_snapshot())`, nothing appears behind a reader's back.
    transaction_id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)")
    )
