"""Every criterion of a search, over listings of which each is known to satisfy it or not."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from serve.criteria import Criteria, SearchQuery
from serve.values import MAX_CORNERS
from tests.serve.market import NOW, add_agency, add_listing, add_property, change_price

SEARCH = "/api/listings/search"

#: Per criterion: fields of listings that satisfy it, and of those that do not; unknown ones never do.
CASES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]] = {
    "€/m²": (
        {"price_per_sqm_min": 3_000, "price_per_sqm_max": 4_000},
        [{"price": 200_000, "surface": 50.0}],
        [{"price": 200_000, "surface": 80.0}, {"price": 200_000}],
    ),
    "plot": ({"land_surface_min": 500}, [{"land_surface": 500.0}], [{"land_surface": 499.0}, {}]),
    "bedrooms": (
        {"bedrooms_min": 2, "bedrooms_max": 2},
        [{"bedrooms": 2}],
        [{"bedrooms": 1}, {"bedrooms": 3}, {}],
    ),
    "floor": (
        {"floor_min": 0, "floor_max": 1},
        [{"floor": 0}, {"floor": 1}],
        [{"floor": 2}, {"floor": -1}, {}],
    ),
    "year": (
        {"construction_year_max": 1948},
        [{"construction_year": 1948}],
        [{"construction_year": 1949}, {}],
    ),
    "charges": ({"charges_max": 100}, [{"charges": 100}], [{"charges": 101}, {}]),
    "energy": (
        {"dpe_best": "B", "dpe_worst": "D"},
        [{"dpe": "B"}, {"dpe": "D"}],
        [{"dpe": "A"}, {"dpe": "E"}, {}],
    ),
    "emissions": ({"ges_worst": "C"}, [{"ges": "A"}, {"ges": "C"}], [{"ges": "D"}, {}]),
    "furnished": ({"furnished": "true"}, [{"furnished": True}], [{"furnished": False}, {}]),
    "unfurnished": ({"furnished": "false"}, [{"furnished": False}], [{"furnished": True}, {}]),
    "features": (
        {"feature": ["lift", "balcony"], "feature_not": "cellar"},
        [{"features": {"lift": True, "balcony": True, "cellar": False, "garden": True}}],
        [
            {"features": {"lift": True, "cellar": False}},
            {"features": {"lift": True, "balcony": True}},
            {"features": {"lift": True, "balcony": True, "cellar": True}},
            {},
        ],
    ),
    "a feature that is there and is not": (
        {"feature": "lift", "feature_not": "lift", "property_type": "house"},
        [],
        [{"features": {"lift": told}, "property_type": "house"} for told in (True, False)],
    ),
    "features that are not told": (
        {"feature_unknown": "lift"},
        [{"features": {"cellar": True}}, {}],
        [{"features": {"lift": True}}, {"features": {"lift": False}}],
    ),
    "postal codes": (
        {"postal_code": ["69003", "69007"]},
        [{"postal_code": "69003"}, {"postal_code": "69007"}],
        [{"postal_code": "69001"}, {}],
    ),
    "communes": ({"insee_code": "69383"}, [{"insee_code": "69383"}], [{"insee_code": "69384"}, {}]),
    "a city of arrondissements by its own code": (
        {"insee_code": "75056"},
        [{"insee_code": "75111"}, {"insee_code": "75056"}],
        [{"insee_code": "69383"}, {}],
    ),
    "a city of arrondissements left out": (
        {"insee_code_not": "69123"},
        [{"insee_code": "75111"}, {}],
        [{"insee_code": "69383"}, {"insee_code": "69123"}],
    ),
    "a name that several communes share": (
        {"city": "Mérignac (33)"},
        [
            {"city": "Mérignac", "insee_code": "33281"},
            {"city": "Mérignac", "postal_code": "33692"},
            {"city": "Mérignac"},
        ],
        [{"city": "Mérignac", "insee_code": "16216"}, {"city": "Mérignac", "postal_code": "16200"}],
    ),
    "a département by its name": (
        {"city": "Rhône"},
        [{"insee_code": "69383"}, {"postal_code": "69100"}],
        [{"insee_code": "01283", "postal_code": "69003"}, {"city": "Rhône"}, {}],
    ),
    "a region": (
        {"city": "Corse", "postal_code_not": "20000"},
        [{"postal_code": "20167"}, {"insee_code": "2B033", "postal_code": "20200"}],
        [{"insee_code": "2A004", "postal_code": "20000"}, {"insee_code": "13201"}, {}],
    ),
    "several cities": (
        {"city": "Lyon, Mérignac (33)"},
        [
            {"insee_code": "69383"},
            {"insee_code": "33281"},
            {"city": "Lyon"},
            {"city": "Mérignac"},
            {"postal_code": "33700"},
        ],
        [
            {"city": "Mérignac", "insee_code": "16216"},
            {"city": "Mérignac", "postal_code": "69100"},
            {"city": "Lyon", "postal_code": "33700", "insee_code": "33318"},
            {},
        ],
    ),
    "several postal codes in the field of places": (
        {"city": "69001, 69002"},
        [{"postal_code": "69001"}, {"postal_code": "69002"}],
        [{"postal_code": "69003"}, {"insee_code": "69381"}],
    ),
    "a city, a postal code and a département": (
        {"city": "Nantes; 69001; Corse-du-Sud", "price_max": 200_000},
        [
            {"insee_code": "44109", "price": 1},
            {"city": "Nantes", "price": 1},
            {"postal_code": "69001", "price": 1},
            {"insee_code": "2A004", "price": 1},
        ],
        [
            {"insee_code": "44109", "price": 200_001},
            {"postal_code": "69002", "price": 1},
            {"insee_code": "2B033", "price": 1},
        ],
    ),
    "a city and what it lies in": (
        {"city": "Saint-Denis, Réunion"},
        [{"insee_code": "97411"}, {"city": "St Denis", "postal_code": "97400"}],
        [{"insee_code": "93066"}, {"insee_code": "97415"}, {"city": "Saint-Denis", "postal_code": "93200"}],
    ),
    "départements": (
        {"department": ["69", "2A"]},
        [
            {"insee_code": "69383", "postal_code": "69003"},
            {"postal_code": "69100"},
            {"postal_code": "20167"},
            {"insee_code": "2A004", "postal_code": "20000"},
        ],
        [{"insee_code": "01283", "postal_code": "69003"}, {"postal_code": "20200"}, {"postal_code": "01000"}],
    ),
    "places left out": (
        {"postal_code_not": "69003", "insee_code_not": "69387", "department_not": "75"},
        [{"postal_code": "69001", "insee_code": "69381"}, {}],
        [
            {"postal_code": "69003"},
            {"insee_code": "69387"},
            {"insee_code": "75111"},
            {"postal_code": "75011"},
        ],
    ),
    "circle": (
        {"lat": 45.76, "lng": 4.84, "radius": 1_000},
        [{"latitude": 45.7689, "longitude": 4.84}, {"latitude": 45.76, "longitude": 4.8528}],
        [{"latitude": 45.7691, "longitude": 4.84}, {"latitude": 45.767, "longitude": 4.85}, {}],
    ),
    "box": (
        {"bbox": "4.8,45.7,4.9,45.8"},
        [{"latitude": 45.75, "longitude": 4.85}, {"latitude": 45.8, "longitude": 4.9}],
        [{"latitude": 45.81, "longitude": 4.85}, {"latitude": 45.75, "longitude": 4.79}, {}],
    ),
    "polygon": (
        {"polygon": "4.8,45.7;4.9,45.7;4.8,45.8"},
        [{"latitude": 45.72, "longitude": 4.82}],
        [{"latitude": 45.78, "longitude": 4.88}, {}],
    ),
    "first seen": (
        {"first_seen_since": (NOW - timedelta(days=2)).isoformat()},
        [{"first_seen": NOW - timedelta(days=1)}, {"first_seen": NOW - timedelta(days=2)}],
        [{"first_seen": NOW - timedelta(days=3)}],
    ),
    "long on the market": (
        {"days_on_market_min": 30},
        [{"first_seen": NOW - timedelta(days=31)}],
        [{"first_seen": NOW - timedelta(days=29)}],
    ),
    "new on the market": (
        {"days_on_market_max": 7},
        [{"first_seen": NOW - timedelta(days=7)}],
        [{"first_seen": NOW - timedelta(days=9)}],
    ),
}  # fmt: skip


def found(client: httpx2.Client, **criteria: Any) -> set[int]:
    answer = client.get(SEARCH, params={"limit": 100, **criteria})
    assert answer.status_code == 200, answer.text
    return {listing["id"] for listing in answer.json()["listings"]}


@pytest.mark.parametrize("name", CASES)
def test_a_criterion_finds_what_satisfies_it_alone(client: httpx2.Client, engine: Engine, name: str) -> None:
    criteria, satisfy, do_not = CASES[name]
    agency = add_agency(engine)
    wanted = {add_listing(engine, agency, **fields) for fields in satisfy}
    for fields in do_not:
        add_listing(engine, agency, **fields)
    assert found(client, **criteria) == wanted


def test_agencies_are_taken_in_and_left_out(client: httpx2.Client, engine: Engine) -> None:
    one, other, third = (add_listing(engine, add_agency(engine)) for _ in range(3))
    agencies = [client.get(f"/api/listings/{listing}").json()["agency_id"] for listing in (one, other, third)]
    assert found(client, agency_id=agencies[:2]) == {one, other}
    assert found(client, agency_id_not=agencies[:2]) == {third}


def test_a_cut_of_the_price_counts_while_it_is_the_latest_change(
    client: httpx2.Client, engine: Engine
) -> None:
    agency, began = add_agency(engine), NOW - timedelta(days=20)
    cut, cut_long_ago, raised_since, untouched = (
        add_listing(engine, agency, price=190_000) for _ in range(4)
    )
    change_price(engine, cut, 200_000, 190_000, NOW)
    change_price(engine, cut_long_ago, 210_000, 190_000, began)
    change_price(engine, raised_since, 200_000, 180_000, began)
    change_price(engine, raised_since, 180_000, 190_000, NOW)
    assert untouched not in found(client, price_drop_min=0)
    assert found(client, price_drop_min=0) == {cut, cut_long_ago}
    assert found(client, price_drop_min=5) == {cut, cut_long_ago}
    assert found(client, price_drop_min=5.1) == {cut_long_ago}
    assert found(client, price_drop_since=(NOW - timedelta(days=1)).isoformat()) == {cut}


def test_a_dwellings_live_adverts_are_counted(client: httpx2.Client, engine: Engine) -> None:
    agency, shared = add_agency(engine), add_property(engine)
    twice = {add_listing(engine, agency, shared) for _ in range(2)}
    gone = {"is_active": False, "withdrawn_at": NOW}
    alone_again = add_property(engine)
    once = {add_listing(engine, agency), add_listing(engine, agency, alone_again)}
    add_listing(engine, agency, alone_again, **gone)
    assert found(client, adverts_min=2) == twice
    assert found(client, adverts_max=1) == once
    assert found(client, adverts_min=3) == set()


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("lat=45&lng=4", "radius", "beside the other two"),
        ("lat=45&lng=4&radius=0", "radius", "more than 0"),
        ("lat=nan&lng=4&radius=1", "lat", "number"),
        ("lat=91&lng=4&radius=1", "lat", "at most 90"),
        ("bbox=4,45,5", "bbox", "west,south,east,north"),
        ("bbox=4,45,5,nan", "bbox", "west,south,east,north"),
        ("bbox=5,45,4,46", "bbox", "begin with west"),
        ("polygon=4,45;5,45", "polygon", "three corners"),
        ("polygon=4,45;5,45;a,b", "polygon", "three corners"),
        ("polygon=" + ";".join(["4,45"] * (MAX_CORNERS + 1)), "polygon", f"at most {MAX_CORNERS}"),
        ("department=20", "department", "number"),
        ("department=96", "department", "number"),
        ("insee_code=2C004", "insee_code", "INSEE"),
        ("feature=dragons", "feature", "lift or balcony"),
        ("dpe_worst=H", "dpe_worst", "one of"),
        ("dpe_best=E&dpe_worst=B", "dpe_best", "must not exceed dpe_worst"),
        ("furnished=perhaps", "furnished", "true or false"),
        ("first_seen_since=yesterday", "first_seen_since", "a date"),
        ("&".join(["postal_code=69003"] * 51), "postal_code", "more than 50"),
    ],
)
def test_a_criterion_that_cannot_be_used_gets_one_clear_line(
    client: httpx2.Client, query: str, parameter: str, words: str
) -> None:
    answer = client.get(f"{SEARCH}?{query}")
    assert answer.status_code == 422
    (line,) = answer.json()["errors"]
    assert line["parameter"] == parameter
    assert words in line["message"]


def test_a_polygon_of_a_hundred_thousand_corners_costs_nothing() -> None:
    with pytest.raises(ValidationError, match="at most"):
        Criteria.model_validate({"polygon": ";".join(["4.123456,45.123456"] * 100_000)})


def test_the_page_keeps_criteria_that_its_form_has_no_field_for(
    client: httpx2.Client, engine: Engine
) -> None:
    add_listing(engine, add_agency(engine), title="Maison au calme", transaction="sale", floor=4)
    add_listing(engine, add_agency(engine), title="Studio sur cour", transaction="sale", floor=1)
    page = client.get("/?floor_min=3&feature_unknown=lift&feature_unknown=garden").text
    assert "Maison au calme" in page
    assert "Studio sur cour" not in page
    assert '<input type="hidden" name="floor_min" value="3">' in page
    assert page.count('name="feature_unknown"') == 2


def test_every_parameter_is_documented_in_one_line(client: httpx2.Client) -> None:
    parameters = client.get("/openapi.json").json()["paths"][SEARCH]["get"]["parameters"]
    assert {told["name"] for told in parameters} == set(SearchQuery.model_fields)
    assert all(told.get("description") for told in parameters)
