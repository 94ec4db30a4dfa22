"""The operator's orders to all crawls: one row at most. A single site's pause is in its agency's row."""

from datetime import datetime

from sqlalchemy import CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class CrawlOrder(Base):
    """paused_at: no site is visited until it is null again; stopped_at: crawls that began before it end."""

    __tablename__ = "crawl_orders"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
