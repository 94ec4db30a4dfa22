"""The crawl's pages: one row per URL of a site and what is known of it. The durable frontier."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now


class Page(Base):
    """`key` is the canonical address that identifies the page, `url` the one to fetch."""

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("agency_id", "key"),
        Index("ix_pages_due", "agency_id", "due_at", "priority"),
    )

    id: Mapped[Id]
    agency_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agencies.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    #: `index`, `detail`, `other`, or null until the page was read.
    kind: Mapped[str | None] = mapped_column(String(12))
    #: Lower goes first.
    priority: Mapped[int] = mapped_column(SmallInteger, default=50)
    #: Clicks from the home page.
    depth: Mapped[int] = mapped_column(SmallInteger, default=0)
    #: `home`, `sitemap`, `list`, `link`, `known`.
    found_by: Mapped[str] = mapped_column(String(16), default="link")
    due_at: Mapped[datetime | None] = mapped_column(default=utc_now)
    fetched_at: Mapped[datetime | None]
    etag: Mapped[str | None] = mapped_column(String(300))
    last_modified: Mapped[str | None] = mapped_column(String(60))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    #: Of the tags alone, without what they hold: changes with the site's template.
    structure_hash: Mapped[int | None] = mapped_column(BigInteger)
    #: Of a home page alone: what the site's other pages are compared with (`crawl.home`).
    marks: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: When a list last named it, which page that was, and the fingerprint of what it said of it.
    seen_at: Mapped[datetime | None]
    listed_on: Mapped[int | None] = mapped_column(BigInteger)
    card_hash: Mapped[int | None] = mapped_column(BigInteger)
    #: Of REVISIT_HOURS, after how long it is looked at again though no list tells of a change.
    revisit: Mapped[float] = mapped_column(Float, default=1.0, server_default="1")
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    #: The last fetch's outcome (`ok`, `gone`, `timed_out`, …).
    outcome: Mapped[str | None] = mapped_column(String(24))
    status: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
