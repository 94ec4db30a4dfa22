"""The fleet: ten thousand hosts and more, served fast by one process whose log judges a crawler.

    with running_fleet(hosts=10_000, pages=20, delay_of=lambda n: n % 3) as fleet:
        fleet.url(7), fleet.set_day(1), judge(fleet.log(), fleet.rules(), delay=2.0)

`Fleet` serves within this event loop, `running_fleet` from a process of its own, so that its CPU time is not
the crawler's; options are `FleetPlan`'s.
"""

import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from typing import Any, Self

from models.errors import ServiceError
from town.fleet_plan import FleetPlan
from town.fleet_wire import CONTROL, Connection
from town.judge import HostRules
from town.ledger import Ledger, Log


@dataclass(slots=True)
class _Addresses:
    """What a fleet's callers know of it, wherever it runs."""

    plan: FleetPlan
    port: int = 0

    def url(self, number: int, path: str = "/") -> str:
        """An address on host `number`."""
        return f"http://{self.plan.name(number)}:{self.port}{path}"

    def urls(self) -> list[str]:
        """Every home page."""
        return [self.url(number) for number in range(self.plan.hosts)]

    def rules(self) -> dict[str, HostRules]:
        """What each host asks for, for the judge."""
        return self.plan.rules()

    def expected(self) -> dict[str, list[str]]:
        """The pages that a polite crawl finds, per host, for the judge."""
        return self.plan.expected()


class Fleet(_Addresses):
    """A fleet within this event loop. `async with Fleet(hosts=50) as fleet:`; port 0 takes a free one."""

    def __init__(self, *, port: int = 0, **options: Any) -> None:
        super().__init__(FleetPlan.of(**options), port)
        self.day = 0
        self.ledger = Ledger()
        self.connections: set[asyncio.Transport] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            # All of 127/8 is this machine's; connections from elsewhere are dropped as they come.
            listener.bind(("0.0.0.0", self.port))  # noqa: S104
        except OSError as error:
            listener.close()
            raise ServiceError(f"The fleet cannot listen on port {self.port}: {error.strerror}.") from error
        self.port = listener.getsockname()[1]
        self._server = await loop.create_server(lambda: Connection(self), sock=listener, backlog=4096)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for transport in list(self.connections):
            transport.abort()
        await asyncio.sleep(0)

    def log(self) -> Log:
        """All requests since the start or the last `reset`."""
        return self.ledger.log()

    def reset(self) -> None:
        """Forget the log."""
        self.ledger = Ledger()

    def set_day(self, day: int) -> None:
        """Move the clock: a share `changed` of the pages changes every day."""
        self.day = day


class FleetProcess(_Addresses):
    """A fleet in another process, asked over its own host."""

    def log(self) -> Log:
        """All requests since the start or the last `reset`."""
        return Log.unpack(self._order("GET", "/log"))

    def reset(self) -> None:
        """Forget the log."""
        self._order("POST", "/reset")

    def set_day(self, day: int) -> None:
        """Move the clock."""
        self._order("POST", f"/day/{day}")

    def cpu(self) -> float:
        """Seconds of processor time that the server has used."""
        return float(json.loads(self._order("GET", "/usage"))["cpu"])

    def requests(self) -> int:
        """How many the log holds."""
        return int(json.loads(self._order("GET", "/usage"))["requests"])

    def _order(self, method: str, path: str) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers={"Host": CONTROL})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise ServiceError(f"The fleet does not know {method} {path}.")
        return body


@contextmanager
def running_fleet(
    *, port: int = 0, delay_of: Callable[[int], float] | None = None, **options: Any
) -> Iterator[FleetProcess]:
    """A fleet in a process of its own, which ends with the block, or with this process."""
    plan = FleetPlan.of(delay_of=delay_of, **options)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "town.fleet"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"port": port} | asdict(plan)) + "\n")
            process.stdin.flush()
            told = process.stdout.readline()
            if not told.strip().isdigit():
                raise ServiceError(told.strip() or "The fleet did not start.")
            yield FleetProcess(plan, int(told))
        finally:
            process.kill()


async def serve(hosts: int, port: int = 0, seed: int = 0) -> None:
    """Serve a fleet until cancelled (Ctrl-C under `asyncio.run`); prints its addresses once."""
    allow_connections()
    async with Fleet(hosts=hosts, port=port, seed=seed) as fleet:
        print(f"The fleet is at {fleet.url(0)} to {fleet.url(hosts - 1)}", flush=True)
        print(f"What it saw: GET http://{CONTROL}:{fleet.port}/log, forgotten by POST /reset", flush=True)
        await asyncio.Event().wait()


def allow_connections() -> None:
    """Let this process hold as many connections as the system allows: each host may keep one."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(port: int, delays: list[float], **options: Any) -> None:
    """Serve until the standard input ends."""
    try:
        async with Fleet(port=port, delays=tuple(delays), **options) as fleet:
            print(fleet.port, flush=True)
            await asyncio.to_thread(sys.stdin.read)
    except ServiceError as error:
        print(error, flush=True)


def main() -> None:
    """Serve the fleet that one line of JSON on the standard input describes."""
    allow_connections()
    asyncio.run(_serve(**json.loads(sys.stdin.readline())))


if __name__ == "__main__":
    main()
