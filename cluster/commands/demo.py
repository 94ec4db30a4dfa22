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
) -> None:
    """Serve the fictitious web alone on loopback, until Ctrl-C.

    Example: pignon town --port 8100
    """
    import asyncio

    from town.server import serve

    asyncio.run(serve(seed, port, truth))
