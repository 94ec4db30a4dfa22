"""Where the index stands, as one row of the database tells it: read by searches, written by the keeper."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.rows import class_row

from serve.engines.documents import VERSION
from serve.engines.feed import Place
from serve.engines.index import Indexed

Connected = AsyncConnection[Any]
#: An index that was in step no longer ago than this is searched.
FRESH: Final = timedelta(seconds=60)
#: Seconds between two notes that nothing happened.
NOTED: Final = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """The row of `search_index`."""

    name: str
    uuid: str
    version: str
    transaction_id: int
    event_id: int
    in_step_at: datetime | None
    built_at: datetime | None
    rebuild_asked_at: datetime | None
    building_done: int | None
    building_total: int | None
    trouble: str | None

    @property
    def index(self) -> Indexed:
        """The index that it is about."""
        return Indexed(self.name, self.uuid)

    @property
    def place(self) -> Place:
        """The last event that the index holds."""
        return Place(self.transaction_id, self.event_id)

    @property
    def answers(self) -> bool:
        """Whether the index understands what is asked of it."""
        return bool(self.uuid) and self.version == VERSION

    def is_fresh(self, now: datetime | None = None) -> bool:
        """Whether searches may trust it."""
        if not self.answers or self.in_step_at is None:
            return False
        return (now or datetime.now(UTC)) - self.in_step_at <= FRESH


_COLUMNS: Final = ", ".join(field.name for field in fields(Standing))


async def read(connection: Connected) -> Standing:
    """The row as it is now."""
    cursor = connection.cursor(row_factory=class_row(Standing))
    row = await (await cursor.execute(f"select {_COLUMNS} from search_index")).fetchone()  # noqa: S608
    assert row is not None, "the migration put it there"
    return row


async def note(connection: Connected, **values: Any) -> None:
    """Write columns of the row. `now` as a value is the database's clock."""
    told = ", ".join(
        f"{name} = now()" if value == "now" else f"{name} = %({name})s" for name, value in values.items()
    )
    await connection.execute(f"update search_index set {told}", values)  # noqa: S608 - our own names


def _value(name: str, value: Any) -> str:
    return "now()" if value == "now" else f"%({name})s"
