"""The schedule makes the dump of the night where it is missing, once, and deletes what is not kept."""

import time
from pathlib import Path

import pyarrow.parquet as pq
from sqlalchemy import Engine

from cluster import schedule
from models.settings import Settings
from serve.dumps.folder import dumps
from tests.serve.market import seed


def test_the_schedule_dumps_the_night_that_is_missing_once_and_deletes_the_old(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    seed(engine)
    for day in range(1, 4):
        old = tmp_path / "dumps" / f"2026-01-0{day}"
        old.mkdir(parents=True)
        (old / "manifest.json").touch()
    settings = Settings(_env_file=None, pignon_home=tmp_path, dumps_kept=2)
    with schedule._rings(600, settings, database_url):
        end = time.monotonic() + 30
        while len(dumps(settings.dumps)) != 2 and time.monotonic() < end:
            time.sleep(0.1)
    kept = dumps(settings.dumps)
    assert [path.name for path in kept[:1]] == ["2026-01-03"]
    assert pq.read_table(kept[1] / "listings.parquet").num_rows == 70
    schedule._nightly(settings, database_url, lambda: False)
    assert dumps(settings.dumps) == kept


def test_a_schedule_that_ends_or_is_told_to_keep_none_makes_no_dump(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    seed(engine)
    settings = Settings(_env_file=None, pignon_home=tmp_path)
    schedule._nightly(settings, database_url, lambda: True)
    schedule._nightly(settings.model_copy(update={"dumps_kept": 0}), database_url, lambda: False)
    schedule._nightly(settings, "postgresql://nobody@127.0.0.1:1/none", lambda: False)
    assert dumps(settings.dumps) == []
