"""Listings: one advert, at one address, by one agency, with what the page proved of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.listing import FeesPayer, PropertyType, Transaction
from models.tables.base import Base, Id, utc_now, values_of


class AggregatedListing(Base):
    """Field meanings and units are `models.listing.Listing`'s; a null is unknown, never zero."""

    __tablename__ = "aggregated_listings"
    __table_args__ = (
        CheckConstraint("price > 0", name="price"),
        CheckConstraint("surface > 0", name="surface"),
        CheckConstraint("land_surface > 0", name="land_surface"),
        CheckConstraint("rooms between 1 and 200", name="rooms"),
        CheckConstraint("dpe in ('A','B','C','D','E','F','G')", name="dpe"),
        CheckConstraint("ges in ('A','B','C','D','E','F','G')", name="ges"),
        CheckConstraint("latitude between -90 and 90", name="latitude"),
        CheckConstraint("longitude between -180 and 180", name="longitude"),
        CheckConstraint("data_quality_score between 0 and 1", name="data_quality_score"),
        CheckConstraint("(withdrawn_at is null) = is_active", name="withdrawn"),
        CheckConstraint("is_duplicate = (duplicate_of is not null)", name="duplicate"),
        # What a search asks is in `models.tables.live`.
        Index("ix_listings_agency", "agency_id", "is_active"),
        Index("ix_listings_property", "property_id"),
        Index("ix_listings_duplicate_of", "duplicate_of"),
        Index("ix_listings_reference", "agency_id", "reference"),
    )

    id: Mapped[Id]
    agency_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("agencies.id"))
    property_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("properties.id"))
    source_url: Mapped[str] = mapped_column(Text, unique=True)
    #: SHA-256 of the fields as read: equal means that nothing changed.
    hash: Mapped[str] = mapped_column(String(64), index=True)

    title: Mapped[str | None] = mapped_column(String(300))
    description: Mapped[str | None] = mapped_column(Text)
    transaction: Mapped[Transaction | None] = mapped_column(values_of(Transaction, "transaction"))
    property_type: Mapped[PropertyType | None] = mapped_column(values_of(PropertyType, "property_type"))
    price: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    #: Derived, so it can never disagree.
    price_per_sqm: Mapped[int | None] = mapped_column(
        BigInteger, Computed("round(price / nullif(surface, 0))::bigint", persisted=True)
    )
    surface: Mapped[float | None] = mapped_column(Float)
    land_surface: Mapped[float | None] = mapped_column(Float)
    rooms: Mapped[int | None] = mapped_column(SmallInteger)
    bedrooms: Mapped[int | None] = mapped_column(SmallInteger)
    bathrooms: Mapped[int | None] = mapped_column(SmallInteger)
    floor: Mapped[int | None] = mapped_column(SmallInteger)
    construction_year: Mapped[int | None] = mapped_column(SmallInteger)
    address: Mapped[str | None] = mapped_column(String(300))
    postal_code: Mapped[str | None] = mapped_column(String(10))
    city: Mapped[str | None] = mapped_column(String(120))
    #: `models.places.fold(city)`: how a commune is compared and indexed.
    city_key: Mapped[str | None] = mapped_column(String(120))
    insee_code: Mapped[str | None] = mapped_column(String(5))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    dpe: Mapped[str | None] = mapped_column(String(1))
    dpe_value: Mapped[int | None] = mapped_column(SmallInteger)
    ges: Mapped[str | None] = mapped_column(String(1))
    ges_value: Mapped[int | None] = mapped_column(SmallInteger)
    charges: Mapped[int | None] = mapped_column(BigInteger)
    fees: Mapped[int | None] = mapped_column(BigInteger)
    fees_payer: Mapped[FeesPayer | None] = mapped_column(values_of(FeesPayer, "fees_payer"))
    deposit: Mapped[int | None] = mapped_column(BigInteger)
    furnished: Mapped[bool | None]
    exclusive: Mapped[bool | None]
    availability: Mapped[str | None] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(60))
    photos: Mapped[list[str]] = mapped_column(default=list)
    features: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Per field: source, raw text, confidence.
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Share of the fields a buyer asks for first that are known, 0 to 1.
    data_quality_score: Mapped[float] = mapped_column(Float, default=0.0)

    first_seen: Mapped[datetime] = mapped_column(default=utc_now)
    last_seen: Mapped[datetime] = mapped_column(default=utc_now)
    scraped_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    is_active: Mapped[bool] = mapped_column(default=True)
    withdrawn_at: Mapped[datetime | None]
    #: The evidence: `gone`, `sold`, `redirected`, `home`, `not_found`, `noindex`, `opted_out`, …
    withdrawn_reason: Mapped[str | None] = mapped_column(String(40))
    #: The advert this one republishes, same agency, other address.
    republishes: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("aggregated_listings.id"))
    is_duplicate: Mapped[bool] = mapped_column(default=False)
    #: The oldest listing of the same property, when this is not it.
    duplicate_of: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("aggregated_listings.id"))
    view_count: Mapped[int] = mapped_column(default=0)
    favorite_count: Mapped[int] = mapped_column(default=0)
