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
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from sqlalchemy import Engine, text

from tests.benchmarks.api_load import Result, offered
from tests.cluster.command import MARK, Pignon, Running, free_port
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
        return [process for process in _marked(self.running.mark) if name in _title(process)]

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


def _marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                yield process
        except psutil.Error:
            continue


def _title(process: psutil.Process) -> str:
    try:
        return " ".join([process.name(), *process.cmdline()])
    except psutil.Error:
        return ""


def _beyond_loopback(processes: list[psutil.Process]) -> list[str]:
    found = []
    for process in processes:
        for connection in _connections(process):
            listens = connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
            if listens and not _is_loopback(connection.laddr.ip):
                found.append(f"{_title(process)[:80]} {connection.laddr}")
    return found


def _connections(process: psutil.Process) -> list[Any]:
    try:
        return list(process.net_connections("inet"))
    except psutil.NoSuchProcess:
        return []  # an HAProxy that was replaced


def _is_loopback(told: str) -> bool:
    address = ip_address(told)
    return ((isinstance(address, IPv6Address) and address.ipv4_mapped) or address).is_loopback


def test_nothing_listens_beyond_loopback(served: Served) -> None:
    processes = served.processes()
    titles = " ".join(map(_title, processes))
    for part in ("haproxy", "raylet", "gcs_server", "ServeReplica", "ServeController"):
        assert part in titles
    assert not _beyond_loopback(processes)


def test_haproxy_writes_nothing_but_into_a_private_folder(served: Served) -> None:
    haproxy = [process for process in served.processes() if process.name() == "haproxy"][-1]
    config = Path(haproxy.cmdline()[haproxy.cmdline().index("-f") + 1])
    folder = next(parent for parent in config.parents if parent.name.startswith("pignon-"))
    assert folder.stat().st_mode & 0o077 == 0
    told = config.read_text()
    assert "/tmp/haproxy-serve" not in told
    assert not [line for line in told.splitlines() if line.split()[0].startswith("log")]
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


def test_all_ends_when_the_command_is_killed_outright(postgres_url: str) -> None:
    with serve(postgres_url, API_REPLICAS="1") as served:
        os.kill(served.running.process.pid, signal.SIGKILL)
        served.running.process.wait()
        _wait_until_gone(served)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", served.port))


def _wait_until_gone(served: Served, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while left := [_title(process) for process in served.processes() if process.status() != "zombie"]:
        assert time.monotonic() < end, left
        time.sleep(0.5)
