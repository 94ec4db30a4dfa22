"""The API's addresses. Each reads its parameters, asks one function and answers encoded bytes."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Path
from pydantic import BaseModel
from starlette.responses import Response

from serve.agencies import list_agencies, read_agency
from serve.answers import (
    AgencyDetail,
    AgencyList,
    EventPage,
    Health,
    ListingDetail,
    PlaceList,
    Progress,
    PropertyDetail,
    PropertyPage,
    SearchPage,
)
from serve.asked import Direct, reads
from serve.criteria import AgencyQuery, EventQuery, NearbyQuery, PlaceQuery, SearchQuery
from serve.events import read_events
from serve.listings import read_listing
from serve.market import Completing, Connection, Directory, Finding
from serve.problems import documented, problem
from serve.progress import read_progress
from serve.properties import read_property
from serve.search import search, search_properties
from serve.statistics.agencies import read_stock
from serve.statistics.criteria import StockQuery
from serve.values import MAX_ID

ListingId = Annotated[int, Path(ge=1, le=MAX_ID, description="The listing's id.", examples=[1042])]
PropertyId = Annotated[int, Path(ge=1, le=MAX_ID, description="The dwelling's id.", examples=[981])]
AgencyId = Annotated[int, Path(ge=1, le=MAX_ID, description="The agency's id.", examples=[7])]

#: Communes change once a year.
_PLACES_KEPT: Final = "public, max-age=86400"

router = APIRouter()
#: What is asked most.
searches = APIRouter(route_class=Direct)


def encoded(answer: BaseModel) -> Response:
    """The answer as JSON bytes, encoded once: half the time of going through dicts."""
    return Response(answer.__pydantic_serializer__.to_json(answer), media_type="application/json")


def searched(page: SearchPage | PropertyPage) -> Response:
    """A page of results, with the engine that found them as a header, too."""
    response = encoded(page)
    response.headers["Search-Engine"] = f"{page.engine}; degraded" if page.degraded else page.engine
    return response


@searches.get(
    "/api/listings/search",
    tags=["listings"],
    summary="Search live listings",
    responses=documented(SearchPage, 422),
)
async def search_listings(
    query: Annotated[SearchQuery, reads(SearchQuery)],
    finder: Finding,
    connection: Connection,
    places: Directory,
) -> Response:
    """Live adverts that satisfy every criterion, page by page.

    Follow `next_cursor` until it is null: listings that appear or go meanwhile neither repeat
    nor hide others.
    """
    return searched(await search(finder, connection, places, query))


@searches.get(
    "/api/listings/nearby",
    tags=["listings"],
    summary="Live listings around a point",
    responses=documented(SearchPage, 422),
)
async def nearby_listings(
    query: Annotated[NearbyQuery, reads(NearbyQuery)],
    finder: Finding,
    connection: Connection,
    places: Directory,
) -> Response:
    """The search's own criteria around `lat`, `lng`, nearest first, each with its distance in metres.

    Adverts tell their place more or less exactly, and many not at all: those are not found here.
    """
    return searched(await search(finder, connection, places, query))


@router.get(
    "/api/listings/{listing_id}",
    tags=["listings"],
    summary="One listing",
    responses=documented(ListingDetail, 404, 422),
)
async def get_listing(listing_id: ListingId, connection: Connection) -> Response:
    """One advert, live or withdrawn: its fields and their evidence, its history, its dwelling elsewhere."""
    listing = await read_listing(connection, listing_id)
    return encoded(listing) if listing else problem(404, f"There is no listing {listing_id}.")


@searches.get(
    "/api/properties/search",
    tags=["properties"],
    summary="Search dwellings",
    responses=documented(PropertyPage, 422),
)
async def search_dwellings(
    query: Annotated[SearchQuery, reads(SearchQuery)],
    finder: Finding,
    connection: Connection,
    places: Directory,
) -> Response:
    """The search's criteria and orders, each dwelling once however many agencies advertise it."""
    return searched(await search_properties(finder, connection, places, query))


