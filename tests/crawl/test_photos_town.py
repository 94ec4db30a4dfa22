"""The town's photos, by its real server: its log judges the manners, its truth what the hashes recognise."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Engine, select

from crawl.context import open_context
from crawl.site import crawl_site
from dedup.photos import hashes_of
from models.photo_hash import ALIKE, distance
from models.places import Places
from models.tables import AggregatedListing
from tests.crawl.asked import enter
from tests.crawl.quick import quick_settings
from town.judge import HostRules, fetched_again, judge
from town.ledger import Log
from town.server import Town
from town.truth import truth_lines
from town.visits import Visit

DELAY = 0.01


def _log(visits: Iterable[Visit]) -> Log:
    """The town's visits as the judge reads them."""
    return Log.of(
        (visit.time, visit.time + visit.seconds, visit.host, visit.path, "127.0.0.1", visit.status)
        for visit in visits
    )


def _rules(town: Town) -> dict[str, HostRules]:
    """What the robots.txt of each agency asks for."""
    sites = [town.world.site(agency.slug, 0, town.url(agency.slug)) for agency in town.world.agencies]
    return {
        f"{site.agency.slug}.localhost": HostRules(delay=site.crawl_delay or 0.0, disallow=("/admin/",))
        for site in sites
    }


async def test_two_agencies_photos_are_fetched_politely_and_tell_the_same_dwelling(
    database_url: str, engine: Engine
) -> None:
    settings = quick_settings(photo_hashes=2, min_delay_between_requests=DELAY)
    async with Town(seed=0, agencies=2) as town:
        sites = [enter(engine, url) for url in town.urls()]
        async with open_context(settings, database_url, places=Places.sample()) as context:
            reports = await asyncio.gather(*(crawl_site(context, site) for site in sites))
        assert {report.status for report in reports} == {"ok"}
        verdict = judge(_log(town.log.all()), _rules(town), delay=DELAY)
        photos = _log(visit for visit in town.log.all() if visit.path.startswith("/photos/"))
        dwellings = {line["url"]: line["dwelling"] for line in truth_lines(town.world, 0, town.url)}
    assert {rule: found.lines() for rule, found in verdict.items() if len(found)} == {}
    assert fetched_again(photos).lines() == []
    assert len(photos) == sum(report.photos for report in reports) > 20
    same = _recognised(engine, dwellings)
    print(same)
    assert same[True] >= 3 * same[False]
    assert same[True] > 10


def _recognised(engine: Engine, dwellings: dict[str, int]) -> Counter[bool]:
    """Of the pairs of listings of one dwelling, how many share a photo."""
    with engine.connect() as connection:
        rows = connection.execute(select(AggregatedListing.id, AggregatedListing.source_url)).all()
        hashes = hashes_of(connection, [row.id for row in rows])
    pairs = [
        (a.id, b.id)
        for at, a in enumerate(rows)
        for b in rows[:at]
        if dwellings[a.source_url] == dwellings[b.source_url]
    ]
    return Counter(
        any(distance(x, y) <= ALIKE for x in hashes.get(a, ()) for y in hashes.get(b, ())) for a, b in pairs
    )
