"""Search: a page of live listings or dwellings, found by an engine, with their cards as of now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import BigInteger, Float, RowMapping, Select, any_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from models.places import Places
from models.tables import Agency, AggregatedListing, LiveListing
from serve import cursor, metrics
from serve.answers import Counted, ListingCard, PropertyCard, PropertyPage, SearchPage
from serve.criteria import SearchQuery
from serve.engines.choice import Finder
from serve.engines.contract import Found, Hit, Search
from serve.engines.postgresql import PostgreSQL
from serve.location import unknown
from serve.prepared import Prepared

L: Final = AggregatedListing


async def search(
    finder: Finder, connection: AsyncConnection, places: Places, query: SearchQuery
) -> SearchPage:
    """The page of live listings that `query` asks for. CursorError when its cursor is none of this search."""
    found, following = await _found(finder, connection, Search(query, places))
    return SearchPage(
        total=found.total,
        total_is_exact=found.total_is_exact,
        listings=await _filled(connection, query, found.hits),
        next_cursor=following,
        **_told(found, places, query),
    )


async def search_properties(
    finder: Finder, connection: AsyncConnection, places: Places, query: SearchQuery
) -> PropertyPage:
    """As `search`, each dwelling once: by the advert that comes first of those that satisfy the criteria."""
    found, following = await _found(finder, connection, Search(query, places, once=True))
    listings = await _filled(connection, query, found.hits)
    spans = await _spans(connection, [listing.property_id for listing in listings])
    return PropertyPage(
        total=found.total,
        total_is_exact=found.total_is_exact,
        properties=[
            PropertyCard(id=listing.property_id, listing=listing, **spans[listing.property_id])
            for listing in listings
            if listing.property_id in spans  # else it was withdrawn or merged between two questions
        ],
        next_cursor=following,
        **_told(found, places, query),
    )


def _told(found: Found, places: Places, query: SearchQuery) -> dict[str, Any]:
    """What a page tells besides its listings."""
    counted = {
        facet.value: [Counted(value=told.value, number=told.number) for told in values]
        for facet, values in found.facets.items()
    }
    missed = unknown(places, query)
    return {
        "unknown_places": [] if found.hits and missed == [query.city] else missed,
        "facets": counted,
        "facets_are_exact": found.facets_are_exact,
        "engine": found.engine,
        "degraded": found.degraded,
    }


async def _found(finder: Finder, connection: AsyncConnection, search: Search) -> tuple[Found, str | None]:
    """What the engines find for the page alone, and the cursor of the page after, if there is one."""
    query = search.query
    after = cursor.decode(query.cursor, query.sort) if query.cursor else None
    found = await finder.find(PostgreSQL(connection, finder.turns), replace(search, after=after))
    metrics.found_by(found.engine, degraded=found.degraded)
    page, more = found.hits[: query.limit], len(found.hits) > query.limit
    following = cursor.encode(query.sort, page[-1].sorted_by, page[-1].id) if more else None
    return replace(found, hits=page), following


async def _spans(connection: AsyncConnection, properties: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Of each dwelling's live adverts: lowest and highest price, how many, of how many agencies."""
    statement = (
        select(
            LiveListing.property_id,
            func.min(LiveListing.price).label("lowest_price"),
            func.max(LiveListing.price).label("highest_price"),
            func.count().label("adverts"),
            func.count(LiveListing.agency_id.distinct()).label("agencies"),
        )
        .where(LiveListing.property_id.in_(properties))
        .group_by(LiveListing.property_id)
    )
    rows = (await connection.execute(statement)).mappings()
    return {row["property_id"]: {name: row[name] for name in row if name != "property_id"} for row in rows}


async def _filled(connection: AsyncConnection, query: SearchQuery, hits: Sequence[Hit]) -> list[ListingCard]:
    """The cards of these listings, in this order: of those that are live and not opted out at this moment.

    A card's columns cost, so they are read last.
    """
    if not hits:
        return []
    ids = [hit.id for hit in hits]
    rows = await _cards_of_ids.rows(connection, ids=ids, lat=query.lat, lng=query.lng)
    by_id = {row["id"]: card(row) for row in rows}
    return [by_id[hit.id] for hit in hits if hit.id in by_id]


@Prepared
def _cards_of_ids() -> Select[Any]:
    """`cards()` of `ids`, with their distance from `lat`, `lng`."""
    lat, lng = bindparam("lat", type_=Float), bindparam("lng", type_=Float)
    away = func.metres_between(LiveListing.latitude, LiveListing.longitude, lat, lng)
    ids = bindparam("ids", type_=ARRAY(BigInteger))
    return cards().add_columns(func.round(away).label("distance")).where(LiveListing.id == any_(ids))


def cards() -> Select[Any]:
    """The columns of a ListingCard, for a statement to be narrowed."""
    other = LiveListing.__table__.alias("other")
    adverts = select(func.count()).where(other.c.property_id == L.property_id).scalar_subquery()
    told = select(func.repriced(L.id).table_valued("old").c.old).scalar_subquery()
    previous = case((L.is_active, LiveListing.previous_price), else_=told)
    return (
        select(
            *(getattr(L, name) for name in _PLAIN),
            L.photos[0].astext.label("photo"),
            func.jsonb_array_length(L.photos).label("photo_count"),
            adverts.label("adverts"),
            previous.label("previous_price"),
            Agency.name.label("agency_name"),
        )
        .join(Agency, Agency.id == L.agency_id)
        .outerjoin(LiveListing, LiveListing.id == L.id)
    )


def card(row: RowMapping | Mapping[str, Any]) -> ListingCard:
    """A row of `cards()` as its answer."""
    return ListingCard.model_validate(row)


_COMPUTED: Final = {"distance", "photo", "photo_count", "adverts", "previous_price", "agency_name"}
_PLAIN: Final = tuple(name for name in ListingCard.model_fields if name not in _COMPUTED)
