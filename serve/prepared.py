"""Statements that are asked often: made and compiled once per process.

    @Prepared
    def _events() -> Select[Any]:
        return select(…).where(ListingHistory.listing_id == bindparam("listing"))

    rows = await _events.rows(connection, listing=1042)

SQLAlchemy compiles equal statements once, but making one again to find that out takes a third of what a
listing takes in Python. Values come and go as psycopg has them: enumerations as text.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import RowMapping, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.asyncio import AsyncConnection


class Prepared:
    """What a function without arguments builds, to be asked with values for its bind parameters."""

    def __init__(self, build: Callable[[], Select[Any]]) -> None:
        self._build = build

    @cached_property
    def _compiled(self) -> tuple[str, dict[str, Any]]:
        """The SQL and its constants."""
        compiled = self._build().compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]
        constants = {name: getattr(value, "value", value) for name, value in compiled.params.items()}
        return str(compiled), constants

    async def rows(self, connection: AsyncConnection, **values: Any) -> Sequence[RowMapping]:
        """All rows."""
        sql, constants = self._compiled
        result = await connection.exec_driver_sql(sql, {**constants, **values})
        return result.mappings().all()
