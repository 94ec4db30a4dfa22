"""`pignon crawl --status`, `--pause`, `--resume` and `--stop` as a person says them, on the database."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from crawl.agencies import register
from models.tables import Agency, CrawlOrder
from tests.cluster.command import Pignon

URL = "http://agence.localhost:8123/"


@pytest.fixture
def known(engine: Engine) -> int:
    return register(engine, [URL], town=True)[0]


def test_a_pause_is_told_by_the_status_and_lifted(in_town: Pignon, engine: Engine, known: int) -> None:
    assert "ends its page first" in in_town("crawl", "--pause").error
    assert in_town("crawl", "--pause", URL).code == 0
    told = in_town("crawl", "--status")
    assert told.out.startswith("Paused since ")
    assert "Sites: 1 known, 0 due, 0 asked us to wait, 1 paused, 0 opted out." in told.out
    (site,) = in_town("crawl", "--status", URL, "--json").rows
    assert (site["paused"], site["site"]["agency_id"], site["crawls"]) == (True, known, [])
    assert in_town("crawl", "--resume").error == "Resumed: all sites."
    assert in_town("crawl", "--resume", URL).error == f"Resumed: {URL}."
    assert in_town("crawl", "--resume").error == "Nothing to resume: all sites not paused."
    (status,) = in_town("crawl", "--status", "--json").rows
    assert (status["paused_at"], status["sites"]["paused"], status["sites"]["due"]) == (None, 0, 1)


def test_a_stop_is_written_down(in_town: Pignon, engine: Engine) -> None:
    assert in_town("crawl", "--stop").code == 0
    with engine.connect() as connection:
        assert connection.scalar(select(CrawlOrder.stopped_at)) is not None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("--pause", "http://nobody.localhost:1/"), "is not among the known sites"),
        (("--pause", "--stop"), "Say --pause alone"),
        (("--status", "--due"), "Say --status alone"),
        (("--stop", URL), "say --pause"),
    ],
)
def test_what_cannot_be_ordered_is_one_line(
    in_town: Pignon, engine: Engine, known: int, line: tuple[str, ...], said: str
) -> None:
    ran = in_town("crawl", *line)
    assert ran.code == 2
    assert said in ran.error
    with engine.connect() as connection:
        assert connection.scalar(select(Agency.paused_at)) is None


def test_a_database_of_ones_own_tells_after_everything_has_stopped(pignon: Pignon, tmp_path: Path) -> None:
    told = pignon("crawl", "--status")
    assert told.code == 0
    assert "Sites: 0 known" in told.out
    assert "Last 24 hours: 0 crawls." in told.out
