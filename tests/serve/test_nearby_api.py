"""GET /api/listings/nearby, and the order by distance."""

import httpx2
import pytest
from sqlalchemy import Engine

from tests.serve.market import add_agency, add_listing

NEARBY = "/api/listings/nearby"
LYON = {"lat": 45.757, "lng": 4.846}


def test_listings_come_nearest_first_with_their_metres(client: httpx2.Client, engine: Engine) -> None:
    agency = add_agency(engine)
    places = [(45.757, 4.846), (45.760, 4.846), (45.757, 4.850), (45.757, 4.8705), (45.9, 4.846)]
    ids = [add_listing(engine, agency, latitude=lat, longitude=lng) for lat, lng in places]
    add_listing(engine, agency)
    found = client.get(NEARBY, params=LYON).json()["listings"]
    assert [(listing["id"], listing["distance"]) for listing in found] == [
        (ids[0], 0), (ids[2], 310), (ids[1], 334)
    ]  # fmt: skip
    wider = client.get(NEARBY, params={**LYON, "radius": 2_000}).json()
    assert [listing["id"] for listing in wider["listings"]] == [ids[0], ids[2], ids[1], ids[3]]


def test_the_order_by_distance_holds_across_pages(client: httpx2.Client, engine: Engine) -> None:
    agency = add_agency(engine)
    ids = [
        add_listing(engine, agency, latitude=45.757 + step / 10_000, longitude=4.846) for step in range(30)
    ]
    same = [add_listing(engine, agency, latitude=45.757 + 30 / 10_000, longitude=4.846) for _ in range(5)]
    seen, cursor = [], {}
    while True:
        page = client.get(NEARBY, params={**LYON, "limit": 8, **cursor}).json()
        seen += [listing["id"] for listing in page["listings"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == ids + same


def test_criteria_and_other_orders_hold_nearby(client: httpx2.Client, engine: Engine) -> None:
    agency, here = add_agency(engine), {"latitude": 45.757, "longitude": 4.846}
    dear, cheap = (add_listing(engine, agency, price=price, **here) for price in (300_000, 200_000))
    add_listing(engine, agency, price=900_000, **here)
    found = client.get(NEARBY, params={**LYON, "price_max": 400_000, "sort": "price_asc"}).json()
    assert [listing["id"] for listing in found["listings"]] == [cheap, dear]


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("lat=45", "lng", "required"),
        ("lat=45&lng=4&radius=1000000", "radius", "at most 100000"),
        ("lat=45&lng=181", "lng", "at most 180"),
    ],
)
def test_a_point_that_is_none_gets_one_clear_line(
    client: httpx2.Client, query: str, parameter: str, words: str
) -> None:
    answer = client.get(f"{NEARBY}?{query}")
    assert answer.status_code == 422
    (line,) = answer.json()["errors"]
    assert (line["parameter"], words in line["message"]) == (parameter, True)


def test_distance_needs_a_point(client: httpx2.Client) -> None:
    answer = client.get("/api/listings/search", params={"sort": "distance"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "sort needs lat, lng and radius"
