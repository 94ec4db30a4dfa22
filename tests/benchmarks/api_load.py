"""Open-loop load on an HTTP server, from a process of its own: requests leave on time, whoever still waits.

    result = offered(port, plan, rate=200)         # plan: addresses, asked one after the other
    result = pressed(port, plan, connections=16)   # closed loop, for the most that a cheap route gives

A latency counts from the moment at which the request was to leave, so a stall is felt by all that it delayed.
Raw sockets and httptools: a request costs the generator some 0.1 ms of processor time, which it tells.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httptools

from tests.benchmarks.harness import ROOT, percentile

#: Seconds after which an answer counts as an error.
TIMEOUT = 10.0
#: Connections at most; past them requests wait, and their waiting counts.
MOST_CONNECTIONS = 1_000
#: Share of a core above which the generator may be what limits.
BUSY = 0.6


@dataclass(slots=True)
class Result:
    """What was asked and how it went. Latencies are seconds, of answers that were right.

    errors: by status, or `timeout`, `lost`; late: seconds after its time at which a request left, 99 of 100;
    cpu: the generator's own share of a core.
    """

    asked: int
    seconds: float
    latencies: list[float]
    errors: dict[str, int]
    late: float
    cpu: float
    bytes: int
    examples: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Requests that got no right answer."""
        return sum(self.errors.values())

    @property
    def per_second(self) -> float:
        """Right answers per second."""
        return len(self.latencies) / self.seconds

    def at(self, share: float) -> float:
        """A percentile in milliseconds; without any answer, the time that was waited for one."""
        return 1e3 * percentile(self.latencies or [TIMEOUT], share)

    def notes(self) -> dict[str, float]:
        """As a figure tells it."""
        own = {"errors": self.failed, "late_p99_ms": 1e3 * self.late, "generator_cpu": self.cpu}
        return {"p50_ms": self.at(0.5), "p95_ms": self.at(0.95), "p99_ms": self.at(0.99), **own}


def offered(port: int, plan: Sequence[str], rate: float) -> Result:
    """Ask every address of `plan`, `rate` of them a second, evenly."""
    return _run({"port": port, "plan": list(plan), "rate": rate})


def pressed(port: int, plan: Sequence[str], connections: int) -> Result:
    """Ask every address of `plan`, each of `connections` the next one as soon as it was answered."""
    return _run({"port": port, "plan": list(plan), "connections": connections})


def _run(task: dict[str, Any]) -> Result:
    with TemporaryDirectory() as folder:
        asked, told = Path(folder, "task.json"), Path(folder, "result.json")
        asked.write_text(json.dumps(task))
        command = [sys.executable, "-m", "tests.benchmarks.api_load", str(asked), str(told)]
        subprocess.run(command, cwd=ROOT, check=True)
        return Result(**json.loads(told.read_text()))


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[tuple[int, int]] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._size, self._keeps = 0, True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._end(ConnectionError("unreadable"))

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self._end(ConnectionError("closed"))

    def on_message_complete(self) -> None:
        status, keeps = self._parser.get_status_code(), self._parser.should_keep_alive()
        self._parser = httptools.HttpResponseParser(self)
        if not keeps and self.transport:
            self.transport.close()
            self.transport = None
        self._end((status, self._size))

    async def ask(self, request: bytes) -> tuple[int, int]:
        """Status and bytes of the answer. ConnectionError when it was lost."""
        if self.transport is None:
            raise ConnectionError("closed")
        self.answer = asyncio.get_running_loop().create_future()
        self._size = 0
        self.transport.write(request)
        return await self.answer

    def _end(self, told: tuple[int, int] | Exception) -> None:
        if self.answer and not self.answer.done():
            if isinstance(told, Exception):
                self.answer.set_exception(told)
            else:
                self.answer.set_result(told)


class _Generator:
    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: deque[_Connection] = deque()
        self.room = asyncio.Semaphore(MOST_CONNECTIONS)
        self.latencies: list[float] = []
        self.lates: list[float] = []
        self.errors: Counter[str] = Counter()
        self.examples: list[str] = []
        self.bytes = 0

    async def one(self, path: str, due: float) -> None:
        """Ask, and note how long it took since `due`."""
        self.lates.append(time.perf_counter() - due)
        connection: _Connection | None = None
        try:
            async with asyncio.timeout(TIMEOUT), self.room:
                connection = await self._connection()
                status, size = await connection.ask(_request(path, self.port))
        except OSError as error:  # TimeoutError is one
            if connection and connection.transport:
                connection.transport.abort()
            self._failed("timeout" if isinstance(error, TimeoutError) else "lost", path)
            return
        if connection.transport is not None:
            self.idle.append(connection)
        self.bytes += size
        if status != 200:
            self._failed(str(status), path)
        else:
            self.latencies.append(time.perf_counter() - due)

    def _failed(self, how: str, path: str) -> None:
        self.errors[how] += 1
        if len(self.examples) < 5:
            self.examples.append(f"{how} {path}")

    async def _connection(self) -> _Connection:
        while self.idle:
            connection = self.idle.pop()
            if connection.transport is not None:
                return connection
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(_Connection, "127.0.0.1", self.port))[1]

    async def offer(self, plan: Sequence[str], rate: float) -> None:
        """Start one request after the other on time."""
        began, tasks = time.perf_counter() + 0.1, set()
        for number, path in enumerate(plan):
            due = began + number / rate
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            task = asyncio.ensure_future(self.one(path, due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def press(self, plan: Sequence[str], connections: int) -> None:
        """As many at once as there are connections."""
        left = iter(plan)

        async def visitor() -> None:
            for path in left:
                await self.one(path, time.perf_counter())

        await asyncio.gather(*(visitor() for _ in range(connections)))


def _request(path: str, port: int) -> bytes:
    """As a browser asks."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
        "Accept-Encoding: gzip\r\nUser-Agent: bench\r\n\r\n"
    ).encode()


async def _work(task: dict[str, Any]) -> Result:
    generator, plan = _Generator(task["port"]), task["plan"]
    began, cpu = time.perf_counter(), time.process_time()
    if "rate" in task:
        await generator.offer(plan, task["rate"])
    else:
        await generator.press(plan, task["connections"])
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Result(
        asked=len(plan),
        seconds=seconds,
        latencies=generator.latencies,
        errors=dict(generator.errors),
        late=percentile(generator.lates or [0.0], 0.99),
        cpu=cpu / seconds,
        bytes=generator.bytes,
        examples=generator.examples,
    )


def main() -> None:
    """A task's file, and the file that its result goes to."""
    import uvloop

    task, told = map(Path, sys.argv[1:])
    told.write_text(json.dumps(asdict(uvloop.run(_work(json.loads(task.read_text()))))))


if __name__ == "__main__":
    main()
