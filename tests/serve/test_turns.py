"""Long searches wait for each other, and nothing else waits for them."""

import asyncio

import pytest
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from models.database import open_async_engine
from models.places import Places
from serve.criteria import SearchQuery
from serve.engines.contract import Found, Search
from serve.engines.postgresql import PostgreSQL
from serve.slow import watch_queries
from tests.serve.market import add_agency, add_listing

PLACES = Places.sample()
EVERYWHERE = SearchQuery(q='"vue mer"')
IN_A_PLACE = SearchQuery(q='"vue mer"', postal_code=["69003"])


async def test_a_search_of_a_place_passes_one_of_all_of_france_that_waits_for_its_turn(
    engine: Engine,
) -> None:
    agency = add_agency(engine)
    listing = add_listing(engine, agency, title="Appartement avec vue mer", postal_code="69003")
    add_listing(engine, agency, title="Sans vue, loin de la mer", postal_code="69003")
    reading = open_async_engine(engine.url.render_as_string(hide_password=False))
    watch_queries(reading, 5.0)
    turns = asyncio.Semaphore(1)
    async with turns:
        waiting = asyncio.create_task(find(reading, turns, EVERYWHERE))
        placed = await find(reading, turns, IN_A_PLACE)
        assert [hit.id for hit in placed.hits] == [listing]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 1)
    found = await asyncio.wait_for(waiting, 10)
    assert ([hit.id for hit in found.hits], found.total) == ([listing], 1)
    await reading.dispose()


async def find(reading: AsyncEngine, turns: asyncio.Semaphore, query: SearchQuery) -> Found:
    async with reading.connect() as connection:
        return await PostgreSQL(connection, turns).find(Search(query, PLACES))