@router.get(
    "/api/properties/{property_id}",
    tags=["properties"],
    summary="One dwelling with all its adverts",
    responses=documented(PropertyDetail, 404, 422),
)
async def get_property(property_id: PropertyId, connection: Connection) -> Response:
    """One dwelling: the best value of each field and who told it, its adverts, its price over time, and why
    they are taken for one. The id of a dwelling that was merged into another still leads there.
    """
    found = await read_property(connection, property_id)
    return encoded(found) if found else problem(404, f"There is no property {property_id}.")


@router.get(
    "/api/events",
    tags=["events"],
    summary="What happened on the market",
    responses=documented(EventPage, 422),
)
async def get_events(query: Annotated[EventQuery, reads(EventQuery)], connection: Connection) -> Response:
    """New listings, changes of price, withdrawals, merges: in the order in which they were written.

    Keep `next_cursor` and ask again whenever you like: no event is told twice, none is missed.
    """
    return encoded(await read_events(connection, query))


@router.get(
    "/api/agencies", tags=["agencies"], summary="Agencies by name", responses=documented(AgencyList, 422)
)
async def get_agencies(query: Annotated[AgencyQuery, reads(AgencyQuery)], connection: Connection) -> Response:
    """Agencies whose sites are read, with their live stock."""
    return encoded(await list_agencies(connection, query))


@router.get(
    "/api/agencies/{agency_id}",
    tags=["agencies"],
    summary="One agency and its stock",
    responses=documented(AgencyDetail, 404, 422),
)
async def get_agency(
    agency_id: AgencyId, query: Annotated[StockQuery, reads(StockQuery)], connection: Connection
) -> Response:
    """One agency: its live stock for sale, or to rent, how it grows by month, how many of its prices were
    cut, how long its adverts stand, and which other agencies offer the same dwellings.

    A median or a share that fewer than five adverts or dwellings would tell is null.
    """
    agency = await read_stock(connection, agency_id, query.transaction)
    return encoded(agency) if agency else problem(404, f"There is no agency {agency_id}.")


@router.get(
    "/api/agencies/{agency_id}/listings",
    tags=["agencies"],
    summary="One agency's live listings",
    responses=documented(SearchPage, 404, 422),
)
async def get_agency_listings(
    agency_id: AgencyId,
    query: Annotated[SearchQuery, reads(SearchQuery)],
    finder: Finding,
    connection: Connection,
    places: Directory,
) -> Response:
    """The search among this agency's live adverts; its own `agency_id` is not heard."""
    if await read_agency(connection, agency_id) is None:
        return problem(404, f"There is no agency {agency_id}.")
    own = query.model_copy(update={"agency_id": [agency_id]})
    return searched(await search(finder, connection, places, own))


@router.get(
    "/api/places",
    tags=["places"],
    summary="Places by the beginning of their name",
    responses=documented(PlaceList, 422),
)
async def get_places(query: Annotated[PlaceQuery, reads(PlaceQuery)], completion: Completing) -> Response:
    """For a field that completes what is typed: communes, arrondissements, départements and regions, ten at
    most, where most people live first. `text` is what the search's `city` takes.
    """
    found = await asyncio.to_thread(completion.find, query.q)  # the first time makes the index, half a second
    response = encoded(PlaceList(places=found))
    response.headers["Cache-Control"] = _PLACES_KEPT
    return response


@router.get("/api/progress", tags=["service"], summary="The crawl under way", responses=documented(Progress))
async def get_progress(connection: Connection) -> Response:
    """How far the crawl is; `running` is 0 when none is under way."""
    return encoded(await read_progress(connection))


@router.get("/healthz", tags=["service"], summary="The process answers", responses={200: {"model": Health}})
async def healthz() -> Response:
    """The process is alive. Says nothing of the database."""
    return encoded(Health(status="ok"))


@router.get("/readyz", tags=["service"], summary="The database answers", responses=documented(Health))
async def readyz(connection: Connection, finder: Finding) -> Response:
    """The service can do its work: its database answered just now. Without its search engine it still can."""
    await connection.exec_driver_sql("select 1")
    return encoded(Health(status="ok", search=finder.told))
