"""Searches by words look up no other row where all that is asked stands beside the words."""

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from models.database import open_async_engine
from models.places import Places
from serve.criteria import SearchQuery
from serve.engines.contract import Search
from serve.engines.postgresql import PostgreSQL
from tests.serve.market import add_agency, add_listing

PLACES = Places.sample()
LISTING = {
    "title": "Appartement avec balcon", "transaction": "sale", "property_type": "apartment", "price": 250_000,
    "surface": 62.0, "rooms": 3, "postal_code": "69003", "insee_code": "69383", "city": "Lyon",
    "latitude": 45.76, "longitude": 4.85, "features": {"lift": True},
}  # fmt: skip
BESIDE: tuple[dict[str, Any], ...] = (
    {"city": "Lyon", "price_max": 300_000, "rooms_min": 2},
    {"postal_code": ["69003"], "surface_min": 50, "sort": "price_asc"},
    {"department": ["69"], "property_type": ["apartment", "house"], "sort": "price_per_sqm_desc"},
    {"transaction": "sale", "days_on_market_max": 7, "sort": "surface_asc"},
    {"lat": 45.76, "lng": 4.85, "radius": 500, "sort": "distance"},
    {"bbox": "4,45,5,46", "agency_id_not": [999]},
)


@pytest.mark.parametrize("told", BESIDE, ids="-".join)
async def test_what_stands_beside_the_words_is_not_looked_up(engine: Engine, told: dict[str, Any]) -> None:
    listing = add_listing(engine, add_agency(engine), **LISTING)
    assert await _found_without_other_rows(engine, told) == [listing]


async def test_what_does_not_stand_there_is_looked_up(engine: Engine) -> None:
    add_listing(engine, add_agency(engine), **LISTING)
    with pytest.raises(ProgrammingError, match="live_listings"):
        await _found_without_other_rows(engine, {"city": "Lyon", "feature": ["lift"]})


async def _found_without_other_rows(engine: Engine, told: dict[str, Any]) -> list[int]:
    with engine.begin() as connection:
        connection.execute(text("alter table live_listings rename to elsewhere"))
    reading = open_async_engine(engine.url.render_as_string(hide_password=False))
    try:
        async with reading.connect() as opened:
            query = SearchQuery.model_validate({"q": "balcon", **told})
            return [hit.id for hit in (await PostgreSQL(opened).find(Search(query, PLACES))).hits]
    finally:
        await reading.dispose()
