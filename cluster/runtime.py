"""The Ray that a command runs on: the one that is there, else one of its own, stopped with the command.

`ray job submit … -- pignon crawl --due` finds its cluster through RAY_ADDRESS, which Ray itself reads.
"""

import logging
import os
import signal
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from models.errors import ServiceError

NAMESPACE = "pignon"
#: Seconds that a cluster has to answer at all.
ANSWER_TIMEOUT = 5.0
#: Ray gives up its own start after 30 seconds, which a loaded laptop can exceed.
START_TRIES = 2
#: A Unix socket's path has 107 characters at most, of which Ray's own part takes 64.
LONGEST_FOLDER = 42


@contextmanager
def ray_cluster(cpus: int | None = None, folder: Path | None = None) -> Iterator[None]:
    """Connect to RAY_ADDRESS or start Ray on this machine; leave no process behind.

    cpus: cores that Ray may use, all when null; folder: for its logs and sockets, Ray's own when null or
    too long a path for a socket. Raises ServiceError when Ray cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray's own warning on how accelerators will be hidden one day; no accelerator is used here.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    warnings.filterwarnings("ignore", module=r"ray\..*")
    _import_ray()
    import ray

    if ray.is_initialized():
        yield
        return
    terminate = signal.getsignal(signal.SIGTERM)
    _connect(cpus, folder)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, terminate)  # Ray took it, and would end without our clean-up
    try:
        yield
    finally:
        ray.shutdown()


def _import_ray() -> None:
    """Ray listens where it takes this node to be. Of a Ray of our own that is loopback, as Ray has it on
    other systems' laptops; it decides so when it is imported.
    """
    name = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
    if os.environ.get("RAY_ADDRESS") or name in os.environ:
        return
    os.environ[name] = "0"
    try:
        import ray  # noqa: F401
    finally:
        del os.environ[name]  # or a cluster started from here by hand would take no second node


def _connect(cpus: int | None, folder: Path | None) -> None:
    import ray

    address = os.environ.get("RAY_ADDRESS")
    if address:
        _check_answers(address)
    else:
        # Without one of its own, Ray would write a token into the user's home and leave it there.
        os.environ.setdefault("RAY_AUTH_TOKEN", token_hex(32))
    own = {} if address else {"num_cpus": cpus, "include_dashboard": False, "address": "local"}
    if own and folder is not None and len(str(folder)) <= LONGEST_FOLDER:
        own["_temp_dir"] = str(folder)
    for tries_left in reversed(range(1 if address else START_TRIES)):
        try:
            ray.init(namespace=NAMESPACE, log_to_driver=False, logging_level=logging.ERROR, **own)
        except Exception as error:  # noqa: BLE001 - a Ray that does not come up says so with a bare Exception
            ray.shutdown()
            if not tries_left:
                where = f"the Ray cluster at {address}" if address else "Ray on this machine"
                raise ServiceError(f"Cannot reach {where}: {str(error).partition(chr(10))[0]}") from None
        else:
            return


def _check_answers(address: str) -> None:
    """ServiceError when nothing listens at host:port, which Ray would take two minutes to say."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdigit():
        return  # "auto": Ray finds its own cluster on this machine
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_TIMEOUT).close()
    except OSError as error:
        reason = error.strerror or error
        raise ServiceError(
            f"Cannot reach the Ray cluster at {address}: {reason}. Check RAY_ADDRESS."
        ) from None


def cores() -> int:
    """The cores that the connected cluster offers, at least one."""
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 1)))
