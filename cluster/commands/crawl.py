"""`pignon crawl`: visit sites, read their listings, store what is new, on Ray."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Engine, select

from cluster.console import plural, print_json, stderr, stdout
from cluster.crawling import Site
from crawl.report import CrawlReport
from models.errors import CrawlError, InputError
from models.listing import LISTING_FIELDS
from models.settings import Settings, load_settings
from models.tables import Agency, AggregatedListing, ScrapingStatus


def crawl(
    urls: Annotated[list[str] | None, typer.Argument(help="Sites to visit.", metavar="[URL]...")] = None,
    postal_code: Annotated[str | None, typer.Option(help="Visit the known agencies there.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Visit every known site that is due.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the sites' live listings, as JSON lines.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per site.")] = False,
) -> None:
    """Visit agencies' sites politely and store their listings with their history.

    Example: pignon crawl https://agence.example --out listings.jsonl
    """
    if not urls and not postal_code and not due:
        raise InputError("Name a site to visit, or say --due or --postal-code 75015.")
    settings = load_settings()
    reports = _crawl(settings, urls or [], postal_code, due, out)
    for report in reports:
        print_json(asdict(report)) if as_json else _show(report)
    if not reports:
        stderr.print("Nothing to visit: no site is due.")
    elif not any(report.status is ScrapingStatus.OK for report in reports):
        raise CrawlError(f"No listing could be read from {plural(len(reports), 'site')}.")


def _crawl(
    settings: Settings, urls: list[str], postal_code: str | None, due: bool, out: Path | None
) -> list[CrawlReport]:
    from cluster.crawling import shard_pool
    from cluster.progress import crawl_progress
    from cluster.runtime import ray_cluster
    from models.database import database, open_engine, upgrade

    with database(settings) as url:
        upgrade(url)
        engine = open_engine(url)
        try:
            sites = sites_of(engine, _wanted(engine, settings, urls, postal_code, due))
            if not sites:
                return []
            with ray_cluster(), shard_pool(settings, url) as pool, crawl_progress("Crawling") as show:
                reports = pool.crawl(sites, show)
            if out is not None:
                _write_listings(engine, [site.id for site in sites], out)
            return reports
        finally:
            engine.dispose()


def _wanted(
    engine: Engine, settings: Settings, urls: list[str], postal_code: str | None, due: bool
) -> list[int]:
    from crawl.agencies import due as due_agencies
    from crawl.agencies import register

    ids = register(engine, urls, town=settings.pignon_town)
    if due or postal_code:
        ids += due_agencies(engine, postal_code=postal_code)
    return list(dict.fromkeys(ids))


def sites_of(engine: Engine, ids: list[int]) -> list[Site]:
    """The sites of these agencies, in the order of `ids`."""
    with engine.connect() as connection:
        rows = connection.execute(select(Agency.id, Agency.host).where(Agency.id.in_(ids)))
        hosts: dict[int, str] = {row.id: row.host for row in rows}
    return [Site(number, hosts[number]) for number in ids]


def _write_listings(engine: Engine, agency_ids: list[int], path: Path) -> None:
    table = AggregatedListing
    columns: list[Any] = [getattr(table, name) for name in LISTING_FIELDS]
    query = (
        select(table.id, table.source_url, Agency.name.label("agency"), table.first_seen, *columns)
        .join(Agency, Agency.id == table.agency_id)
        .where(table.agency_id.in_(agency_ids), table.is_active)
        .order_by(table.id)
    )
    try:
        with path.open("w", encoding="utf-8") as file, engine.connect() as connection:
            for row in connection.execute(query).mappings():
                file.write(json.dumps(dict(row), ensure_ascii=False, default=str) + "\n")
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror}.") from None


def _show(report: CrawlReport) -> None:
    stdout.print(report.line, markup=False, soft_wrap=True)
