"""Properties: the dwelling behind one or more listings. Ids are stable and never reused."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id, utc_now


class Property(Base):
    """A listing belongs to exactly one property from birth; a merge keeps the oldest id."""

    __tablename__ = "properties"

    id: Mapped[Id]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    #: Set when the property was merged into another; its row stays, so that old links resolve.
    merged_into: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("properties.id"))


class PropertyLink(Base):
    """Two listings that are likely one dwelling, with `dedup.reasons` as data; in one property or, where
    others contradict it, not.
    """

    __tablename__ = "property_links"

    listing_a: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("aggregated_listings.id", ondelete="CASCADE"), primary_key=True
    )
    listing_b: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("aggregated_listings.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    probability: Mapped[float]
    log_odds: Mapped[float]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    decided_at: Mapped[datetime] = mapped_column(default=utc_now)
