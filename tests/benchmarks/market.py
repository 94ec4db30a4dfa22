"""A market of any size for benches: the town's own adverts, again and again, never twice the same figures."""

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, text

from crawl.record import columns_of, quality
from models.listing import LISTING_FIELDS, Listing
from models.tables import AggregatedListing, Property
from tests.serve.market import add_agency
from town.truth import truth_lines
from town.world import build_world

AGENCIES = 36
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
_BATCH = 1_000


def fill(engine: Engine, number: int, seed: int = 0) -> None:
    """Insert `number` live adverts of as many dwellings, and let PostgreSQL count them."""
    agencies = [add_agency(engine, f"Agence {i}") for i in range(AGENCIES)]
    rows = _rows(number, agencies, seed)
    with engine.begin() as connection:
        for start in range(0, number, _BATCH):
            size = min(_BATCH, number - start)
            homes = connection.execute(insert(Property).returning(Property.id), [{}] * size).scalars()
            batch = [{**next(rows), "property_id": home} for home in homes]
            connection.execute(insert(AggregatedListing), batch)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _rows(number: int, agencies: list[int], seed: int) -> Iterator[dict[str, Any]]:
    adverts = truth_lines(build_world(seed), 0, lambda slug: f"http://{slug}.localhost")
    chance = random.Random(seed)
    for i in range(number):
        told = {name: value for name, value in adverts[i % len(adverts)].items() if name in LISTING_FIELDS}
        columns = columns_of(Listing(**told))
        scale = chance.uniform(0.6, 1.6)
        columns["price"] = max(1, int((columns["price"] or 1_000) * scale * chance.uniform(0.85, 1.15)))
        columns["surface"] = columns["surface"] and round(columns["surface"] * scale, 1)
        seen = NOW - timedelta(minutes=chance.randrange(60 * 24 * 120))
        times = dict.fromkeys(("first_seen", "last_seen", "scraped_at", "updated_at"), seen)
        yield {
            **columns,
            **times,
            "agency_id": agencies[i % len(agencies)],
            "source_url": f"https://agence.example/annonce-{i}",
            "hash": hashlib.sha256(str(i).encode()).hexdigest(),
            "data_quality_score": quality(columns),
        }
