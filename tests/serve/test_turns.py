"""Long searches wait for each other, nothing else waits for them, and of them not too many wait."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from models.database import open_async_engine
from models.places import Places
from models.settings import Settings
from serve.api import create_app
from serve.criteria import Facet, SearchQuery, Sort
from serve.engines.contract import Found, Search
from serve.engines.postgresql import PostgreSQL, long_searches
from serve.market import POOL_SIZE
from serve.slow import watch_queries
from serve.turns import Busy, Turns
from tests.serve.market import add_agency, add_listing

PLACES = Places.sample()
EVERYWHERE = SearchQuery(q='"vue mer"')
IN_A_PLACE = SearchQuery(q='"vue mer"', postal_code=["69003"])


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.RELEVANCE])
async def test_a_search_of_a_place_passes_one_of_all_of_france_that_waits_for_its_turn(
    engine: Engine, sort: Sort
) -> None:
    agency = add_agency(engine)
    listing = add_listing(engine, agency, title="Appartement avec vue mer", postal_code="69003")
    add_listing(engine, agency, title="Sans vue, loin de la mer", postal_code="69003")
    everywhere = EVERYWHERE.model_copy(update={"sort": sort})
    placed, found = await beside_one_that_waits(engine, everywhere, IN_A_PLACE)
    assert [hit.id for hit in placed.hits] == [listing]
    assert ([hit.id for hit in found.hits], found.total) == ([listing], 1)


async def test_facets_of_all_of_france_wait_for_their_turn(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serve.engines.postgresql.LONG_WALK", -1)  # the page itself is walked to at once
    agency = add_agency(engine)
    for _ in range(2):
        add_listing(engine, agency, rooms=3, postal_code="69003")
    page = SearchQuery(limit=1)
    counted = page.model_copy(update={"facet": [Facet.ROOMS]})
    walked, found = await beside_one_that_waits(engine, counted, page)
    assert len(walked.hits) == len(found.hits) == 2
    assert [(told.value, told.number) for told in found.facets[Facet.ROOMS]] == [("3", 2)]


async def beside_one_that_waits(
    engine: Engine, waiting: SearchQuery, passing: SearchQuery
) -> tuple[Found, Found]:
    """What the passing one finds while the other one's turn is taken, and what that one finds afterwards."""
    reading = open_async_engine(engine.url.render_as_string(hide_password=False))
    watch_queries(reading, 5.0)
    turns = long_searches()
    async with turns:
        long = asyncio.create_task(find(reading, turns, waiting))
        passed = await find(reading, turns, passing)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(long), 1)
    found = await asyncio.wait_for(long, 10)
    await reading.dispose()
    return passed, found


async def find(reading: AsyncEngine, turns: Turns, query: SearchQuery) -> Found:
    async with reading.connect() as connection:
        return await PostgreSQL(connection, turns).find(Search(query, PLACES))


async def test_one_more_than_may_wait_is_told_to_come_back_and_one_who_leaves_makes_room() -> None:
    turns = Turns(1, most=3, told="Come back.")
    async with turns:
        waiting = [asyncio.create_task(once(turns)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match=r"^Come back\.$"):
            await once(turns)
        waiting[0].cancel()
        await asyncio.wait(waiting[:1])
        waiting.append(asyncio.create_task(once(turns)))
        await asyncio.sleep(0)
    await asyncio.gather(*waiting[1:])
    await asyncio.wait_for(once(turns), 5)


async def once(turns: Turns) -> None:
    async with turns:
        pass


async def test_a_search_of_all_of_france_too_many_is_told_so_and_leaves_connections_to_others(
    engine: Engine, tmp_path: Path
) -> None:
    listing = add_listing(engine, add_agency(engine), title="Appartement avec vue mer", postal_code="69003")
    settings = Settings(_env_file=None, pignon_home=tmp_path, rate_limit=0)  # type: ignore[call-arg]
    app = create_app(settings, engine.url.render_as_string(hide_password=False))
    async with app.router.lifespan_context(app):
        turns: Turns = app.state.market.finder.turns
        assert turns.most < POOL_SIZE
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
            search = "/api/listings/search"
            async with turns:
                holding = [
                    asyncio.create_task(client.get(search, params={"q": EVERYWHERE.q}))
                    for _ in range(turns.most - 1)
                ]
                while not turns.are_full:  # noqa: ASYNC110 - they are on their way
                    await asyncio.sleep(0.01)
                refused = await client.get(search, params={"q": EVERYWHERE.q})
                page = await client.get("/", params={"q": EVERYWHERE.q}, headers={"Accept": "text/html"})
                placed = await client.get(search, params={"q": EVERYWHERE.q, "postal_code": "69003"})
            answers = await asyncio.gather(*holding)
    assert (refused.status_code, page.status_code) == (503, 503)
    assert refused.json()["detail"].endswith("name a place, or try again.")
    assert refused.headers["retry-after"] == "3"
    for answer in (placed, *answers):
        assert [found["id"] for found in answer.json()["listings"]] == [listing]
