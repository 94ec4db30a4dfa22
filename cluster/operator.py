"""The operator's orders as a crawl's driver hears them: read from the database about once a second."""

import time
from types import TracebackType
from typing import Final, Self

from sqlalchemy.exc import InterfaceError, OperationalError

from crawl import orders
from crawl.orders import Orders
from models.database import open_engine
from models.errors import DatabaseError

#: Seconds between two looks at the database.
EVERY: Final = 1.0


class Operator:
    """with Operator(url) as operator: operator.orders() stands for the crawl that begins here."""

    def __init__(self, database_url: str) -> None:
        self._engine = open_engine(database_url, pool_size=1)
        self._last = Orders()
        self._looked = float("-inf")

    def __enter__(self) -> Self:
        try:
            with self._engine.connect() as connection:
                self._since = orders.now(connection)
        except OperationalError as error:
            self._engine.dispose()
            reason = str(error.orig).strip().partition("\n")[0]
            raise DatabaseError(f"The database does not answer: {reason}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def orders(self) -> Orders:
        """The orders now; the last ones known while the database is away."""
        if time.monotonic() - self._looked >= EVERY:
            self._looked = time.monotonic()
            try:
                with self._engine.connect() as connection:
                    self._last = orders.read(connection, self._since)
            except (OperationalError, InterfaceError):
                pass  # a restart; crawls wait for it, too
        return self._last
