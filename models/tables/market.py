"""Market statistics: figures per place, transaction, type and period, over dwellings not adverts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Float, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.listing import PropertyType, Transaction
from models.tables.base import Base, Id, utc_now, values_of


class MarketStatistics(Base):
    """`number` is how many dwellings stand behind the figures. Euros and square metres."""

    __tablename__ = "market_statistics"
    __table_args__ = (
        UniqueConstraint(
            "area",
            "transaction",
            "property_type",
            "rooms",
            "period",
            "starts_on",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("number >= 0", name="number"),
    )

    id: Mapped[Id]
    #: A postal code, an INSEE code or a département, prefixed: `cp:75011`, `insee:75111`, `dep:75`.
    area: Mapped[str] = mapped_column(String(16))
    transaction: Mapped[Transaction] = mapped_column(values_of(Transaction, "transaction"))
    property_type: Mapped[PropertyType | None] = mapped_column(values_of(PropertyType, "property_type"))
    rooms: Mapped[int | None] = mapped_column(SmallInteger)
    #: `day`, `week` or `month`, from `starts_on`.
    period: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[date] = mapped_column(Date)
    number: Mapped[int]
    average_price: Mapped[float | None] = mapped_column(Float)
    median_price: Mapped[float | None] = mapped_column(Float)
    min_price: Mapped[int | None]
    max_price: Mapped[int | None]
    average_price_per_sqm: Mapped[float | None] = mapped_column(Float)
    median_price_per_sqm: Mapped[float | None] = mapped_column(Float)
    added: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    price_cuts: Mapped[int] = mapped_column(default=0)
    computed_at: Mapped[datetime] = mapped_column(default=utc_now)
