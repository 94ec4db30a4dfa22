"""What people say of properties: merged or split by hand, at once and for ever, whatever the evidence.

The last word on two listings stands. A decision is about listings, so it outlives property ids.
"""

from collections.abc import Iterable, Sequence
from itertools import product

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from dedup.store import lock, recluster
from models.errors import InputError
from models.tables import AggregatedListing, Property, PropertyDecision, utc_now

D = PropertyDecision.__table__


def merge_properties(engine: Engine, one: int, other: int, note: str | None = None) -> int:
    """Make two properties one; its id. InputError where they are no two properties with a live advert."""
    with engine.begin() as connection:
        lock(connection)
        left, right = _members(connection, one), _members(connection, other)
        if set(left) & set(right):
            raise InputError(f"{one} and {other} are one property already.")
        _say(connection, product(left, right), same=True, note=note)
        recluster(connection, [*left, *right])
        return _property(connection, left[0])


def split_listing(engine: Engine, listing: int, note: str | None = None) -> int:
    """Take an advert out of its property; the id of its own. InputError where it stands alone."""
    with engine.begin() as connection:
        lock(connection)
        members = _members(connection, _property(connection, listing))
        others = [one for one in members if one != listing]
        if listing not in members:
            raise InputError(f"Listing {listing} is withdrawn: it stays in its property.")
        if not others:
            raise InputError(f"Listing {listing} is the only live advert of its property.")
        _say(connection, [(listing, other) for other in others], same=False, note=note)
        recluster(connection, [listing, *others])
        return _property(connection, listing)


def _say(connection: Connection, pairs: Iterable[tuple[int, int]], *, same: bool, note: str | None) -> None:
    word = {"same": same, "decided_at": utc_now(), "note": note}
    for pair in pairs:
        row = insert(PropertyDecision).values(listing_a=min(pair), listing_b=max(pair), **word)
        connection.execute(
            row.on_conflict_do_update(index_elements=[D.c.listing_a, D.c.listing_b], set_=word)
        )


def _members(connection: Connection, property_id: int) -> Sequence[int]:
    """Live listings of the property, or of the one that it was merged into, oldest first."""
    query = select(AggregatedListing.id).where(
        AggregatedListing.property_id == current(connection, property_id), AggregatedListing.is_active
    )
    found = connection.execute(query.order_by(AggregatedListing.id)).scalars().all()
    if not found:
        raise InputError(f"Property {property_id} is not there, or none of its adverts is live.")
    return found


def current(connection: Connection, property_id: int) -> int:
    """The property that stands for this one today: itself, or what it was merged into."""
    while True:
        merged = connection.scalar(select(Property.merged_into).where(Property.id == property_id))
        if merged is None:
            return property_id
        property_id = merged


def _property(connection: Connection, listing: int) -> int:
    query = select(AggregatedListing.property_id).where(AggregatedListing.id == listing)
    found = connection.scalar(query)
    if found is None:
        raise InputError(f"Listing {listing} is not there.")
    return found
