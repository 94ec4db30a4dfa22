"""The folder of dumps: one writer at a time, a dump whole or not there, old ones deleted.

A dump is `DATE`, or `DATE.2` and so on where that day has one already: what readers hold open is never
touched. Until it is whole its files are in `.unfinished`, which a writer that was killed leaves behind.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from models.errors import ServiceError

MANIFEST: Final = "manifest.json"
UNFINISHED: Final = ".unfinished"
#: A dump is made in the night: UTC, when France sleeps.
NIGHT: Final = timedelta(hours=2, minutes=30)
_NAME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.([1-9]\d{0,5}))?")


def dumps(folder: Path) -> list[Path]:
    """The whole dumps, oldest first. Whatever else is in the folder is not ours."""
    found = [(_order(path.name), path) for path in folder.glob(f"*/{MANIFEST}") for path in [path.parent]]
    return [path for _, path in sorted((order, path) for order, path in found if order)]


def due(folder: Path, now: datetime) -> bool:
    """Whether the dump of the last night is missing."""
    last = dumps(folder)[-1:]
    return not last or _day(last[0]) < (now.astimezone(UTC) - NIGHT).date()


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """An empty folder to write into, this process's alone; gone at the end unless it was published.

    ServiceError when another process writes a dump there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder) as path:
        path.mkdir()
        yield path


def publish(path: Path, day: date) -> Path:
    """Give the written folder its name, in one step; where it is now."""
    _synced(path)
    names = (f"{day}" if number == 1 else f"{day}.{number}" for number in range(1, 1_000_000))
    target = next(path.parent / name for name in names if not os.path.lexists(path.parent / name))
    path.rename(target)
    _synced(target.parent)
    return target


def prune(folder: Path, days: int) -> list[Path]:
    """Delete all but the newest dump of each of the newest `days`; those deleted. ServiceError as above."""
    with _alone(folder) as path:
        newest = {_day(found): found for found in dumps(folder)}
        kept = {newest[day] for day in sorted(newest)[-days:]}
        gone = [found for found in dumps(folder) if found not in kept]
        for old in gone:
            # First it is none any more: cut short, this leaves what the next writer clears.
            old.rename(path)
            shutil.rmtree(path)
    return gone


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """The place of what is no dump, cleared, while no other process writes; cleared again at the end."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(f"Another dump is being written into {folder}; wait for its end.") from None
        path = folder / UNFINISHED
        if path.exists():
            shutil.rmtree(path)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def _order(name: str) -> tuple[date, int] | None:
    told = _NAME.fullmatch(name)
    if told is None:
        return None
    try:
        return date.fromisoformat(told[1]), int(told[2] or 1)
    except ValueError:
        return None


def _day(path: Path) -> date:
    return date.fromisoformat(path.name[:10])


def _synced(folder: Path) -> None:
    """Have the folder's own entries on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
