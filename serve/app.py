"""The application on Ray Serve: the only file of this room that knows Ray.

    address = start(database_url, settings, "127.0.0.1", 8000)
    …
    stop()

A replica builds the application itself, so nothing but settings and an address travels to it. HAProxy carries
the requests where `cluster.ingress` prepared it before Ray was started, else Serve's proxy in Python.
"""

import logging
import os
import socket
import sys
from contextlib import suppress
from typing import Any

from fastapi import FastAPI

from models.errors import ServiceError
from models.settings import Settings
from serve.api import create_app

NAME = "pignon"
#: The variable that names the folder where replicas write their numbers, if anybody wants them.
METRICS_FOLDER = "PIGNON_METRICS_FOLDER"
#: Seconds that requests of an ending replica have to end, beyond the time that one may take.
DRAIN_SECONDS = 5
#: Seconds between two looks at a replica, and how long one may take to answer. Ray Serve replaces it after
#: three that failed in a row.
HEALTH_PERIOD, HEALTH_TIMEOUT = 5, 10


def start(database_url: str, settings: Settings, host: str, port: int) -> str:
    """Serve the application on `host`:`port` and wait until it answers; its address.

    Uses the Ray cluster that this process is connected to, or a local one that Ray starts.
    ServiceError in one line when the port is taken or the application does not come up.
    """
    check_port(host, port)
    # Ray takes seconds to import and a taken port should not wait for it.
    from ray import serve
    from ray.exceptions import RayActorError, RayError
    from ray.serve.config import HTTPOptions, ProxyLocation
    from ray.serve.exceptions import RayServeException

    # HAProxy itself listens on `host`, as its launcher knows; what is behind it needs no more than loopback.
    inside = "127.0.0.1" if os.environ.get("RAY_SERVE_ENABLE_HA_PROXY") == "1" else host
    try:
        options = HTTPOptions(host=inside, port=port)
        try:
            serve.start(proxy_location=ProxyLocation.HeadOnly, http_options=options, logging_config=_quiet())
        except RayActorError:
            # On a very busy machine Serve gives its first proxy up and starts another.
            serve.start(proxy_location=ProxyLocation.HeadOnly, http_options=options, logging_config=_quiet())
        _run(database_url, settings, generation=0)
    except (RayServeException, RayError, RuntimeError, OSError) as error:
        stop()
        raise ServiceError(f"The API did not start: {str(error).splitlines()[0]}") from error
    return f"http://{_shown(host)}:{port}/"


def restart(database_url: str, settings: Settings, generation: int) -> None:
    """Replace every replica by a new one; no request fails. generation: another at each call."""
    _run(database_url, settings, generation)


def stop() -> None:
    """Take the application and its proxy down once its requests have ended; harmless when nothing runs."""
    from ray import serve
    from ray.exceptions import RayError
    from ray.serve.exceptions import RayServeException

    with suppress(RayServeException, RayError, RuntimeError):
        # Alone, `shutdown` takes the proxy down while replicas still have requests to answer.
        if NAME in serve.status().applications:
            serve.delete(NAME)
    serve.shutdown()


def _run(database_url: str, settings: Settings, generation: int) -> None:
    from ray import serve

    def build() -> FastAPI:
        return _built(settings, database_url)

    deployment = serve.deployment(
        name=NAME,
        **_replicas(settings),
        # The application refuses what is too much, in its own words, before Serve does.
        max_ongoing_requests=settings.api_max_requests * 2,
        # No core is reserved: on a laptop the crawl has them all, and answers still come.
        ray_actor_options={"num_cpus": 0, "runtime_env": {"env_vars": _environment(generation)}},
        graceful_shutdown_timeout_s=settings.api_timeout + DRAIN_SECONDS,
        graceful_shutdown_wait_loop_s=0.2,
        health_check_period_s=HEALTH_PERIOD,
        health_check_timeout_s=HEALTH_TIMEOUT,
        logging_config=_quiet(),
    )(serve.ingress(build)(Watched))
    serve.run(deployment.bind(), name=NAME, route_prefix="/", logging_config=_quiet())


def _replicas(settings: Settings) -> dict[str, Any]:
    """So many replicas, or between so many and so many by what they have to do."""
    from ray.serve.config import AutoscalingConfig

    least, most = settings.api_replicas, settings.api_max_replicas or settings.api_replicas
    if most <= least:
        return {"num_replicas": least}
    busy = max(1.0, settings.api_max_requests / 4)
    scaling = AutoscalingConfig(
        min_replicas=least,
        initial_replicas=least,
        max_replicas=most,
        target_ongoing_requests=busy,
        upscale_delay_s=5,
        downscale_delay_s=120,
    )
    return {"autoscaling_config": scaling}


def _environment(generation: int) -> dict[str, str]:
    """Of a replica. Another generation's makes Serve replace it."""
    told = {"PIGNON_GENERATION": str(generation)}
    folder = os.environ.get(METRICS_FOLDER)
    return {**told, "PROMETHEUS_MULTIPROC_DIR": folder} if folder else told


def _quiet() -> Any:
    from ray.serve.schema import LoggingConfig

    return LoggingConfig(log_level="WARNING", enable_access_log=False)


#: The application of this process, when it is a replica.
_applications: list[FastAPI] = []


def _built(settings: Settings, database_url: str) -> FastAPI:
    """The application, in a replica."""
    _log_accesses()
    _keep_to_loopback()
    _applications[:] = [create_app(settings, database_url, tells_id=False)]
    return _applications[0]


class Watched:
    """A replica as Serve looks at it: one that raises, or does not answer in time, is replaced."""

    def check_health(self) -> None:
        """Says nothing of the database: a new replica would not find it either."""
        for app in _applications:
            app.state.load.check()


def _keep_to_loopback() -> None:
    """Where this node's address is loopback, so is the replica's port for other replicas: Serve opens it on
    every address, and has no setting for it.
    """
    import ray.util
    from ray.serve._private import replica

    if ray.util.get_node_ip_address() == "127.0.0.1":
        opened = replica.add_port_to_grpc_server
        replica.add_port_to_grpc_server = lambda server, address, *more: opened(
            server, address.replace("[::]:", "127.0.0.1:"), *more
        )


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
    """Access lines go to the replica's own output, which Ray keeps in its session's log files: not to what
    Serve puts in its place, which looks through the whole stack for each line.
    """
    log = logging.getLogger("pignon.access")
    log.setLevel(logging.INFO)
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.StreamHandler(sys.__stdout__))
