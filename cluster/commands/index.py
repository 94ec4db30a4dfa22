"""`pignon index`: the search engine's index, brought in step, built anew, or told about."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cluster.console import print_json, stderr, stdout
from models.settings import load_settings

if TYPE_CHECKING:
    from serve.engines.standing import Standing


def index(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build it anew beside the one there is, then switch.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Say where it stands, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Bring the search engine's index in step with the database, building it where it is missing.

    The API and the scheduler do so by themselves, within a second or two of each change.

    Example: pignon index --rebuild
    """
    from models.database import database, upgrade
    from serve.engines import hand

    settings = load_settings()
    with database(settings) as url:
        upgrade(url)
        if status:
            known = hand.look(url)
        else:
            with _progress() as show:
                known = hand.run(settings, url, rebuild=rebuild, show=show)
    if as_json:
        print_json({**asdict(known), "answers": known.answers, "fresh": known.is_fresh()})
    else:
        stdout.print(_line(known), markup=False)


def _line(known: "Standing") -> str:
    if known.building_total is not None:
        told = f"An index is being built: {known.building_done:,} of {known.building_total:,} looked at."
    elif not known.answers:
        told = "There is no index that this version can ask."
    elif known.is_fresh():
        told = f"{known.name} is in step."
    else:
        told = f"{known.name} is behind: it was in step at {known.in_step_at:%Y-%m-%d %H:%M:%S} UTC."
    return f"{told} {known.trouble}" if known.trouble else told


@contextmanager
def _progress() -> Iterator["Callable[[Standing], None]"]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=stderr, transient=True) as bar:
        task = bar.add_task("Indexing", total=None)

        def show(known: "Standing") -> None:
            bar.update(task, completed=known.building_done or 0, total=known.building_total)

        yield show
