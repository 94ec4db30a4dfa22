"""What a newcomer does first, with what a newcomer has: `make demo`, until its page shows listings.

    python -m tests.newcomer        # in an environment of the runtime's dependencies alone

Run by `.ci/run` before the tests' own dependencies are installed: what those bring hides what is missing.
"""

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from urllib.request import urlopen

ROOMS = ("cluster", "crawl", "extract", "dedup", "serve", "models", "town")
#: What alembic alone can import.
ALEMBICS = frozenset({"models.migrations.env"})
PORT = 8_765
#: Seconds that the demo may take until it shows a listing, and that it may take to end.
PATIENCE, GRACE = 240, 60


def import_all() -> int:
    """Import every module of every room; how many there are."""
    names = [
        module.name
        for room in ROOMS
        for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}.")
        if module.name not in ALEMBICS and ".versions." not in module.name
    ]
    for name in names:
        importlib.import_module(name)
    return len(names)


def listings() -> int:
    """How many listings the demo's search finds now; 0 while it does not answer."""
    try:
        with urlopen(f"http://127.0.0.1:{PORT}/api/listings/search", timeout=10) as answer:
            return int(json.load(answer)["total"])
    except OSError:
        return 0


def demo() -> int:
    """Start the demo as its command does, wait for its first listings, end it by Ctrl-C; how many."""
    with tempfile.TemporaryDirectory(prefix="pgn-new-") as home:
        command = [sys.executable, "-m", "cluster.cli", "demo", "--port", str(PORT)]
        with subprocess.Popen(command, env=os.environ | {"PIGNON_HOME": home}) as running:
            end, found = time.monotonic() + PATIENCE, 0
            while not found and running.poll() is None and time.monotonic() < end:
                time.sleep(1)
                found = listings()
            running.send_signal(signal.SIGINT)
            running.wait(GRACE)
        return found


def main() -> int:
    """The command."""
    print(f"{import_all()} modules can be imported.", flush=True)
    found = demo()
    print(f"The demo showed {found} listings." if found else "The demo showed no listing.")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
