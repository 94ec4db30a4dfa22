"""The API's numbers for Prometheus: requests, their time, connections of the database, slow queries, engines.

    pignon_api_requests_total{route="/api/listings/{listing_id}",method="GET",status="200"} 12

Labels are patterns and kinds, never values of a request. Replicas write into the folder that
PROMETHEUS_MULTIPROC_DIR names, and `cluster.ingress` serves their sum.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

#: Seconds; the floors of the benches are among them.
_BUCKETS: Final = (0.005, 0.015, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: A method is one of these or `OTHER`: a client may write anything there.
_METHODS: Final = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))

REQUESTS: Final = Counter(
    "pignon_api_requests", "Requests answered, by route pattern.", ("route", "method", "status")
)
SECONDS: Final = Histogram(
    "pignon_api_request_seconds", "Seconds from a request to its answer's end.", ("route",), buckets=_BUCKETS
)
IN_FLIGHT: Final = Gauge(
    "pignon_api_requests_in_flight", "Requests being answered now.", multiprocess_mode="livesum"
)
REFUSED: Final = Counter(
    "pignon_api_requests_refused", "Requests refused as too many, too large or too long.", ("status",)
)
CONNECTIONS: Final = Gauge(
    "pignon_api_database_connections",
    "Connections of the database in use.",
    ("pool",),
    multiprocess_mode="livesum",
)
SLOW: Final = Counter("pignon_api_slow_queries", "Queries slower than SLOW_QUERY_SECONDS.", ("route",))
SEARCHES: Final = Counter(
    "pignon_api_searches", "Searches by the engine that found their listings.", ("engine",)
)
FALLBACKS: Final = Counter("pignon_api_search_fallbacks", "Searches that PostgreSQL did in another's stead.")

_requests: dict[tuple[str, str, int], Counter] = {}
_seconds: dict[str, Histogram] = {}


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request. Children are kept: to find one by its labels takes as long as to count."""
    method = method if method in _METHODS else "OTHER"
    counted = _requests.get((route, method, status))
    if counted is None:
        counted = _requests[route, method, status] = REQUESTS.labels(route, method, str(status))
    counted.inc()
    timed = _seconds.get(route)
    if timed is None:
        timed = _seconds[route] = SECONDS.labels(route)
    timed.observe(seconds)


def found_by(engine: str, *, degraded: bool) -> None:
    """Count a search."""
    SEARCHES.labels(engine).inc()
    if degraded:
        FALLBACKS.inc()


def watch_pool(engine: AsyncEngine, name: str) -> None:
    """Count the connections that a pool has out."""
    out = CONNECTIONS.labels(name)
    event.listen(engine.sync_engine, "checkout", lambda *_: out.inc())
    event.listen(engine.sync_engine, "checkin", lambda *_: out.dec())
