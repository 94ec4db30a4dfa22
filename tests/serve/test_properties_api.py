"""GET /api/properties/search and /api/properties/{id}: each dwelling once, with all its adverts."""

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, update

from dedup.store import dedup_listings
from models.tables import Property
from serve.answers import PricePoint
from serve.properties import lowest
from tests.serve.market import NOW, add_agency, add_listing, add_property, change_price

SEARCH = "/api/properties/search"
FLAT: dict[str, Any] = {
    "transaction": "sale", "property_type": "apartment", "surface": 65.4, "rooms": 3, "postal_code": "69003",
    "description": "Au troisième étage, trois pièces traversant avec parquet et cheminée de marbre, vue sur "
    "les toits. Cave et chauffage collectif. À deux pas du métro.",
}  # fmt: skip


def found(client: httpx2.Client, **criteria: Any) -> list[tuple[int, int]]:
    """Of every page, each dwelling with the listing that stands for it."""
    told, cursor = [], {}
    while True:
        page = client.get(SEARCH, params={"limit": 3, **criteria, **cursor}).json()
        told += [(card["id"], card["listing"]["id"]) for card in page["properties"]]
        if page["next_cursor"] is None:
            assert page["total"] == len(told)
            return told
        cursor = {"cursor": page["next_cursor"]}


def test_a_dwelling_is_found_once_by_its_first_advert_that_satisfies(
    client: httpx2.Client, engine: Engine
) -> None:
    shared, agencies = add_property(engine), [add_agency(engine) for _ in range(3)]
    dear, cheap, silent = (
        add_listing(engine, agency, shared, price=price, first_seen=NOW - timedelta(days=at))
        for at, (agency, price) in enumerate(zip(agencies, (260_000, 250_000, None), strict=True))
    )
    others = [add_listing(engine, agencies[0], price=255_000 + 10_000 * at) for at in range(4)]
    assert found(client, sort="price_asc")[0] == (shared, cheap)
    assert found(client, sort="price_desc")[-1][1] == others[0]
    assert (shared, dear) in found(client, sort="price_desc")
    assert found(client, sort="price_asc", price_min=251_000)[1] == (shared, dear)
    assert (shared, silent) in found(client, agency_id=agencies[2])
    for sort in ("newest", "oldest", "price_asc", "surface_asc", "surface_desc"):
        assert len(found(client, sort=sort)) == 5
    card = client.get(SEARCH, params={"sort": "price_asc"}).json()["properties"][0]
    assert (card["lowest_price"], card["highest_price"], card["adverts"], card["agencies"]) == (
        250_000, 260_000, 3, 3
    )  # fmt: skip


def test_a_dwelling_tells_its_adverts_what_they_say_otherwise_and_why_they_are_one(
    client: httpx2.Client, engine: Engine
) -> None:
    one, other = add_agency(engine, "Les Clés du Fleuve"), add_agency(engine, "Étude Vauquelin")
    first = add_listing(engine, one, price=249_000, first_seen=NOW - timedelta(days=9), **FLAT)
    second = add_listing(engine, other, price=245_000, **FLAT | {"rooms": 4})
    change_price(engine, first, 255_000, 249_000, NOW - timedelta(days=3))
    dedup_listings(engine)
    dwelling = client.get(f"/api/listings/{first}").json()["property_id"]
    told = client.get(f"/api/properties/{dwelling}").json()
    assert (told["lowest_price"], told["highest_price"], told["is_active"]) == (245_000, 249_000, True)
    assert [(a["id"], a["price_difference"]) for a in told["adverts"]] == [(second, 0), (first, 4_000)]
    assert (told["facts"]["surface"]["value"], told["facts"]["surface"]["otherwise"]) == (65.4, {})
    assert set(told["facts"]["rooms"]["otherwise"].values()) | {told["facts"]["rooms"]["value"]} == {3, 4}
    assert [point["price"] for point in told["price_history"]] == [255_000, 249_000, 245_000]
    (tie,) = told["ties"]
    assert tie["probability"] > 0.5
    assert any("surface" in reason for reason in tie["reasons"])
    assert any("area" in reason or "surface" in reason for reason in tie["reasons_en"])


def test_a_dwelling_that_was_merged_leads_to_the_one_it_is(client: httpx2.Client, engine: Engine) -> None:
    kept, gone = add_property(engine), add_property(engine)
    add_listing(engine, add_agency(engine), kept)
    with engine.begin() as connection:
        connection.execute(update(Property).where(Property.id == gone).values(merged_into=kept))
    assert client.get(f"/api/properties/{gone}").json()["id"] == kept


def test_an_agency_that_opted_out_does_not_speak(client: httpx2.Client, engine: Engine) -> None:
    shared = add_property(engine)
    shown = add_listing(engine, add_agency(engine), shared, price=250_000)
    silenced = add_agency(engine, "Agence Discrète", opted_out_at=NOW)
    add_listing(engine, silenced, shared, price=200_000, rooms=9)
    alone = add_property(engine)
    add_listing(engine, silenced, alone)
    told = client.get(f"/api/properties/{shared}")
    assert [advert["id"] for advert in told.json()["adverts"]] == [shown]
    assert told.json()["lowest_price"] == 250_000
    assert "Discrète" not in told.text
    assert "rooms" not in told.json()["facts"]
    assert client.get(f"/api/properties/{alone}").status_code == 404
    assert [card["id"] for card in client.get(SEARCH).json()["properties"]] == [shared]


@pytest.mark.parametrize("name", ["99", "9223372036854775807"])
def test_a_dwelling_that_is_not_there_is_one_clear_line(client: httpx2.Client, name: str) -> None:
    answer = client.get(f"/api/properties/{name}")
    assert (answer.status_code, answer.json()["detail"]) == (404, f"There is no property {name}.")


def test_the_lowest_price_follows_adverts_that_come_change_and_go() -> None:
    def told(*prices: tuple[int, int | None]) -> list[tuple[datetime, int | None]]:
        return [(NOW + timedelta(days=day), price) for day, price in prices]

    def points(*prices: tuple[int, int]) -> list[PricePoint]:
        return [PricePoint(at=at, price=price or 0, currency="EUR") for at, price in told(*prices)]

    dear = told((0, 300), (5, 280)), None
    cheap = told((2, 290)), NOW + timedelta(days=3)
    assert lowest([dear, cheap]) == points((0, 300), (2, 290), (3, 300), (5, 280))
    assert lowest([]) == []
    assert lowest([(told((0, 5)), NOW + timedelta(days=1))]) == points((0, 5))
    assert lowest([(told((0, 5), (2, None), (3, 6)), None), (told((1, 9)), None)]) == points(
        (0, 5), (2, 9), (3, 6)
    ), "of a price in Swiss francs nothing is known in euros"
