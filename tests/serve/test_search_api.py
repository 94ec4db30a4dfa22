"""GET /api/listings/search: filters, orders, cursors, bounds."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, text

from serve.answers import SearchPage
from tests.serve.market import NOW, add_agency, add_listing, add_property, change_price, seed

SEARCH = "/api/listings/search"


def found(client: httpx2.Client, **parameters: Any) -> list[dict[str, Any]]:
    """Every listing of a search, following its cursors."""
    return [listing for page in pages(client, **parameters) for listing in page["listings"]]


def pages(client: httpx2.Client, **parameters: Any) -> Iterator[dict[str, Any]]:
    while True:
        answer = client.get(SEARCH, params=parameters)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        if (cursor := answer.json()["next_cursor"]) is None:
            return
        parameters["cursor"] = cursor


def ids(listings: list[dict[str, Any]]) -> list[int]:
    return [listing["id"] for listing in listings]


@pytest.mark.parametrize("what", ["listings", "properties"])
def test_places_that_nobody_knows_are_told(client: httpx2.Client, engine: Engine, what: str) -> None:
    agency = add_agency(engine)
    add_listing(engine, agency, city="Lyon", postal_code="69003")
    add_listing(engine, agency, city="Vallon Perdu", city_key="vallon perdu")

    def told(city: str) -> tuple[int, list[str]]:
        page = client.get(f"/api/{what}/search", params={"city": city}).json()
        return page["total"], page["unknown_places"]

    assert told("Lyon") == (1, [])
    assert told("Lyon, Atlantis; Lyonn") == (1, ["Atlantis", "Lyonn"])
    assert told("Atlantis") == (0, ["Atlantis"])
    assert told("Vallon Perdu") == (1, []), "adverts tell it as theirs"


def test_an_empty_market_answers_an_empty_page(client: httpx2.Client) -> None:
    answer = client.get(SEARCH)
    nothing = {"total": 0, "total_is_exact": True, "listings": [], "next_cursor": None}
    nothing |= {"facets": {}, "facets_are_exact": True, "unknown_places": []}
    assert answer.json() == {**nothing, "engine": "postgresql", "degraded": False}
    assert answer.headers["Search-Engine"] == "postgresql"


def test_the_answer_has_the_shape_that_the_documentation_shows(seeded: httpx2.Client) -> None:
    page = SearchPage.model_validate_json(seeded.get(SEARCH).content)
    assert page.total == 70
    assert len(page.listings) == 20


def test_only_live_listings_are_found(client: httpx2.Client, engine: Engine) -> None:
    agency = add_agency(engine)
    live = add_listing(engine, agency)
    add_listing(engine, agency, is_active=False, withdrawn_at=NOW, withdrawn_reason="gone")
    assert ids(found(client)) == [live]


@pytest.mark.parametrize(
    ("criteria", "holds"),
    [
        ({"transaction": "rent"}, lambda x: x["transaction"] == "rent"),
        ({"postal_code": "69003"}, lambda x: x["postal_code"] == "69003"),
        ({"price_min": 200_000, "price_max": 400_000}, lambda x: 200_000 <= x["price"] <= 400_000),
        ({"surface_min": 50, "surface_max": 90.5}, lambda x: 50 <= x["surface"] <= 90.5),
        ({"rooms": 3}, lambda x: x["rooms"] == 3),
        ({"rooms_min": 4, "rooms_max": 5}, lambda x: 4 <= x["rooms"] <= 5),
        ({"property_type": ["house", "studio"]}, lambda x: x["property_type"] in ("house", "studio")),
        ({"agency_id": 2}, lambda x: x["agency_id"] == 2),
        ({"city": "LYON 3ème"}, lambda x: x["postal_code"] == "69003"),
        ({"city": "lyon"}, lambda x: x["city"] == "Lyon"),
        (
            {"city": "Paris", "transaction": "sale"},
            lambda x: (x["city"], x["transaction"]) == ("Paris", "sale"),
        ),
    ],
)
def test_a_criterion_finds_all_that_satisfy_it_and_nothing_else(
    seeded: httpx2.Client, criteria: dict[str, Any], holds: Any
) -> None:
    everything = found(seeded, limit=100)
    expected = {listing["id"] for listing in everything if holds(listing)}
    assert expected
    assert expected != set(ids(everything))
    assert set(ids(found(seeded, **criteria))) == expected


def test_a_listing_whose_place_is_only_named_is_found_by_its_name(
    client: httpx2.Client, engine: Engine
) -> None:
    agency = add_agency(engine)
    named = add_listing(engine, agency, city="Saint-Aubin-des-Bois")
    coded = add_listing(engine, agency, postal_code="69003")
    undecided = add_listing(engine, agency, city="Lyon")
    assert ids(found(client, city="st aubin des bois")) == [named]
    assert ids(found(client, city="Lyon 3")) == [coded]
    assert set(ids(found(client, city="Lyon"))) == {coded, undecided}


@pytest.mark.parametrize("city", ["Lyon (69)", "Lyon 69", "69000 Lyon", "69000", "Lyon centre", "LYON CEDEX"])
def test_a_city_of_arrondissements_is_found_as_people_write_it(seeded: httpx2.Client, city: str) -> None:
    assert ids(found(seeded, city=city)) == ids(found(seeded, city="Lyon")) != []


@pytest.mark.parametrize("city", ["Lyon 69100", "Lyon 75011", "Lyon 12", "Paris 69"])
def test_a_place_that_contradicts_itself_is_none(seeded: httpx2.Client, city: str) -> None:
    assert found(seeded, city=city) == []


@pytest.mark.parametrize(
    ("sort", "field", "descending"),
    [
        ("newest", "first_seen", True),
        ("price_asc", "price", False),
        ("price_desc", "price", True),
        ("surface_asc", "surface", False),
        ("surface_desc", "surface", True),
        ("price_per_sqm_asc", "price_per_sqm", False),
        ("price_per_sqm_desc", "price_per_sqm", True),
    ],
)
def test_each_order_holds_across_pages_with_the_unknown_last(
    client: httpx2.Client, engine: Engine, sort: str, field: str, descending: bool
) -> None:
    seed(engine, number=20)
    agency = add_agency(engine)
    for price in (None, None, 200_000, 200_000, 200_000):
        add_listing(engine, agency, price=price, surface=price and 50.0)
    listings = found(client, sort=sort, limit=7)
    assert len(set(ids(listings))) == len(listings) == 29
    values = [listing[field] for listing in listings]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=descending)
    assert values[: len(known)] == known


def test_a_cursor_neither_repeats_nor_hides_while_listings_come_and_go(
    client: httpx2.Client, engine: Engine
) -> None:
    seed(engine, number=40)
    agency, before = add_agency(engine), ids(found(client, limit=100))
    seen = []
    for page in pages(client, limit=10):
        seen += ids(page["listings"])
        add_listing(engine, agency, first_seen=NOW + timedelta(hours=1))
        with engine.begin() as connection:
            row = {"id": page["listings"][0]["id"], "at": NOW}
            connection.execute(_WITHDRAW, row)
    assert seen == before


_WITHDRAW = text("update aggregated_listings set is_active = false, withdrawn_at = :at where id = :id")


def test_the_total_counts_all_pages(seeded: httpx2.Client) -> None:
    assert {page["total"] for page in pages(seeded, limit=30)} == {70}


def test_a_card_tells_the_price_before_and_the_other_adverts(client: httpx2.Client, engine: Engine) -> None:
    agency, dwelling = add_agency(engine), add_property(engine)
    listing = add_listing(
        engine, agency, dwelling, price=190_000, surface=50.0, photos=["https://a.example/1.jpg"]
    )
    add_listing(engine, agency, dwelling)
    change_price(engine, listing, 210_000, 200_000, NOW - timedelta(days=2))
    change_price(engine, listing, 200_000, 190_000, NOW)
    card = next(x for x in found(client) if x["id"] == listing)
    assert (card["previous_price"], card["adverts"], card["price_per_sqm"]) == (200_000, 2, 3800)
    assert (card["photo"], card["photo_count"]) == ("https://a.example/1.jpg", 1)


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("price_min=abc", "price_min", "whole number"),
        ("price_min=NaN", "price_min", "whole number"),
        ("price_max=-1", "price_max", "at least 0"),
        ("price_max=99999999999999999999999", "price_max", "at most"),
        ("price_max=" + "9" * 5000, "price_max", "large"),
        ("surface_min=nan", "surface_min", "number"),
        ("surface_max=1e999", "surface_max", "number"),
        ("price_min=2&price_max=1", "price_min", "must not exceed price_max"),
        ("surface_min=20&surface_max=10", "surface_min", "must not exceed surface_max"),
        ("rooms=0", "rooms", "at least 1"),
        ("rooms=2.5", "rooms", "whole number"),
        ("postal_code=7501", "postal_code", "five digits"),
        ("postal_code=７５０１１", "postal_code", "five digits"),
        ("property_type=castle", "property_type", "one of"),
        ("transaction=steal", "transaction", "one of"),
        ("sort=best", "sort", "one of"),
        ("limit=101", "limit", "at most 100"),
        ("lat=1&lng=1&radius=1e6", "radius", "at most 100000"),
        ("limit=0", "limit", "at least 1"),
        ("agency_id=9223372036854775808", "agency_id", "at most"),
        ("city=" + "a" * 301, "city", "300 characters"),
        ("city=" + ",".join("abcdefghijklmnopqrstu"), "city", "20 places at most"),
        ("city=%00", "city", "plain text"),
        ("cursor=nonsense", "cursor", "not a cursor"),
        ("cursor=" + "a" * 201, "cursor", "200 characters"),
        ("pirce_max=1", "pirce_max", "not a parameter"),
    ],
)
def test_a_parameter_that_cannot_be_used_gets_one_clear_line(
    client: httpx2.Client, query: str, parameter: str, words: str
) -> None:
    answer = client.get(f"{SEARCH}?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (line,) = answer.json()["errors"]
    assert line["parameter"] == parameter
    assert words in line["message"]
    assert ".0" not in line["message"]
    assert "\n" not in answer.json()["detail"]


def test_every_wrong_parameter_is_named_at_once(client: httpx2.Client) -> None:
    answer = client.get(SEARCH, params={"rooms": "x", "limit": "y"})
    assert [line["parameter"] for line in answer.json()["errors"]] == ["rooms", "limit"]


def test_an_empty_form_field_is_no_criterion(seeded: httpx2.Client) -> None:
    assert seeded.get(SEARCH + "?city=&price_min=&property_type=&rooms=%20").json()["total"] == 70


@pytest.mark.parametrize("sort", ["newest", "price_asc", "surface_desc"])
@pytest.mark.parametrize(
    "value", ["true", "{}", "[]", '"x"', "1e999", "1.5e300", "1" * 30, "null", '"2026-01-01"']
)
def test_a_forged_cursor_is_refused_or_harmless(seeded: httpx2.Client, sort: str, value: str) -> None:
    forged = base64.urlsafe_b64encode(f'["{sort}",{value},5]'.encode()).decode()
    assert seeded.get(SEARCH, params={"sort": sort, "cursor": forged}).status_code in (200, 422)


def test_a_cursor_of_another_order_is_refused(seeded: httpx2.Client) -> None:
    cursor = seeded.get(SEARCH, params={"sort": "price_asc"}).json()["next_cursor"]
    answer = seeded.get(SEARCH, params={"sort": "newest", "cursor": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize("city", ["'; drop table agencies; --", "%' or '1'='1", "\\", "{{7*7}}", "x' --"])
def test_sql_in_a_text_parameter_is_only_text(seeded: httpx2.Client, city: str) -> None:
    assert seeded.get(SEARCH, params={"city": city}).json()["total"] == 0
    assert seeded.get("/api/agencies", params={"name": city}).json()["total"] == 0
    assert seeded.get(SEARCH).json()["total"] == 70
