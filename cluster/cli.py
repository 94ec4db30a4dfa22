"""The `pignon` command: one line of help each, heavy imports only in the command that needs them."""

import logging
import sys

import typer

from cluster.console import run
from models.errors import PignonError

app = typer.Typer(
    help="Every French estate agency's listings, read politely from their own sites.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
)


def _register() -> None:
    from cluster.commands import (
        crawl,
        data,
        dedup,
        demo,
        export,
        extract,
        index,
        optout,
        properties,
        serve,
        stats,
        train,
    )

    app.command()(demo.demo)
    app.command()(demo.town)
    app.command()(crawl.crawl)
    app.command()(optout.optout)
    app.command()(extract.extract)
    app.command()(extract.evaluate)
    app.command()(train.train)
    app.command()(dedup.dedup)
    app.add_typer(properties.app, name="property")
    app.command()(serve.serve)
    app.command()(serve.schedule)
    app.command()(index.index)
    app.command()(stats.stats)
    app.command()(export.export)
    app.add_typer(data.db, name="db")
    app.add_typer(data.places, name="places")


def command() -> typer.core.TyperGroup:
    """The whole command line, for `main` and for the test that holds the documents to it."""
    if not app.registered_commands:
        _register()
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    return group


def main() -> None:
    """Entry point of the `pignon` script."""
    _log_as_set()
    sys.exit(run(command, sys.argv[1:]))


def _log_as_set() -> None:
    from models import logs
    from models.settings import load_settings

    try:
        logs.set_up(load_settings())
    except PignonError:  # the command that needs the settings says what is wrong with them
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


if __name__ == "__main__":
    main()
