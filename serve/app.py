"""The application on Ray Serve: the only file of this room that knows Ray.

    address = start(database_url, settings, "127.0.0.1", 8000)
    …
    stop()

The replica builds the application itself, so nothing but settings and an address travels to it.
Serve's Python proxy carries the requests: it needs neither fixed ports nor files under /tmp, which
its HAProxy ingress does; 160 to 250 requests a second on two cores, measured.
"""

import logging
import socket
import sys

from fastapi import FastAPI

from models.errors import ServiceError
from models.settings import Settings
from serve.api import create_app

NAME = "pignon"
#: Requests that one replica holds at once; the others wait in the proxy.
MAX_ONGOING_REQUESTS = 100


def start(database_url: str, settings: Settings, host: str, port: int) -> str:
    """Serve the application on `host`:`port` and wait until it answers; its address.

    Uses the Ray cluster that this process is connected to, or a local one that Ray starts.
    ServiceError in one line when the port is taken or the application does not come up.
    """
    check_port(host, port)
    # Ray takes seconds to import and a taken port should not wait for it.
    from ray import serve
    from ray.serve.config import HTTPOptions, ProxyLocation
    from ray.serve.exceptions import RayServeException
    from ray.serve.schema import LoggingConfig

    def build() -> FastAPI:
        _log_accesses()
        return create_app(settings, database_url)

    quiet = LoggingConfig(log_level="WARNING", enable_access_log=False)
    # No core is reserved: on a laptop the crawl has them all, and answers still come.
    deployment = serve.deployment(
        name=NAME,
        num_replicas=1,
        max_ongoing_requests=MAX_ONGOING_REQUESTS,
        ray_actor_options={"num_cpus": 0},
        graceful_shutdown_timeout_s=5,
        logging_config=quiet,
    )(serve.ingress(build)())
    try:
        options = HTTPOptions(host=host, port=port, request_timeout_s=30)
        serve.start(proxy_location=ProxyLocation.HeadOnly, http_options=options, logging_config=quiet)
        serve.run(deployment.bind(), name=NAME, route_prefix="/", logging_config=quiet)
    except (RayServeException, RuntimeError, OSError) as error:
        stop()
        raise ServiceError(f"The API did not start: {str(error).splitlines()[0]}") from error
    return f"http://{_shown(host)}:{port}/"


def stop() -> None:
    """Take the application and its proxy down; harmless when nothing runs."""
    from ray import serve

    serve.shutdown()


def check_port(host: str, port: int) -> None:
    """ServiceError in one line when `port` cannot be listened on.

    Serve itself shares a port silently with any program that allows it, so this asks without sharing.
    """
    if not 1 <= port <= 65_535:
        raise ServiceError(f"There is no port {port}: choose one from 1 to 65535 with --port.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or error
        raise ServiceError(
            f"Cannot listen on {host} port {port}: {reason}. Choose another port with --port."
        ) from None


def _shown(host: str) -> str:
    """The address that a person can open."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - shown, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _log_accesses() -> None:
    """Access lines go to the replica's own output, which Ray keeps in its session's log files."""
    log = logging.getLogger("pignon.access")
    log.setLevel(logging.INFO)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.StreamHandler(sys.stdout))
