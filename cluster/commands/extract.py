"""`pignon extract` and `pignon evaluate`: reading pages, with no database and no Ray."""

import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError
from models.settings import load_settings

if TYPE_CHECKING:
    from crawl.fetch import Fetched
    from extract.page import PageReading

PAGE_SUFFIXES = {".html", ".htm"}
#: What the relative links of a saved page start from when nothing tells its address (RFC 2606).
NOWHERE = "https://page.invalid"
_CANONICAL = re.compile(rb"<link\b[^<>]{0,300}?\bcanonical\b[^<>]{0,500}>", re.I)
_OG_URL = re.compile(rb"<meta\b[^<>]{0,300}?\bog:url\b[^<>]{0,500}>", re.I)
_VALUE = re.compile(rb"\b(?:href|content)\s*=\s*[\"']?\s*([^\"'<>\s]+)", re.I)
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
    failed = 0
    for name in sources:
        try:
            source = read_source(name, url)
        except InputError as error:
            failed += 1
            stderr.print(f"pignon: {error}", markup=False)
            continue
        started = time.perf_counter()
        reading = read_page(source.body, source.address, content_type=source.content_type, places=places)
        row = as_row(name, source.address, reading, time.perf_counter() - started)
        print_json(row) if as_json else _show(row)
    if failed:
        raise InputError(f"{plural(failed, 'page')} of {len(sources)} could not be read.")


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


@dataclass(frozen=True, slots=True)
class Source:
    """One page to read. address: what its relative links start from."""

    name: str
    body: bytes
    address: str
    content_type: str | None = None


def read_source(name: str, base: str | None) -> Source:
    """The page of a file or a web address. Raises InputError when there is none."""
    if name.startswith(("http://", "https://")):
        return Source(name, *_fetch(name))
    try:
        with Path(name).open("rb") as file:
            body = file.read(MAX_PAGE_BYTES)
    except OSError as error:
        raise InputError(f"Cannot read {name}: {error.strerror}.") from None
    return Source(name, body, base or own_address(body) or f"{NOWHERE}/{quote(Path(name).name)}")


def own_address(body: bytes) -> str | None:
    """The address that a saved page gives itself: its canonical link, else og:url."""
    for pattern in (_CANONICAL, _OG_URL):
        for tag in pattern.findall(body[:200_000]):
            value = _VALUE.search(tag)
            if value and value[1].startswith((b"http://", b"https://")):
                return value[1].decode("utf-8", "replace")
    return None


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
    errors: Annotated[bool, typer.Option(help="Every error with its cause, one a line.")] = False,
    left_out: Annotated[
        bool, typer.Option("--left-out", help="A classifier that has not seen the page's site.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure the reader on labelled pages.

    Per field precision, recall and F1, for live sites, the French of them and templates apart.

    Example: pignon evaluate ../shared/pages --errors
    """
    from cluster.lessons import reader_without_site
    from extract.evaluate import evaluate as measure
    from models.places import Places

    if not (pages / "labels.jsonl").is_file():
        raise InputError(f"{pages} has no labels.jsonl; name the folder of the labelled pages.")
    with stderr.status("Reading the labelled pages …"):
        places = Places.load(load_settings().home)
        report = measure(pages, places, reader_without_site(pages, places) if left_out else None)
    if as_json:
        print_json(report.to_dict())
        return
    stdout.print(report.table(), markup=False, soft_wrap=True)
    if errors:
        stdout.print(report.errors(), markup=False, soft_wrap=True)
