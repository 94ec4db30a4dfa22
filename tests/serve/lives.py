"""Adverts that live: rows and the events that the crawl and the recognition would have written for them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select, text, update

from models.tables import AggregatedListing, EventKind, ListingHistory, Property
from serve.statistics.refresh import refresh
from tests.serve.market import add_agency, add_listing

PARIS = ZoneInfo("Europe/Paris")
L = AggregatedListing
_KINDS = {"price": EventKind.PRICE, "surface": EventKind.SURFACE}


def paris(told: str) -> datetime:
    """`2026-03-02 09:30` on a clock in Paris."""
    return datetime.fromisoformat(told).replace(tzinfo=PARIS).astimezone(UTC)


@dataclass
class Lives:
    """The market of one agency; every change of an advert writes its event, as `crawl.ingest` does."""

    engine: Engine

    def __post_init__(self) -> None:
        self.agency = add_agency(self.engine)

    def born(self, at: datetime, home: int | None = None, **values: Any) -> int:
        """A new advert, of a flat for sale in Lyon unless told otherwise; its id."""
        told = {"transaction": "sale", "property_type": "apartment", "rooms": 3, "surface": 50.0,
                "price": 200_000, "postal_code": "69003", "insee_code": "69383", **values}  # fmt: skip
        times = dict.fromkeys(("first_seen", "last_seen", "scraped_at", "updated_at"), at)
        listing = add_listing(self.engine, self.agency, home, **times, **told)
        self._tell(listing, EventKind.CREATED, at)
        return listing

    def change(self, listing: int, at: datetime, **values: Any) -> None:
        """The advert says otherwise: one event a field."""
        for field, new in values.items():
            with self.engine.begin() as connection:
                old = connection.scalar(select(getattr(L, field)).where(L.id == listing))
                connection.execute(update(L).where(L.id == listing).values({field: new}))
            kind = _KINDS.get(field, EventKind.CHANGED)
            self._tell(listing, kind, at, field=field, old_value=old, new_value=new)

    def withdraw(self, listing: int, at: datetime, reason: str = "gone") -> None:
        """Off line."""
        self._set(listing, is_active=False, withdrawn_at=at, withdrawn_reason=reason)
        self._tell(listing, EventKind.WITHDRAWN, at, new_value=reason)

    def return_(self, listing: int, at: datetime) -> None:
        """On line again."""
        self._set(listing, is_active=True, withdrawn_at=None, withdrawn_reason=None)
        self._tell(listing, EventKind.REPUBLISHED, at)

    def move(self, listing: int, home: int | None, at: datetime) -> None:
        """Into another dwelling, or into a new one of its own."""
        old = self.home(listing)
        kind = EventKind.MERGED
        if home is None:
            kind = EventKind.SPLIT
            with self.engine.begin() as connection:
                home = connection.execute(insert(Property).returning(Property.id)).scalar_one()
        if home != old:
            self._set(listing, property_id=home)
            self._tell(listing, kind, at, field="property_id", old_value=old, new_value=home)

    def home(self, listing: int) -> int:
        """Its dwelling."""
        with self.engine.connect() as connection:
            return connection.execute(select(L.property_id).where(L.id == listing)).scalar_one()

    def is_live(self, listing: int) -> bool:
        """Whether it is on line."""
        with self.engine.connect() as connection:
            return connection.execute(select(L.is_active).where(L.id == listing)).scalar_one()

    def cell(self, area: str = "fr", period: str = "now", starts_on: str | None = None, **key: Any) -> Any:
        """A cell's figures after a refresh, by name; None where it is not kept."""
        refresh(self.engine)
        wanted = {"area": area, "period": period, "transaction": "sale", "property_type": None, "rooms": None,
                  "starts_on": starts_on, **key}  # fmt: skip
        clause = " and ".join(f"{name} is not distinct from :{name}" for name in wanted)
        clause = clause.replace(":starts_on", "cast(:starts_on as date)")
        with self.engine.connect() as connection:
            return (
                connection.execute(text(f"select * from market_statistics where {clause}"), wanted)
                .mappings()
                .one_or_none()
            )

    def _set(self, listing: int, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(L).where(L.id == listing).values(**values))

    def _tell(self, listing: int, kind: EventKind, at: datetime, **values: Any) -> None:
        home = self.home(listing)
        row = {"listing_id": listing, "property_id": home, "kind": kind, "occurred_at": at, **values}
        with self.engine.begin() as connection:
            connection.execute(insert(ListingHistory).values(**row))


def everything(connection: Connection) -> list[tuple[Any, ...]]:
    """Every cell and every state, in an order of their own."""
    found: list[tuple[Any, ...]] = []
    for table in ("market_statistics", "dwelling_states", "advert_states"):
        query = f"select to_jsonb(t) - 'id' from {table} t order by (to_jsonb(t) - 'id')::text"
        found += [(table, row) for row in connection.scalars(text(query))]
    return found


def forget(engine: Engine) -> None:
    """An empty market in the same database: many small ones cost less so."""
    tables = (
        "statistics_cursor, statistics_due, market_statistics, dwelling_states, advert_states, live_listings,"
        " live_words"
    )
    with engine.begin() as connection:
        connection.exec_driver_sql(f"truncate {tables}, aggregated_listings, properties, agencies cascade")
