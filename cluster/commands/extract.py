"""`pignon extract` and `pignon evaluate`: reading pages, with no database and no Ray."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError
from models.settings import load_settings

if TYPE_CHECKING:
    from crawl.fetch import Fetched
    from extract.page import PageReading

PAGE_SUFFIXES = {".html", ".htm"}
#: A saved page past this is cut, as the fetcher would.
MAX_PAGE_BYTES = 8 * 1024 * 1024


def extract(
    paths: Annotated[
        list[str],
        typer.Argument(help="Saved pages, folders of them, or web addresses.", metavar="FILE|DIR|URL"),
    ],
    url: Annotated[str | None, typer.Option(help="The base address of a lone file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per page.")] = False,
) -> None:
    """Read listings out of pages.

    Example: pignon extract page.html --url https://agence.example/bien/12 --json
    """
    from extract.page import read_page
    from models.places import Places

    places = Places.load(load_settings().home)
    sources = list(_sources(paths))
    if not sources:
        raise InputError(f"No page (*.html, *.htm) in {', '.join(paths)}.")
    if url is not None and len(sources) != 1:
        raise InputError("--url gives the base address of one file; leave it out for several.")
    for name, body, found_url, content_type in sources_read(sources, url):
        started = time.perf_counter()
        reading = read_page(body, found_url, content_type=content_type, places=places)
        row = as_row(name, found_url, reading, time.perf_counter() - started)
        print_json(row) if as_json else _show(row)


def _sources(paths: list[str]) -> Iterator[str]:
    for path in paths:
        if path.startswith(("http://", "https://")):
            yield path
        elif Path(path).is_dir():
            yield from sorted(str(p) for p in Path(path).rglob("*") if p.suffix.lower() in PAGE_SUFFIXES)
        elif Path(path).is_file():
            yield path
        else:
            raise InputError(f"There is no file, folder or web address {path!r}.")


def sources_read(sources: list[str], base: str | None) -> Iterator[tuple[str, bytes, str, str | None]]:
    """Each source as (name as given, body, its address, content type)."""
    for source in sources:
        if source.startswith(("http://", "https://")):
            yield source, *_fetch(source)
            continue
        with Path(source).open("rb") as file:
            body = file.read(MAX_PAGE_BYTES)
        yield source, body, base or Path(source).resolve().as_uri(), None


def _fetch(url: str) -> tuple[bytes, str, str | None]:
    """One page of the web, as politely as a crawl would: robots.txt and every guard apply."""
    import asyncio

    from crawl.fetch import FetchOutcome

    fetched = asyncio.run(_fetch_politely(url))
    if fetched.outcome is not FetchOutcome.OK:
        raise InputError(f"{url} gave no page: {fetched.outcome.value.replace('_', ' ')}.")
    return fetched.body, fetched.final_url, fetched.content_type


async def _fetch_politely(url: str) -> "Fetched":
    from crawl.fetch import Fetcher, Manner
    from crawl.politeness import Politeness
    from crawl.robots import RobotsBook
    from models.tables import utc_now

    settings = load_settings()
    fetcher = Fetcher(settings, Politeness.of(settings))
    try:
        return await fetcher.fetch(url, Manner(permit=RobotsBook(fetcher, utc_now).permit))
    finally:
        await fetcher.close()


def as_row(name: str, url: str, reading: "PageReading", seconds: float) -> dict[str, Any]:
    """One page's result, in the documented format."""
    return {
        "file": name,
        "url": url,
        "kind": reading.kind,
        "reason": reading.reason,
        "platform": reading.platform,
        "listing": asdict(reading.listing) if reading.listing else None,
        "links": list(reading.links),
        "next": reading.next,
        "evidence": {field: asdict(e) for field, e in reading.evidence.items()},
        "seconds": round(seconds, 4),
    }


def _show(row: dict[str, Any]) -> None:
    reason = f" ({row['reason']})" if row["reason"] else ""
    stdout.print(f"[bold]{row['file']}[/]  {row['kind']}{reason}  {row['platform'] or ''}")
    for field, value in (row["listing"] or {}).items():
        if value not in (None, (), {}, []):
            evidence = row["evidence"].get(field, {})
            source = f"[dim]{evidence.get('source', '')}[/]"
            stdout.print(f"  {field:18} {str(value)[:100]}  ", source, markup=True)
    if row["links"]:
        stdout.print(f"  {plural(len(row['links']), 'listing link')}, next: {row['next'] or 'none'}")


def evaluate(
    pages: Annotated[Path, typer.Argument(help="Folder with labels.jsonl and html/.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure the reader on labelled pages.

    Per field precision, recall and F1.

    Example: pignon evaluate ../shared/pages
    """
    from extract.evaluate import evaluate as measure

    if not (pages / "labels.jsonl").is_file():
        raise InputError(f"{pages} has no labels.jsonl; name the folder of the labelled pages.")
    with stderr.status("Reading the labelled pages …"):
        report = measure(pages)
    print_json(report.to_dict()) if as_json else stdout.print(report.table())
