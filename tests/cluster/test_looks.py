"""What a crawl's driver tells of its shards: sums, deaths, pace and time left, as lines and at a terminal."""

import pickle
import time

import pytest
from rich.console import Console

from cluster import progress as shown
from cluster.looks import CrawlProgress, Looks
from cluster.progress import told
from cluster.shard import ShardProgress
from crawl.meter import SHOWN, Meter, Step, Tally


def _meter(pages: int, sites: int = 1, doing: Step | None = None) -> Meter:
    meter = Meter()
    for number in range(sites):
        meter.sites[number] = Tally(number, f"site-{number}.example", queue=number, doing=doing)
    for _ in range(pages):
        meter.page("detail", "ok", listing=True)
    return meter


def _look(looks: Looks, shard: str, meter: Meter, done: int = 0) -> None:
    looks.last[shard] = ShardProgress(done, reading=meter.reading())


def test_a_reading_stays_small_and_tells_the_busiest_sites_whatever_their_number() -> None:
    meter = _meter(3, sites=10_000, doing=Step.WAIT)
    meter.sites[17].doing = Step.READ
    reading = meter.reading()
    assert len(reading.sites) == SHOWN
    assert [site.host for site in reading.sites[:2]] == ["site-17.example", "site-9999.example"]
    assert reading.now == {"in_flight": 0, "queue": sum(range(10_000)), "open": 10_000, "waiting": 9_999}
    assert len(pickle.dumps(ShardProgress(0, reading=reading))) < 4_000


def test_what_a_dead_shard_had_counted_stays_and_its_sites_are_no_longer_under_way() -> None:
    looks = Looks()
    _look(looks, "shard-0", _meter(5, sites=2))
    _look(looks, "shard-1", _meter(7, sites=1))
    looks.died("shard-0")
    _look(looks, "shard-0", _meter(3, sites=1))
    progress = looks.progress(9, 0, paused=False, ended=False)
    assert (progress.pages, progress.listings, progress.open) == (15, 15, 2)
    assert looks.deaths == {"shard-0": 1}
    looks.died("shard-1")
    assert looks.progress(9, 0, paused=False, ended=False).pages == 15
    assert sum(looks.readings()["shard-1"].steps["read"]) == 0


def test_the_pace_is_that_of_the_last_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    looks, meter = Looks(began=now[0]), _meter(0)
    paces = []
    for pages in [10] * 20 + [0] * 11:
        now[0] += 1.0
        for _ in range(pages):
            meter.page("detail", "ok", listing=False)
        _look(looks, "shard-0", meter)
        paces.append(looks.progress(1, 0, paused=False, ended=False).pace)
    assert paces[0] == pytest.approx(10)
    assert paces[19] == pytest.approx(10)
    assert 0 < paces[24] < 10
    assert paces[-1] == 0


@pytest.mark.parametrize(
    ("progress", "left"),
    [
        (CrawlProgress(4, 1, 10, 0, 5.0, pace=2.0, queue=10, open=3), 5.0),
        (CrawlProgress(4, 1, 10, 0, 5.0, pace=2.0, queue=10, open=1), 15.0),
        (CrawlProgress(4, 0, 10, 0, 5.0, pace=2.0, queue=10, open=1), None),
        (CrawlProgress(4, 4, 10, 0, 5.0), None),
        (CrawlProgress(4, 2, 10, 0, 5.0, pace=0.5, queue=100, open=1), 200.0),
    ],
)
def test_what_is_left_is_told_from_pages_and_sites(progress: CrawlProgress, left: float | None) -> None:
    assert progress.left == left


def test_a_line_tells_pages_queue_waits_and_errors() -> None:
    looks, meter = Looks(), _meter(2, sites=3, doing=Step.WAIT)
    meter.page("unread", "timed_out", listing=False)
    meter.page("unread", "gone", listing=False)
    meter.ended["unreachable"] = 2
    meter.ended["ok"] = 1
    _look(looks, "shard-0", meter)
    line = told(looks.progress(6, 3, paused=True, ended=False))
    assert line.startswith("4 pages, 2 listings, ")
    assert "3 pages due on 3 sites, 3 waiting their turn" in line
    assert line.endswith("2 sites unreachable, 1 timed_out. Paused: pignon crawl --resume")


def test_a_terminal_shows_the_whole_and_the_sites_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(force_terminal=True, width=70, soft_wrap=True, record=True, highlight=False)
    monkeypatch.setattr(shown, "stderr", console)
    monkeypatch.setattr(shown.sys.stderr, "isatty", lambda: True, raising=False)
    looks = Looks()
    meter = _meter(5, sites=2, doing=Step.FETCH)
    meter.page("unread", "timed_out", listing=False)
    _look(looks, "shard-0", meter)
    with shown.crawl_progress("Crawling") as show:
        show(looks.progress(3, 1, paused=False, ended=False))
    text = console.export_text()
    assert "1/3 sites" in text
    assert "6 pages, 5 listings" in text
    assert "1 timed_out" in text, "a long line is wrapped, not cut"
    assert text.splitlines()[-2].split() == [
        "site-1.example",
        "0",
        "pages",
        "1",
        "due",
        "0",
        "listings",
        "is",
        "asked",
    ]
