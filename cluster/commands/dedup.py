"""`pignon dedup`: recognise one property at several agencies, in the database or in anyone's file."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dedup.bulk import Part
    from dedup.files import Reading
    from dedup.store import DedupReport

#: Bytes of a file from which on it is spread over Ray, whose start takes ten seconds: some 100,000 listings.
SPREAD_FROM = 150_000_000
#: Live listings of the database from which on a rebuild is.
SPREAD_LISTINGS = 100_000


def dedup(
    in_: Annotated[Path | None, typer.Option("--in", help="Listings, as JSON lines.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where each listing's property goes.")] = None,
    pairs: Annotated[Path | None, typer.Option(help="Where every scored pair goes.")] = None,
    rebuild: Annotated[
        bool, typer.Option(help="Forget all but people's decisions, and compare anew.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Recognise one property at several agencies: of the database, new and changed listings alone.

    Example: pignon dedup --in listings.jsonl --out properties.jsonl --pairs pairs.jsonl
    """
    if (in_ is None) != (out is None):
        raise InputError("--in and --out go together; leave both out for the database.")
    if in_ is not None and rebuild:
        raise InputError("--rebuild is the database's; a file is compared anew each time.")
    if in_ is not None and out is not None:
        _of_file(in_, out, pairs, as_json)
        return
    if pairs is not None:
        raise InputError("--pairs goes with --in and --out; the database keeps its pairs in property_links.")
    _of_database(rebuild, as_json)


def _of_file(source: Path, out: Path, pairs: Path | None, as_json: bool) -> None:
    from dedup.files import Reading, pairs_of, write_lines, write_properties

    reading = Reading(source)
    properties: dict[str, str] = {}
    compared = 0

    def rows() -> Iterator[Mapping[str, object]]:
        nonlocal compared
        for part in _parts(source, reading, pairs is not None):
            properties.update(part.properties)
            compared += part.compared
            if part.result is not None:
                yield from pairs_of(part.result)

    with stderr.status(f"Comparing the listings of {source} …"):
        write_lines(pairs or Path(os.devnull), rows())
    _warn(reading.problems)
    write_properties(out, reading.ids, properties)
    summary = {
        "listings": len(properties),
        "properties": len(set(properties.values())),
        "pairs": compared,
        "left_out": len(reading.problems),
    }
    _say(summary, as_json)


def _parts(source: Path, reading: "Reading", keep_pairs: bool) -> Iterator["Part"]:
    """In this process, or spread over Ray where the file is large enough to repay its start."""
    from dedup.bulk import recognise_rows

    if _size(source) < SPREAD_FROM:
        yield from recognise_rows(reading.rows(), keep_pairs=keep_pairs)
        return
    from cluster.recognising import spread
    from cluster.runtime import ray_cluster

    with ray_cluster():
        yield from spread(reading.rows(), keep_pairs=keep_pairs)


def _size(source: Path) -> int:
    return source.stat().st_size if source.exists() else 0


def _warn(problems: list[str]) -> None:
    for problem in problems[:10]:
        stderr.print(f"left out, {problem}", markup=False)
    if len(problems) > 10:
        stderr.print(f"and {len(problems) - 10:,} more.")


def _of_database(anew: bool, as_json: bool) -> None:
    from dedup.store import dwellings
    from models.database import database, open_engine, upgrade
    from models.settings import load_settings

    with database(load_settings()) as url:
        upgrade(url)
        engine = open_engine(url)
        with stderr.status("Comparing …") as status:
            report = _recognised(engine, anew, lambda done: status.update(f"Comparing, {done:,} done …"))
        listings, properties = dwellings(engine)
        engine.dispose()
    _say(
        {**asdict(report), "compared": report.listings, "listings": listings, "properties": properties},
        as_json,
    )


def _recognised(engine: "Engine", anew: bool, watch: Callable[[int], None]) -> "DedupReport":
    from dedup.store import dedup_listings, dwellings, rebuild

    if not anew:
        return dedup_listings(engine, watch=watch)
    if dwellings(engine)[0] < SPREAD_LISTINGS:
        return rebuild(engine, watch=watch)
    from cluster.recognising import run_on_ray
    from cluster.runtime import ray_cluster

    with ray_cluster():
        return rebuild(engine, run_on_ray, watch=watch)


def _say(summary: dict[str, int], as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    listings, properties = summary["listings"], summary["properties"]
    stdout.print(f"{plural(listings, 'listing')} are adverts for {properties:,} properties.")
