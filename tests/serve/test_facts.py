"""Facts among the words: each advert that satisfies the criteria has those that are told of them."""

import math

import httpx2
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from models.places import Places
from serve import facts
from serve.criteria import SearchQuery
from tests.serve.market import add_agency, add_listing

PLACES = Places.sample()
SEARCH = "/api/listings/search"


def _told(**criteria: object) -> list[list[str]]:
    return facts.any_of(SearchQuery.model_validate(criteria), PLACES)


def test_without_a_place_the_kind_of_advert_is_told() -> None:
    assert _told() == []
    assert _told(transaction="sale", property_type=["house", "land"]) == [
        ["transaction sale"],
        ["kind house", "kind land"],
    ]


def test_of_places_the_narrowest_alone_is_told() -> None:
    wide = {"department": ["69"], "transaction": "rent"}
    assert _told(**wide) == [["department 69"]]
    assert _told(**wide, postal_code=["69001", "69002"]) == [["postal 69001", "postal 69002"]]
    assert _told(**wide, postal_code=["69001"], insee_code=["69381"]) == [["insee 69381"]]
    assert _told(**wide, city="69001") == [["postal 69001"]]
    (lyon,) = _told(**wide, city="Lyon")
    assert {"insee 69123", "insee 69381", "insee 69389", "city lyon"} <= set(lyon)
    (both,) = _told(**wide, city="Lyon, 75011")
    assert set(both) == {*lyon, "postal 75011"}
    assert {"insee 75056", "insee 75101", "insee 75120"} <= set(_told(**wide, insee_code=["75056"])[0])
    assert _told(**wide, agency_id=[7]) == _told(city="Bretagne", agency_id=[7]) == [["agency 7"]]
    assert _told(city="Corse") == [["department 2A", "department 2B"]]


def test_a_map_of_all_of_france_tells_no_cells() -> None:
    assert _told(bbox="-5,41,9,51") == []
    assert len(_told(bbox="4.75,45.65,4.95,45.85")[0]) == 3 * 3


@given(
    st.floats(-60, 60),
    st.floats(-170, 170),
    st.floats(10, 20_000),
    st.floats(0, 1),
    st.floats(0, 2 * math.pi),
)
def test_a_circle_tells_the_cell_of_every_point_in_it(
    lat: float, lng: float, radius: float, far: float, turn: float
) -> None:
    told = _told(lat=lat, lng=lng, radius=radius)
    north = 0.999 * far * radius / 111_195
    there = (
        lat + north * math.cos(turn),
        lng + north * math.sin(turn) / math.cos(math.radians(min(89.0, abs(lat) + north))),
    )
    cell = f"cell {math.floor(there[0] * 10)} {math.floor(there[1] * 10)}"
    assert not told or cell in told[0]


def test_cells_are_numbered_as_the_database_numbers_them(engine: Engine) -> None:
    points = [(48.1, -1.7), (45.0, 0.0), (-21.3, 55.5), (48.85, 2.3), (43.3, -0.1), (16.2, -61.5)]
    agency = add_agency(engine)
    for latitude, longitude in points:
        add_listing(engine, agency, latitude=latitude, longitude=longitude)
    with engine.connect() as connection:
        kept = connection.scalars(text("select lexeme from live_words, unnest(words) order by id")).all()
    cells = {lexeme for lexeme in kept if lexeme.startswith("cell ")}
    assert cells == {f"cell {math.floor(lat * 10)} {math.floor(lng * 10)}" for lat, lng in points}


def test_words_are_found_in_a_place_whose_name_has_a_quote(engine: Engine, client: httpx2.Client) -> None:
    agency = add_agency(engine)
    there = add_listing(engine, agency, title="Studio balcon", city="L'Île-d'Abo", city_key="l'ile-d'abo")
    add_listing(engine, agency, title="Studio balcon", city="Lyon", city_key="lyon")
    for city in ("L'Île-d'Abo", "l'ile-d'abo", "\\", "'", "' | 'city lyon"):
        answer = client.get(SEARCH, params={"q": "balcon", "city": city})
        assert answer.status_code == 200
        found = [listing["id"] for listing in answer.json()["listings"]]
        assert set(found) <= {there}


def test_no_word_is_taken_for_a_fact(engine: Engine, client: httpx2.Client) -> None:
    agency = add_agency(engine)
    add_listing(engine, agency, title="Studio", transaction="sale", postal_code="69001")
    for asked in ("transaction sale", '"transaction sale"', '"postal 69001"', "'postal 69001'"):
        assert client.get(SEARCH, params={"q": asked}).json()["total"] == 0


def test_stop_words_alone_find_nothing_in_a_place_either(engine: Engine, client: httpx2.Client) -> None:
    add_listing(engine, add_agency(engine), title="Au bord de la mer", postal_code="69001")
    for asked in ("de la", "au"):
        assert client.get(SEARCH, params={"q": asked, "postal_code": "69001"}).json()["total"] == 0
    assert client.get(SEARCH, params={"q": "mer de la", "postal_code": "69001"}).json()["total"] == 1


def test_rooms_are_found_however_they_are_written(engine: Engine, client: httpx2.Client) -> None:
    agency = add_agency(engine)
    said = [add_listing(engine, agency, title=title) for title in ("T3 calme", "Appartement 3 pièces", "F3")]
    add_listing(engine, agency, title="Appartement 4 pièces, 3 chambres")
    for asked in ("T3", "f3", '"3 pieces"', "3p"):
        found = client.get(SEARCH, params={"q": asked}).json()
        assert {listing["id"] for listing in found["listings"]} == set(said), asked
    left = client.get(SEARCH, params={"q": "-T3"}).json()["listings"]
    assert {listing["id"] for listing in left}.isdisjoint(said)
    longer = client.get(SEARCH, params={"q": '"3 pièces calme"'}).json()["listings"]
    assert [listing["id"] for listing in longer] == said[:1]
