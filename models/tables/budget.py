"""Budgets: until when each egress, IP address and host of photos is spoken for, by all processes together."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class Budget(Base):
    """`name` is `egress direct`, `address 192.0.2.7` or `photos cdn.example`; `ready_at` the end of the last
    slot reserved, or of the time for which a crawl has the host of photos to itself.
    """

    __tablename__ = "budgets"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    ready_at: Mapped[datetime]
