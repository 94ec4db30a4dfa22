"""Sense checks between fields: places far from their commune, letters from values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.candidates import Candidate
from extract.decide import decide
from extract.fields import energy
from models.listing import Listing, Transaction
from models.places import Places
from tests.extract.pages import DETAIL, page, read

LYON = {"postal_code": "69003", "city": "Lyon"}


def decided(**values: Any) -> Listing:
    told = [Candidate(field, value, str(value), "label", 0.8) for field, value in values.items()]
    return decide(told, Places.sample())[0]


@pytest.mark.parametrize(
    ("latitude", "longitude", "kept"),
    [
        (45.7601, 4.8502, True),
        (45.9, 5.1, True),
        (48.85, 2.35, False),
        (45.76, 7.0, False),
        (-33.9, 151.2, False),
    ],
)
def test_coordinates_far_from_the_commune_are_dropped(latitude: float, longitude: float, kept: bool) -> None:
    found = decided(**LYON, latitude=latitude, longitude=longitude)
    assert (found.latitude, found.longitude) == ((latitude, longitude) if kept else (None, None))


def test_without_a_commune_coordinates_stay() -> None:
    assert decided(latitude=48.85, longitude=2.35).latitude == 48.85


@given(used=st.integers(1, 900), emitted=st.integers(1, 200), surface=st.floats(41, 300))
def test_two_values_of_a_dwelling_that_is_not_small_make_the_letters(
    used: int, emitted: int, surface: float
) -> None:
    found = decided(dpe_value=used, ges_value=emitted, surface=surface)
    assert found.dpe == energy.letter_for(used, emitted)
    assert found.ges == energy.ges_letter_for(emitted)


@pytest.mark.parametrize(
    "told",
    [
        {"dpe_value": 187, "ges_value": 12},
        {"dpe_value": 187, "ges_value": 12, "surface": 40.0},
        {"dpe_value": 187, "surface": 65.0},
        {"ges_value": 12, "surface": 65.0},
    ],
)
def test_a_small_dwelling_or_one_value_alone_makes_none(told: dict[str, Any]) -> None:
    found = decided(**told)
    assert (found.dpe, found.ges) == (None, None)


def test_a_letter_on_the_page_is_never_overruled_by_values() -> None:
    found = decided(dpe="C", dpe_value=400, ges_value=90, surface=65.0)
    assert (found.dpe, found.ges) == ("C", "F")


def test_fees_as_high_as_a_price_are_none() -> None:
    assert decided(price=239_000, fees=228_000).fees is None
    assert decided(price=239_000, fees=11_000).fees == 11_000


def test_no_stay_costs_as_much_as_a_house() -> None:
    main = DETAIL.replace("Maison 5 pièces 112 m² Bordeaux", "Gîte et maison de maître, 112 m²")
    listing = read(page(main)).listing
    assert listing is not None and listing.transaction is Transaction.SALE


@pytest.mark.parametrize(("told", "offer"), [("seasonal", Transaction.SEASONAL), (None, Transaction.RENT)])
def test_a_deposit_is_a_holiday_guests_where_anything_tells_of_holidays(
    told: str | None, offer: Transaction
) -> None:
    found = [
        Candidate("deposit", 400, "Dépôt de garantie : 400 €", "label", 0.9),
        Candidate("price", 490, "490 €", "label", 0.9),
    ]
    if told:
        found.append(Candidate("transaction", Transaction(told), "la semaine", "text", 0.3))
    listing, _ = decide(found, Places(()))
    assert listing.transaction == offer
