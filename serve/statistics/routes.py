"""The statistics' addresses."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from serve.answers import ParameterProblem
from serve.asked import reads
from serve.market import Connection, Directory
from serve.problems import documented, invalid
from serve.routes import encoded
from serve.statistics.agencies import read_agencies
from serve.statistics.answers import (
    AgenciesAnswer,
    DefinitionsAnswer,
    DistributionAnswer,
    MarketAnswer,
)
from serve.statistics.criteria import AgenciesQuery, DistributionQuery, MarketQuery
from serve.statistics.definitions import DEFINITIONS
from serve.statistics.distribution import read_distribution
from serve.statistics.read import read_market

router = APIRouter(prefix="/api/statistics", tags=["statistics"])


@router.get("/market", summary="The market's figures", responses=documented(MarketAnswer, 422))
async def get_market(
    query: Annotated[MarketQuery, reads(MarketQuery)], connection: Connection, places: Directory
) -> Response:
    """Stock, prices, ages, cuts, withdrawals, rents and yields over dwellings, not adverts: of postal codes,
    communes, départements or the country, by transaction, type and rooms, now and by week or month.

    A figure that fewer than five dwellings would tell is null beside their number. Refreshed hourly.
    """
    answer = await read_market(connection, places, query)
    return invalid([answer]) if isinstance(answer, ParameterProblem) else encoded(answer)


@router.get("/agencies", summary="Agencies beside each other", responses=documented(AgenciesAnswer, 422))
async def get_agencies(
    query: Annotated[AgenciesQuery, reads(AgenciesQuery)], connection: Connection
) -> Response:
    """Each agency's stock in an area, for sale or to rent, new adverts by month, share of cut prices, days on
    the market, dwellings that it alone offers, and who offers the others.

    A median or a share that fewer than five adverts or dwellings would tell is null.
    """
    return encoded(await read_agencies(connection, query))


@router.get("/listings", summary="How listings are spread", responses=documented(DistributionAnswer, 422))
async def get_distribution(
    query: Annotated[DistributionQuery, reads(DistributionQuery)], connection: Connection, places: Directory
) -> Response:
    """Histograms of the dwellings that satisfy the search's own criteria: prices, prices per m², surfaces,
    rooms, energy letters, days on the market.
    """
    return encoded(await read_distribution(connection, places, query))


@router.get("/definitions", summary="What the figures mean", responses={200: {"model": DefinitionsAnswer}})
async def get_definitions() -> Response:
    """Each figure in a sentence, French and English."""
    return encoded(DefinitionsAnswer(definitions=list(DEFINITIONS)))
