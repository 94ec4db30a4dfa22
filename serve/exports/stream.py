"""A file on its way: rows read in batches of one snapshot, written in a thread, sent as they come.

At no moment are more than a batch of rows and a part of the file in memory. Whoever goes away stops the
query; whoever reads too slowly is left. A file that could not be finished never looks whole, as the answer
breaks off without its last chunk.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from serve.accounts.signed_in import signed_in
from serve.engines.contract import Search
from serve.exports.columns import Column, values
from serve.exports.contract import Writer
from serve.exports.rows import chosen, told
from serve.market import Market

T = TypeVar("T")

#: Rows fetched, written and sent together.
BATCH: Final = 1_000
#: Each question to the database.
STATEMENT_TIMEOUT_MS: Final = 30_000
#: Seconds for the whole of it, however slowly it is read.
LONGEST: Final = 600.0
#: Seconds that a query may take to stop.
STOPPING: Final = 5
#: Seconds that an export waits for a place.
PATIENCE: Final = 2.0
#: Exports at once per process: each holds a connection. One of each asker: who reads slowly holds a place for
#: LONGEST, and would hold them all.
AT_ONCE: Final = 2


@dataclass(slots=True)
class Room:
    """Whose exports are under way in this process."""

    askers: set[str] = field(default_factory=set)
    most: int = AT_ONCE

    def has_place(self, asker: str) -> bool:
        """Whether they may begin one."""
        return len(self.askers) < self.most and asker not in self.askers


@dataclass(frozen=True, slots=True)
class Exporting:
    """One export's connection: one snapshot for all that it reads, with a time limit of its own."""

    connection: AsyncConnection
    request: Request = field(repr=False)

    async def while_there(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives; given up when the client goes away. ClientDisconnect then."""
        working, leaving = asyncio.create_task(work), asyncio.create_task(_gone(self.request.receive))
        try:
            await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return await working
            await self.stop(working)
            raise ClientDisconnect
        finally:
            await _ended(working, leaving)

    async def stop(self, working: asyncio.Task[Any]) -> None:
        """Stop the query under way and let `working` come to its end by it: a task that is cancelled within
        a query loses the connection.
        """
        opened: Any = (await self.connection.get_raw_connection()).driver_connection
        for _ in range(STOPPING):
            await opened.cancel_safe(timeout=STOPPING)
            # Again, as the server ignores a cancellation that overtakes its query.
            if (await asyncio.wait((working,), timeout=1))[0]:
                return


async def exporting(request: Request) -> AsyncIterator[Exporting]:
    """A place among the exports under way, given back when the file is sent; 503 when there is none. 403 to
    an API key without the scope.
    """
    if (account := getattr(request.state, "account", None)) is not None:
        await signed_in("export")(account)
    async with _place(request):
        market: Market = request.app.state.market
        async with market.engine.connect() as connection:
            await connection.exec_driver_sql("set transaction isolation level repeatable read")
            await connection.exec_driver_sql(f"set local statement_timeout = {STATEMENT_TIMEOUT_MS}")
            yield Exporting(connection, request)


Export = Annotated[Exporting, Depends(exporting)]


@asynccontextmanager
async def _place(request: Request) -> AsyncIterator[None]:
    state = request.app.state
    if not hasattr(state, "exports"):
        state.exports = Room()
    room: Room = state.exports
    account = getattr(request.state, "account", None)
    asker = f"user {account.id}" if account else request.state.address
    until = time.monotonic() + PATIENCE  # a place is free a moment after its file has arrived
    while not room.has_place(asker) and time.monotonic() < until:  # noqa: ASYNC110 - rare, and bounded
        await asyncio.sleep(0.05)
    if not room.has_place(asker):
        raise HTTPException(503, "Other exports are under way; try again.", headers={"Retry-After": "15"})
    room.askers.add(asker)
    try:
        yield
    finally:
        room.askers.remove(asker)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def file_of(
    connection: AsyncConnection, search: Search, columns: Sequence[Column], writer: Writer, most: int
) -> AsyncGenerator[bytes, None]:
    """The file's bytes, part by part. most: rows in all.

    The first part comes with the first rows, empty where the format is packed at its end: the answer then
    begins, and is no longer held to the time in which one must.
    """
    try:
        begun = False
        async for rows in batches(connection, search, most):
            plain = [values(columns, row) for row in rows]
            if (part := await asyncio.to_thread(writer.write, plain)) or not begun:
                begun = True
                yield part
        parts = await asyncio.to_thread(writer.close)
        while part := await asyncio.to_thread(next, parts, b""):
            yield part
    finally:
        writer.discard()


async def batches(
    connection: AsyncConnection, search: Search, most: int
) -> AsyncGenerator[Sequence[Mapping[str, Any]], None]:
    """The search's rows in its order, BATCH at a time."""
    found = await chosen(connection, search, most)
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        statement = told(search.query, batch, once=search.once)
        rows = {row["id"]: row for row in (await connection.execute(statement)).mappings()}
        yield [rows[listing] for listing in batch]


class FileResponse(StreamingResponse):
    """Sends a file, of which the first part is there, and stops what makes it however the sending ends."""

    def __init__(
        self, export: Exporting, first: bytes, rest: AsyncGenerator[bytes, None], **more: Any
    ) -> None:
        super().__init__(self._parts(first), **more)
        self._export, self._rest, self._left = export, rest, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Within LONGEST."""
        sending, leaving = (
            asyncio.create_task(self.stream_response(send)),
            asyncio.create_task(_gone(receive)),
        )
        try:
            async with asyncio.timeout(LONGEST):
                await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await sending
            else:
                self._left = True
                await self._export.stop(sending)
        finally:
            await _ended(sending, leaving)
            await self._rest.aclose()

    async def _parts(self, first: bytes) -> AsyncGenerator[bytes, None]:
        yield first
        async for part in self._rest:
            if self._left:
                return
            yield part
