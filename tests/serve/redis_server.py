"""A real redis-server of the test's own, that can be stopped and started again on the same port."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest


class RedisServer:
    """with redis_server() as redis: redis.url …; redis.stop(); redis.start()"""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(500):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.01)
        raise AssertionError("redis-server did not start")

    def stop(self) -> None:
        """Stop it; harmless when it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A running server; without one the test is skipped, or fails when PIGNON_REQUIRE_REDIS=1."""
    if shutil.which("redis-server") is None:
        if os.environ.get("PIGNON_REQUIRE_REDIS") == "1":
            pytest.fail("no redis-server on PATH")
        pytest.skip("no redis-server on PATH")
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
