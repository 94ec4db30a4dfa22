"""Photo hashes: what is left of a listing's photos once they were looked at. No picture is kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, utc_now


class Unsigned64(TypeDecorator[int]):
    """64 bits, 0 to 2^64 - 1 in Python; a bigint in the database, whose highest bit is its sign."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Any) -> int | None:
        """As the database has it."""
        return value - 2**64 if value is not None and value >= 2**63 else value

    def process_result_value(self, value: int | None, dialect: Any) -> int | None:
        """As Python has it."""
        return None if value is None else value % 2**64


class PhotoHash(Base):
    """One photo of one listing, by its address. hash: `models.photo_hash`; null: it was looked at and names
    nobody. Rows of photos that the listing no longer shows may stay.
    """

    __tablename__ = "photo_hashes"
    __table_args__ = (Index("ix_photo_hashes_hash", "hash"),)

    listing_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("aggregated_listings.id", ondelete="CASCADE"), primary_key=True
    )
    url: Mapped[str] = mapped_column(Text, primary_key=True)
    hash: Mapped[int | None] = mapped_column(Unsigned64)
    fetched_at: Mapped[datetime] = mapped_column(default=utc_now)
