"""Ingest: one reading of one address compared with what is known of it, and the events that follow.

    outcome = ingest(connection, agency_id, url, reading, now=now, log_id=log_id)

Idempotent: the same reading twice writes one `created` and then only `last_seen`. Runs in the caller's
transaction, with the page's done-mark. Withdrawing is `withdrawal`'s trade.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, insert, or_, select, true, update
from sqlalchemy.orm import aliased

from crawl.record import (
    ROW_COLUMNS,
    Change,
    changes,
    columns_of,
    evidence_of,
    fingerprint,
    quality,
    tells_enough,
)
from models.listing import LISTING_FIELDS, Evidence, Listing
from models.tables import AggregatedListing, EventKind, ListingHistory, Property

#: A shorter text ("Belle maison.") or reference ("12") may be another property's as well.
_TELLING_TEXT: Final = 80
_TELLING_REFERENCE: Final = 3
#: Measured figures that two dwellings of one agency do not share by chance.
_TELLING_FACTS: Final = ("surface", "rooms", "postal_code", "property_type", "dpe_value", "ges_value")
#: Two readings of one dwelling's surface differ by rounding, not by more.
_SURFACE_TOLERANCE: Final = 0.1


class Outcome(StrEnum):
    """What a reading changed."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REPUBLISHED = "republished"
    NONE = "none"


class Reading(Protocol):
    """What ingest needs of `extract.page.PageReading`."""

    @property
    def listing(self) -> Listing | None:
        """The listing read, if the page is one's own."""

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """Where each field came from."""


def ingest(
    connection: Connection, agency_id: int, url: str, reading: Reading, *, now: datetime, log_id: int | None
) -> Outcome:
    """Store what the page at `url` (tidy, after redirects) tells. NONE: it is no advert of this agency."""
    if reading.listing is None:
        return Outcome.NONE
    columns = columns_of(reading.listing)
    if not tells_enough(columns):
        return Outcome.NONE
    written = _Writing(
        connection,
        agency_id,
        url,
        columns,
        evidence_of(reading.evidence),
        now,
        log_id,
        fingerprint(columns),
    )
    row = connection.execute(
        select(*ROW_COLUMNS).where(AggregatedListing.source_url == url).with_for_update()
    ).first()
    if row is None:
        return written.create()
    return written.compare(row) if row.agency_id == agency_id else Outcome.NONE


def touch(connection: Connection, agency_id: int, url: str, now: datetime) -> bool:
    """Note that an unchanged page still shows its listing. False when it has no active one."""
    result = connection.execute(
        update(AggregatedListing)
        .where(AggregatedListing.source_url == url, AggregatedListing.agency_id == agency_id)
        .where(AggregatedListing.is_active)
        .values(last_seen=now, scraped_at=now)
    )
    return result.rowcount == 1


def move(
    connection: Connection, agency_id: int, old: str, new: str, *, reading: Reading, now: datetime
) -> bool:
    """Follow an advert whose own address redirects to a new one: same row, same property, new source_url.

    True when it moved: both tell of one advert and nobody lives at the new address yet.
    """
    if reading.listing is None:
        return False
    table = AggregatedListing
    taken = connection.scalar(select(exists().where(table.source_url == new)))
    row = connection.execute(
        select(*ROW_COLUMNS).where(table.source_url == old, table.agency_id == agency_id)
    ).first()
    if taken or row is None or not _one_advert(row._asdict(), columns_of(reading.listing)):
        return False
    connection.execute(update(table).where(table.id == row.id).values(source_url=new, updated_at=now))
    moved = Change("source_url", EventKind.CHANGED, old, new)
    record(connection, row.id, row.property_id, [moved], now=now, log_id=None)
    return True


def record(
    connection: Connection,
    listing_id: int,
    property_id: int,
    changed: list[Change],
    *,
    now: datetime,
    log_id: int | None,
) -> None:
    """Append events to a listing's history."""
    rows = [
        {
            "listing_id": listing_id,
            "property_id": property_id,
            "kind": change.kind,
            "field": change.field or None,
            "old_value": change.old,
            "new_value": change.new,
            "occurred_at": now,
            "scraping_log_id": log_id,
        }
        for change in changed
    ]
    if rows:
        connection.execute(insert(ListingHistory), rows)


#: Made once: its eighty columns take longer to make than the listing to store.
_LATER: Final = aliased(AggregatedListing)


def republished_by(connection: Connection, agency_id: int, columns: Mapping[str, Any]) -> Row[Any] | None:
    """This agency's withdrawn advert, the newest, that an advert with these columns puts on line again."""
    table, later = AggregatedListing, _LATER
    clues = alike(columns)
    if not clues:
        return None
    query = (
        select(*ROW_COLUMNS)
        .where(table.agency_id == agency_id, ~table.is_active, or_(*clues))
        .where(~exists().where(later.republishes == table.id))
        .order_by(table.withdrawn_at.desc(), table.id.desc())
    )
    rows = connection.execute(query)
    return next((row for row in rows if _compatible(row._asdict(), columns)), None)


