"""`pignon optout`: sites whose owners asked not to be visited, known to us or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cluster.console import plural, print_json, stdout
from models.errors import InputError
from models.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine


def optout(
    site: Annotated[
        str | None, typer.Argument(help="The site's address or host; all opt-outs are listed without.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let the site be visited again.")] = False,
    note: Annotated[str | None, typer.Option(help="Who asked and how, 300 characters at most.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, or one per opt-out.")] = False,
) -> None:
    """Visit a site no more, at its owner's wish, and take its listings off line.

    It is heard by running crawls before their next request, and holds for what lies under the host.

    Example: pignon optout agence.example --note "e-mail of 3 May"
    """
    if site is None and (undo or note):
        raise InputError("Name a site: pignon optout agence.example.")
    if note is not None and len(note) > 300:
        raise InputError("The note is too long: 300 characters at most.")
    settings = load_settings()
    if site is None:
        _list(settings, as_json)
        return
    from crawl.agencies import site_address
    from crawl.url import site_host

    host = site_host(site_address(site, town=settings.pignon_town))
    if undo:
        _undo(settings, host, as_json)
    else:
        _opt_out(settings, host, note, as_json)


def _opt_out(settings: Settings, host: str, note: str | None, as_json: bool) -> None:
    from crawl.optout import opt_out

    with _engine(settings) as engine:
        left = opt_out(engine, host, note)
    if as_json:
        print_json(asdict(left))
    elif left.sites:
        numbers = f"{plural(left.sites, 'site')}, {plural(left.listings, 'listing')} taken off line"
        stdout.print(f"{host} is not visited any more: {numbers}.", markup=False)
    else:
        stdout.print(f"{host} is not among the known sites, and will not be added.", markup=False)


def _undo(settings: Settings, host: str, as_json: bool) -> None:
    from crawl.optout import undo

    with _engine(settings) as engine:
        freed = undo(engine, host)
    if freed is None:
        raise InputError(f"{host} is not opted out.")
    if as_json:
        print_json(asdict(freed))
    else:
        line = (
            f"{host} may be visited again ({plural(freed.sites, 'site')}); its next crawl shows its listings."
        )
        stdout.print(line, markup=False)


def _list(settings: Settings, as_json: bool) -> None:
    from crawl.optout import listed

    with _engine(settings) as engine:
        for row in listed(engine):
            if as_json:
                print_json({"host": row.host, "since": row.since, "note": row.note})
            else:
                stdout.print(f"{row.host}  {row.since:%Y-%m-%d}  {row.note or ''}".rstrip(), markup=False)


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
