"""What every benchmark measures with: rates, processor time and peak memory, by one class, `Track`.

    track.measure("read_page, town", "pages", lambda: read_all(pages))

Prints a table and writes `.bench/<bench>.json`; never asserts on time, because machines differ.
"""

import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
#: Where figures are kept, one file per bench; git ignores it.
FIGURES = ROOT / ".bench"
#: Each block runs so often; the median is what counts, slowest and fastest tell the noise.
ROUNDS = 3
#: Seconds after which a block begins no further round: a slow machine measures once.
BUDGET = 15


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured block: `units` done per round, seconds of each round, and what was noted beside.

    cpu_seconds: of the measured process alone, per round. peak_mb: memory beyond what the process held
    before, in the hungriest round; null where the kernel does not tell.
    """

    name: str
    unit: str
    units: int
    seconds: tuple[float, ...]
    cpu_seconds: tuple[float, ...]
    peak_mb: float | None
    notes: Mapping[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Units per second of the median round."""
        return self.units / statistics.median(self.seconds)

    @property
    def per_core_second(self) -> float:
        """Units per second of processor time, which other processes on the machine disturb least."""
        return self.units / max(statistics.median(self.cpu_seconds), 1e-9)

    def row(self) -> dict[str, Any]:
        """As it is written down."""
        rates = {"per_second": self.per_second, "per_core_second": self.per_core_second}
        return {**asdict(self), **{name: round(rate, 1) for name, rate in rates.items()}}


class Track:
    """The figures of one bench: time, processor time, peak memory and quality, in one place."""

    def __init__(self, bench: str, folder: Path = FIGURES) -> None:
        self.bench = bench
        self.figures: list[Figure] = []
        self._path = folder / f"{bench}.json"
        self._before = _rates(self._path)

    def measure(
        self, name: str, unit: str, work: Callable[[], int], *, rounds: int = ROUNDS, pid: int | None = None
    ) -> Figure:
        """Run `work`, which answers how many units it did, `rounds` times at most.

        pid: whose processor time and memory count, this process's own when null.
        """
        process = psutil.Process(pid)
        seconds: list[float] = []
        cpu_seconds: list[float] = []
        peaks: list[float | None] = []
        units = 0
        while len(seconds) < rounds and sum(seconds) < BUDGET:
            held = _forget_peak(process)
            began, cpu_began = time.perf_counter(), _cpu_seconds(process)
            units = work()
            seconds.append(time.perf_counter() - began)
            cpu_seconds.append(_cpu_seconds(process) - cpu_began)
            peaks.append(None if held is None else (_status_kb(process, "VmHWM") - held) / 1024)
        known = [peak for peak in peaks if peak is not None]
        figure = Figure(name, unit, units, tuple(seconds), tuple(cpu_seconds), max(known, default=None))
        self.figures.append(figure)
        return figure

    def note(self, **notes: float) -> None:
        """Note quality, or percentiles, beside the last figure."""
        told = {name: round(value, 3) for name, value in notes.items()}
        self.figures[-1] = replace(self.figures[-1], notes={**self.figures[-1].notes, **told})

    def finish(self) -> None:
        """Print the table, with the run before beside it, and write the figures down."""
        if self.figures:
            print(f"\n\n{self.table()}")
            self._path.parent.mkdir(exist_ok=True)
            written = {**machine(), "figures": [figure.row() for figure in self.figures]}
            self._path.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")

    def table(self) -> str:
        """One line per figure, in columns."""
        head = (self.bench, "units", "per second", "slow–fast", "per core-s", "was", "MB", "notes")
        rows = [head, *(self._cells(figure) for figure in self.figures)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def _cells(self, figure: Figure) -> tuple[str, ...]:
        before = self._before.get(figure.name)
        return (
            figure.name,
            f"{figure.units:,} {figure.unit}",
            f"{figure.per_second:,.1f}",
            f"{figure.units / max(figure.seconds):,.0f}–{figure.units / min(figure.seconds):,.0f}",
            f"{figure.per_core_second:,.1f}",
            "" if before is None else f"{before:,.1f}",
            "" if figure.peak_mb is None else f"{figure.peak_mb:.0f}",
            ", ".join(f"{name} {value:g}" for name, value in figure.notes.items()),
        )


def machine() -> dict[str, Any]:
    """Where and when: a figure means little without it."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_average": os.getloadavg()[0],
        "python": platform.python_version(),
        "system": sys.platform,
    }


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed: nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _rates(path: Path) -> dict[str, float]:
    """Units per core-second of the run before, by name; none when it cannot be read."""
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
        return {figure["name"]: float(figure["per_core_second"]) for figure in figures}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _cpu_seconds(process: psutil.Process) -> float:
    if process.pid == os.getpid():
        return time.process_time()  # finer than the 10 ms that the kernel tells of others
    times = process.cpu_times()
    return float(times.user + times.system)


def _forget_peak(process: psutil.Process) -> int | None:
    """Reset the kernel's peak of the process's memory; KB held now, null where that cannot be done."""
    try:
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    except OSError:
        return None
    return _status_kb(process, "VmRSS")


def _status_kb(process: psutil.Process, name: str) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _commit() -> str | None:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