def alike(columns: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """What an advert in the table may share with these columns to be the same one: any of these.

    Its reference, its text, or, where no reference is shown, surface and energy figures to the unit.
    """
    table, clues = AggregatedListing, []
    if columns["reference"] and len(columns["reference"]) >= _TELLING_REFERENCE:
        clues.append(table.reference == columns["reference"])
    if columns["description"] and len(columns["description"]) >= _TELLING_TEXT:
        clues.append(table.description == columns["description"])
    if all(columns[name] is not None for name in _TELLING_FACTS):
        facts = [getattr(table, name) == columns[name] for name in _TELLING_FACTS]
        nameless = true() if columns["reference"] is None else table.reference.is_(None)
        clues.append(and_(nameless, *facts))
    return clues


@dataclass(frozen=True, slots=True)
class _Writing:
    """One reading on its way into the tables."""

    connection: Connection
    agency_id: int
    url: str
    columns: dict[str, Any]
    evidence: dict[str, Any]
    now: datetime
    log_id: int | None
    hash: str

    def create(self) -> Outcome:
        """A new row, with a property of its own unless it puts a withdrawn advert on line again."""
        former = republished_by(self.connection, self.agency_id, self.columns)
        property_id = former.property_id if former else self._new_property()
        listing_id = self.connection.execute(
            insert(AggregatedListing)
            .values(
                agency_id=self.agency_id,
                property_id=property_id,
                source_url=self.url,
                hash=self.hash,
                evidence=self.evidence,
                data_quality_score=quality(self.columns),
                republishes=former.id if former else None,
                **dict.fromkeys(("first_seen", "last_seen", "scraped_at", "updated_at"), self.now),
                **self.columns,
            )
            .returning(AggregatedListing.id)
        ).scalar_one()
        events = [Change("", EventKind.CREATED, None, None)]
        if former:
            events.append(Change("", EventKind.REPUBLISHED, former.source_url, self.url))
        record(self.connection, listing_id, property_id, events, now=self.now, log_id=self.log_id)
        return Outcome.REPUBLISHED if former else Outcome.NEW

    def compare(self, row: Row[Any]) -> Outcome:
        """Update the known row: what it says otherwise, and that it is on line again if it was not."""
        changed = [] if row.hash == self.hash else changes(row._asdict(), self.columns)
        values: dict[str, Any] = {"last_seen": self.now, "scraped_at": self.now, "hash": self.hash}
        back = not row.is_active
        if changed or back:
            values |= {change.field: change.new for change in changed} | self._derived(row, changed)
        if back:
            values |= {"is_active": True, "withdrawn_at": None, "withdrawn_reason": None}
        self.connection.execute(
            update(AggregatedListing).where(AggregatedListing.id == row.id).values(values)
        )
        events = [*changed, *([Change("", EventKind.REPUBLISHED, self.url, self.url)] if back else [])]
        record(self.connection, row.id, row.property_id, events, now=self.now, log_id=self.log_id)
        if back:
            return Outcome.REPUBLISHED
        return Outcome.CHANGED if changed else Outcome.UNCHANGED

    def _derived(self, row: Row[Any], changed: list[Change]) -> dict[str, Any]:
        """The columns that follow from the others, and the evidence of the fields that changed."""
        merged = {name: getattr(row, name) for name in LISTING_FIELDS}
        merged |= {change.field: change.new for change in changed}
        values: dict[str, Any] = {"updated_at": self.now, "data_quality_score": quality(merged)}
        if any(change.field == "city" for change in changed):
            values["city_key"] = self.columns["city_key"]
        proofs = {c.field: self.evidence[c.field] for c in changed if c.field in self.evidence}
        if proofs:
            values["evidence"] = AggregatedListing.evidence.op("||")(proofs)
        return values

    def _new_property(self) -> int:
        query = insert(Property).values(created_at=self.now).returning(Property.id)
        return self.connection.execute(query).scalar_one()


def _one_advert(row: Mapping[str, Any], columns: Mapping[str, Any]) -> bool:
    same_words = any(row[name] and row[name] == columns[name] for name in ("reference", "description"))
    return same_words and _compatible(row, columns)


def _compatible(row: Mapping[str, Any], columns: Mapping[str, Any]) -> bool:
    """Whether two adverts may be of one dwelling: references and texts are reused (the lots of a
    programme share theirs), so the facts must not object.
    """
    for name in ("transaction", "property_type", "postal_code", "reference", "floor"):
        if row[name] and columns[name] and row[name] != columns[name]:
            return False
    mine, other = row["surface"], columns["surface"]
    return not (mine and other) or abs(mine - other) <= _SURFACE_TOLERANCE * max(mine, other)
