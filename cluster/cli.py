"""The `pignon` command: one line of help each, heavy imports only in the command that needs them."""

import logging
import sys

import typer

from cluster.commands.data import db, places
from cluster.console import run

app = typer.Typer(
    help="Every French estate agency's listings, read politely from their own sites.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(db, name="db")
app.add_typer(places, name="places")


def _register() -> None:
    from cluster.commands import crawl, dedup, demo, extract, serve

    app.command()(demo.demo)
    app.command()(demo.town)
    app.command()(crawl.crawl)
    app.command()(extract.extract)
    app.command()(extract.evaluate)
    app.command()(dedup.dedup)
    app.command()(serve.serve)
    app.command()(serve.schedule)


def main() -> None:
    """Entry point of the `pignon` script."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    _register()
    sys.exit(run(app))


if __name__ == "__main__":
    main()
