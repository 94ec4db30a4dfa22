"""`pignon serve` and `pignon schedule`: the API with its pages, and the crawls on time."""

import itertools
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cluster.console import stderr
from models.settings import Settings, load_settings


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Serve the search, its API and its pages, until Ctrl-C.

    Example: pignon serve --port 8000
    """
    from cluster.ingress import ingress
    from cluster.runtime import ray_cluster
    from models.database import database, upgrade
    from serve.app import check_port, restart

    settings = load_settings()
    check_port(host, port)
    with database(settings) as url:
        upgrade(url)
        with (
            ingress(settings, host, port),
            ray_cluster(),
            serving(url, settings, host, port) as address,
        ):
            stderr.print(f"Pignon serves on {address} (Ctrl-C stops it).")
            wait_for_interrupt(lambda generation: restart(url, settings, generation))


def schedule(
    every: Annotated[int, typer.Option(help="Minutes between two looks for due sites.", min=1)] = 15,
) -> None:
    """Crawl what is due, again and again, until Ctrl-C.

    One scheduler at a time runs on a database; a second one says so and ends.

    Example: pignon schedule --every 15
    """
    from cluster.schedule import run_schedule

    run_schedule(load_settings(), every)


@contextmanager
def serving(url: str, settings: Settings, host: str, port: int) -> Iterator[str]:
    """The API on the connected cluster for as long as the block lasts; its address."""
    import ray.serve  # noqa: F401 - first, as its import sets the level of its own log

    from serve.app import start, stop

    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    address = start(url, settings, host, port)
    try:
        yield address
    finally:
        stop()


def wait_for_interrupt(renew: Callable[[int], None] | None = None) -> None:
    """Sleep until Ctrl-C or SIGTERM, which both raise KeyboardInterrupt here (`console.run`).

    renew: what SIGHUP asks for, with another number each time.
    """
    asked = threading.Event()
    if renew is None:
        asked.wait()
        return
    signal.signal(signal.SIGHUP, lambda *_: asked.set())
    for generation in itertools.count(1):
        asked.wait()
        asked.clear()
        stderr.print("Replacing the API's processes …")
        renew(generation)
        stderr.print("The API's processes are new.")
