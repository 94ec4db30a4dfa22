"""`pignon crawl`: visit sites, read their listings, store what is new, on Ray."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cluster.commands.watching import WORDS, obey
from cluster.console import plural, print_json, stderr, stdout
from models.errors import CrawlError, InputError
from models.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cluster.crawling import Site
    from crawl.explain import Explanation
    from crawl.report import CrawlReport


def crawl(
    urls: Annotated[list[str] | None, typer.Argument(help="Sites to visit.", metavar="URL")] = None,
    *,
    postal_code: Annotated[str | None, typer.Option(help="Visit the known agencies there.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Visit every known site that is due.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the sites' live listings, as JSON lines.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per site.")] = False,
    explain: Annotated[
        str | None, typer.Option(help="Tell whether, when and why an address may be fetched.", metavar="URL")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Tell how crawls stand, or these sites.")] = False,
    pause: Annotated[bool, typer.Option("--pause", help="Visit nothing, or not these sites.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Take up what was paused.")] = False,
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve Prometheus metrics on this loopback port.")
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the crawls under way, in good order.")] = False,
) -> None:
    """Visit agencies' sites politely and store their listings.

    Each listing with its history. Ends with 0 when at least one site gave listings.

    Example: pignon crawl https://agence.example --out listings.jsonl
    """
    if explain is not None:
        _explain(explain, as_json)
        return
    words = [word for word, said in zip(WORDS, (status, pause, resume, stop), strict=True) if said]
    if words:
        if len(words) > 1 or postal_code or due or out:
            raise InputError(f"Say --{words[0]} alone, or with the addresses of sites.")
        obey(words[0], urls or [], as_json)
        return
    if not urls and not postal_code and not due:
        raise InputError("Name a site to visit, or say --due or --postal-code 75015.")
    if out is not None and not out.parent.is_dir():
        raise InputError(f"Cannot write {out}: there is no folder {out.parent}.")
    settings = load_settings(**({"metrics_port": metrics_port} if metrics_port else {}))
    reports = _crawl(settings, urls or [], postal_code, due, out)
    if not reports:
        stderr.print("Nothing to visit: no site is due.")
        return
    _tell(reports, as_json)


def _crawl(
    settings: Settings, urls: list[str], postal_code: str | None, due: bool, out: Path | None
) -> "list[CrawlReport]":
    from cluster.crawling import shard_pool
    from cluster.metrics import metrics_server
    from cluster.progress import crawl_progress
    from cluster.runtime import ray_cluster
    from crawl.agencies import site_address
    from crawl.lease import release_dead
    from models.database import database, open_engine, upgrade

    for typed in urls:  # a typing mistake should not wait for the database
        site_address(typed, town=settings.pignon_town)
    with database(settings) as url:
        upgrade(url)
        engine = open_engine(url)
        try:
            release_dead(engine)
            sites = sites_of(engine, _wanted(engine, settings, urls, postal_code, due))
            if not sites:
                return []
            with (
                metrics_server(settings.metrics_port) as metrics,
                ray_cluster(),
                shard_pool(settings, url) as pool,
                crawl_progress("Crawling") as show,
            ):
                metrics.pool = pool
                reports = pool.crawl(sites, show)
            if out is not None:
                _write_listings(engine, [site.id for site in sites], out)
            return reports
        finally:
            engine.dispose()


def _explain(typed: str, as_json: bool) -> None:
    import asyncio

    from crawl.context import open_context
    from crawl.explain import explain
    from models.database import database, upgrade

    settings = load_settings()

    async def ask(database_url: str) -> "Explanation":
        async with open_context(settings, database_url) as context:
            return await explain(context, typed if "://" in typed else f"https://{typed}")

    with database(settings) as database_url:
        upgrade(database_url)
        told = asyncio.run(ask(database_url))
    if as_json:
        print_json(told.as_json())
        return
    at = f" from {told.at:%H:%M:%S} UTC" if told.at else ""
    stdout.print(f"{told.url} {'may' if told.allowed else 'may not'} be fetched{at}.", markup=False)
    for reason in told.reasons:
        stdout.print(f"- {reason}", markup=False)


def _wanted(
    engine: "Engine", settings: Settings, urls: list[str], postal_code: str | None, due: bool
) -> list[int]:
    from crawl.agencies import UnwelcomeError, register
    from crawl.agencies import due as due_agencies

    ids: list[int] = []
    for typed in urls:
        try:
            ids += register(engine, [typed], town=settings.pignon_town)
        except UnwelcomeError as error:
            if len(urls) == 1:
                raise
            stderr.print(f"pignon: {error}", markup=False)  # the others are visited
    if due or postal_code:
        ids += due_agencies(engine, postal_code=postal_code)
    return list(dict.fromkeys(ids))


def sites_of(engine: "Engine", ids: list[int]) -> "list[Site]":
    """The sites of these agencies, in the order of `ids`."""
    from sqlalchemy import select

    from cluster.crawling import Site
    from models.tables import Agency

    with engine.connect() as connection:
        rows = connection.execute(select(Agency.id, Agency.host).where(Agency.id.in_(ids)))
        hosts: dict[int, str] = {row.id: row.host for row in rows}
    return [Site(number, hosts[number]) for number in ids]


def _write_listings(engine: "Engine", agency_ids: list[int], path: Path) -> None:
    from sqlalchemy import select

    from models.listing import LISTING_FIELDS
    from models.tables import Agency, AggregatedListing

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


def _tell(reports: "list[CrawlReport]", as_json: bool) -> None:
    """Every site's line, results on standard output and failures beside them. CrawlError when all failed;
    ends with 130 when the operator stopped it.
    """
    from crawl.orders import Order

    failed = [report for report in reports if report.status != "ok"]
    for report in reports:
        if as_json:
            print_json(asdict(report))
        elif report not in failed:
            stdout.print(report.line, markup=False)
    if any(report.error_type == Order.STOPPED for report in failed):
        for report in failed:
            stderr.print(f"pignon: {report.line}", markup=False)
        raise typer.Exit(130)
    if len(failed) == len(reports) == 1:
        raise CrawlError(failed[0].line)
    for report in failed:
        stderr.print(f"pignon: {report.line}", markup=False)
    if len(failed) == len(reports):
        raise CrawlError(f"No listing could be read from {plural(len(reports), 'site')}.")
