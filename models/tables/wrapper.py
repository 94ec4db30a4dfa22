"""What was learnt of where a site's pages tell each field: a row per site, as `extract.wrapper` has it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, utc_now


class SiteWrapper(Base):
    """A wrapper. `data` is null while the site is learnt anew. Losing a row costs time, no listing."""

    __tablename__ = "site_wrappers"

    agency_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("agencies.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    data: Mapped[dict[str, Any] | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
