"""The account of a property: its canonical record, its adverts, why they are one, and what people said of it.

    told = account(connection, 41)
    told.links[0].reasons[0].told(french=True)

`dedup.links` and `dedup.decisions` write what is read here. Adverts of agencies that opted out are not shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from dedup.canonical import Canonical, canonical
from dedup.decisions import current
from dedup.reasons import Reason
from models.errors import InputError
from models.tables import Agency, AggregatedListing, PropertyDecision, PropertyLink


@dataclass(frozen=True, slots=True)
class Voice:
    """One advert of the property; price in euros, surface in square metres."""

    id: int
    agency: str
    source_url: str
    price: int | None
    surface: float | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class Tie:
    """Two of its adverts that are likely one dwelling; the weightiest reason first."""

    a: int
    b: int
    probability: float
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said of two adverts, of which at least one is the property's."""

    a: int
    b: int
    same: bool
    decided_at: datetime
    note: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """adverts: oldest first. links: surest first. decisions: the latest first."""

    record: Canonical
    adverts: Sequence[Voice]
    links: Sequence[Tie]
    decisions: Sequence[Word]

    def to_dict(self) -> dict[str, Any]:
        """As programs read it."""
        own = asdict(self)
        return {**own.pop("record"), **own}


def account(connection: Connection, property_id: int) -> Account:
    """Of the property, or of the one that it was merged into. InputError where there is none."""
    record = canonical(connection, current(connection, property_id))
    voices = _voices(connection, record.id) if record else ()
    if record is None or not voices:
        raise InputError(f"Property {property_id} is not there, or has no advert to show.")
    shown = [voice.id for voice in voices]
    return Account(record, voices, _ties(connection, shown), _words(connection, shown))


def _voices(connection: Connection, property_id: int) -> Sequence[Voice]:
    listing = AggregatedListing.__table__.c
    euros = func.in_euros(listing.price, listing.currency, listing.postal_code)
    told = listing.id, Agency.name, listing.source_url, euros, listing.surface, listing.is_active
    query = (
        select(*told)
        .join(Agency, Agency.id == listing.agency_id)
        .where(listing.property_id == property_id, Agency.opted_out_at.is_(None))
        .order_by(listing.id)
    )
    return [Voice(*row) for row in connection.execute(query)]


def _ties(connection: Connection, shown: Collection[int]) -> Sequence[Tie]:
    link = PropertyLink.__table__.c
    query = (
        select(link.listing_a, link.listing_b, link.probability, link.reasons)
        .where(link.listing_a.in_(shown), link.listing_b.in_(shown))
        .order_by(link.log_odds.desc(), link.listing_a, link.listing_b)
    )
    return [Tie(a, b, share, _reasons(why)) for a, b, share, why in connection.execute(query)]


def _reasons(stored: Sequence[Mapping[str, Any]]) -> Sequence[Reason]:
    return [Reason(**reason) for reason in stored]


def _words(connection: Connection, shown: Collection[int]) -> Sequence[Word]:
    word = PropertyDecision.__table__.c
    query = (
        select(word.listing_a, word.listing_b, word.same, word.decided_at, word.note)
        .where(word.listing_a.in_(shown) | word.listing_b.in_(shown))
        .order_by(word.decided_at.desc(), word.listing_a, word.listing_b)
    )
    return [Word(*row) for row in connection.execute(query)]
