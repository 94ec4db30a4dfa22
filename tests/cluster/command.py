"""`pignon` as a person runs it: a process of its own, in a folder and a home of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

#: Set in a command's environment and so in all that it starts.
MARK = "PIGNON_TEST_MARK"


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line on standard error; fails when there is another or a traceback."""
        assert "Traceback" not in self.out + self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Pignon:
    """Where commands run: `home` is their PIGNON_HOME and beside it their working folder."""

    home: Path
    variables: dict[str, str]

    def __call__(self, *arguments: str, timeout: float = 100, **variables: str) -> Ran:
        """Run to the end."""
        done = subprocess.run(
            self.line(arguments),
            env=self.environment(variables),
            cwd=self.folder(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, **variables: str) -> "Running":
        """Run in the background, in a session of its own as a terminal would."""
        mark = uuid4().hex
        errors = self.folder() / f"{mark}.err"
        with errors.open("w") as file:
            process = subprocess.Popen(
                self.line(arguments),
                env=self.environment(variables | {MARK: mark}),
                cwd=self.folder(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=file,
                start_new_session=True,
            )
        return Running(process, mark, errors)

    @staticmethod
    def line(arguments: tuple[str, ...]) -> list[str]:
        """The command of this very Python."""
        return [sys.executable, "-m", "cluster.cli", *arguments]

    def environment(self, variables: dict[str, str]) -> dict[str, str]:
        """Nothing of ours but the way to Python."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
        root = str(Path(__file__).parents[2])
        own = {"PATH": path, "PYTHONPATH": root, "PIGNON_HOME": str(self.home)}
        return kept | own | self.variables | variables

    def folder(self) -> Path:
        """The commands' working folder: no `.env` of a developer in it."""
        folder = self.home.parent / f"{self.home.name}.cwd"
        folder.mkdir(exist_ok=True)
        return folder


@dataclass(frozen=True)
class Running:
    """A command under way, with all that it started."""

    process: subprocess.Popen[bytes]
    mark: str
    errors: Path

    @property
    def err(self) -> str:
        """What it has said so far."""
        return self.errors.read_text()

    def wait_for(self, what: Callable[[], bool], seconds: float) -> None:
        """Until `what` is so; fails when the command ends before or the time is over."""
        end = time.monotonic() + seconds
        while not what():
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.err}"
            assert time.monotonic() < end, f"not so after {seconds} s:\n{self.err}"
            time.sleep(0.2)

    def interrupt(self, number: int = signal.SIGINT, seconds: float = 120) -> int:
        """Ctrl-C as a terminal sends it, to every process of the group; the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(seconds)

    def left(self) -> list[str]:
        """Command lines of the processes that it started and that still run."""
        return [" ".join(process.cmdline())[:200] for process in self.processes()]

    def end(self) -> None:
        """Kill what is left, for the tests that come after."""
        for process in self.processes():
            process.kill()
        self.process.wait(20)

    def processes(self) -> list[psutil.Process]:
        """All that it started and that still run."""
        return [process for process in psutil.process_iter() if _mark(process) == self.mark]


def _mark(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        mark: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
    return mark


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
