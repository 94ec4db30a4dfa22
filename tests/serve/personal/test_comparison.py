"""Listings side by side: what differs, what is missing and neither, and what is plainly better."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine

from tests.serve.market import NOW, add_agency, add_listing, add_property
from tests.serve.personal.conftest import Visitor

PATH = "/api/user/compare"


def _compared(visitor: Visitor, *ids: int) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = visitor.get(PATH, params={"ids": ",".join(map(str, ids))})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return told, {field["field"]: field for field in told["fields"]}


def test_fields_stand_side_by_side_with_differences_and_the_better_marked(
    claire: Visitor, engine: Engine
) -> None:
    agency = add_agency(engine)
    same = {"transaction": "sale", "currency": "EUR", "rooms": 3}
    one = add_listing(engine, agency, price=300_000, surface=60, dpe="D", floor=1, **same)
    two = add_listing(engine, agency, price=280_000, surface=70, dpe="B", floor=4, **same)
    told, fields = _compared(claire, one, two)
    assert [listing["listing"]["id"] for listing in told["listings"]] == [one, two]
    assert (fields["price"]["values"], fields["price"]["best"]) == ([300_000, 280_000], [two])
    assert (fields["price_per_sqm"]["values"], fields["price_per_sqm"]["best"]) == ([5000, 4000], [two])
    assert (fields["surface"]["best"], fields["dpe"]["best"]) == ([two], [two])
    assert (fields["rooms"]["differs"], fields["rooms"]["best"]) == (False, [])
    assert (fields["floor"]["differs"], fields["floor"]["best"]) == (True, [])


def test_what_is_missing_is_neither_equal_nor_different(claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    told = {"price": 200_000, "transaction": "sale"}
    one = add_listing(engine, agency, surface=50, rooms=2, **told)
    two = add_listing(engine, agency, rooms=2, **told)
    three = add_listing(engine, agency, surface=60, **told)
    _, fields = _compared(claire, one, two, three)
    assert fields["surface"] == {
        "field": "surface",
        "values": [50.0, None, 60.0],
        "differs": True,
        "missing": [two],
        "best": [three],
    }
    assert (fields["rooms"]["differs"], fields["rooms"]["missing"]) == (None, [three])
    assert (fields["dpe"]["differs"], fields["dpe"]["missing"]) == (None, [one, two, three])
    assert (fields["price"]["differs"], fields["price"]["best"]) == (False, [])


def test_a_tie_for_the_better_is_both(claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    ids = [add_listing(engine, agency, surface=surface) for surface in (50, 60, 60)]
    _, fields = _compared(claire, *ids)
    assert fields["surface"]["best"] == ids[1:]


def test_sale_and_rent_are_never_called_better(claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    sale = add_listing(engine, agency, price=300_000, surface=60, transaction="sale")
    rent = add_listing(engine, agency, price=900, surface=50, transaction="rent")
    told, fields = _compared(claire, sale, rent)
    assert told["same_money"] is False
    assert (fields["price"]["differs"], fields["price"]["best"]) == (True, [])
    assert fields["surface"]["best"] == [sale]


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ({"currency": "EUR"}, {}, True),
        ({"currency": "EUR"}, {"currency": "CHF"}, False),
        ({"currency": "XPF", "postal_code": "98800"}, {"postal_code": "98800"}, False),
        ({"postal_code": "98800"}, {"postal_code": "98800"}, False),
    ],
)
def test_no_price_is_the_better_one_where_currencies_may_differ(
    claire: Visitor, engine: Engine, one: dict[str, Any], two: dict[str, Any], same: bool
) -> None:
    agency = add_agency(engine)
    ids = [
        add_listing(engine, agency, price=price, **told) for price, told in ((300_000, one), (280_000, two))
    ]
    told, fields = _compared(claire, *ids)
    assert (told["same_money"], fields["price"]["best"]) == (same, ids[1:] if same else [])


def test_features_are_there_not_there_or_unknown(claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    one = add_listing(engine, agency, features={"lift": True, "balcony": True})
    two = add_listing(engine, agency, features={"lift": False})
    _, fields = _compared(claire, one, two)
    assert (fields["feature.lift"]["values"], fields["feature.lift"]["differs"]) == ([True, False], True)
    assert (fields["feature.balcony"]["values"], fields["feature.balcony"]["differs"]) == ([True, None], None)
    assert "feature.cellar" not in fields


def test_two_adverts_of_one_dwelling_are_said_to_be(claire: Visitor, engine: Engine) -> None:
    shared, own = add_property(engine), add_property(engine)
    one, other, two = (add_listing(engine, add_agency(engine), d) for d in (shared, own, shared))
    told, _ = _compared(claire, one, other, two)
    assert told["dwellings"] == [
        {"property_id": shared, "listings": [one, two]},
        {"property_id": own, "listings": [other]},
    ]


def test_withdrawn_listings_are_compared_by_how_long_they_stood(claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    long = {"first_seen": NOW - timedelta(days=40)}
    gone = add_listing(engine, agency, is_active=False, withdrawn_at=NOW - timedelta(days=30), **long)
    there = add_listing(engine, agency, **long)
    told, fields = _compared(claire, gone, there)
    assert fields["days_on_market"]["values"] == [10, 40]
    assert [listing["is_active"] for listing in told["listings"]] == [False, True]


def test_two_to_five_that_are_there(client: httpx2.Client, claire: Visitor, engine: Engine) -> None:
    agency = add_agency(engine)
    ids = [add_listing(engine, agency) for _ in range(6)]
    silent = add_listing(engine, add_agency(engine, opted_out_at=NOW))
    assert claire.get(PATH, params={"ids": ids[:5]}).status_code == 200
    for wrong in (ids, ids[:1], [ids[0], ids[0]], [], ["x", "y"], ["1,,2"], [0, 1], ["1;2"]):
        assert claire.get(PATH, params={"ids": wrong}).status_code == 422, wrong
    missing = claire.get(PATH, params={"ids": f"{ids[0]},{silent},999"})
    assert (missing.status_code, missing.json()["detail"]) == (404, f"There is no listing {silent}, 999.")
    assert client.get(PATH, params={"ids": ids[:2]}).status_code == 401


@pytest.mark.parametrize("field", ["price", "surface"])
def test_the_order_is_the_askers(claire: Visitor, engine: Engine, field: str) -> None:
    agency = add_agency(engine)
    one, two = (add_listing(engine, agency, price=p, surface=s) for p, s in ((1_000, 10), (2_000, 20)))
    assert (
        _compared(claire, two, one)[1][field]["values"]
        == _compared(claire, one, two)[1][field]["values"][::-1]
    )
