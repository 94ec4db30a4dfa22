"""Agencies: from an address someone typed to a row, and which sites are due.

    ids = register(engine, ["agence.example"], source="command_line")

Knows the table, not the crawl.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, or_, select
from sqlalchemy.dialects.postgresql import insert

from crawl.guard import Guard
from crawl.optout import is_out
from crawl.url import host, origin, site_host, tidy
from models.errors import InputError
from models.tables import Agency, ScrapingStatus, utc_now

_SCHEME: Final = re.compile(r"^([a-z][a-z0-9+.-]*):(//)?", re.I)
#: A crawl that was begun is ended before others begin: of one that nobody runs, so it was killed.
_BEGUN: Final = (ScrapingStatus.RUNNING, ScrapingStatus.INTERRUPTED)
#: A site that is owed a wait no longer than this is due: its crawl waits in place.
_SOON: Final = timedelta(seconds=60)
_HOST: Final = re.compile(r"^(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}$")


class UnwelcomeError(InputError):
    """The owner of the site asked not to be visited."""


def site_address(typed: str, *, town: bool = False) -> str:
    """The root address of the site that someone typed: "agence.example" is https://agence.example/.

    InputError, in one line, when it cannot be a site on the web (or in the town, when it is on).
    """
    text = typed.strip()
    bare = re.match(r"^[^\s/:?#]+\.[^\s/:?#]+(:\d+)?([/?#]|$)", text)
    scheme_less = bool(bare) and not text.lower().startswith(("http:", "https:"))
    url = f"{'http' if town and '.localhost' in text else 'https'}://{text}" if scheme_less else text
    scheme = _SCHEME.match(url)
    if scheme is None or scheme[1].lower() not in ("http", "https") or scheme[2] is None:
        raise InputError(f"“{typed}” is no web address; it should look like https://agence.example.")
    name = host(tidy(url))
    if not _HOST.match(name):
        raise InputError(f"“{typed}” names no site; it should look like https://agence.example.")
    if objection := Guard(town=town).objection(url):
        raise InputError(f"“{typed}” cannot be crawled: {objection}.")
    return f"{origin(url)}/"


def register(
    engine: Engine, urls: Sequence[str], source: str = "command_line", *, town: bool = False
) -> list[int]:
    """The agencies' ids, in the order of `urls`; unknown sites are added.

    InputError for a bad address, UnwelcomeError for an unknown site that opted out: then none is added.
    """
    addresses = [site_address(url, town=town) for url in urls]
    with engine.begin() as connection:
        return [_register(connection, address, source) for address in addresses]


def find(engine: Engine, url: str, *, town: bool = False) -> int:
    """The id of a known agency by its site's address. InputError when it is not known."""
    address = site_address(url, town=town)
    with engine.connect() as connection:
        if (found := _known(connection, address)) is None:
            raise InputError(f"“{url}” is not among the known sites.")
        return found


def due(
    engine: Engine, limit: int | None = None, postal_code: str | None = None, now: datetime | None = None
) -> list[int]:
    """Ids of the active agencies whose next crawl is due, that nobody crawls and none has paused: those whose
    last one was interrupted, then the longest due.
    """
    now = now or utc_now()
    query = (
        select(Agency.id)
        .where(Agency.is_active, Agency.opted_out_at.is_(None), Agency.next_crawl_at <= now)
        .where(Agency.paused_at.is_(None))
        .where(or_(Agency.leased_until.is_(None), Agency.leased_until < now))
        .where(or_(Agency.not_before.is_(None), Agency.not_before <= now + _SOON))
        .order_by(Agency.scraping_status.not_in(_BEGUN), Agency.next_crawl_at, Agency.id)
        .limit(limit)
    )
    if postal_code is not None:
        query = query.where(Agency.postal_code == postal_code)
    with engine.connect() as connection:
        return list(connection.scalars(query))


def _register(connection: Connection, address: str, source: str) -> int:
    """The row of the site, a new one if it is not known."""
    if (found := _known(connection, address)) is not None:
        return found
    if is_out(connection, address):
        raise UnwelcomeError(f"The owner of {site_host(address)} asked not to be visited: leave it out.")
    statement = insert(Agency).values(
        name=site_host(address)[:200], website_url=address, discovered_from=source[:60]
    )
    # Two commands may register one site at once: the second reads the first one's row.
    added: int | None = connection.scalar(statement.on_conflict_do_nothing().returning(Agency.id))
    if added is None and (added := _known(connection, address)) is None:
        raise InputError(f"{address} was removed while it was registered; try again.")
    return added


def _known(connection: Connection, address: str) -> int | None:
    """The site's row under either of its spellings: http or https, with or without www."""
    netloc = urlsplit(address).netloc.removeprefix("www.")
    spellings = [f"{scheme}://{www}{netloc}/" for scheme in ("https", "http") for www in ("", "www.")]
    query = select(Agency.id).where(Agency.website_url.in_(spellings)).order_by(Agency.id).limit(1)
    return connection.scalar(query)
