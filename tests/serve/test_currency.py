"""Adverts in francs: found and counted in euros where a parity is law, and shown as they tell themselves."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.serve.market import NOW, add_agency, add_event, add_listing, add_property, change_price

SEARCH = "/api/listings/search"
#: 251,400 euros.
NOUMEA: dict[str, Any] = {
    "price": 30_000_000,
    "currency": "XPF",
    "postal_code": "98800",
    "transaction": "sale",
}
SWISS: dict[str, Any] = {"price": 240_000, "currency": "CHF", "postal_code": "74100", "transaction": "sale"}
LYON: dict[str, Any] = {"price": 260_000, "currency": "EUR", "postal_code": "69003", "transaction": "sale"}


@pytest.fixture
def agency(engine: Engine) -> int:
    """An agency."""
    return add_agency(engine)


def found(client: httpx2.Client, **asked: Any) -> list[int]:
    answer = client.get(SEARCH, params=asked)
    assert answer.status_code == 200, answer.text
    return [card["id"] for card in answer.json()["listings"]]


def recurrencied(engine: Engine, listing: int, old: str | None, new: str, at: datetime = NOW) -> None:
    """The advert is found to be in another currency."""
    with engine.begin() as connection:
        connection.execute(text(f"update aggregated_listings set currency = '{new}' where id = {listing}"))
    add_event(engine, listing, "changed", at, field="currency", old_value=old, new_value=new)


def test_prices_are_filtered_and_sorted_in_euros(client: httpx2.Client, engine: Engine, agency: int) -> None:
    noumea, swiss, lyon = (add_listing(engine, agency, **told) for told in (NOUMEA, SWISS, LYON))
    untold = add_listing(engine, agency, **{**NOUMEA, "currency": None})
    assert found(client, price_max=255_000) == [noumea]
    assert found(client, price_min=255_000) == [lyon]
    assert found(client, sort="price_asc") == [noumea, lyon, untold, swiss]
    assert found(client, sort="price_desc") == [lyon, noumea, untold, swiss]
    assert found(client, price_min=240_000, price_max=240_000) == []


def test_prices_per_square_metre_and_charges_are_of_euros_too(
    client: httpx2.Client, engine: Engine, agency: int
) -> None:
    noumea = add_listing(engine, agency, **NOUMEA, surface=100.0, charges=20_000)
    add_listing(engine, agency, **SWISS, surface=100.0, charges=150)
    assert found(client, price_per_sqm_min=2_514, price_per_sqm_max=2_514) == [noumea]
    assert found(client, charges_max=168) == [noumea]
    assert found(client, charges_max=167) == []


def test_a_card_tells_the_adverts_own_amounts(client: httpx2.Client, engine: Engine, agency: int) -> None:
    listing = add_listing(engine, agency, **NOUMEA, surface=100.0)
    change_price(engine, listing, 32_000_000, 30_000_000, NOW)
    (card,) = client.get(SEARCH, params={"price_drop_min": 6}).json()["listings"]
    told = {name: card[name] for name in ("price", "currency", "price_per_sqm", "previous_price")}
    assert told == {
        "price": 30_000_000,
        "currency": "XPF",
        "price_per_sqm": 300_000,
        "previous_price": 32_000_000,
    }
    exported = client.get("/api/listings/export", params={"format": "csv"}).text.lstrip("\ufeff")
    (row,) = csv.DictReader(io.StringIO(exported), delimiter=";" if ";" in exported.split("\n")[0] else ",")
    assert {name: row[name] for name in told} == {name: str(value) for name, value in told.items()}


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("repriced_later", [True, False])
def test_a_price_before_is_told_where_it_was_in_the_same_currency(
    client: httpx2.Client, engine: Engine, agency: int, live: bool, repriced_later: bool
) -> None:
    listing = add_listing(engine, agency, price=200_000, currency="CHF")
    change_price(engine, listing, 210_000, 200_000, NOW)
    recurrencied(engine, listing, "CHF", "EUR")
    if repriced_later:
        change_price(engine, listing, 205_000, 200_000, NOW + timedelta(hours=1))
    if not live:
        with engine.begin() as connection:
            connection.execute(text("update aggregated_listings set is_active = false, withdrawn_at = now()"))
    told = client.get(f"/api/listings/{listing}").json()
    assert told["previous_price"] == (205_000 if repriced_later else None)
    assert found(client, price_drop_min=1) == ([listing] if repriced_later and live else [])


def test_a_currency_told_at_last_that_was_taken_for_it_changes_nothing(
    client: httpx2.Client, engine: Engine, agency: int
) -> None:
    listing = add_listing(engine, agency, price=200_000)
    change_price(engine, listing, 210_000, 200_000, NOW)
    recurrencied(engine, listing, None, "EUR", NOW + timedelta(hours=1))
    assert found(client, price_drop_min=1) == [listing]
    told = client.get(f"/api/listings/{listing}").json()["price_history"]
    assert [(point["price"], point["currency"]) for point in told] == [(210_000, None), (200_000, None)]


def test_the_history_of_a_price_tells_the_currency_of_each(
    client: httpx2.Client, engine: Engine, agency: int
) -> None:
    listing = add_listing(
        engine, agency, **{**NOUMEA, "price": 29_000_000}, first_seen=NOW - timedelta(days=9)
    )
    change_price(engine, listing, 240_000, 250_000, NOW - timedelta(days=5))
    change_price(engine, listing, 250_000, 30_000_000, NOW)
    add_event(engine, listing, "changed", NOW, field="currency", old_value="EUR", new_value="XPF")
    change_price(engine, listing, 30_000_000, 29_000_000, NOW + timedelta(hours=1))
    told = client.get(f"/api/listings/{listing}").json()["price_history"]
    assert [(point["price"], point["currency"]) for point in told] == [
        (240_000, "EUR"),
        (250_000, "EUR"),
        (30_000_000, "XPF"),
        (29_000_000, "XPF"),
    ]


def test_a_dwelling_compares_its_adverts_in_euros(client: httpx2.Client, engine: Engine, agency: int) -> None:
    home = add_property(engine)
    noumea, swiss, lyon = (add_listing(engine, agency, home, **told) for told in (NOUMEA, SWISS, LYON))
    (card,) = client.get("/api/properties/search").json()["properties"]
    detail = client.get(f"/api/properties/{home}").json()
    for told in (card, detail):
        assert (told["lowest_price"], told["highest_price"]) == (251_400, 260_000)
    assert [(advert["id"], advert["price"], advert["currency"]) for advert in detail["adverts"]] == [
        (noumea, 30_000_000, "XPF"),
        (lyon, 260_000, "EUR"),
        (swiss, 240_000, "CHF"),
    ]
    assert [advert["price_difference"] for advert in detail["adverts"]] == [0, 8_600, None]
    assert {(point["price"], point["currency"]) for point in detail["price_history"]} == {(251_400, "EUR")}
    others = client.get(f"/api/listings/{lyon}").json()["others"]
    assert [other["price_difference"] for other in others] == [None, None], "no difference of two currencies"


def test_a_currency_that_is_not_told_is_the_euro_beside_it(
    client: httpx2.Client, engine: Engine, agency: int
) -> None:
    home = add_property(engine)
    told, untold = (add_listing(engine, agency, home, **{**LYON, "currency": name}) for name in ("EUR", None))
    for listing in (told, untold):
        (other,) = client.get(f"/api/listings/{listing}").json()["others"]
        assert other["price_difference"] == 0
    for name in ("XPF", None):
        add_listing(engine, agency, home, **{**NOUMEA, "currency": name})
    others = client.get(f"/api/listings/{told}").json()["others"]
    assert [other["price_difference"] for other in others] == [None, 0, None]


def test_facets_and_distributions_count_euros(client: httpx2.Client, engine: Engine, agency: int) -> None:
    for told in (NOUMEA, NOUMEA, SWISS, LYON, LYON, LYON):
        add_listing(engine, agency, **told, property_type="apartment", surface=100.0)
    asked = {"transaction": "sale", "facet": "price"}
    counted = client.get(SEARCH, params=asked).json()["facets"]["price"]
    assert {told["value"]: told["number"] for told in counted} == {"250000-300000": 5, None: 1}
    spread = client.get("/api/statistics/listings").json()
    assert (spread["number"], spread["price"]["number"], spread["price_per_sqm"]["number"]) == (6, 5, 5)


def test_a_page_writes_the_adverts_own_currency(client: httpx2.Client, engine: Engine, agency: int) -> None:
    noumea = add_listing(engine, agency, **NOUMEA, charges=20_000)
    change_price(engine, noumea, 31_000_000, 30_000_000, NOW)
    untold = add_listing(engine, agency, **{**NOUMEA, "currency": None})
    page = client.get(f"/listings/{noumea}").text
    assert "30\u202f000\u202f000\u00a0XPF" in page
    assert "20\u202f000\u00a0XPF" in page
    assert "€" not in page
    assert "XPF\u00a030,000,000" in client.get(f"/listings/{noumea}?lang=en").text
    assert "€" not in client.get(f"/listings/{untold}").text, "an untold currency may be the franc there"
    assert "€" not in client.get("/", params={"transaction": ""}).text.split('id="cards"')[1]
