"""However the history is read, in pieces or at once, the figures are the same: promise 6."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from serve.statistics import refresh as refreshing
from serve.statistics.refresh import Refreshed, refresh
from tests.serve.lives import Lives, everything, forget, paris

#: Hours between two happenings: most within a day, some beyond a month's end.
PAUSES = (0, 1, 1, 5, 30, 200, 800)
PLACES: tuple[dict[str, Any], ...] = (
    {"postal_code": "69003", "insee_code": "69383"},
    {"postal_code": "75011", "insee_code": "75111"},
    {"postal_code": "20000", "insee_code": None},
    {"postal_code": None, "insee_code": None},
)
CHANGES: tuple[dict[str, Any], ...] = (
    {"price": 180_000}, {"price": 210_000}, {"price": None}, {"price": 1}, {"surface": 55.5},
    {"surface": None}, {"rooms": 4}, {"rooms": None}, {"property_type": "house"}, {"property_type": None},
    {"property_type": "land"}, {"transaction": "rent", "price": 900}, {"transaction": None}, *PLACES,
)  # fmt: skip
HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from(["born", "change", "change", "withdraw", "withdraw", "return", "merge", "split"]),
        st.sampled_from(PAUSES),
        st.integers(0, 10**6),
        st.sampled_from((True, False, False)),
    ),
    min_size=3,
    max_size=25,
)


Happening = tuple[str, int, int, bool]


def _happen(lives: Lives, happenings: list[Happening]) -> None:
    """Ten adverts' lives, read now and then: enough dwellings for figures, few enough to see each matter."""
    at = paris("2026-03-20 20:00")
    adverts = [lives.born(at, price=150_000 + n * 10_000, **PLACES[max(0, n - 6)]) for n in range(10)]
    for kind, pause, choice, is_read in happenings:
        at += timedelta(hours=pause)
        advert, other = adverts[choice % len(adverts)], adverts[choice // 7 % len(adverts)]
        if kind == "born":
            adverts.append(lives.born(at, price=150_000 + choice % 9 * 10_000, **PLACES[choice % 5 % 4]))
        elif kind == "change":
            lives.change(advert, at, **CHANGES[choice % len(CHANGES)])
        elif kind == "withdraw" and lives.is_live(advert):
            lives.withdraw(advert, at, "opted_out" if choice % 5 == 0 else "gone")
        elif kind == "return" and not lives.is_live(advert):
            lives.return_(advert, at)
        elif kind in ("merge", "split"):
            lives.move(advert, lives.home(other) if kind == "merge" else None, at)
        if is_read:
            refresh(lives.engine)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(happenings=HAPPENINGS)
def test_refreshed_in_pieces_the_figures_are_those_of_a_rebuild(
    engine: Engine, happenings: list[Happening]
) -> None:
    forget(engine)
    refresh(engine)
    _happen(Lives(engine), happenings)
    refresh(engine)
    with engine.connect() as connection:
        piecemeal = everything(connection)
    refresh(engine, rebuild=True)
    with engine.connect() as connection:
        assert everything(connection) == piecemeal


@pytest.mark.parametrize("step", ["follow", "make_cells"])
@pytest.mark.parametrize("after", [0, 1])
def test_killed_between_any_two_steps_nothing_is_lost_or_doubled(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    lives = Lives(engine)
    refresh(engine)
    for number in range(6):
        lives.born(paris("2026-03-02 09:00") + timedelta(hours=number), **PLACES[number % 3])
    real, calls = getattr(refreshing, step), iter(range(10**6))

    def dies(*arguments: Any) -> None:
        real(*arguments)
        if next(calls) == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(refreshing, "EVENTS", 2)
    monkeypatch.setattr(refreshing, "SMALL_AREAS", 1)
    monkeypatch.setattr(refreshing, step, dies)
    with pytest.raises(KeyboardInterrupt):
        refresh(engine)
    monkeypatch.setattr(refreshing, step, real)
    refresh(engine)
    with engine.connect() as connection:
        resumed = everything(connection)
        assert connection.scalar(text("select count(*) from statistics_due")) == 0
    refresh(engine, rebuild=True)
    with engine.connect() as connection:
        assert everything(connection) == resumed


def test_two_runs_at_once_take_turns(engine: Engine) -> None:
    lives = Lives(engine)
    for number in range(8):
        lives.born(paris("2026-03-02 09:00") + timedelta(hours=number), **PLACES[number % 3])
    with ThreadPoolExecutor(2) as pool:
        ran: list[Refreshed] = list(pool.map(refresh, [engine] * 2))
    assert sum(run.areas for run in ran) >= 8
    with engine.connect() as connection:
        together = everything(connection)
    refresh(engine, rebuild=True)
    with engine.connect() as connection:
        assert everything(connection) == together
