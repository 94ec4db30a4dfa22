"""GET /api/agencies/{id} and its listings: stock, months, cuts, what others offer too."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx2
from sqlalchemy import Engine

from serve.answers import AgencyDetail
from tests.serve.market import NOW, add_agency, add_listing, add_property, change_price


def test_an_agency_tells_its_stock(client: httpx2.Client, engine: Engine) -> None:
    own, rival, other = (
        add_agency(engine, name) for name in ("Les Clés du Fleuve", "Étude Vauquelin", "Cabinet")
    )
    silent = add_agency(engine, "Agence Discrète", opted_out_at=NOW)
    shared, alone, hidden, gone = (add_property(engine) for _ in range(4))
    cut = add_listing(engine, own, shared, price=190_000, first_seen=NOW - timedelta(days=10))
    add_listing(engine, own, alone, price=300_000, first_seen=NOW - timedelta(days=20))
    add_listing(engine, own, hidden, price=300_000, first_seen=NOW - timedelta(days=40))
    add_listing(engine, own, gone, is_active=False, withdrawn_at=NOW, first_seen=NOW - timedelta(days=800))
    change_price(engine, cut, 200_000, 190_000, NOW)
    for agency, dwelling in ((rival, shared), (rival, hidden), (other, hidden), (silent, alone)):
        add_listing(engine, agency, dwelling)
    answer = AgencyDetail.model_validate_json(client.get(f"/api/agencies/{own}").content)
    stock = answer.stock
    assert (answer.active_listings, stock.dwellings, stock.median_days_on_market) == (3, 3, 20.0)
    assert (stock.price_cut_share, stock.exclusive_share) == (0.333, 0.333)
    assert [(known.agency.id, known.dwellings) for known in stock.overlap] == [(rival, 2), (other, 1)]
    assert len(stock.new_per_month) == 12
    assert sum(month.adverts for month in stock.new_per_month) == 3
    assert stock.new_per_month[-1].month == f"{NOW.astimezone(ZoneInfo('Europe/Paris')):%Y-%m}"


def test_an_advert_put_on_line_again_is_no_new_one(client: httpx2.Client, engine: Engine) -> None:
    own, home = add_agency(engine), add_property(engine)
    gone = add_listing(engine, own, home, is_active=False, withdrawn_at=NOW, first_seen=NOW)
    add_listing(engine, own, home, republishes=gone, first_seen=NOW)
    (beside,) = client.get("/api/statistics/agencies", params={"agency_id": own}).json()["agencies"]
    alone = client.get(f"/api/agencies/{own}").json()["stock"]
    assert sum(month["adverts"] for month in beside["new_per_month"]) == 1
    assert sum(month["adverts"] for month in alone["new_per_month"]) == 1


def test_the_adverts_behind_days_and_cuts_are_told_beside_the_dwellings(
    client: httpx2.Client, engine: Engine
) -> None:
    own, home = add_agency(engine), add_property(engine)
    for _ in range(2):
        add_listing(engine, own, home)
    (beside,) = client.get("/api/statistics/agencies", params={"agency_id": own}).json()["agencies"]
    alone = client.get(f"/api/agencies/{own}").json()["stock"]
    assert (beside["dwellings"], beside["adverts"]) == (alone["dwellings"], alone["adverts"]) == (1, 2)


def test_a_misread_price_is_no_cut_of_an_agency_either(client: httpx2.Client, engine: Engine) -> None:
    own = add_agency(engine)
    for old in (200_000, 2_000_000):
        listing = add_listing(engine, own, price=190_000, postal_code="69003")
        change_price(engine, listing, old, 190_000, NOW)
    asked = {"agency_id": own}
    (beside,) = client.get("/api/statistics/agencies", params=asked).json()["agencies"]
    alone = client.get(f"/api/agencies/{own}").json()["stock"]
    assert (beside["price_cut_share"], alone["price_cut_share"]) == (0.5, 0.5)


def test_an_agency_without_stock_has_no_shares(client: httpx2.Client, engine: Engine) -> None:
    stock = client.get(f"/api/agencies/{add_agency(engine)}").json()["stock"]
    assert (stock["dwellings"], stock["overlap"]) == (0, [])
    assert stock["price_cut_share"] is stock["exclusive_share"] is stock["median_days_on_market"] is None


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
