"""`pignon stats` as people call it, and the refresh beside the schedule's crawls."""

import json
import time
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from cluster import schedule
from models.settings import Settings
from serve.statistics.refresh import refresh
from tests.cluster.command import Pignon
from tests.serve.lives import Lives, paris


@pytest.fixture
def on_market(pignon: Pignon, database_url: str, engine: Engine) -> Pignon:
    """Commands on a market of six flats for sale and one for rent in Lyon's 3rd arrondissement."""
    lives = Lives(engine)
    for number in range(6):
        lives.born(paris("2026-03-02 09:00") + timedelta(days=number), price=100_000 + number * 50_000)
    lives.born(paris("2026-03-02 09:00"), transaction="rent", price=700)
    return Pignon(pignon.home, {"DATABASE_URL": database_url})


def test_stats_makes_the_figures_at_first_and_shows_them(on_market: Pignon) -> None:
    ran = on_market("stats", "--postal-code", "69003")
    assert ran.code == 0
    assert "figured again" in ran.err
    lines = [line.split() for line in ran.out.splitlines()]
    sale = next(line for line in lines if "sale" in line)
    assert sale[sale.index("sale") + 1 :][:5] == ["6", "6", "0", "€225,000", "€4,500"]
    rent = next(line for line in lines if "rent" in line)
    assert rent[rent.index("rent") + 1 :][:5] == ["1", "1", "0", "–", "–"]


def test_stats_for_programs_is_the_apis_answer(on_market: Pignon) -> None:
    told = json.loads(on_market("stats", "--city", "Lyon 3e", "--json").out)
    kinds = [(market["transaction"], market["property_type"]) for market in told["markets"]]
    types = (None, "apartment", "house", "studio")
    assert kinds == [(offer, kind) for offer in ("sale", "rent") for kind in types]
    assert told["markets"][0]["price"]["median"] == 225_000
    assert told["refreshed_at"]


def test_stats_shows_what_is_prepared_until_it_is_told_to_refresh(on_market: Pignon, engine: Engine) -> None:
    refresh(engine)
    Lives(engine).born(paris("2026-03-20 09:00"))

    def active(*words: str) -> int:
        ran = on_market("stats", "--json", *words)
        return int(json.loads(ran.out)["markets"][0]["active"])

    assert [active(), active("--refresh"), active("--rebuild")] == [6, 7, 7]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--postal-code", "690"), "pignon: --postal-code must be five digits, such as 75011."),
        (
            ("--department", "99"),
            "pignon: --department must be a département's number, such as 07, 2A or 974.",
        ),
    ],
)
def test_what_is_no_place_is_one_line(pignon: Pignon, words: tuple[str, ...], line: str) -> None:
    ran = pignon("stats", *words)
    assert (ran.code, ran.error) == (2, line)
    assert not (pignon.home / "postgres").exists(), "a database was made for nothing"


def test_a_city_that_is_several_is_one_line(on_market: Pignon) -> None:
    ran = on_market("stats", "--city", "Saint-Denis", "--refresh")
    assert ran.code == 2
    assert ran.err.splitlines()[-1] == (
        "pignon: --city is several communes; tell its postal code too, or insee_code."
    )


def test_the_schedule_refreshes_the_figures_while_no_crawl_is_done(engine: Engine, database_url: str) -> None:
    Lives(engine).born(paris("2026-03-02 09:00"))
    with schedule._rings(600, Settings(_env_file=None, dumps_kept=0), database_url):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with engine.connect() as connection:
                if connection.scalar(text("select refreshed_at from statistics_cursor")):
                    break
            time.sleep(0.1)
    with engine.connect() as connection:
        assert connection.scalar(text("select number from market_statistics where area = 'fr'")) == 1
