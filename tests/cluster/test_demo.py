"""The demo as a newcomer runs it: listings to search, two visits, a clean end with nothing left behind."""

import re
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cluster.command import Pignon, Running, free_port
from tests.cluster.listening import beyond_loopback

pytestmark = [pytest.mark.ray, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Shown:
    """One demo, from its start to its end. Seconds since the start."""

    first_listings: float
    ready: float
    listings: list[dict[str, Any]]
    page: str
    events: list[str]
    said: str
    code: int
    left: list[str]
    folders: list[str]
    port_is_free: bool
    processes: int
    beyond_loopback: list[str]


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for its temporary files, to see what is left of them. The path is short for Ray's sockets."""
    with tempfile.TemporaryDirectory(prefix="pd") as folder:
        (Path(folder) / "t").mkdir()
        yield Path(folder) / "t"


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    """The whole demo once; several tests look at it."""
    with _scratch() as scratch:
        port = free_port()
        began = time.monotonic()
        running = Pignon(scratch.parent / f"{scratch.name}h", {"TMPDIR": str(scratch)}).start(
            "demo", "--port", str(port)
        )
        try:
            yield _watched(running, port, began, scratch)
        finally:
            running.end()


def _watched(running: Running, port: int, began: float, scratch: Path) -> Shown:
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
        running.wait_for(lambda: bool(_search(client)), 240)
        first = time.monotonic() - began
        running.wait_for(lambda: "Ready: " in running.err, 300)
        ready = time.monotonic() - began
        listings = _search(client)
        page = client.get("/").text
        events = [event for listing in listings for event in _events(client, listing["id"])]
        processes = running.processes()
        beyond = beyond_loopback(processes)
    code = running.interrupt()
    said = running.err
    left = _left(running)
    free = _is_free(port)
    folders = [p.name for p in scratch.iterdir()]
    return Shown(
        first, ready, listings, page, events, said, code, left, folders, free, len(processes), beyond
    )


def _search(client: httpx2.Client) -> list[dict[str, Any]]:
    try:
        answer = client.get("/api/listings/search")
    except httpx2.TransportError:
        return []  # not up yet
    return answer.json()["listings"] if answer.status_code == 200 else []


def _events(client: httpx2.Client, number: int) -> list[str]:
    return [event["kind"] for event in client.get(f"/api/listings/{number}").json()["history"]]


def _left(running: Running, seconds: float = 15) -> list[str]:
    """What still runs once the last ones had their time to end."""
    end = time.monotonic() + seconds
    while (left := running.left()) and time.monotonic() < end:
        time.sleep(0.3)
    return left


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_listings_can_be_searched_while_the_crawl_goes_on(shown: Shown) -> None:
    print(f"\nfirst listings after {shown.first_listings:.0f} s, ready after {shown.ready:.0f} s")
    assert len(shown.listings) >= 20
    assert shown.first_listings < shown.ready
    assert "<html" in shown.page
    assert shown.listings[0]["title"] in shown.page or "€" in shown.page


def test_both_visits_end_and_say_how_long_they_took(shown: Shown) -> None:
    assert "First visit: 36 of 36 sites" in shown.said
    assert "14 days later: 36 of 36 sites" in shown.said
    assert shown.said.count("s after the start.") == 2
    assert re.search(r"^Mails, as to who opens an account: /\S+/mails\.log$", shown.said, re.MULTILINE)


def test_the_history_tells_what_the_two_weeks_changed(shown: Shown) -> None:
    assert "created" in shown.events
    assert set(shown.events) - {"created"}


def test_nothing_listens_beyond_loopback(shown: Shown) -> None:
    assert shown.processes > 5  # Ray's own, the crawl's, the API's
    assert shown.beyond_loopback == []


def test_ctrl_c_ends_it_with_nothing_left_behind(shown: Shown) -> None:
    assert shown.code in (0, 130)
    assert shown.left == []
    assert shown.folders == []
    assert shown.port_is_free
    assert not {"Traceback", "INFO", "raylet"} & set(re.findall(r"\w+", shown.said))
    assert shown.said.splitlines()[-1] == "pignon: stopped."


def test_sigterm_in_the_middle_of_the_start_leaves_nothing_either() -> None:
    with _scratch() as scratch:
        pignon = Pignon(scratch.parent / f"{scratch.name}h", {"TMPDIR": str(scratch)})
        running = pignon.start("demo", "--port", str(free_port()))
        try:
            running.wait_for(lambda: "agency sites is up" in running.err, 150)
            running.process.send_signal(signal.SIGTERM)
            code = running.process.wait(120)
            assert code in (0, 130, 143), running.err
            assert _left(running) == []
            assert list(scratch.iterdir()) == []
            assert "Traceback" not in running.err
        finally:
            running.end()
