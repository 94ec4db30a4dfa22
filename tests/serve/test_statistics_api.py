"""GET /api/statistics/…: what is told, what is not, of which areas, and what the words mean."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine

from models.tables import utc_now
from serve.statistics.answers import AgenciesAnswer, DistributionAnswer, Market, MarketAnswer
from serve.statistics.refresh import refresh
from tests.serve.lives import PARIS, Lives
from tests.serve.market import add_agency, add_listing, add_property, change_price

NOW = datetime.now(UTC)
MARKET = "/api/statistics/market"


@pytest.fixture
def lives(engine: Engine) -> Lives:
    """An empty market."""
    return Lives(engine)


def _market(client: httpx2.Client, engine: Engine, **asked: Any) -> list[Market]:
    refresh(engine)
    answer = client.get(MARKET, params=asked)
    assert answer.status_code == 200, answer.text
    return MarketAnswer.model_validate_json(answer.content).markets


def _flats(lives: Lives, number: int, **values: Any) -> list[int]:
    """So many flats of 50 m², from 100,000 euros by 10,000, first seen 10 days ago and a day apart."""
    return [
        lives.born(NOW - timedelta(days=10 + i), **{"price": 100_000 + i * 10_000, **values})
        for i in range(number)
    ]


def test_a_postal_code_tells_sale_and_rent_each_for_itself(
    client: httpx2.Client, engine: Engine, lives: Lives
) -> None:
    _flats(lives, 5)
    _flats(lives, 6, transaction="rent", price=700)
    _flats(lives, 7, postal_code="75011", insee_code="75111")
    sale, rent = _market(client, engine, postal_code="69003")
    assert (sale.transaction, sale.active, sale.total, sale.price.median) == ("sale", 5, 5, 120_000)
    assert (rent.transaction, rent.active, rent.price.median, rent.price_per_sqm.median) == (
        "rent",
        6,
        700,
        14,
    )
    assert (sale.area.kind, sale.area.code, (sale.area.name or "")[:4]) == ("postal_code", "69003", "Lyon")
    assert (sale.price.min, sale.price.max, sale.price.average) == (100_000, 140_000, 120_000)
    assert (sale.apartments, sale.houses, sale.studios) == (5, 0, 0)
    assert sale.age_days.median == pytest.approx(12, abs=0.2)
    assert sale.age_days.q1 == pytest.approx(11, abs=0.2)


def test_areas_types_and_rooms_are_broken_down(client: httpx2.Client, engine: Engine, lives: Lives) -> None:
    _flats(lives, 5)
    _flats(lives, 6, property_type="house", rooms=5)
    markets = _market(
        client, engine, department=["69", "75"], transaction="sale", property_type=["apartment", "house"],
        rooms=[3, 5],
    )  # fmt: skip
    told = [(m.area.code, str(m.property_type), m.rooms, m.active) for m in markets]
    assert told == [
        ("69", "apartment", 3, 5), ("69", "apartment", 5, 0), ("69", "house", 3, 0), ("69", "house", 5, 6),
        ("75", "apartment", 3, 0), ("75", "apartment", 5, 0), ("75", "house", 3, 0), ("75", "house", 5, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "code", "active"),
    [
        ({}, "FR", 7), ({"department": "69"}, "69", 7), ({"insee_code": "69383"}, "69383", 5),
        ({"insee_code": "69123"}, "69123", 7), ({"city": "Lyon"}, "69123", 7),
        ({"city": "lyon 3ème"}, "69383", 5), ({"city": "69007 Lyon"}, "69387", 2),
    ],
)  # fmt: skip
def test_an_area_is_told_by_any_of_its_names(
    client: httpx2.Client, engine: Engine, lives: Lives, asked: dict[str, str], code: str, active: int
) -> None:
    _flats(lives, 5)
    _flats(lives, 2, postal_code="69007", insee_code="69387")
    (sale, _) = _market(client, engine, **asked)
    assert (sale.area.code, sale.active) == (code, active)


def test_several_places_are_an_area_each_with_its_name(client: httpx2.Client, engine: Engine) -> None:
    markets = _market(client, engine, city="Lyon 3e, Nantes, 13100; Rhône ou Corse", transaction="sale")
    told = [(m.area.kind, m.area.code, str(m.area.name).partition(",")[0]) for m in markets]
    assert told == [
        ("commune", "69383", "Lyon 3e"), ("commune", "44109", "Nantes"),
        ("postal_code", "13100", "Aix-en-Provence"), ("department", "69", "Rhône"),
        ("department", "2A", "Corse-du-Sud"), ("department", "2B", "Haute-Corse"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"city": "Saint-Denis"}, "city is several communes; tell its postal code too, or insee_code"),
        ({"city": "Lyon, Saint-Denis"}, "city is several communes; tell its postal code too, or insee_code"),
        ({"city": "Nulle Part"}, "city is no known place"),
        ({"city": "Lyon, Nulle Part"}, "city is no known place"),
        ({"city": "Occitanie, Paca, Bretagne, Normandie", "rooms": [1, 2, 3, 4, 5]},
         "city means too much: 280 markets at once"),
        ({"city": "Occitanie, Paca, Bretagne, Normandie", "history": "week", "periods": 120},
         "city means too much: 56 markets at once"),
        ({"rooms": 6}, "rooms must be at most 5"),
        ({"postal_code": "690"}, "postal_code must be five digits, such as 75011"),
        ({"history": "day"}, "history must be one of 'week' or 'month'"),
        ({"department": [f"{n:02}" for n in range(1, 20)], "rooms": [1, 2, 3, 4, 5],
          "property_type": ["house", "studio", "apartment"]}, "query asks for more than 200 markets at once"),
        ({"department": [f"{n:02}" for n in range(1, 20)], "property_type": ["house", "studio"],
          "history": "week", "periods": 120},
         "periods must be less: 5000 at most, times the markets asked for"),
        ({"nonsense": 1}, "nonsense is not a parameter of this address"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_in_a_line(
    client: httpx2.Client, asked: dict[str, Any], line: str
) -> None:
    answer = client.get(MARKET, params=asked)
    assert (answer.status_code, answer.json()["detail"]) == (422, line)


def test_figures_of_fewer_than_five_are_not_told_but_their_number_is(
    client: httpx2.Client, engine: Engine, lives: Lives
) -> None:
    adverts = _flats(lives, 4)
    lives.change(adverts[0], NOW, price=95_000)
    (sale, rent) = _market(client, engine)
    assert (sale.active, sale.total, sale.price.number, sale.price_cuts.number) == (4, 4, 4, 1)
    for figure in (sale.price, sale.price_per_sqm, sale.age_days, sale.price_cuts, sale.days_to_withdrawal):
        values = {name: value for name, value in figure.model_dump().items() if name != "number"}
        assert set(values.values()) == {None}, figure
    assert (rent.active, rent.total, rent.price.median) == (0, 0, None)


@pytest.mark.parametrize(("studios", "told"), [(0, True), (2, False), (4, False), (5, True)])
def test_no_average_betrays_by_difference_what_a_part_keeps(
    client: httpx2.Client, engine: Engine, lives: Lives, studios: int, told: bool
) -> None:
    _flats(lives, 8)
    _flats(lives, studios, property_type="studio", rooms=1)
    (sale,) = _market(client, engine, transaction="sale")
    assert (sale.price.average is not None, sale.price_per_sqm.average is not None) == (told, told)
    assert sale.price.median is not None


def test_no_average_per_square_metre_betrays_those_of_a_part_whose_surface_is_known(
    client: httpx2.Client, engine: Engine, lives: Lives
) -> None:
    _flats(lives, 8)
    _flats(lives, 2, property_type="studio", rooms=1)
    _flats(lives, 4, property_type="studio", rooms=1, surface=None)
    (sale,) = _market(client, engine, transaction="sale")
    assert (sale.price.average is not None, sale.price_per_sqm.average) == (True, None)
    assert (sale.price_per_sqm.number, sale.price_per_sqm.median is not None) == (10, True)


def test_the_yield_is_twelve_median_rents_over_the_median_price_of_the_same_kind(
    client: httpx2.Client, engine: Engine, lives: Lives
) -> None:
    _flats(lives, 5, price=200_000)  # 4,000 €/m²
    _flats(lives, 5, transaction="rent", price=700)  # 14 €/m² a month
    _flats(lives, 9, transaction="rent", price=5_000, property_type="house")
    asked = {"transaction": "sale", "property_type": ["apartment", "house"], "rooms": 3}
    flats, houses = _market(client, engine, **asked)
    assert flats.rent_per_sqm == 14
    assert flats.gross_yield is not None
    assert (flats.gross_yield.value, flats.gross_yield.rent_number) == (0.042, 5)
    assert (houses.rent_per_sqm, houses.gross_yield) == (100, None)
    assert (flats.rent_number, houses.rent_number) == (5, 9)
    (together, rents) = _market(client, engine)
    assert (together.rent_number, rents.rent_number) == (14, None), "no rent without its number"
    assert all(market.gross_yield is None for market in _market(client, engine)), "never of all types"


def test_today_this_week_and_this_month_are_those_of_paris(
    client: httpx2.Client, engine: Engine, lives: Lives
) -> None:
    midnight = utc_now().astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
    before = lives.born(midnight.astimezone(UTC) - timedelta(seconds=1))
    first = _market(client, engine, transaction="sale")[0]
    assert first.added.today == 0
    lives.born(midnight.astimezone(UTC))
    lives.withdraw(before, midnight.astimezone(UTC))
    (sale,) = _market(client, engine, transaction="sale")
    assert (sale.added.today, sale.withdrawn.today) == (1, 1)
    assert sale.added.this_week == (2 if midnight.weekday() else 1)
    assert sale.added.this_month == (2 if midnight.day > 1 else 1)


def test_the_past_is_told_by_month_with_its_stock_where_nothing_happened(
    client: httpx2.Client, engine: Engine, lives: Lives
) -> None:
    today = utc_now().astimezone(PARIS)
    month = today.replace(day=15, hour=12, minute=0)
    back = [month - timedelta(days=30 * n) for n in range(6)]  # the middle of each of six months, about
    for _ in range(6):
        lives.born(back[4].astimezone(UTC))
    cut = lives.born(back[4].astimezone(UTC), price=100_000)
    lives.change(cut, back[2].astimezone(UTC), price=90_000)
    lives.withdraw(cut, back[1].astimezone(UTC))
    (sale,) = _market(client, engine, transaction="sale", history="month", periods=6)
    assert sale.history is not None
    told = [(p.active, p.on_offer, p.added, p.withdrawn, p.price_cuts.number) for p in sale.history]
    assert told == [(7, 7, 7, 0, 0), (7, 7, 0, 0, 0), (7, 7, 0, 0, 1), (6, 7, 0, 1, 0), (6, 6, 0, 0, 0)]
    assert [p.is_open for p in sale.history] == [False, False, False, False, True]
    ages = [p.age_days.median or 0 for p in sale.history]
    assert ages == sorted(ages)
    assert ages[0] > 5
    (short,) = _market(client, engine, transaction="sale", history="month", periods=2)
    assert short.history == sale.history[-2:]


def test_periods_with_fewer_than_five_on_offer_are_left_out(
    client: httpx2.Client, engine: Engine, lives: Lives
) -> None:
    adverts = _flats(lives, 5)
    for advert in adverts[:2]:
        lives.withdraw(advert, NOW - timedelta(days=2))
    (sale,) = _market(client, engine, transaction="sale", history="week", periods=3)
    assert sale.history is not None
    assert all(period.on_offer >= 5 for period in sale.history)
    assert (sale.active, sale.withdrawn.this_month >= 0, sale.days_to_withdrawal.number) == (3, True, 2)


def test_before_the_first_refresh_there_are_no_figures(client: httpx2.Client) -> None:
    answer = client.get(MARKET).json()
    assert answer["refreshed_at"] is None
    assert answer["markets"][0]["active"] == 0


def test_every_word_is_defined_in_both_languages(client: httpx2.Client, engine: Engine, lives: Lives) -> None:
    answer = client.get(MARKET).json()
    told = client.get(answer["definitions"]).json()["definitions"]
    assert all(line["fr"] and line["en"] for line in told)
    plain = {"area", "transaction", "property_type", "rooms", "houses", "studios"}
    assert set(Market.model_fields) - plain <= {line["name"] for line in told}


def test_agencies_of_an_area_are_told_beside_each_other(client: httpx2.Client, engine: Engine) -> None:
    here = {"postal_code": "69003", "transaction": "sale"}
    large, small, out = (add_agency(engine, name) for name in ("Les Clés du Fleuve", "Étude", "Cabinet"))
    silent = add_agency(engine, "Agence Discrète", opted_out_at=NOW)
    shared = add_property(engine)
    cut = add_listing(engine, large, shared, price=190_000, first_seen=NOW - timedelta(days=10), **here)
    for days in (20, 40, 30, 15):
        add_listing(engine, large, first_seen=NOW - timedelta(days=days), **here)
    add_listing(engine, large, postal_code="69003", transaction="rent")
    change_price(engine, cut, 200_000, 190_000, NOW)
    for agency in (small, silent):
        add_listing(engine, agency, shared, **here)
    add_listing(engine, out, postal_code="75011", transaction="sale")
    add_listing(engine, out, insee_code="69383", transaction="sale")
    whole = client.get("/api/statistics/agencies", params={"insee_code": "69123"}).json()["agencies"]
    assert [agency["agency"]["id"] for agency in whole] == [out], "Lyon is its arrondissements"
    asked = {"postal_code": "69003"}
    answer = client.get("/api/statistics/agencies", params=asked)
    first, second = AgenciesAnswer.model_validate_json(answer.content).agencies
    assert (first.agency.id, first.dwellings, second.agency.id, second.dwellings) == (large, 5, small, 1)
    assert (first.price_cut_share, first.exclusive_share, first.median_days_on_market) == (0.2, 0.8, 20.0)
    assert (second.exclusive_share, second.price_cut_share) == (None, None)
    assert [(other.agency.id, other.dwellings) for other in first.overlap] == [(small, 1)]
    assert sum(month.adverts for month in first.new_per_month) == 5
    one = client.get("/api/statistics/agencies", params={"agency_id": out}).json()["agencies"]
    assert [agency["agency"]["id"] for agency in one] == [out]
    rents = client.get("/api/statistics/agencies", params={**asked, "transaction": "rent"}).json()["agencies"]
    assert [(agency["agency"]["id"], agency["dwellings"]) for agency in rents] == [(large, 1)]
    refused = client.get("/api/statistics/agencies")
    assert refused.json()["detail"] == "postal_code is required, or insee_code, or agency_id"


def test_dwellings_are_spread_each_once_by_their_cheapest_advert(
    client: httpx2.Client, engine: Engine
) -> None:
    agency = add_agency(engine)
    told: dict[str, Any] = {"transaction": "sale", "property_type": "apartment", "postal_code": "69003"}
    for number in range(40):
        home, price = add_property(engine), 100_000 + 10_000 * number
        for more in (0, 5_000):
            add_listing(
                engine, agency, home, price=price + more, surface=50.0, rooms=number % 7 + 1,
                dpe="D" if number % 2 else None, first_seen=NOW - timedelta(days=number), **told,
            )  # fmt: skip
    add_listing(engine, agency, price=1, **told)
    add_listing(engine, agency, price=800, **{**told, "transaction": "rent"})
    asked = {"postal_code": "69003", "property_type": "apartment"}
    answer = DistributionAnswer.model_validate_json(
        client.get("/api/statistics/listings", params=asked).content
    )
    assert (answer.number, answer.is_complete, answer.price.number) == (41, True, 40)
    assert sum(part.number for part in answer.price.bins) == 40
    within = [part for part in answer.price.bins if part.least is not None and part.below is not None]
    assert {part.below - part.least for part in within if part.below and part.least} == {20_000}
    assert {part.number for part in within} == {2}
    assert {share.value: share.number for share in answer.rooms}["5+"] == 16
    assert {share.value: share.number for share in answer.dpe if share.number} == {"D": 20, "unknown": 21}
    days = {(part.least, part.below): part.number for part in answer.days_on_market.bins}
    assert days[7, 14] == 7
    few = client.get(
        "/api/statistics/listings", params={**asked, "price_max": 120_000, "price_min": 2}
    ).json()
    assert (few["number"], few["price"]) == (3, {"number": 3, "bins": []})


@pytest.mark.parametrize("asked", [{}, {"property_type": ["apartment", "land"]}])
def test_a_misread_price_of_a_home_is_left_out_whatever_types_are_asked_for(
    client: httpx2.Client, engine: Engine, asked: dict[str, Any]
) -> None:
    agency = add_agency(engine)
    for price in (150, *range(100_000, 150_000, 10_000)):
        add_listing(engine, agency, transaction="sale", property_type="apartment", price=price)
    add_listing(engine, agency, transaction="sale", property_type="land", price=4_000)
    told = client.get("/api/statistics/listings", params=asked).json()
    assert (told["number"], told["price"]["number"]) == (7, 6), "land may cost so little, a flat may not"
