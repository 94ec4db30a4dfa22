"""One linker over the rows of a file, in a process of its own.

    python -m tests.benchmarks.linkers MODULE ROWS ANSWER [THRESHOLD]

Writes the cluster of each id as JSON to ANSWER, and prints what it took, as JSON: training and linking apart,
reading and writing not counted.
"""

import importlib
import json
import resource
import sys
import time
import warnings
from pathlib import Path

from tests.benchmarks.france import read


def main(module: str, rows: Path, answer: Path, **options: float) -> None:
    """Train, link, tell."""
    warnings.simplefilter("ignore")  # their own
    linker = importlib.import_module(f"tests.benchmarks.linkers.{module}")
    given = list(read(rows))
    began = time.perf_counter()
    learnt = linker.train(given)
    trained, cpu = time.perf_counter(), time.process_time()
    clusters = linker.link(given, learnt, **options)
    told = {
        "training": trained - began,
        "seconds": time.perf_counter() - trained,
        "cpu_seconds": time.process_time() - cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    answer.write_text(json.dumps(clusters), encoding="utf-8")
    print(json.dumps(told))


if __name__ == "__main__":
    threshold = {"threshold": float(sys.argv[4])} if len(sys.argv) > 4 else {}
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), **threshold)
