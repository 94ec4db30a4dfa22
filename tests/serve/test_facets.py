"""Facets: of all that is found, not of the page, how many have each value."""

from collections import Counter

import httpx2
import pytest
from sqlalchemy import Engine

from tests.serve.market import add_agency, add_listing, add_property

SEARCH = "/api/listings/search"
PLAIN = ("transaction", "property_type", "rooms", "bedrooms", "dpe", "ges", "postal_code", "agency_id")


def _all(seeded: httpx2.Client, **asked: object) -> list[dict[str, object]]:
    return list(seeded.get(SEARCH, params={**asked, "limit": 100}).json()["listings"])


@pytest.mark.parametrize("facet", PLAIN)
def test_a_facet_counts_what_the_cards_say(seeded: httpx2.Client, facet: str) -> None:
    cards = _all(seeded, surface_min=40)
    asked = {"surface_min": 40, "facet": facet, "limit": 1}
    answer = seeded.get(SEARCH, params=asked).json()
    told = {value["value"]: value["number"] for value in answer["facets"][facet]}
    assert told == Counter(None if card[facet] is None else str(card[facet]) for card in cards)
    numbers = [value["number"] for value in answer["facets"][facet]]
    assert numbers == sorted(numbers, reverse=True)
    assert answer["facets_are_exact"]


def test_prices_are_counted_in_bands_of_one_transaction(client: httpx2.Client, engine: Engine) -> None:
    agency = add_agency(engine)
    for price in (99_999, 100_000, 149_999, 3_000_000, None):
        add_listing(engine, agency, transaction="sale", price=price)
    add_listing(engine, agency, transaction="rent", price=450)
    asked = {"transaction": "sale", "facet": "price"}
    facets = client.get(SEARCH, params=asked).json()["facets"]
    assert {(value["value"], value["number"]) for value in facets["price"]} == {
        ("50000-100000", 1), ("100000-150000", 2), ("2000000-", 1), (None, 1),
    }  # fmt: skip
    rents = client.get(SEARCH, params={**asked, "transaction": "rent"}).json()["facets"]["price"]
    assert rents == [{"value": "400-500", "number": 1}]
    answer = client.get(SEARCH, params={"facet": "price"})
    assert answer.status_code == 422
    assert "transaction" in answer.json()["errors"][0]["message"]


def test_features_are_counted_where_the_advert_says_they_are_there(
    client: httpx2.Client, engine: Engine
) -> None:
    agency = add_agency(engine)
    add_listing(engine, agency, features={"lift": True, "cellar": False})
    add_listing(engine, agency, features={"lift": True, "garden": True})
    add_listing(engine, agency)
    facets = client.get(SEARCH, params={"facet": ["feature", "department"]}).json()["facets"]
    assert facets["feature"] == [{"value": "lift", "number": 2}, {"value": "garden", "number": 1}]
    assert facets["department"] == [{"value": None, "number": 3}]


def test_dwellings_are_counted_once(client: httpx2.Client, engine: Engine) -> None:
    agencies, dwelling = [add_agency(engine) for _ in range(2)], add_property(engine)
    for agency in agencies:
        add_listing(engine, agency, dwelling, rooms=3)
    add_listing(engine, agencies[0], rooms=3)
    facets = client.get("/api/properties/search", params={"facet": "rooms"}).json()["facets"]
    assert facets["rooms"] == [{"value": "3", "number": 2}]


@pytest.mark.parametrize(("place", "limit"), [({}, "SAMPLED"), ({"postal_code": "69003"}, "FACETED")])
def test_too_many_matches_are_said_to_be_counted_in_part(
    client: httpx2.Client, engine: Engine, monkeypatch: pytest.MonkeyPatch, place: dict[str, str], limit: str
) -> None:
    monkeypatch.setattr(f"serve.engines.postgresql.{limit}", 3)
    agency = add_agency(engine)
    for _ in range(5):
        add_listing(engine, agency, rooms=2, postal_code="69003")
    answer = client.get(SEARCH, params={"facet": "rooms", **place}).json()
    assert not answer["facets_are_exact"]
    assert client.get(SEARCH).json()["facets"] == {}
