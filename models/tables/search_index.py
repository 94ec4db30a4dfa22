"""The search engine's index: which one it is, and up to which event it is in step. One row at most."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base


class SearchIndex(Base):
    """name, uuid, version: the index and what its documents are made of; empty before the first is built.

    An engine that answers with another uuid was emptied or replaced, so the index is built again.
    """

    __tablename__ = "search_index"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200), default="")
    uuid: Mapped[str] = mapped_column(String(60), default="")
    version: Mapped[str] = mapped_column(String(16), default="")
    #: The last event that the index holds, as the feed orders them.
    transaction_id: Mapped[int] = mapped_column(BigInteger, default=0)
    event_id: Mapped[int] = mapped_column(BigInteger, default=0)
    #: When it was last in step with the feed; null until the first is built.
    in_step_at: Mapped[datetime | None]
    built_at: Mapped[datetime | None]
    #: A person wants it built anew, and how far that is, in listings.
    rebuild_asked_at: Mapped[datetime | None]
    building_done: Mapped[int | None] = mapped_column(BigInteger)
    building_total: Mapped[int | None] = mapped_column(BigInteger)
    #: Why it is not in step, in one line.
    trouble: Mapped[str | None] = mapped_column(String(400))
