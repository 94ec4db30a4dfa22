"""GET /api/agencies/{id} and its listings: stock, months, cuts, what others offer too."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlalchemy import Engine

from serve.answers import AgencyDetail
from tests.serve.market import NOW, add_agency, add_event, add_listing, add_property, change_price

SALE = {"transaction": "sale"}
RENT = {"transaction": "rent"}


def stock_of(client: httpx2.Client, agency: int, **asked: str) -> dict[str, Any]:
    """Its stock, which is the same beside other agencies where there is any."""
    alone: dict[str, Any] = client.get(f"/api/agencies/{agency}", params=asked).json()["stock"]
    beside = client.get("/api/statistics/agencies", params={"agency_id": agency, **asked}).json()["agencies"]
    assert [{**told, "agency": None} for told in beside] == (
        [{**alone, "agency": None}] if alone["adverts"] else []
    )
    return alone


def test_an_agency_tells_its_stock(client: httpx2.Client, engine: Engine) -> None:
    own, rival, other = (
        add_agency(engine, name) for name in ("Les Clés du Fleuve", "Étude Vauquelin", "Cabinet")
    )
    silent = add_agency(engine, "Agence Discrète", opted_out_at=NOW)
    shared, alone, hidden, gone, both = (add_property(engine) for _ in range(5))
    cut = add_listing(engine, own, shared, price=190_000, first_seen=NOW - timedelta(days=10), **SALE)
    for home, days in ((alone, 20), (hidden, 40), (both, 15), (add_property(engine), 30)):
        add_listing(engine, own, home, price=300_000, first_seen=NOW - timedelta(days=days), **SALE)
    old = NOW - timedelta(days=800)
    add_listing(engine, own, gone, is_active=False, withdrawn_at=NOW, first_seen=old, **SALE)
    change_price(engine, cut, 200_000, 190_000, NOW)
    for agency, dwelling in ((rival, shared), (rival, hidden), (other, hidden), (silent, alone)):
        add_listing(engine, agency, dwelling, **SALE)
    add_listing(engine, rival, both, **RENT)
    answer = AgencyDetail.model_validate_json(client.get(f"/api/agencies/{own}").content)
    stock = answer.stock
    assert (answer.active_listings, stock.dwellings, stock.median_days_on_market) == (5, 5, 20.0)
    assert (stock.price_cut_share, stock.exclusive_share) == (0.2, 0.6)
    assert [(known.agency.id, known.dwellings) for known in stock.overlap] == [(rival, 2), (other, 1)]
    assert len(stock.new_per_month) == 12
    assert sum(month.adverts for month in stock.new_per_month) == 5
    assert stock.new_per_month[-1].month == f"{NOW.astimezone(ZoneInfo('Europe/Paris')):%Y-%m}"
    stock_of(client, own)


def test_sales_and_rents_of_an_agency_never_mix(client: httpx2.Client, engine: Engine) -> None:
    own = add_agency(engine)
    for deal, days in ((SALE, 100), (RENT, 10)):
        for _ in range(5):
            add_listing(engine, own, first_seen=NOW - timedelta(days=days), **deal)
    add_listing(engine, own, first_seen=NOW)
    sale, rent = stock_of(client, own), stock_of(client, own, transaction="rent")
    assert (sale["transaction"], rent["transaction"]) == ("sale", "rent")
    assert (sale["median_days_on_market"], rent["median_days_on_market"]) == (100.0, 10.0)
    assert (sale["dwellings"], rent["dwellings"]) == (5, 5)
    for stock in (sale, rent):
        assert sum(month["adverts"] for month in stock["new_per_month"]) == 5
    assert client.get(f"/api/agencies/{own}", params={"transaction": "any"}).status_code == 422


@pytest.mark.parametrize(("number", "told"), [(4, False), (5, True)])
def test_fewer_than_five_tell_no_median_and_no_share(
    client: httpx2.Client, engine: Engine, number: int, told: bool
) -> None:
    own, homes = add_agency(engine), [add_property(engine) for _ in range(4)]
    for at in range(number):
        add_listing(engine, own, homes[at % 4], **SALE)
    stock = stock_of(client, own)
    assert (stock["dwellings"], stock["adverts"]) == (4, number)
    assert stock["exclusive_share"] is None, "of four dwellings, however many adverts they have"
    assert (stock["price_cut_share"] is not None, stock["median_days_on_market"] is not None) == (told, told)


def test_an_advert_put_on_line_again_is_no_new_one(client: httpx2.Client, engine: Engine) -> None:
    own, home = add_agency(engine), add_property(engine)
    gone = add_listing(engine, own, home, is_active=False, withdrawn_at=NOW, first_seen=NOW, **SALE)
    add_listing(engine, own, home, republishes=gone, first_seen=NOW, **SALE)
    assert sum(month["adverts"] for month in stock_of(client, own)["new_per_month"]) == 1


@pytest.mark.parametrize("recurrencied", [False, True])
def test_a_misread_price_and_other_money_are_no_cut_of_an_agency_either(
    client: httpx2.Client, engine: Engine, recurrencied: bool
) -> None:
    own = add_agency(engine)
    for old in (200_000, 2_000_000, 190_000, 180_000, 190_000):
        listing = add_listing(engine, own, price=190_000, **SALE)
        change_price(engine, listing, old, 190_000, NOW)
        if recurrencied:
            add_event(engine, listing, "changed", NOW, field="currency", old_value="CHF", new_value="EUR")
    assert stock_of(client, own)["price_cut_share"] == (0.0 if recurrencied else 0.2)


def test_an_agency_without_stock_has_its_months_and_no_shares(client: httpx2.Client, engine: Engine) -> None:
    own = add_agency(engine)
    add_listing(engine, own, is_active=False, withdrawn_at=NOW, first_seen=NOW, **SALE)
    add_listing(engine, own, **RENT)
    stock = stock_of(client, own)
    assert (stock["dwellings"], stock["adverts"], stock["overlap"]) == (0, 0, [])
    assert stock["price_cut_share"] is stock["exclusive_share"] is stock["median_days_on_market"] is None
    assert [month["adverts"] for month in stock["new_per_month"]] == [0] * 11 + [1]


def test_an_agencys_listings_are_searched(client: httpx2.Client, engine: Engine) -> None:
    own, other = add_agency(engine), add_agency(engine)
    cheap, dear = (add_listing(engine, own, price=price) for price in (200_000, 300_000))
    add_listing(engine, other, price=100_000)
    address = f"/api/agencies/{own}/listings"
    found = client.get(address, params={"sort": "price_desc"}).json()["listings"]
    assert [listing["id"] for listing in found] == [dear, cheap]
    assert client.get(address, params={"price_max": 250_000, "agency_id": other}).json()["total"] == 1
    assert client.get("/api/agencies/999/listings").status_code == 404
    assert client.get(address, params={"price_max": "x"}).status_code == 422
