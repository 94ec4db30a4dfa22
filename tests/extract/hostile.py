"""Pages that break readers: each a function that makes its bytes. Nothing of it is stored.

`test_hostile` holds every one of them to its reading, its seconds and its memory; alone, it prints them:

    python -m tests.extract.hostile [NAME…]
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from extract.page import read_page
from models.places import Places
from tests.extract import hostile_markup, hostile_scripts
from tests.extract.hostile_page import CASES, HOME, page

__all__ = ["CASES", "hostile_markup", "hostile_scripts"]


def measure(name: str) -> dict[str, Any]:
    """A case's reading, processor seconds and megabytes beyond what its page and the reader hold."""
    body = CASES[name]()
    Path("/proc/self/clear_refs").write_text("5")
    held, began = _megabytes("VmRSS"), time.process_time()
    reading = read_page(body, "https://agence.example/bien/1", places=Places.sample())
    seconds = time.process_time() - began
    listing = reading.listing
    return {
        "name": name, "kind": reading.kind, "reason": reading.reason,
        "price": listing and listing.price, "surface": listing and listing.surface,
        "seconds": round(seconds, 2), "megabytes": round(_megabytes("VmHWM") - held),
    }  # fmt: skip


def _megabytes(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def main(names: list[str]) -> None:
    """Prints a line of JSON per case, each measured in a process of its own that ends after 20 s of work."""
    read_page(page(HOME), "https://agence.example/", places=Places.sample())  # fills what is filled once
    for name in names or list(CASES):
        child = os.fork()
        if child:
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if status:
                print(json.dumps({"name": name, "status": status}), flush=True)
            continue
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
        print(json.dumps(measure(name)), flush=True)
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
