"""What a dump holds: four tables, their columns in an order that stays, and the statement that reads each.

docs/exports.md tells the same; a test compares them. Agencies that opted out are in none of them, nor their
adverts, nor what happened to these. The columns are named one by one, so that no new one leaks.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Executable, func, select, text

from models.tables import Agency, AggregatedListing, ListingHistory
from serve.exports.columns import ADVERT, Column, Kind
from serve.exports.rows import adverts

W, N, T, Y, AT = Kind.WHOLE, Kind.NUMBER, Kind.TEXT, Kind.YES_NO, Kind.TIME
L: Final = AggregatedListing
H: Final = ListingHistory


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a dump. statement: its rows by id, under the columns' names."""

    name: str
    columns: Sequence[Column]
    statement: Callable[[], Executable]


def _json(name: str) -> Callable[[Mapping[str, Any]], str | None]:
    """A value of any kind as JSON; of a description none, as texts of adverts are in no file."""

    def read(row: Mapping[str, Any]) -> str | None:
        value = row[name]
        if value is None or row["field"] == "description":
            return None
        return json.dumps(value, ensure_ascii=False)

    return read


LISTINGS: Final = (
    Column("id", W, "the listing"),
    Column("property_id", W, "the dwelling"),
    Column("adverts", W, "live adverts of the dwelling"),
    *(column for column in ADVERT if column.name != "distance"),
    Column("is_active", Y, "whether it is on the market"),
    Column("withdrawn_at", AT, "when it was found to be gone"),
    Column("withdrawn_reason", T, "by which evidence: `gone`, `sold`, …"),
    Column("republishes", W, "the advert of the same agency that it follows"),
)
PROPERTIES: Final = (
    Column("id", W, "the dwelling"),
    Column("merged_into", W, "the dwelling that it was found to be"),
    Column("created_at", AT, "when Pignon knew it first"),
    Column("listings", W, "its adverts, withdrawn ones included"),
    Column("adverts", W, "its live adverts"),
    Column("agencies", W, "agencies that offer it now"),
    Column("lowest_price", W, "of its live adverts, euros"),
    Column("highest_price", W, "of its live adverts, euros"),
    Column("first_seen", AT, "when its first advert was seen first"),
    Column("last_seen", AT, "when any of its adverts was last seen"),
)
EVENTS: Final = (
    Column("id", W, "the event"),
    Column("listing_id", W, "the listing"),
    Column("property_id", W, "the dwelling, where the event is of one"),
    Column("agency_id", W, "the listing's agency"),
    Column("kind", T, "`created`, `price`, `withdrawn`, …"),
    Column("field", T, "what changed"),
    Column("old_value", T, "before, as JSON; of `description` nothing", _json("old_value")),
    Column("new_value", T, "since, as JSON; of `description` nothing", _json("new_value")),
    Column("occurred_at", AT, "when it was noticed"),
)
AGENCIES: Final = (
    Column("id", W, "the agency"),
    Column("name", T, "its name"),
    Column("website_url", T, "its site"),
    Column("siren", T, "nine digits"),
    Column("address", T, "of its office"),
    Column("postal_code", T, "five digits"),
    Column("city", T, "the commune's name"),
    Column("latitude", N, "degrees, WGS 84"),
    Column("longitude", N, "degrees, WGS 84"),
    Column("phone", T, "its office's number"),
    Column("email", T, "its office's address"),
    Column("active_listings", W, "its live adverts"),
    Column("scraping_status", T, "how the last visit ended"),
    Column("last_scraped", AT, "when it was last visited"),
)


def _listings() -> Executable:
    more = (L.is_active, L.withdrawn_at, L.withdrawn_reason, L.republishes)
    return adverts().add_columns(*more).where(Agency.opted_out_at.is_(None)).order_by(L.id)


def _events() -> Executable:
    own = [getattr(H, column.name) for column in EVENTS if column.name != "agency_id"]
    return (
        select(*own, L.agency_id)
        .join(L, L.id == H.listing_id)
        .join(Agency, Agency.id == L.agency_id)
        .where(Agency.opted_out_at.is_(None))
        .order_by(H.id)
    )


def _agencies() -> Executable:
    own = [getattr(Agency, column.name) for column in AGENCIES if column.name != "active_listings"]
    live = select(func.count()).where(L.agency_id == Agency.id, L.is_active).correlate(Agency)
    return (
        select(*own, live.scalar_subquery().label("active_listings"))
        .where(Agency.opted_out_at.is_(None))
        .order_by(Agency.id)
    )


#: Dwellings that any agency which did not opt out ever offered, and those that were merged into them.
_PROPERTIES: Final = """
    with recursive shown as materialized (
        select l.property_id as id, count(*) as listings,
            count(*) filter (where l.is_active) as adverts,
            count(distinct l.agency_id) filter (where l.is_active) as agencies,
            min(in_euros(l.price, l.currency, l.postal_code)) filter (where l.is_active) as lowest_price,
            max(in_euros(l.price, l.currency, l.postal_code)) filter (where l.is_active) as highest_price,
            min(l.first_seen) as first_seen, max(l.last_seen) as last_seen
        from aggregated_listings l join agencies a on a.id = l.agency_id
        where a.opted_out_at is null
        group by l.property_id
    ), kept as (
        select id from shown
        union
        select p.id from properties p join kept on p.merged_into = kept.id
    )
    select p.id, p.merged_into, p.created_at, coalesce(s.listings, 0) as listings,
        coalesce(s.adverts, 0) as adverts, coalesce(s.agencies, 0) as agencies,
        s.lowest_price, s.highest_price, s.first_seen, s.last_seen
    from kept join properties p on p.id = kept.id left join shown s on s.id = p.id
    order by p.id
"""

TABLES: Final = (
    Table("agencies", AGENCIES, _agencies),
    Table("properties", PROPERTIES, lambda: text(_PROPERTIES)),
    Table("listings", LISTINGS, _listings),
    Table("events", EVENTS, _events),
)
