"""What recognising properties keeps, and what it has yet to look at.

Signatures, their keys and each agency's boilerplate can be made again from the listings by
`pignon dedup --rebuild`; people's word cannot.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, utc_now


class UnsignedListing(Base):
    """A listing that is new, changed or gone since it was last compared: told by triggers of its table.

    A listing may be told several times; who has compared it takes out what he read.
    """

    __tablename__ = "unsigned_listings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    listing_id: Mapped[int] = mapped_column(BigInteger)


class ListingSignature(Base):
    """What is compared of a live listing: `dedup.signature.ROW` as bytes, own words, address, its keys."""

    __tablename__ = "listing_signatures"

    listing_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("aggregated_listings.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    row: Mapped[bytes] = mapped_column(LargeBinary)
    words: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    keys: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class ListingKey(Base):
    """One bucket that a live listing stands in; a bucket's listings stand in the order of their price.

    Without a foreign key, whose check would cost more than the row; a key of no signature is not heard.
    Without a journal: empty after a crash of the server, and made again from the signatures (`dedup.shelf`).
    """

    __tablename__ = "listing_keys"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy reads this very attribute

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    price: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    listing_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class AgencyBoilerplate(Base):
    """The sentences that an agency's first listings, `learnt_from` of them, have in common."""

    __tablename__ = "agency_boilerplate"

    agency_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("agencies.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    learnt_from: Mapped[int]
    sentences: Mapped[list[str]]


class PropertyDecision(Base):
    """A person's word that two listings are, or are not, one dwelling: over all evidence, for ever."""

    __tablename__ = "property_decisions"
    __table_args__ = (CheckConstraint("listing_a < listing_b", name="order"),)

    listing_a: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("aggregated_listings.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    listing_b: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("aggregated_listings.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    same: Mapped[bool]
    decided_at: Mapped[datetime] = mapped_column(default=utc_now)
    note: Mapped[str | None] = mapped_column(String(300))
