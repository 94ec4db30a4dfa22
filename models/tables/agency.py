"""Agencies: one row per business with a web site, and what the crawl must know of that site."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, Float, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now, values_of


class ScrapingStatus(StrEnum):
    """How the last crawl of a site ended, or that one is under way. Interrupted: the next one resumes."""

    NEVER = "never"
    RUNNING = "running"
    OK = "ok"
    EMPTY = "empty"
    UNREACHABLE = "unreachable"
    DISALLOWED = "disallowed"
    CHALLENGED = "challenged"
    NOT_AN_AGENCY = "not_an_agency"
    OPTED_OUT = "opted_out"
    INTERRUPTED = "interrupted"
    ERROR = "error"


class Agency(Base):
    """A business with a web site. Names are not unique: two agencies may share one."""

    __tablename__ = "agencies"
    __table_args__ = (
        CheckConstraint(r"siren ~ '^\d{9}$'", name="siren"),
        CheckConstraint(r"siret ~ '^\d{14}$'", name="siret"),
        CheckConstraint("latitude between -90 and 90", name="latitude"),
        CheckConstraint("longitude between -180 and 180", name="longitude"),
        Index("ix_agencies_due", "is_active", "next_crawl_at"),
        Index("ix_agencies_plain_name", "plain_name", "id"),
        Index("ix_agencies_postal_code", "postal_code"),
        Index("ix_agencies_siren", "siren"),
        Index("ix_agencies_paused", "id", postgresql_where=text("paused_at is not null")),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    #: As names are sorted and looked for.
    plain_name: Mapped[str] = mapped_column(Text, Computed("plain_name(name)", persisted=True))
    siren: Mapped[str | None] = mapped_column(String(9))
    siret: Mapped[str | None] = mapped_column(String(14))
    #: Root address of the site, canonical, unique.
    website_url: Mapped[str] = mapped_column(String(500), unique=True)
    #: `agency`, `network`, `portal`, … as far as it is known.
    website_type: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(300))
    postal_code: Mapped[str | None] = mapped_column(String(10))
    city: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(200))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    discovered_from: Mapped[str] = mapped_column(String(60), default="command_line")
    last_scraped: Mapped[datetime | None]
    scraping_status: Mapped[ScrapingStatus] = mapped_column(
        values_of(ScrapingStatus, "scraping_status"), default=ScrapingStatus.NEVER
    )
    scraping_error: Mapped[str | None] = mapped_column(Text)
    scraping_error_count: Mapped[int] = mapped_column(default=0)
    total_listings: Mapped[int] = mapped_column(default=0)
    active_listings: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    is_active: Mapped[bool] = mapped_column(default=True)

    # What the crawl needs to know of the site.
    #: Registrable host; what is throttled and mapped to a shard.
    host: Mapped[str] = mapped_column(
        String(255), Computed(r"substring(website_url from '^[a-z]+://([^/:]+)')", persisted=True), index=True
    )
    platform: Mapped[str | None] = mapped_column(String(60))
    #: Body of the last robots.txt that answered, and when and how it answered.
    robots_txt: Mapped[str | None] = mapped_column(Text)
    robots_status: Mapped[str | None] = mapped_column(String(24))
    robots_fetched_at: Mapped[datetime | None]
    #: Seconds between two requests that this site is owed, beyond the settings'.
    crawl_delay: Mapped[float | None] = mapped_column(Float)
    #: No request to the host before this instant: kept across workers and restarts.
    not_before: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    next_crawl_at: Mapped[datetime] = mapped_column(default=utc_now)
    opted_out_at: Mapped[datetime | None]
    #: Not visited from this instant on, until an operator resumes it.
    paused_at: Mapped[datetime | None]
    #: What ties the site to the business: `siren_on_site`, `registry`, `cpi_on_site`.
    identity_proof: Mapped[str | None] = mapped_column(String(60))
    cpi_number: Mapped[str | None] = mapped_column(String(60))
    #: The lease: who crawls the site now, until when, and the fencing token of that lease.
    leased_by: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None]
    lease_token: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: What the site's pause is multiplied by, since it said that we ask too often.
    backoff: Mapped[float] = mapped_column(Float, default=1.0, server_default=text("1"))
