"""The slow query guard: a line and a number for every query that takes long, of its shape alone.

    {"slow_ms": 812, "route": "/api/listings/search", "parameters": ["q", "sort"], "id": "…", "ended": "ok"}

Neither values nor SQL are told: what a person looks for is theirs.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qsl

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from serve import metrics, request_id
from serve.asked import models

log = logging.getLogger("pignon.slow")
#: The option of an engine that holds how long a query may take untold.
SECONDS: Final = "pignon_slow_seconds"
#: Parameters named in a line: a client may write any number of them, with any name.
_MOST_NAMES: Final = 30
_LONGEST_NAME: Final = 30


def watch_queries(engine: AsyncEngine, seconds: float) -> None:
    """Tell of every query of `engine` that took `seconds` or more, whether it ended well or not."""
    engine.sync_engine.update_execution_options(**{SECONDS: seconds})

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _began(connection: Any, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def _ended(connection: Any, *_: Any) -> None:
        _told(time.perf_counter() - connection.info.pop("began", time.perf_counter()), seconds, "ok")

    @event.listens_for(engine.sync_engine, "handle_error")
    def _failed(context: Any) -> None:
        if context.connection is not None and (began := context.connection.info.pop("began", None)):
            _told(time.perf_counter() - began, seconds, "stopped")


@contextmanager
def timed(connection: AsyncConnection) -> Iterator[None]:
    """As `watch_queries`, of a query that SQLAlchemy does not see, on an engine that is watched."""
    began, how = time.perf_counter(), "stopped"
    try:
        yield
        how = "ok"
    finally:
        options = connection.sync_connection.get_execution_options() if connection.sync_connection else {}
        if SECONDS in options:
            _told(time.perf_counter() - began, options[SECONDS], how)


def _told(taken: float, seconds: float, how: str) -> None:
    if taken < seconds:
        return
    scope = request_id.current.get()
    route = request_id.route_of(scope)
    metrics.SLOW.labels(route).inc()
    line = {"slow_ms": round(taken * 1000), "route": route, "parameters": _names(scope)}
    log.warning(json.dumps({**line, "id": request_id.of_current(), "ended": how}))


def _names(scope: Any) -> list[str]:
    """The parameters that this address knows: any other name may be what someone typed."""
    if scope is None:
        return []
    known = getattr(scope.get("route"), "dependant", None)
    declared = _declared(known) if known is not None else set()
    told = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=1_000)
    return sorted({name for name, _ in told if name in declared and len(name) <= _LONGEST_NAME})[:_MOST_NAMES]


def _declared(dependant: Any) -> set[str]:
    names = {field.alias for field in dependant.query_params}
    return names.union(*(model.model_fields for model in models(dependant)))
