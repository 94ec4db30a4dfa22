"""`pignon demo` and `pignon town`: the fictitious web, crawled and served, or alone."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    port: Annotated[int, typer.Option(help="Port of the pages.", min=1, max=65535)] = 8000,
    seed: Annotated[int, typer.Option(help="Another seed, another town.")] = 0,
    days: Annotated[int, typer.Option(help="Days between the two crawls.", min=0, max=100)] = 14,
) -> None:
    """Show the whole on a fictitious web, until Ctrl-C.

    Crawls it, recognises properties, moves its clock, crawls again, and serves search and API meanwhile.

    Example: pignon demo
    """
    from cluster.demo import run_demo

    run_demo(port, seed, days)


def town(
    port: Annotated[int, typer.Option(help="Port to serve on.", min=0, max=65535)] = 8100,
    seed: Annotated[int, typer.Option(help="Another seed, another town.")] = 0,
    truth: Annotated[Path | None, typer.Option(help="Write the truth there, for judging.")] = None,
    mean: Annotated[bool, typer.Option("--mean", help="Serve sites that misbehave instead.")] = False,
    fleet: Annotated[
        int, typer.Option(help="Serve so many plain hosts instead, whose log judges a crawler.", min=0)
    ] = 0,
) -> None:
    """Serve the fictitious web alone on loopback, until Ctrl-C.

    Example: pignon town --port 8100
    """
    import asyncio

    from models.errors import InputError
    from town import fleet as fleets
    from town import mean as means
    from town.server import serve

    if mean and fleet:
        raise InputError("--mean and --fleet are two towns: serve one of them.")
    if mean:
        asyncio.run(means.serve(port))
    elif fleet:
        asyncio.run(fleets.serve(fleet, port, seed))
    else:
        asyncio.run(serve(seed, port, truth))
