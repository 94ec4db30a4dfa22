"""A dump: all tables read in one transaction's snapshot, by cursors of the server, batch by batch."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from models.errors import DatabaseError, ServiceError
from serve.dumps.files import Written, write_files
from serve.dumps.folder import MANIFEST, publish, unfinished
from serve.dumps.tables import TABLES, Table
from serve.exports.columns import Values, values
from serve.exports.delimited import told

#: Rows fetched and written together.
BATCH: Final = 1_000
#: Each fetch, the first of a table included: it may sort or count the whole of it.
STATEMENT_TIMEOUT_MS: Final = 900_000
#: Of the manifest and the columns; a new column at the end is no new version.
VERSION: Final = 1

#: Told the table and its rows so far, after each batch. What it raises ends the dump.
Watch = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump that is whole."""

    folder: Path
    manifest: dict[str, Any]


def dump(engine: Engine, folder: Path, watch: Watch = lambda table, rows: None) -> Dump:
    """Write a dump into `folder` under the day of its snapshot. Until it is whole it is not there.

    Raises ServiceError when another one is under way or the files cannot be written, DatabaseError when
    the market cannot be read.
    """
    try:
        with unfinished(folder) as path:
            at, manifest = _write(engine, path, watch)
            return Dump(publish(path, at.date()), manifest)
    except OSError as error:
        raise ServiceError(f"No dump can be written into {folder}: {error.strerror or error}.") from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
        raise DatabaseError(f"The market could not be dumped: {reason}.") from error


def _write(engine: Engine, path: Path, watch: Watch) -> tuple[datetime, dict[str, Any]]:
    with engine.connect() as opened:
        connection = opened.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.execute(text(f"set local statement_timeout = {STATEMENT_TIMEOUT_MS}"))
        # The first question takes the snapshot that all others see.
        at = connection.execute(text("select clock_timestamp()")).scalar_one().astimezone(UTC)
        schema = connection.execute(text("select version_num from alembic_version")).scalar_one()
        files = [
            file
            for table in TABLES
            for file in write_files(path, table, at, _batches(connection, table, watch))
        ]
    manifest = _manifest(at, schema, files)
    with (path / MANIFEST).open("x", encoding="utf-8") as file:
        file.write(json.dumps(manifest, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return at, manifest


def _manifest(at: datetime, schema: str, files: list[Written]) -> dict[str, Any]:
    return {"version": VERSION, "at": told(at), "schema": schema, "files": [asdict(file) for file in files]}


def _batches(connection: Connection, table: Table, watch: Watch) -> Iterator[list[Values]]:
    done = 0
    with connection.execute(table.statement(), execution_options={"yield_per": BATCH}) as result:
        # Told again: SQLAlchemy forgets `yield_per` where the statement is text.
        for rows in result.mappings().partitions(BATCH):
            yield [values(table.columns, dict(row)) for row in rows]
            done += len(rows)
            watch(table.name, done)
