"""What a run of kills is judged by: the town's log and the tables, against a crawl that nobody disturbed."""

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import Engine, func, select

from models.tables import AggregatedListing, EventKind, ListingHistory
from tests.cluster.manners import breaches, delays
from town.server import Town
from town.truth import truth_lines

#: What may die, with its weight.
VICTIMS = {"shard": 4, "driver": 2, "node": 2, "database": 2}
#: Seconds between two requests to one host.
DELAY = 0.5
#: Seconds that recovery should take at most.
FLOOR = 5.0


@dataclass(frozen=True, slots=True)
class Kill:
    """What was killed, and when (monotonic); hosts: the victim's; pages: what each was asked for last."""

    what: str
    time: float
    hosts: frozenset[str]
    pages: frozenset[tuple[str, str]]
    #: Seconds from the kill to the first new request to one of its hosts.
    recovery: float


@dataclass(slots=True)
class Figures:
    """What a run measured. recovery: seconds from a kill to the first new request to a host of the victim."""

    kills: int = 0
    by_victim: dict[str, int] = field(default_factory=dict)
    pages: int = 0
    requests: int = 0
    listings: int = 0
    pages_lost: list[str] = field(default_factory=list)
    listings_lost: int = 0
    listings_doubled: int = 0
    events_doubled: int = 0
    in_flight: int = 0
    refetches: int = 0
    #: Of these, robots.txt, home pages and sitemaps.
    doors: int = 0
    #: Pages fetched again more often than they were in flight at a kill.
    needless: list[str] = field(default_factory=list)
    #: Machine's load average at the end: on a busy machine, all of Ray's start-ups take longer.
    load: float = 0.0
    breaches: list[str] = field(default_factory=list)
    recovery_median: float = 0.0
    recovery_worst: float = 0.0
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether nothing was lost or doubled, fetched again without need or too soon, or slow to recover."""
        wrong = self.pages_lost, self.listings_lost, self.listings_doubled, self.events_doubled
        late = self.recovery_worst > FLOOR
        return not (any(wrong) or self.needless or self.breaches or late or self.refetches > self.in_flight)


@dataclass(frozen=True, slots=True)
class Quiet:
    """An undisturbed crawl: how often it asked for each page (host, path), and the listings it stored."""

    asked: Counter[tuple[str, str]]
    listings: frozenset[str]


def judge(town: Town, engine: Engine, kills: Sequence[Kill], quiet: Quiet, began: float) -> Figures:
    """The figures of a run, against what a crawl without kills did."""
    expected = quiet.asked
    visits = town.log.all()
    asked = Counter((visit.host, visit.path) for visit in visits)
    in_flight = Counter(page for kill in kills for page in kill.pages)
    again = {page: n - max(1, expected[page]) for page, n in asked.items() if n > max(1, expected[page])}
    listings, lost, doubled, events = _listings(town, engine, quiet.listings)
    recoveries = {what: [round(k.recovery, 2) for k in kills if k.what == what] for what in VICTIMS}
    return Figures(
        kills=len(kills),
        by_victim=dict(Counter(kill.what for kill in kills)),
        pages=len(asked),
        requests=len(visits),
        listings=listings,
        pages_lost=sorted("".join(page) for page in expected.keys() - asked.keys()),
        listings_lost=lost,
        listings_doubled=doubled,
        events_doubled=events,
        in_flight=sum(in_flight.values()),
        refetches=sum(again.values()),
        doors=sum(n for page, n in again.items() if _is_door(page)),
        needless=sorted(
            f"{''.join(page)}: {n} for {in_flight[page]}" for page, n in again.items() if n > in_flight[page]
        ),
        load=round(os.getloadavg()[1], 1),
        breaches=breaches(visits, delays(engine, DELAY)),
        recovery_median=round(median([kill.recovery for kill in kills] or [0.0]), 2),
        recovery_worst=round(max([kill.recovery for kill in kills] or [0.0]), 2),
        recoveries=recoveries,
        seconds=round(time.monotonic() - began, 1),
    )


def _is_door(page: tuple[str, str]) -> bool:
    return page[1] in ("/", "/robots.txt") or "sitemap" in page[1]


def _listings(town: Town, engine: Engine, quiet: frozenset[str]) -> tuple[int, int, int, int]:
    """Listings stored; those that are not though they are in the town's truth and a crawl without kills read
    them; rows beyond one each; creations beyond one each.
    """
    truth = {line["url"] for line in truth_lines(town.world, town.day, town.url) if line["live"]} & quiet
    born = func.count(ListingHistory.id).filter(ListingHistory.kind == EventKind.CREATED)
    query = (
        select(AggregatedListing.source_url, AggregatedListing.id, born)
        .outerjoin(ListingHistory, ListingHistory.listing_id == AggregatedListing.id)
        .group_by(AggregatedListing.id)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    urls = {row[0] for row in rows}
    return len(rows), len(truth - urls), len(rows) - len(urls), sum(abs(row[2] - 1) for row in rows)
