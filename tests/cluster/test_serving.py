"""`pignon serve` as it is run: on loopback, its files its own, through a killed process and renewal."""

import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest
from sqlalchemy import Engine, text

from serve.haproxy import REQUEST_SECONDS
from tests.benchmarks.api_load import Result, offered
from tests.cluster import door
from tests.cluster.command import Pignon, Running, free_port
from tests.cluster.listening import beyond_loopback
from tests.serve.market import seed
from tests.serve.served import fresh_engine

pytestmark = [pytest.mark.ray, pytest.mark.timeout(600)]
#: Requests a second, and how many, one of five with the database: what one process bears while another starts
#: on a machine that runs other tests.
RATE, REQUESTS = 10, 250
PLAN = ["/healthz", "/healthz", "/api/listings/1", "/healthz", "/healthz"]


@dataclass(frozen=True)
class Served:
    """One `pignon serve`, and the folder that its temporary files are in."""

    running: Running
    port: int
    metrics: int
    engine: Engine
    folder: Path

    @property
    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    def processes(self, name: str = "") -> list[psutil.Process]:
        """Its processes whose title or program has `name` in it."""
        return [process for process in self.running.processes() if name in _title(process)]

    def load(self) -> Result:
        """Requests at a steady rate, from a process of their own."""
        return offered(self.port, PLAN * (REQUESTS // len(PLAN)), RATE)


@contextmanager
def serve(postgres_url: str, *arguments: str, **variables: str) -> Iterator[Served]:
    with fresh_engine(postgres_url) as engine, tempfile.TemporaryDirectory(prefix="ps") as folder:
        seed(engine, number=30)
        port, metrics = free_port(), free_port()
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        variables |= {"DATABASE_URL": url, "TMPDIR": folder, "API_METRICS_PORT": str(metrics)}
        running = Pignon(Path(folder, "h"), {"RATE_LIMIT": "0"}).start(
            "serve", "--port", str(port), *arguments, **variables
        )
        served = Served(running, port, metrics, engine, Path(folder))
        try:
            running.wait_for(lambda: "serves on" in running.err, 200)
            yield served
        finally:
            running.end()


@pytest.fixture(scope="module")
def served(postgres_url: str) -> Iterator[Served]:
    """Two replicas behind HAProxy."""
    with serve(postgres_url) as served:
        yield served


def _title(process: psutil.Process) -> str:
    try:
        return " ".join([process.name(), *process.cmdline()])
    except psutil.Error:
        return ""


def test_nothing_listens_beyond_loopback(served: Served) -> None:
    processes = served.processes()
    titles = " ".join(map(_title, processes))
    for part in ("haproxy", "raylet", "gcs_server", "ServeReplica", "ServeController"):
        assert part in titles
    assert not beyond_loopback(processes)


def test_haproxy_writes_nothing_but_into_a_private_folder(served: Served) -> None:
    haproxy = [process for process in served.processes() if process.name() == "haproxy"][-1]
    config = Path(haproxy.cmdline()[haproxy.cmdline().index("-f") + 1])
    folder = next(parent for parent in config.parents if parent.name.startswith("pignon-"))
    assert folder.stat().st_mode & 0o077 == 0
    told = config.read_text()
    assert "/tmp/haproxy-serve" not in told
    assert not [line for line in told.splitlines() if line.strip().startswith("log")]
    assert "listen stats" not in told
    for socket_ in folder.rglob("*.sock"):
        assert socket_.stat().st_mode & 0o077 == 0


def test_an_answer_bears_the_request_s_id_if_it_is_one(served: Served) -> None:
    with served.client as client:
        own = "0123456789abcdef0123456789abcdef"
        assert client.get("/healthz", headers={"X-Request-ID": own}).headers["x-request-id"] == own
        for other in ("a@b.fr", "0612345678", "x" * 2_000):
            told = client.get("/healthz", headers={"X-Request-ID": other}).headers["x-request-id"]
            assert told != other
            assert len(told) == 36
        assert client.get("/api/nothing").json()["request_id"]


def test_metrics_are_the_sum_of_all_replicas_on_a_port_of_their_own(served: Served) -> None:
    with served.client as client:
        for _ in range(20):
            client.get("/api/listings/1")
        assert client.get("/metrics").status_code == 404
    told = httpx2.get(f"http://127.0.0.1:{served.metrics}/metrics").text
    [line] = [line for line in told.splitlines() if 'listings/{listing_id}",status="200"' in line]
    assert line.startswith('pignon_api_requests_total{method="GET",route="/api/listings/{listing_id}"')
    assert float(line.split()[-1]) >= 20


@pytest.mark.parametrize("what", door.BROKEN)
def test_what_is_no_request_is_refused_and_hides_none(served: Served, what: str) -> None:
    statuses = door.statuses(door.answers(served.port, door.BROKEN[what]))
    assert len(statuses) == 1
    assert 400 <= statuses[0] < 500
    _answers_as_ever(served)


@pytest.mark.parametrize("what", door.ODD)
def test_what_can_be_read_in_two_ways_is_read_in_one(served: Served, what: str) -> None:
    statuses = door.statuses(door.answers(served.port, door.ODD[what]))
    assert len(statuses) == 1
    assert statuses[0] < 500
    _answers_as_ever(served)


def _answers_as_ever(served: Served) -> None:
    """Each replica, over the connections that HAProxy keeps: none has another one's answer waiting."""
    for _ in range(4):
        with served.client as client:
            assert client.get("/healthz").json()["status"] == "ok"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /api/listings/search?q=%s HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /api/listings/%s HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: %s\r\n\r\n", 400),
        (b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%s", 413),
    ],
)
def test_a_megabyte_is_refused_in_one_line_wherever_it_stands(
    served: Served, sent: bytes, status: int
) -> None:
    told = door.answers(served.port, sent % (b"x" * 1_000_000))
    assert door.statuses(told) == [status]
    # Of a head beyond its buffer, HAProxy 2.8 says so in a page of its own.
    assert (b"application/problem+json" in told) == (status == 413)
    _answers_as_ever(served)


def test_who_drips_holds_no_replica_and_is_ended(served: Served) -> None:
    drips = [door.Drip.of(served.port, *slow) for slow in door.SLOW for _ in range(120)]
    with served.client as client:
        while any(drip.ended is None for drip in drips) and time.monotonic() - drips[-1].began < 20:
            for drip in drips:
                if drip.ended is None:
                    drip.go_on()
            assert client.get("/api/listings/1").status_code == 200
            # A replica refuses what is more than its 100.
            assert _in_flight(served) <= 1
            time.sleep(1)
    for drip in drips:
        assert door.statuses(drip.told) == [408]
        assert drip.ended is not None
        assert REQUEST_SECONDS - 1 < drip.ended < REQUEST_SECONDS + 5


def _in_flight(served: Served) -> float:
    told = httpx2.get(f"http://127.0.0.1:{served.metrics}/metrics").text
    [line] = [line for line in told.splitlines() if line.startswith("pignon_api_requests_in_flight ")]
    return float(line.split()[-1])


def test_a_stopped_replica_is_replaced_while_the_other_answers(served: Served) -> None:
    """SIGSTOP: its sockets stay open and nobody is there, as of a process that is stuck."""
    stuck = min(process.pid for process in served.processes("ServeReplica"))
    asked: list[Future[httpx2.Response]] = []

    def replaced() -> bool:
        asked.append(pool.submit(client.get, "/api/listings/1", timeout=150))
        now = {process.pid for process in served.processes("ServeReplica")}
        return len(now) == 2 and stuck not in now

    with ThreadPoolExecutor(20) as pool, served.client as client:
        os.kill(stuck, signal.SIGSTOP)
        served.running.wait_for(replaced, 120)
        assert sum(answer.done() for answer in asked) > len(asked) / 2
        # Those that it had been given are asked of the other one once it is killed.
        assert {answer.result().status_code for answer in asked} == {200}


def test_a_killed_replica_fails_no_request_and_is_replaced(served: Served) -> None:
    before = {process.pid for process in served.processes("ServeReplica")}
    with ThreadPoolExecutor() as pool:
        load = pool.submit(served.load)
        time.sleep(4)
        os.kill(min(before), signal.SIGKILL)
        result = load.result()
    # Those in flight in that process may fail; a GET whose answer had not begun is asked again of the other.
    assert result.failed <= 2, (result.errors, result.examples)
    served.running.wait_for(
        lambda: len({process.pid for process in served.processes("ServeReplica")} - {min(before)}) == 2, 60
    )


def test_a_hangup_renews_every_replica_and_no_request_fails(served: Served) -> None:
    before = {process.pid for process in served.processes("ServeReplica")}
    with ThreadPoolExecutor() as pool:
        load: Future[Result] = pool.submit(served.load)
        time.sleep(1)
        os.kill(served.running.process.pid, signal.SIGHUP)
        served.running.wait_for(lambda: "processes are new" in served.running.err, 120)
        while not load.done():
            time.sleep(0.2)
        result = load.result()
    assert not result.failed, (result.errors, result.examples)
    after = {process.pid for process in served.processes("ServeReplica")}
    assert not before & after


def test_requests_in_flight_end_before_it_does_and_nothing_is_left(served: Served) -> None:
    """The last test of these: it ends them."""
    with served.engine.connect() as connection, ThreadPoolExecutor() as pool, served.client as client:
        connection.execute(text("lock table aggregated_listings in access exclusive mode"))
        waiting = pool.submit(client.get, "/api/listings/search")
        time.sleep(1)
        os.kill(served.running.process.pid, signal.SIGTERM)
        time.sleep(1)
        connection.rollback()
        assert waiting.result().status_code == 200
    assert served.running.process.wait(60) == 130
    assert "Traceback" not in served.running.err
    _wait_until_gone(served)
    assert not [path for path in served.folder.iterdir() if path.name.startswith("pignon-")]


@pytest.fixture(scope="module")
def lone(postgres_url: str) -> Iterator[Served]:
    """One replica, and a second one where more than one request is in flight."""
    with serve(postgres_url, API_REPLICAS="1", API_MAX_REPLICAS="2", API_MAX_REQUESTS="4") as served:
        yield served


def test_load_brings_a_second_replica(lone: Served) -> None:
    assert len(lone.processes("ServeReplica")) == 1
    with lone.engine.connect() as connection, ThreadPoolExecutor() as pool, lone.client as client:
        connection.execute(text("lock table aggregated_listings in access exclusive mode"))
        waiting: list[Future[httpx2.Response]] = []

        def grown() -> bool:
            if sum(not answer.done() for answer in waiting) < 3:
                waiting.append(pool.submit(client.get, "/api/listings/1"))
            return len(lone.processes("ServeReplica")) == 2

        lone.running.wait_for(grown, 120)
        connection.rollback()


def test_all_ends_when_the_command_is_killed_outright(lone: Served) -> None:
    """The last test of these: it ends them."""
    os.kill(lone.running.process.pid, signal.SIGKILL)
    lone.running.process.wait()
    _wait_until_gone(lone)
    with socket.socket() as probe:  # connections that were answered linger; nobody listens
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", lone.port))


def _wait_until_gone(served: Served, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while left := [_title(process) for process in served.processes() if process.status() != "zombie"]:
        assert time.monotonic() < end, left
        time.sleep(0.5)
