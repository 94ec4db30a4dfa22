"""The API in processes of its own, behind Ray Serve and behind plain uvicorn, and the memory it takes."""

import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from tests.benchmarks.load import api_process

#: Seconds that Ray and Serve may take to start or to stop.
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Running:
    """A running API: where it listens, and the process under which all of its processes are."""

    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that all of its processes took so far; the database's is not among it."""
        taken = 0.0
        for process in [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]:
            try:
                taken += sum(process.cpu_times()[:2])
            except psutil.Error:
                continue
        return taken

    def memory(self) -> dict[str, float]:
        """Megabytes by part: controller, proxy, replicas, Ray's rest. PSS: what is shared counts once."""
        parts = {"controller": 0.0, "proxy": 0.0, "replicas": 0.0, "ray": 0.0}
        for process in [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]:
            try:
                parts[_part(process)] += process.memory_full_info().pss / 1e6
            except psutil.Error:
                continue
        return parts


def _part(process: psutil.Process) -> str:
    """By its command line, where Ray writes what an actor is."""
    told = " ".join(process.cmdline())
    if "ServeController" in told:
        return "controller"
    if "ProxyActor" in told or "HAProxyManager" in told or process.name() == "haproxy":
        return "proxy"
    return "replicas" if "ServeReplica" in told or "uvicorn" in told else "ray"


@contextmanager
def on_uvicorn(database_url: str, home: Path) -> Iterator[Running]:
    """One process of plain uvicorn."""
    with api_process(database_url, home) as served:
        yield Running("uvicorn", served.port, served.pid)


@contextmanager
def on_serve(database_url: str, home: Path) -> Iterator[Running]:
    """Ray Serve as `pignon serve` runs it, under a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(database_url, home, theirs))
    process.start()
    assert process.pid is not None
    try:
        assert ours.poll(PATIENCE), "Ray Serve did not start"
        yield Running("serve", ours.recv(), process.pid)
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.join(PATIENCE)
        if process.is_alive():
            process.kill()


def _serve(database_url: str, home: Path, told: Connection) -> None:
    from cluster.commands.serve import serving, wait_for_interrupt
    from cluster.ingress import ingress
    from cluster.runtime import ray_cluster
    from models.settings import load_settings

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = load_settings(pignon_home=home, rate_limit=1_000_000)  # one address asks it all
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    try:
        with (
            ingress(settings, "127.0.0.1", port),
            ray_cluster(),
            serving(database_url, settings, "127.0.0.1", port),
        ):
            told.send(port)
            wait_for_interrupt()
    except KeyboardInterrupt:
        return
