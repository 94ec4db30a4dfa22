"""A market for the benches of the API: a million live adverts, as some months of crawls would have left them.

    python -m tests.benchmarks.api_market --market /tmp/france/1000000.jsonl --home /tmp/apimarket

Adverts of one dwelling share a property, first_seen is spread over eighteen months, prices were cut, and for
every tenth advert an older one of the same dwelling was withdrawn. Nothing is signed or recognised.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from random import Random
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, text

from crawl.record import columns_of, quality
from models.database import open_engine, upgrade
from models.listing import LISTING_FIELDS, Listing
from models.postgres import embedded
from tests.benchmarks import france
from tests.benchmarks.france import Row

SEED = 7
#: Days that adverts stand on average, and at most.
MEAN_AGE, MOST_AGE = 95, 540
#: Of a hundred adverts for sale so many were cut once or oftener; so many others had an advert withdrawn.
CUT, WITHDRAWN = 22, 10
_REASONS = ("gone", "gone", "sold", "redirected", "not_found")
#: Fields with evidence in an advert's row, where they are known.
_PROVEN = ("title", "price", "surface", "rooms", "city", "postal_code", "dpe", "description", "photos")
_SOURCES = (("json_ld", 0.97), ("label", 0.9), ("text", 0.8), ("meta", 0.85))
#: Listings stored by one COPY.
BATCH = 20_000


class Loader:
    """Writes one town after the other into empty tables, ids drawn here: nobody else may write meanwhile."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._chance = Random(SEED)
        self._agencies: dict[str, int] = {}
        self._waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        self._listings = self._properties = self._events = 0
        self.live = 0

    def add(self, town: Sequence[Row]) -> None:
        """Store a town's adverts, those of one dwelling in one property."""
        dwellings: dict[str, list[Row]] = {}
        for row in town:
            dwellings.setdefault(row["dwelling"], []).append(row)
        for rows in dwellings.values():
            self._dwelling(rows)
        if len(self._waiting["aggregated_listings"]) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        driver: Any = self._connection.connection.driver_connection
        for table, rows in self._waiting.items():
            with driver.cursor().copy(f"copy {table} ({', '.join(_COLUMNS[table])}) from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
            rows.clear()
        self._connection.commit()

    def _dwelling(self, rows: list[Row]) -> None:
        self._properties += 1
        ages = sorted((self._age() for _ in rows), reverse=True)
        born = self._now - timedelta(days=ages[0])
        first: int | None = None
        if self._chance.randrange(100) < WITHDRAWN * len(rows):
            born -= timedelta(days=self._chance.uniform(20, 120))
            ended = self._now - timedelta(days=ages[0] * self._chance.uniform(0.2, 1.0))
            first = self._listing(rows[0], born, first, ended)
        self._waiting["properties"].append((self._properties, born))
        for row, age in zip(rows, ages, strict=True):
            own = self._listing(row, self._now - timedelta(days=age), first)
            first = first or own

    def _age(self) -> float:
        return min(self._chance.expovariate(1 / MEAN_AGE), MOST_AGE * self._chance.uniform(0.9, 1.0))

    def _listing(self, row: Row, born: datetime, first: int | None, ended: datetime | None = None) -> int:
        self._listings += 1
        self.live += ended is None
        own = self._listings
        columns = columns_of(Listing(**{name: row.get(name) for name in LISTING_FIELDS}))
        seen = ended or self._now - timedelta(hours=self._chance.uniform(0, 40))
        values = {
            **{name: Jsonb(v) if isinstance(v, dict | list) else v for name, v in columns.items()},
            "id": own,
            "agency_id": self._agency(row, columns),
            "property_id": self._properties,
            "source_url": f"https://{row['agency']}.example/{own}/{row['id'].partition('/')[2][-60:]}",
            "hash": hashlib.sha256(f"{own} {row['id']}".encode()).hexdigest(),
            "evidence": Jsonb(self._evidence(columns)),
            "data_quality_score": quality(columns),
            "first_seen": born,
            **dict.fromkeys(("last_seen", "scraped_at", "updated_at"), max(born, seen)),
            "is_active": ended is None,
            "withdrawn_at": ended,
            "withdrawn_reason": self._chance.choice(_REASONS) if ended else None,
            "is_duplicate": first is not None,
            "duplicate_of": first,
            "view_count": 0,
            "favorite_count": 0,
        }
        self._waiting["aggregated_listings"].append(
            tuple(values[name] for name in _COLUMNS["aggregated_listings"])
        )
        self._history(own, columns, born, ended)
        return own

    def _history(self, own: int, columns: dict[str, Any], born: datetime, ended: datetime | None) -> None:
        self._event(own, "created", born)
        price, until = columns["price"], ended or self._now
        if price and columns["transaction"] == "sale" and self._chance.randrange(100) < CUT:
            moments = sorted(self._chance.random() for _ in range(self._chance.choice((1, 1, 1, 2, 3))))
            prices = [price]
            for _ in moments:
                prices.append(
                    round(prices[-1] * self._chance.choice((1.02, 1.03, 1.05, 1.08, 0.98)), -2) or price
                )
            prices.reverse()
            for share, old, new in zip(moments, prices, prices[1:], strict=False):
                if int(old) != int(new):
                    self._event(own, "price", born + (until - born) * share, "price", int(old), int(new))
        if ended:
            self._event(own, "withdrawn", ended)

    def _event(self, own: int, kind: str, at: datetime, field: str | None = None, *values: int) -> None:
        old, new = (Jsonb(value) for value in values) if values else (None, None)
        self._events += 1
        event = (self._events, own, self._properties, kind, field, old, new, at)
        self._waiting["listing_history"].append(event)

    def _evidence(self, columns: dict[str, Any]) -> dict[str, Any]:
        told = [name for name in _PROVEN if columns.get(name) not in (None, [], {})]
        return {
            name: {"source": source, "raw": str(columns[name])[:120], "confidence": sure}
            for name in told
            for source, sure in [self._chance.choice(_SOURCES)]
        }

    def _agency(self, row: Row, columns: dict[str, Any]) -> int:
        name = str(row["agency"])
        if name not in self._agencies:
            self._agencies[name] = len(self._agencies) + 1
            shown = name.partition("-")[2].replace("-", " ").capitalize()
            place = (columns["postal_code"], columns["city"])
            times = (self._now,) * 3
            row_ = (self._agencies[name], shown, f"https://{name}.example/", *place, "bench", "ok", *times)
            self._waiting["agencies"].append((*row_, 0, 0, 0, True))
        return self._agencies[name]


_COLUMNS: dict[str, tuple[str, ...]] = {
    "agencies": (
        "id", "name", "website_url", "postal_code", "city", "discovered_from", "scraping_status",
        "created_at", "updated_at", "next_crawl_at", "scraping_error_count", "total_listings",
        "active_listings", "is_active",
    ),
    "properties": ("id", "created_at"),
    "aggregated_listings": (
        *LISTING_FIELDS, "city_key", "id", "agency_id", "property_id", "source_url", "hash", "evidence",
        "data_quality_score", "first_seen", "last_seen", "scraped_at", "updated_at", "is_active",
        "withdrawn_at", "withdrawn_reason", "is_duplicate", "duplicate_of", "view_count", "favorite_count",
    ),
    "listing_history": (
        "id", "listing_id", "property_id", "kind", "field", "old_value", "new_value", "occurred_at",
    ),
}  # fmt: skip

#: The live rows' triggers' work. Each listing's prices are looked up, so their index must be there.
_LIVE = (
    "analyze aggregated_listings, listing_history",
    "insert into live_listings select * from live_of(array(select id from aggregated_listings))",
    "insert into live_words select said.* from live_listings live"
    " join aggregated_listings l on l.id = live.id, lateral said_by(live, l.title, l.description) said",
)


def load(engine: Engine, rows: Iterable[Row], tell: Callable[[str], None] = lambda line: None) -> int:
    """Fill empty, migrated tables with the rows of `france`; how many live adverts there are now.

    Indexes are dropped and built again at the end: a GIN index filled row by row takes an hour for a million.
    """
    began = time.monotonic()
    with engine.connect() as connection:
        # No triggers: nothing is to be signed, and what the live rows' would do is done at once at the end.
        connection.execute(text("set session_replication_role = replica"))
        connection.execute(text("set synchronous_commit = off"))
        indexes = _drop_indexes(connection, "aggregated_listings", "listing_history")
        live = _drop_indexes(connection, "live_listings", "live_words")
        loader = Loader(connection, datetime.now(UTC).replace(microsecond=0))
        towns = groupby(rows, key=lambda row: str(row["id"]).partition("/")[0])
        for number, (_, town) in enumerate(towns, start=1):
            loader.add(list(town))
            if number % 50 == 0:
                tell(f"{loader.live:,} live adverts, {time.monotonic() - began:.0f} s")
        loader.flush()
        tell(f"{loader.live:,} live adverts copied, {time.monotonic() - began:.0f} s")
        _count(connection)
        connection.execute(text("set maintenance_work_mem = '1GB'"))
        for statement in (*indexes, *_LIVE, *live):
            connection.execute(text(statement))
            connection.commit()
            tell(f"{' '.join(statement.split()[:3])}, {time.monotonic() - began:.0f} s")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
    tell(f"{loader.live:,} live adverts, {time.monotonic() - began:.0f} s in all")
    return loader.live


def cheaper(connection: Connection, number: int) -> None:
    """Cut the price of some adverts from everywhere by 3 %, with their events, as a crawl does."""
    connection.execute(
        text(
            """
            with chosen as materialized (
                select id, property_id, price from aggregated_listings
                where is_active and price is not null order by hashint8(id) limit :number
            ), cut as (
                update aggregated_listings l set price = round(l.price * 0.97) from chosen
                where l.id = chosen.id
            )
            insert into listing_history
                (listing_id, property_id, kind, field, old_value, new_value, occurred_at)
            select id, property_id, 'changed', 'price', to_jsonb(price), to_jsonb(round(price * 0.97)), now()
            from chosen
            """
        ),
        {"number": number},
    )


def _drop_indexes(connection: Connection, *tables: str) -> list[str]:
    """Drop those that no constraint needs; the statements that build them again."""
    found = connection.execute(
        text(
            "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition"
            " from pg_index where indrelid = any(cast(:tables as regclass[]))"
            " and not exists (select from pg_constraint where conindid = indexrelid)"
        ),
        {"tables": list(tables)},
    ).all()
    for row in found:
        connection.execute(text(f"drop index {row.name}"))
    connection.commit()
    return [str(row.definition) for row in found]


def _count(connection: Connection) -> None:
    """Agencies' own counts, and sequences past the ids drawn."""
    connection.execute(
        text(
            "update agencies a set active_listings = n, total_listings = n from (select agency_id,"
            " count(*) filter (where is_active) as n from aggregated_listings group by 1) c"
            " where c.agency_id = a.id"
        )
    )
    for table in _COLUMNS:
        connection.execute(
            text(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
        )
    connection.commit()


def rows_of(path: Path | None, listings: int) -> Iterator[Row]:
    """So many rows of the market's file, or of the market made now."""
    return islice(france.read(path) if path else france.market(), listings)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--market", type=Path, help="a file that tests.benchmarks.france wrote")
    parser.add_argument("--listings", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, required=True, help="where the embedded PostgreSQL keeps it")
    told = parser.parse_args()
    with embedded(told.home) as url:
        upgrade(url)
        engine = open_engine(url)
        load(
            engine, rows_of(told.market, told.listings), lambda line: print(line, file=sys.stderr, flush=True)
        )
        engine.dispose()


if __name__ == "__main__":
    main()
