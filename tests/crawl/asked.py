"""What the site tests ask of the database."""

from collections import Counter

from sqlalchemy import Engine, select

from crawl.agencies import register
from crawl.report import CrawlReport
from models.tables import Agency, AggregatedListing, ListingHistory

WALL = "<html><title>Just a moment...</title><div id='cf-challenge'>challenge-platform/h/</div></html>"


def enter(engine: Engine, url: str) -> int:
    return register(engine, [url], "test", town=True)[0]


def active(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        urls = connection.scalars(select(AggregatedListing.source_url).where(AggregatedListing.is_active))
        return {url.partition(".localhost")[2].partition("/")[2] for url in urls}


def events(engine: Engine) -> Counter[str]:
    with engine.connect() as connection:
        return Counter(kind.value for kind in connection.scalars(select(ListingHistory.kind)))


def agency(engine: Engine, agency_id: int) -> Agency:
    from sqlalchemy.orm import Session

    with Session(engine, expire_on_commit=False) as session:
        return session.get_one(Agency, agency_id)


def changes(report: CrawlReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.withdrawn, report.held
