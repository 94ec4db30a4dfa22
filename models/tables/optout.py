"""Opt-outs: the sites whose owners asked not to be visited, known to us or not."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, utc_now


class OptOut(Base):
    """host: without `www.`; what lies under it is meant, too. note: who asked, and how, for the operator."""

    __tablename__ = "opt_outs"

    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    since: Mapped[datetime] = mapped_column(default=utc_now)
    note: Mapped[str | None] = mapped_column(String(300))
