"""The folder of dumps: a killed writer harms nothing, two never write at once, old ones go."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models.database import open_engine
from models.errors import DatabaseError, ServiceError
from serve.dumps.dump import dump
from serve.dumps.folder import MANIFEST, UNFINISHED, due, dumps, prune, publish, unfinished
from tests.serve.dumps.market import fill

#: A dump that stays where it is once it has written its first listings.
STUCK = """
import sys, time
from pathlib import Path
from models.database import open_engine
from serve.dumps.dump import dump
dump(open_engine(sys.argv[1]), Path(sys.argv[2]), lambda t, n: time.sleep(600) if t == "listings" else None)
"""


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _written(folder: Path, name: str) -> Path:
    with unfinished(folder) as path:
        (path / MANIFEST).write_text(name)
        return publish(path, date.fromisoformat(name))


def test_one_killed_in_between_leaves_the_last_one_whole_and_the_next_clears_up(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    fill(engine)
    last = dump(engine, tmp_path)
    before = _contents(last.folder)
    line = [sys.executable, "-c", STUCK, database_url, str(tmp_path)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(line, env={**os.environ, "PYTHONPATH": str(root)}, cwd=tmp_path) as killed:
        end = time.monotonic() + 60
        while not (tmp_path / UNFINISHED / "listings.parquet").exists():
            assert killed.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        with pytest.raises(ServiceError, match="Another dump is being written into"):
            dump(engine, tmp_path)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait(20) == -signal.SIGKILL
    assert (tmp_path / UNFINISHED / "agencies.parquet").exists()
    assert dumps(tmp_path) == [last.folder]
    assert _contents(last.folder) == before
    following = dump(engine, tmp_path)
    assert not (tmp_path / UNFINISHED).exists()
    assert dumps(tmp_path) == [last.folder, following.folder]
    assert following.folder.name == f"{last.folder.name}.2"
    assert _contents(last.folder) == before


def test_one_that_fails_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    fill(engine)

    def stop(table: str, rows: int) -> None:
        raise ServiceError("The schedule ended before its dump.")

    with pytest.raises(ServiceError, match="The schedule ended"):
        dump(engine, tmp_path, stop)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_folder_or_a_market_that_cannot_be_used_is_one_line(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ServiceError, match=f"^No dump can be written into {file}: File exists.$"):
        dump(engine, file)
    nobody = open_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseError, match=r"^The market could not be dumped: [^\n]*refused[^\n]*$"):
        dump(nobody, tmp_path)


def test_of_each_kept_day_the_newest_stays_and_what_is_no_dump_is_left_alone(tmp_path: Path) -> None:
    for name in ("2026-11-01", "2026-11-02", "2026-11-03", "2026-11-03", *["2026-11-04"] * 11):
        _written(tmp_path, name)
    for other in ("2026-10-01", "notes", "2026-13-01"):
        (tmp_path / other).mkdir()
    (tmp_path / "2026-13-01" / MANIFEST).touch()
    assert dumps(tmp_path)[-1].name == "2026-11-04.11"
    gone = prune(tmp_path, 2)
    assert [path.name for path in dumps(tmp_path)] == ["2026-11-03.2", "2026-11-04.11"]
    assert len(gone) == 13
    assert all((tmp_path / other).is_dir() for other in ("2026-10-01", "notes", "2026-13-01"))


def test_a_dump_is_due_when_the_last_night_has_none(tmp_path: Path) -> None:
    def at(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=UTC)

    assert due(tmp_path, at(3, 12, 0))
    _written(tmp_path, "2026-11-03")
    assert not due(tmp_path, at(3, 12, 0))
    assert not due(tmp_path, at(4, 2, 29))
    assert due(tmp_path, at(4, 2, 30))
    assert due(tmp_path, at(9, 1, 0))
