"""Charges, the agency's fees with their payer, and the deposit."""

import pytest

from extract.fields import charges, deposit, fees
from extract.fields.fees import Fees
from models.listing import FeesPayer


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("120 €", 120),
        ("80", 80),
        ("Charges : 120 €/mois", 120),
        ("dont 80 € de charges", 80),
        ("1 200 € / an", 100),
        ("Charges annuelles : 1 200 €", 100),
        ("300 € / trimestre", 100),
        ("Provision sur charges 45,50 €", 45),
    ],
)
def test_charges_are_brought_to_a_month(text: str, month: int) -> None:
    assert charges.parse(text) == month


@pytest.mark.parametrize("text", ["", "NC", "NaN", "-5 €", "1e308", "5 %", "inclus", "65 m²"])
def test_what_is_no_amount_of_charges_is_none(text: str) -> None:
    assert charges.parse(text) is None


def test_the_rent_charges_included_is_not_the_charges() -> None:
    prose = "Loyer 910 € charges comprises dont 80 € de charges. Dépôt de garantie 830 €."
    assert [match.value for match in charges.find(prose)] == [80]
    bare = "Loyer 910 € hors charges, provision sur charges 80 €. Taxe foncière 700 €."
    assert [match.value for match in charges.find(bare)] == [80]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 000 €", Fees(5000)),
        ("450", Fees(450)),
        ("4,5 %", Fees(None, 4.5)),
        ("Honoraires : 5 % TTC à la charge de l'acquéreur", Fees(None, 5.0, FeesPayer.BUYER)),
        ("Honoraires à la charge du vendeur", Fees(None, None, FeesPayer.SELLER)),
        ("Honoraires charge locataire : 450 € TTC", Fees(450, None, FeesPayer.TENANT)),
    ],
)
def test_fees_have_an_amount_a_percentage_and_a_payer(text: str, expected: Fees) -> None:
    assert fees.parse(text) == expected


@pytest.mark.parametrize("text", ["", "NC", "NaN", "-5", "1e308", "voir barème"])
def test_what_tells_no_fees_is_none(text: str) -> None:
    assert fees.parse(text) is None


def test_in_prose_the_fees_are_not_the_price() -> None:
    prose = (
        "Prix : 310 000 € honoraires inclus. Prix hors honoraires : 300 000 €. "
        "Honoraires : 10 000 € TTC charge acquéreur"
    )
    assert [match.value.amount for match in fees.find(prose)] == [10_000]


@pytest.mark.parametrize(
    ("text", "payer"),
    [
        ("à la charge de l’acquéreur", FeesPayer.BUYER),
        ("charge vendeur", FeesPayer.SELLER),
        ("à la charge du locataire", FeesPayer.TENANT),
        ("honoraires à charge partagée", FeesPayer.SHARED),
        ("à la charge de l'acquéreur … à la charge du vendeur", None),
        ("", None),
    ],
)
def test_the_payer_is_who_bears_the_charge_and_two_names_are_none(text: str, payer: FeesPayer | None) -> None:
    assert fees.payer_of(text) == payer


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("Dépôt de garantie : 800 €", 800),
        ("800", 800),
        ("800,00 €", 800),
        ("1 mois de loyer", None),
        ("", None),
        ("NaN", None),
    ],
)
def test_the_deposit_is_an_amount_and_months_are_none(text: str, euros: int | None) -> None:
    assert deposit.parse(text) == euros


def test_the_deposit_is_found_beside_rent_and_fees() -> None:
    prose = "Loyer : 650 € CC, dépôt de garantie : 600 €, honoraires : 390 €"
    assert [match.value for match in deposit.find(prose)] == [600]
