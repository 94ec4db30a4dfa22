"""The market of `france` in PostgreSQL, copied in: what a crawl of all France would have left there."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, Engine, insert, text

from crawl.record import columns_of, quality
from models.listing import LISTING_FIELDS, Listing
from models.place_names import fold
from models.tables import Agency

Row = Mapping[str, Any]
#: Rows that one COPY takes.
BATCH = 20_000
_NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


class StoredMarket:
    """Stores rows of the market: each advert in a property of its own, as it is born."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._agencies: dict[str, int] = {}
        #: Advert's name in the market by its listing's id.
        self.names: dict[int, str] = {}

    def add(self, rows: Iterable[Row]) -> list[int]:
        """Store the rows; their listings' ids."""
        left = iter(rows)
        ids: list[int] = []
        while batch := list(islice(left, BATCH)):
            with self._engine.begin() as connection:
                ids += self._add(connection, batch)
        return ids

    def _add(self, connection: Connection, rows: list[Row]) -> list[int]:
        self._found(connection, {str(row["agency"]) for row in rows} - self._agencies.keys())
        properties = _reserve(connection, "properties", len(rows))
        ids = _reserve(connection, "aggregated_listings", len(rows))
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        with cursor.copy("copy properties (id, created_at) from stdin") as copy:
            for own in properties:
                copy.write_row((own, _NOW))
        lines = [self._columns(row) for row in rows]
        names = ["id", "property_id", *lines[0]]
        with cursor.copy(f"copy aggregated_listings ({', '.join(names)}) from stdin") as copy:
            for own, home, line in zip(ids, properties, lines, strict=True):
                copy.write_row((own, home, *line.values()))
        self.names.update(zip(ids, (str(row["id"]) for row in rows), strict=True))
        return ids

    def _columns(self, row: Row) -> dict[str, Any]:
        columns = columns_of(Listing(**{name: row.get(name) for name in LISTING_FIELDS if name in row}))
        told = {name: Jsonb(v) if isinstance(v, dict | list) else v for name, v in columns.items()}
        return {
            **told,
            "city_key": fold(row["city"]) if row.get("city") else None,
            "evidence": Jsonb({}),
            "agency_id": self._agencies[str(row["agency"])],
            "source_url": f"https://market.example/{row['id']}",
            "hash": hashlib.sha256(json.dumps(row, default=str).encode()).hexdigest(),
            "data_quality_score": quality(columns),
            **dict.fromkeys(("first_seen", "last_seen", "scraped_at", "updated_at"), _NOW),
            "is_active": True,
            "is_duplicate": False,
            "view_count": 0,
            "favorite_count": 0,
        }

    def _found(self, connection: Connection, names: set[str]) -> None:
        wanted = sorted(names)
        if wanted:
            rows = [{"name": name, "website_url": f"https://{name}.example/"} for name in wanted]
            statement = insert(Agency).returning(Agency.id, sort_by_parameter_order=True)
            self._agencies |= zip(wanted, connection.execute(statement, rows).scalars(), strict=True)


def _reserve(connection: Connection, table: str, number: int) -> list[int]:
    query = "select nextval(pg_get_serial_sequence(:table, 'id')) from generate_series(1, :number)"
    return list(connection.execute(text(query), {"table": table, "number": number}).scalars())


def analysed(engine: Engine) -> None:
    """Let PostgreSQL count its rows."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def properties_of(engine: Engine) -> dict[int, int]:
    """The property of every listing."""
    with engine.connect() as connection:
        return dict(map(tuple, connection.execute(text("select id, property_id from aggregated_listings"))))
