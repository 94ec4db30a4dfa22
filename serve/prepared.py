"""Statements that are asked often: made and compiled once per process, and asked by psycopg itself.

    @Prepared
    def _events() -> Select[Any]:
        return select(…).where(ListingHistory.listing_id == bindparam("listing"))

    rows = await _events.rows(connection, listing=1042)

SQLAlchemy compiles equal statements once, but making one again to find that out takes a third of what a
listing takes in Python. PostgreSQL plans them once, too, which takes longer than to read twenty listings: so
what is asked for by id belongs here, and nothing that is best found in several ways. Values come and go as
psycopg has them: enumerations as text.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from serve.slow import timed

Row = dict[str, Any]


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

    async def rows(self, connection: AsyncConnection, **values: Any) -> list[Row]:
        """All rows."""
        sql, constants = self._compiled
        return await fetched(connection, sql, {**constants, **values}, prepare=True)


async def fetched(
    connection: AsyncConnection, sql: str, values: Mapping[str, Any], *, prepare: bool = False
) -> list[Row]:
    """All rows of SQL with `%(name)s` for its values. prepare: whether one plan fits all values. Errors are
    SQLAlchemy's, and as for any statement a connection that broke leaves the pool, and a slow query is told.

    SQLAlchemy's own result knows every column's type and name before it is asked: an eighth of a search.
    """
    assert connection.sync_connection is not None
    opened = connection.sync_connection.connection.driver_connection
    assert isinstance(opened, psycopg.AsyncConnection)
    with timed(connection):
        try:
            cursor = opened.cursor(row_factory=dict_row)
            await cursor.execute(sql, values, prepare=prepare)
            return await cursor.fetchall()
        except psycopg.Error as error:
            broke = opened.closed
            if broke:
                await connection.invalidate(error)
            told = DBAPIError.instance(sql, None, error, psycopg.Error, connection_invalidated=broke)
            raise told from error
