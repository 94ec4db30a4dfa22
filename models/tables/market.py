"""Market statistics: figures per area, transaction, type, rooms and period, and what they are made from.

`serve.statistics` writes all of it from the listings and their history; it can be made again from those by
`pignon stats --rebuild`. What each figure means: docs/statistics.md.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Date, Float, Index, Numeric, SmallInteger, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Id


class AdvertState(Base):
    """An advert from `since` to `until`, between two events: what it said then, and whose dwelling it was."""

    __tablename__ = "advert_states"
    __table_args__ = (Index("ix_advert_states_property", "property_id"),)

    listing_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    property_id: Mapped[int] = mapped_column(BigInteger)
    transaction: Mapped[str] = mapped_column(String(24))
    property_type: Mapped[str | None] = mapped_column(String(24))
    rooms: Mapped[int | None] = mapped_column(SmallInteger)
    surface: Mapped[float | None] = mapped_column(Float)
    postal_code: Mapped[str | None] = mapped_column(String(10))
    insee_code: Mapped[str | None] = mapped_column(String(5))
    #: Null where it is not told, or not to be believed.
    price: Mapped[int | None] = mapped_column(BigInteger)
    is_live: Mapped[bool]
    #: Whether it begins with a lower price of this very advert.
    is_cut: Mapped[bool]
    #: How it ended: `withdrawn`, `opted_out` or `changed`; null while it lasts.
    ending: Mapped[str | None] = mapped_column(String(12))
    first_seen: Mapped[datetime]


class DwellingState(Base):
    """A dwelling on the market from `since` to `until`, during which none of its adverts changed."""

    __tablename__ = "dwelling_states"
    __table_args__ = (Index("ix_dwelling_states_areas", "areas", postgresql_using="gin"),)

    property_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    transaction: Mapped[str] = mapped_column(String(24), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    #: Until when this is the last that is known of it: past `until` it is a dwelling that left the market.
    known_until: Mapped[datetime]
    #: How it left the market: `withdrawn`, `opted_out`, or `moved` to another dwelling; null if it did not.
    ending: Mapped[str | None] = mapped_column(String(12))
    first_seen: Mapped[datetime]
    property_type: Mapped[str] = mapped_column(String(24))
    #: 1 to 5, which is five and more.
    rooms: Mapped[int | None] = mapped_column(SmallInteger)
    areas: Mapped[list[str]] = mapped_column(ARRAY(String(16)))
    price: Mapped[int | None] = mapped_column(BigInteger)
    price_per_sqm: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    #: The latest cut so far, as a share of the price before, and when.
    cut: Mapped[float | None] = mapped_column(Float)
    cut_at: Mapped[datetime | None]


class MarketStatistics(Base):
    """The figures of one cell; those of `now` and those of a week or a month at its end. Euros and m².

    A period in which nothing happened in the cell has no row: its stock is that of the row before.
    """

    __tablename__ = "market_statistics"
    __table_args__ = (
        Index(
            "uq_market_statistics_cell",
            "area",
            "period",
            "transaction",
            "property_type",
            "rooms",
            "starts_on",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("number >= 0", name="number"),
    )

    id: Mapped[Id]
    #: `fr`, or a postal code, an INSEE code or a département, prefixed: `cp:75011`, `insee:75111`, `dep:75`.
    area: Mapped[str] = mapped_column(String(16))
    #: `now`, `week` or `month`, the latter two from `starts_on`.
    period: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[date | None] = mapped_column(Date)
    transaction: Mapped[str] = mapped_column(String(24))
    #: Null: apartments, houses and studios together.
    property_type: Mapped[str | None] = mapped_column(String(24))
    rooms: Mapped[int | None] = mapped_column(SmallInteger)

    #: Dwellings on the market at the end; those ever seen there; those of the market whose price is known.
    number: Mapped[int]
    total: Mapped[int]
    priced: Mapped[int]
    average_price: Mapped[float | None] = mapped_column(Float)
    price_q1: Mapped[float | None] = mapped_column(Float)
    median_price: Mapped[float | None] = mapped_column(Float)
    price_q3: Mapped[float | None] = mapped_column(Float)
    min_price: Mapped[int | None] = mapped_column(BigInteger)
    max_price: Mapped[int | None] = mapped_column(BigInteger)
    #: Those whose price per m² is known.
    measured: Mapped[int]
    average_price_per_sqm: Mapped[float | None] = mapped_column(Float)
    price_per_sqm_q1: Mapped[float | None] = mapped_column(Float)
    median_price_per_sqm: Mapped[float | None] = mapped_column(Float)
    price_per_sqm_q3: Mapped[float | None] = mapped_column(Float)
    #: Seconds since 1970; ages follow from them whenever they are asked.
    first_seen_q1: Mapped[float | None] = mapped_column(Float)
    median_first_seen: Mapped[float | None] = mapped_column(Float)
    first_seen_q3: Mapped[float | None] = mapped_column(Float)
    #: Dwellings whose price was cut, in the period or, of `now`, ever; the median share of the price.
    cuts: Mapped[int]
    median_cut: Mapped[float | None] = mapped_column(Float)
    #: Dwellings that were withdrawn, in the period or, of `now`, ever; the quartiles of their days till then.
    withdrawn: Mapped[int]
    days_q1: Mapped[float | None] = mapped_column(Float)
    median_days: Mapped[float | None] = mapped_column(Float)
    days_q3: Mapped[float | None] = mapped_column(Float)
    #: Of a period: first seen in it; on the market at any time of it.
    added: Mapped[int | None]
    on_offer: Mapped[int | None]
    #: Of `now`: the last Paris day on which one was added, and how many on that day, in its week and month.
    added_on: Mapped[date | None] = mapped_column(Date)
    added_day: Mapped[int | None]
    added_week: Mapped[int | None]
    added_month: Mapped[int | None]
    #: The same of those withdrawn.
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_day: Mapped[int | None]
    withdrawn_week: Mapped[int | None]
    withdrawn_month: Mapped[int | None]


class StatisticsDue(Base):
    """An area whose figures are to be made again, from the period on that holds `since`."""

    __tablename__ = "statistics_due"

    area: Mapped[str] = mapped_column(String(16), primary_key=True)
    since: Mapped[datetime]


class StatisticsCursor(Base):
    """One row: the last event of the history that the states know, and when the figures were last made."""

    __tablename__ = "statistics_cursor"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    transaction_id: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[int] = mapped_column(BigInteger)
    refreshed_at: Mapped[datetime | None]
