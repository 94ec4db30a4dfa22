"""What an operator asks and tells `pignon crawl`: --status, --pause, --resume, --stop; in the database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.filesize import decimal

from cluster.console import plural, print_json, stderr, stdout
from models.errors import InputError
from models.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawl.status import CrawlStatus, SiteStatus

#: Options of `pignon crawl` that visit nothing, each on its own.
WORDS = ("status", "pause", "resume", "stop")


def obey(word: str, urls: Sequence[str], as_json: bool) -> None:
    """Answer or write down one of WORDS, for these sites or for all. InputError when one is not known."""
    settings = load_settings()
    if word == "stop" and urls:
        raise InputError("--stop ends whole crawls; to leave one site alone say --pause with its address.")
    with _engine(settings) as engine:
        ids = _known(engine, urls, settings.pignon_town)
        if word == "status":
            _status(engine, ids, as_json)
        else:
            _order(engine, word, urls, ids)


@contextmanager
def _engine(settings: Settings) -> "Iterator[Engine]":
    from models.database import database, open_engine, upgrade

    with database(settings) as url:
        upgrade(url)
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()


def _known(engine: "Engine", urls: Sequence[str], town: bool) -> list[int]:
    from crawl.agencies import find

    return [find(engine, url, town=town) for url in urls]


def _order(engine: "Engine", word: str, urls: Sequence[str], ids: list[int]) -> None:
    from crawl import orders

    named = ", ".join(urls) or "all sites"
    if word == "pause":
        orders.pause(engine, ids or None)
        stderr.print(f"Paused: {named}. Each site under way ends its page first.", markup=False)
    elif word == "resume":
        lifted = orders.resume(engine, ids or None)
        said = f"Resumed: {named}." if lifted else f"Nothing to resume: {named} not paused."
        stderr.print(said, markup=False)
    else:
        orders.stop(engine)
        stderr.print("Crawls under way stop: each site ends its page and is given back.")


def _status(engine: "Engine", ids: list[int], as_json: bool) -> None:
    from crawl.status import read_site, read_status

    if ids:
        for site in (read_site(engine, number) for number in ids):
            if as_json:
                print_json(asdict(site))
            else:
                _say(site_lines(site))
        return
    status = read_status(engine)
    if as_json:
        print_json(asdict(status))
    else:
        _say(status_lines(status))


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        stdout.print(line, markup=False)


def status_lines(status: "CrawlStatus") -> Iterator[str]:
    """All crawls, for a person."""
    if status.paused_at:
        yield f"Paused since {_when(status.paused_at)}; pignon crawl --resume takes it up again."
    sites = status.sites
    yield (
        f"Sites: {sites['known']:,} known, {sites['due']:,} due, {sites['waiting']:,} asked us to wait, "
        f"{sites['paused']:,} paused, {sites['opted_out']:,} opted out."
    )
    yield f"Pages due: {status.pages_due:,}. Crawls done today: {status.done_today:,}."
    yield f"Under way: {plural(sites['running'], 'site')}."
    for row in status.running:
        yield (
            f"  {row['host']}  {plural(row['pages_done'], 'page')} done, {row['pages_due']:,} due, "
            f"since {_when(row['since'])} by {row['worker']}, lease until {_when(row['lease_until'])}"
        )
    yield f"Last 24 hours: {plural(status.day['crawls'], 'crawl')}{_counts(status.crawls)}."
    yield from _sums(status.day, status.outcomes)
    for error in status.errors:
        yield f"  {error['crawls']:,} × {error['status']}: {error['line']} (such as {error['host']})"


def site_lines(status: "SiteStatus") -> Iterator[str]:
    """One site, for a person."""
    site = status.site
    yield f"{site['host']}: {site['status']}. {site['error'] or ''}".rstrip()
    if status.paused:
        since = f" since {_when(site['paused_at'])}" if site["paused_at"] else ", as all crawls are"
        yield f"  paused{since}; pignon crawl --resume takes it up again"
    if site["worker"]:
        yield f"  crawled now by {site['worker']}, lease until {_when(site['lease_until'])}"
    for name in ("opted_out_at", "last_scraped", "last_success", "next_crawl", "not_before"):
        if site[name]:
            yield f"  {name.replace('_', ' ')}: {_when(site[name])}"
    yield f"  listings: {site['active_listings']:,} live of {site['total_listings']:,}"
    kinds = ", ".join(f"{row['pages']:,} {row['kind']} ({row['due']:,} due)" for row in status.pages)
    yield f"  pages: {kinds or 'none yet'}"
    for crawl in status.crawls:
        took = f" in {crawl['duration']:,.0f} s" if crawl["duration"] is not None else ""
        yield f"  {_when(crawl['started_at'])}: {crawl['status']}{took}. {crawl['error'] or ''}".rstrip()
        yield from ("  " + line for line in _sums(crawl, crawl["outcomes"]))


def _sums(row: Mapping[str, Any], outcomes: Mapping[str, int]) -> Iterator[str]:
    yield (
        f"  {plural(row['pages'], 'page')}, {decimal(int(row['bytes']))}, "
        f"{plural(row['requests'], 'request')}{_counts(outcomes)}, {plural(row['retries'], 'retry')}"
    )
    yield (
        f"  listings: {row['found']:,} seen, {row['new']:,} new, {row['changed']:,} changed, "
        f"{row['withdrawn']:,} withdrawn"
    )
    steps = ("waiting", "fetching", "reading", "storing")
    yield f"  seconds: {', '.join(f'{row[step]:,.1f} {step}' for step in steps)}"


def _counts(counts: Mapping[str, int]) -> str:
    told = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    return f" ({told})" if told else ""


def _when(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC" if instant else "?"
