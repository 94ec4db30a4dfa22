"""Scraping logs: one row per crawl of one site, for its agency and for operators."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now


class ScrapingLog(Base):
    """Counts are listings; `status` is a ScrapingStatus value; duration in seconds."""

    __tablename__ = "scraping_logs"
    __table_args__ = (
        Index("ix_scraping_logs_agency", "agency_id", "started_at"),
        Index("ix_scraping_logs_started_at", "started_at"),
    )

    id: Mapped[Id]
    agency_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agencies.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(24))
    pages_fetched: Mapped[int] = mapped_column(default=0)
    bytes_fetched: Mapped[int] = mapped_column(BigInteger, default=0)
    listings_found: Mapped[int] = mapped_column(default=0)
    listings_new: Mapped[int] = mapped_column(default=0)
    listings_updated: Mapped[int] = mapped_column(default=0)
    listings_removed: Mapped[int] = mapped_column(default=0)
    #: Withdrawals that the burst guard holds back until a person or a later crawl confirms.
    listings_held: Mapped[int] = mapped_column(default=0)
    error_message: Mapped[str | None] = mapped_column(Text)
    error_type: Mapped[str | None] = mapped_column(String(60))
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None]
    duration: Mapped[float | None] = mapped_column(Float)
    # What the crawlers of this crawl counted; one that was killed took its own counts along.
    requests: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    retries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: Requests by FetchOutcome.
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    #: Seconds waited for politeness, fetching, reading pages, storing them.
    waiting: Mapped[float] = mapped_column(Float, default=0.0, server_default=text("0"))
    fetching: Mapped[float] = mapped_column(Float, default=0.0, server_default=text("0"))
    reading: Mapped[float] = mapped_column(Float, default=0.0, server_default=text("0"))
    storing: Mapped[float] = mapped_column(Float, default=0.0, server_default=text("0"))
    #: While it lasts: the sitemaps that it has read, and those it has still to read (`crawl.sitemap`).
    sitemaps: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
