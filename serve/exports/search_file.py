"""A search as a file on this machine: the rows and formats of the API's exports, without its clock."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from models.database import open_async_engine
from models.errors import DatabaseError, ServiceError
from models.places import Places
from serve.engines.contract import Search
from serve.exports.columns import LISTINGS, PROPERTIES
from serve.exports.contract import About
from serve.exports.files import writer
from serve.exports.query import ExportQuery
from serve.exports.rows import counted
from serve.exports.stream import file_of

#: Each question to the database: nobody else waits for this connection, unlike the API's.
STATEMENT_TIMEOUT_MS: Final = 300_000
#: Told the bytes written so far.
Watch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that is whole. truncated: the search holds more than its limit."""

    file: Path
    rows: int
    truncated: bool
    bytes: int


@dataclass(frozen=True, slots=True)
class TooMany:
    """The search holds more than `most`, and no limit was named: nothing was written."""

    most: int


def save(
    url: str, places: Places, query: ExportQuery, path: Path, most: int, *, once: bool, watch: Watch
) -> Saved | TooMany:
    """Write what `query` finds to `path`, which is not there before it is whole. once: each dwelling once.

    Raises ServiceError when it cannot be written, DatabaseError when the market cannot be read.
    """
    search = Search(query.search(), places, once=once)
    try:
        return asyncio.run(_save(url, search, query, path, most, watch=watch))
    except OSError as error:
        raise ServiceError(f"{path} cannot be written: {error.strerror or error}.") from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise DatabaseError(f"The search could not be exported: {reason}.") from error


async def _save(
    url: str, search: Search, query: ExportQuery, path: Path, most: int, *, watch: Watch
) -> Saved | TooMany:
    engine = open_async_engine(url, 1)
    try:
        async with engine.connect() as connection:
            await connection.exec_driver_sql("set transaction isolation level repeatable read, read only")
            await connection.exec_driver_sql(f"set local statement_timeout = {STATEMENT_TIMEOUT_MS}")
            found = await counted(connection, search, query.limit or most)
            if found > most and query.limit is None:
                return TooMany(most)
            rows = min(found, query.limit or most)
            name, columns = ("properties", PROPERTIES) if search.once else ("listings", LISTINGS)
            about = About(name, columns, datetime.now(UTC), found > rows, query.told())
            form = writer(query.format, about, semicolon=query.separator == "semicolon", bom=query.bom)
            async with aclosing(file_of(connection, search, columns, form, rows)) as parts:
                size = await _written(parts, path, watch)
            return Saved(path, rows, found > rows, size)
    finally:
        await engine.dispose()


async def _written(parts: AsyncGenerator[bytes, None], path: Path, watch: Watch) -> int:
    """The bytes written; under another name until all are there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    size = 0
    try:
        with beside.open("wb") as file:
            async for part in parts:
                size += file.write(part)
                watch(size)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return size
