"""Short transactions from asynchronous code: a plain function on a Connection, run in one, retried.

    await Store(engine).run(frontier.finish, page, ...)

Knows what a database that restarts looks like, and nothing of what is stored.
"""

import asyncio
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

from crawl.budget import reserve
from models.errors import DatabaseError

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds before each new attempt: a PostgreSQL restart takes a few seconds.
BACKOFF: Final = (0.2, 0.3, *(0.5,) * 10, *(1.0,) * 10)


class Store:
    """The database of a crawl. Each `run` is one transaction: all of it happens, or nothing."""

    def __init__(
        self, engine: AsyncEngine, backoff: tuple[float, ...] = BACKOFF, connections: int = 8
    ) -> None:
        """`engine` is shared; connections are borrowed for one transaction at a time.

        connections: transactions at once; thousands of waiting sites would time out in the engine's pool.
        """
        self.engine = engine
        self._backoff = backoff
        self._places = asyncio.Semaphore(connections)

    async def reserve(self, name: str, pause: float, number: int) -> float:
        """`budget.reserve`, for a `Politeness` that shares its budgets."""
        return await self.run(reserve, name, pause, number)

    async def run(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`work(connection, *args)` in a transaction. DatabaseError when the database stays away.

        A transaction whose commit was in doubt runs again, so `work` must bear being done twice.
        """
        for pause in (*self._backoff, None):
            try:
                async with self._places, self.engine.begin() as connection:
                    return await connection.run_sync(work, *args, **kwargs)
            except (OperationalError, InterfaceError, PoolTimeoutError, OSError) as error:
                failure: Exception = error
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                failure = error
            if pause is None:
                break
            await asyncio.sleep(pause)
        reason = str(getattr(failure, "orig", None) or failure).strip().splitlines()[0]
        raise DatabaseError(f"The database does not answer: {reason}") from failure
