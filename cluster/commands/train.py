"""`pignon train`: the node classifier's weights and figures, made again from data."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import track

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError

if TYPE_CHECKING:
    from extract.node_model import NodeModel
    from extract.training import Example, Page

#: Where the model card's figures stand between.
BEGIN, END = "<!-- figures: pignon train --card -->", "<!-- end of figures -->"


def train(  # noqa: PLR0917 - a command's options are its arguments
    pages: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders with labels.jsonl and html/.", metavar="PAGES", show_default=False),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the weights go; else into Pignon itself.")] = None,
    card: Annotated[Path | None, typer.Option(help="A model card whose figures are written anew.")] = None,
    folds: Annotated[int, typer.Option(min=0, help="Parts left out in turn; 0 for each site alone.")] = 10,
    duplicates: Annotated[
        Path | None, typer.Option(help="Train the pair model instead, with this folder's labelled pairs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Train the node classifier on the town's pages and on labelled folders.

    The same data gives the same bytes. Figures are of whole sites and families left out.

    Example: pignon train ../shared/pages --card docs/model-card.md
    """
    if duplicates is not None:
        _pair_model(duplicates, out, as_json)
        return
    from extract import calibration, node_model
    from extract.fitting import Table, fit

    examples = list(_examples(pages or []))
    table = Table(examples)
    figures = _figures(examples, table, folds)
    told = fit(table).to_bytes()
    path = out or node_model.shipped_path()
    _write(path, told)
    if pages:
        _calibrate(pages, node_model.NodeModel.from_bytes(told), path.with_name(calibration.NAME))
    if card is not None:
        _write_card(card, figures, examples)
    if as_json:
        print_json({"weights": str(path), "bytes": len(told), "pages": len(examples),
                    "groups": len(table.groups), "fields": figures})  # fmt: skip
        return
    stdout.print("\n".join(_table(figures)), markup=False)
    stdout.print(f"{path}: {len(told):,} bytes, from {plural(len(examples), 'page')}.", markup=False)


def _pair_model(folder: Path, out: Path | None, as_json: bool) -> None:
    """Fit what recognises properties on the town's adverts and a folder's labelled pairs."""
    from cluster.twins import read_pairs, town_lesson
    from dedup.model import SHIPPED
    from dedup.training import fit

    labelled = read_pairs(folder).labelled()
    with stderr.status("Reading the towns …"):
        town = town_lesson()
    told = fit(town, labelled).to_json()
    path = out or SHIPPED
    _write(path, told.encode())
    counts = {"weights": str(path), "labelled": len(labelled.groups), "town": len(town.same)}
    if as_json:
        print_json(counts)
        return
    pairs = f"{counts['labelled']:,} labelled pairs and {counts['town']:,} of the town"
    stdout.print(f"{path}: from {pairs}.", markup=False)


def _examples(folders: list[Path]) -> Iterator["Example"]:
    from cluster.lessons import town_pages
    from extract import training
    from models.places import Places

    places = Places.sample()
    pages: list[Page] = [page for folder in folders for page in training.labelled(folder)]
    if folders and not pages:
        raise InputError(f"No labelled property page in {', '.join(map(str, folders))}.")
    yield from training.examples(_watched([*pages, *town_pages(places)], "Reading pages"), places)


def _figures(examples: Sequence["Example"], table: Any, folds: int) -> dict[str, dict[str, float]]:
    from extract.fitting import leave_out
    from extract.node_scores import measure

    count = min(folds or len(table.groups), len(table.groups))
    scores = measure(examples, _watched(leave_out(table, count), "Leaving sites out", count))
    return {name: score.to_dict() for name, score in scores.items()}


def _calibrate(folders: list[Path], model: "NodeModel", path: Path) -> None:
    """Fit and write how often a value of some support is right, on the pages of these folders."""
    from functools import partial

    from extract import calibration
    from extract.evaluate import evaluate
    from extract.page import read_page
    from models.places import Places
    from models.settings import load_settings

    places = Places.load(load_settings().home)
    reader = partial(read_page, places=places, model=model)
    told = [
        (calibration.shipped().support(confidence), right)
        for folder in folders
        for outcome in evaluate(folder, places, lambda page: reader).outcomes
        for confidence, right in outcome.confidences
    ]
    _write(path, calibration.Calibration.fit(told).to_json().encode())


def _watched(steps: Iterable[Any], title: str, total: int | None = None) -> Iterator[Any]:
    """The steps, with a bar for a person who watches."""
    quiet = not sys.stderr.isatty()
    yield from track(steps, title, total=total, console=stderr, disable=quiet, transient=True)


def _write(path: Path, told: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(told)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror}.") from None


def _table(figures: dict[str, dict[str, float]]) -> Iterator[str]:
    yield f"{'field':<14}{'pages':>6}{'mean P':>8}{'first':>8}{'P':>8}{'R':>8}"
    for name, row in figures.items():
        yield (
            f"{name:<14}{row['pages']:>6}{row['average_precision']:>8.3f}{row['first_right']:>8.3f}"
            f"{row['precision']:>8.3f}{row['recall']:>8.3f}"
        )


def _write_card(card: Path, figures: dict[str, dict[str, float]], examples: Sequence["Example"]) -> None:
    try:
        text = card.read_text("utf-8")
    except OSError as error:
        raise InputError(f"Cannot read {card}: {error.strerror}.") from None
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"{card} has no lines {BEGIN} and {END} to write the figures between.")
    groups = len({example.group for example in examples})
    nodes = sum(len(example.nodes.lines) for example in examples)
    rows = [
        f"{plural(len(examples), 'page')} of {groups} sites and families, {nodes:,} nodes.",
        "",
        "| field | pages that tell it | average precision | surest node right | precision | recall |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {row['pages']} | {row['average_precision']:.3f} | {row['first_right']:.3f} "
            f"| {row['precision']:.3f} | {row['recall']:.3f} |"
            for name, row in figures.items()
        ),
    ]
    _write(card, f"{before}{BEGIN}\n{chr(10).join(rows)}\n{END}{after}".encode())
