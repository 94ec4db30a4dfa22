"""The sources: whose sites are read, when last, what their robots.txt says, and how to be left alone.

Sites whose owners opted out are counted, not named; who asks for a host by name is told whether it is out.
"""

from datetime import datetime
from typing import Any, Final

from pydantic import Field
from sqlalchemy import ColumnElement, exists, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from crawl.url import site_host
from models.tables import Agency, AggregatedListing, OptOut, ScrapingStatus
from serve import cursor
from serve.answers import Answer
from serve.criteria import Asked
from serve.values import Name

_ORDER: Final = "sources"

#: How an owner has their site left alone, as docs/crawling.md says it at length.
HOW_TO_OPT_OUT: Final = {
    "fr": (
        "Écrivez dans votre robots.txt « User-agent: PignonBot » puis « Disallow: / » : il est relu toutes "
        "les 24 heures. Ou demandez un lien de retrait, envoyé à une adresse de votre site (POST "
        "/api/agencies/{{agency_id}}/opt-out), ou écrivez à {contact} : votre site n’est plus visité dès la "
        "requête suivante et ses annonces disparaissent."
    ),
    "en": (
        "Write “User-agent: PignonBot” and then “Disallow: /” in your robots.txt: it is read again every 24 "
        "hours. Or ask for a link, mailed to an address of your site (POST "
        "/api/agencies/{{agency_id}}/opt-out), or write to {contact}: your site is not visited from the next "
        "request on, and its listings vanish."
    ),
}


class SourceQuery(Asked):
    """Which sources are wanted."""

    host: Name | None = Field(
        default=None, description="Of this site alone, by its host.", examples=["agence-du-beffroi.example"]
    )
    cursor: str | None = Field(
        default=None,
        max_length=600,
        description="`next_cursor` of the page before.",
        examples=["WyJzb3VyY2VzIiwiYWdlbmNlLWR1LWJlZmZyb2kuZXhhbXBsZSIsN10"],
    )
    limit: int = Field(default=50, ge=1, le=100, description="Sites on a page.", examples=[50])


class Source(Answer):
    """One site that is read, and how its last visit ended."""

    agency_id: int = Field(examples=[7])
    name: str = Field(examples=["Agence du Beffroi"])
    host: str = Field(examples=["agence-du-beffroi.example"])
    website_url: str = Field(examples=["https://agence-du-beffroi.example/"])
    status: ScrapingStatus = Field(description="How the last visit ended.")
    last_visited: datetime | None
    listings: int = Field(description="Its live listings here.")
    robots: str | None = Field(
        description="What its robots.txt answered: `rules`, `absent`, or `unreachable`, which means no.",
        examples=["rules"],
    )
    robots_read_at: datetime | None
    crawl_delay: float | None = Field(description="Seconds between two requests that it asks for.")
    paused: bool = Field(description="Not visited now, by the operator's decision.")


class SourcePage(Answer):
    """One page of sources, by host, and how to be left alone."""

    total: int = Field(description="Sites that are read.")
    opted_out: int = Field(description="Hosts whose owners asked to be left alone.")
    asked_is_opted_out: bool | None = Field(description="Whether the `host` that was asked for is one.")
    robot: str = Field(description="The name that the robot gives.", examples=["PignonBot/0.1 (+…)"])
    contact: str = Field(description="Whom to write to.")
    how_to_opt_out: str = Field(description="In French.")
    how_to_opt_out_en: str = Field(description="In English.")
    sources: list[Source]
    next_cursor: str | None = Field(description="The `cursor` of the page after; null at the end.")


async def read_sources(
    connection: AsyncConnection, query: SourceQuery, robot: str, contact: str
) -> SourcePage:
    """One page of sources. CursorError when the cursor is none of this list."""
    asked = _host(query.host) if query.host else None
    wanted = _wanted(asked)
    count = select(func.count()).select_from(Agency).where(*wanted)
    statement = select(*_COLUMNS).where(*wanted).order_by(Agency.host, Agency.id).limit(query.limit + 1)
    if query.cursor:
        after = cursor.decode(query.cursor, _ORDER)
        place = tuple_(literal(cursor.text(after.value)), literal(after.id))
        statement = statement.where(tuple_(Agency.host, Agency.id) > place)
    rows = (await connection.execute(statement)).mappings().all()
    page, more = rows[: query.limit], len(rows) > query.limit
    out = select(func.count()).select_from(OptOut)
    return SourcePage(
        total=(await connection.execute(count)).scalar_one(),
        opted_out=(await connection.execute(out)).scalar_one(),
        asked_is_opted_out=None if asked is None else await _is_out(connection, asked),
        robot=robot,
        contact=contact,
        how_to_opt_out=HOW_TO_OPT_OUT["fr"].format(contact=contact),
        how_to_opt_out_en=HOW_TO_OPT_OUT["en"].format(contact=contact),
        sources=[Source.model_validate(row) for row in page],
        next_cursor=cursor.encode(_ORDER, page[-1]["host"], page[-1]["agency_id"]) if more else None,
    )


def _host(told: str) -> str:
    """A host as opt-outs are kept, of an address or of a name alone."""
    return site_host(told if "://" in told else f"https://{told}/") or told.lower()


def _wanted(host: str | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Agency.opted_out_at.is_(None), Agency.is_active.is_(True)]
    if host is not None:
        wanted.append(Agency.host.in_((host, f"www.{host}")))
    return wanted


async def _is_out(connection: AsyncConnection, host: str) -> bool:
    """Whether a host, or one that it lies under, opted out."""
    labels = host.split(".")[:20]
    above = [".".join(labels[first:]) for first in range(len(labels))]
    return bool((await connection.execute(select(exists().where(OptOut.host.in_(above))))).scalar_one())


_live: Any = (
    select(func.count())
    .select_from(AggregatedListing)
    .where(AggregatedListing.agency_id == Agency.id, AggregatedListing.is_active.is_(True))
    .correlate(Agency)
    .scalar_subquery()
)
_COLUMNS: Final = (
    Agency.id.label("agency_id"), Agency.name, Agency.host, Agency.website_url,
    Agency.scraping_status.label("status"), Agency.last_scraped.label("last_visited"),
    _live.label("listings"), Agency.robots_status.label("robots"),
    Agency.robots_fetched_at.label("robots_read_at"), Agency.crawl_delay,
    Agency.paused_at.is_not(None).label("paused"),
)  # fmt: skip
