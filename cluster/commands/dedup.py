"""`pignon dedup`: recognise one property at several agencies, in the database or in anyone's file."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError


def dedup(
    in_: Annotated[Path | None, typer.Option("--in", help="Listings, as JSON lines.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where each listing's property goes.")] = None,
    pairs: Annotated[Path | None, typer.Option(help="Where every scored pair goes.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Recognise one property at several agencies.

    Example: pignon dedup --in listings.jsonl --out properties.jsonl --pairs pairs.jsonl
    """
    if (in_ is None) != (out is None):
        raise InputError("--in and --out go together; leave both out for the database.")
    if in_ is not None and out is not None:
        _of_file(in_, out, pairs, as_json)
        return
    if pairs is not None:
        raise InputError("--pairs goes with --in and --out; the database keeps its pairs in property_links.")
    _of_database(as_json)


def _of_file(source: Path, out: Path, pairs: Path | None, as_json: bool) -> None:
    from dedup.files import read_adverts, write_pairs, write_properties
    from dedup.recognise import recognise

    adverts, problems = read_adverts(source)
    for problem in problems[:10]:
        stderr.print(f"left out, {problem}", markup=False)
    if len(problems) > 10:
        stderr.print(f"and {len(problems) - 10:,} more.")
    with stderr.status(f"Comparing {plural(len(adverts), 'listing')} …"):
        result = recognise(adverts)
    write_properties(out, adverts, result)
    if pairs is not None:
        write_pairs(pairs, result.comparisons)
    summary = {
        "listings": len(adverts),
        "properties": len(set(result.properties.values())),
        "pairs": len(result.comparisons),
        "left_out": len(problems),
    }
    _say(summary, as_json)


def _of_database(as_json: bool) -> None:
    from dedup.store import dedup_listings
    from models.database import database, open_engine, upgrade
    from models.settings import load_settings

    with database(load_settings()) as url:
        upgrade(url)
        engine = open_engine(url)
        with stderr.status("Comparing the live listings …"):
            report = dedup_listings(engine)
        engine.dispose()
    _say(asdict(report), as_json)


def _say(summary: dict[str, int], as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    listings, properties = summary["listings"], summary["properties"]
    stdout.print(f"{plural(listings, 'listing')} are adverts for {properties:,} properties.")
