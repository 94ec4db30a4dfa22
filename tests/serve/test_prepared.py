"""Statements past SQLAlchemy fail as others do, and a connection that broke leaves the pool."""

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from models.database import open_async_engine
from serve.prepared import fetched
from serve.slow import watch_queries

SECONDS = 5.0


async def test_rows_are_told_by_their_columns(database_url: str) -> None:
    engine = open_async_engine(database_url)
    watch_queries(engine, SECONDS)
    async with engine.connect() as connection:
        assert await fetched(connection, "select %(a)s::int as one, 'b' as two", {"a": 1}) == [
            {"one": 1, "two": "b"}
        ]
    await engine.dispose()


async def test_an_error_is_sqlalchemys_and_the_connection_is_used_again(database_url: str) -> None:
    engine = open_async_engine(database_url, 1)
    watch_queries(engine, SECONDS)
    for _ in range(4):
        async with engine.connect() as connection:
            with pytest.raises(ProgrammingError, match="nothing_such"):
                await fetched(connection, "select nothing_such", {})
    async with engine.connect() as connection:
        assert await fetched(connection, "select 1 as one", {}) == [{"one": 1}]
    await engine.dispose()


async def test_a_connection_that_broke_leaves_the_pool(database_url: str) -> None:
    engine = open_async_engine(database_url, 1, ping=False)
    watch_queries(engine, SECONDS)
    async with engine.connect() as connection:
        with pytest.raises(OperationalError) as told:
            await fetched(connection, "select pg_terminate_backend(pg_backend_pid())", {})
        assert isinstance(told.value, DBAPIError)
        assert told.value.connection_invalidated
    for _ in range(3):
        async with engine.connect() as connection:
            assert await fetched(connection, "select 1 as one", {}) == [{"one": 1}]
    await engine.dispose()
