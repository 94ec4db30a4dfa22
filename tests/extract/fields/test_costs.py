"""Charges, the agency's fees with their payer, and the deposit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import charges, deposit, fees
from extract.fields.fees import Fees
from extract.fields.match import best
from models.listing import FeesPayer
from tests.extract.fields.spelled import NOTHING, after, amount, before, decimal


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


@given(
    euros=amount(5, 9_000),
    period=st.sampled_from([("", 1), ("/mois", 1), (" par mois", 1), (" / an", 12), (" par an", 12),
                            ("/trimestre", 3), (" par semestre", 6)]),
    words=st.sampled_from(["Charges : ", "Provision sur charges : ", "Charges de copropriété : ", ""]),
)  # fmt: skip
def test_charges_of_any_period_are_brought_to_a_month(
    euros: tuple[int, str], period: tuple[str, int], words: str
) -> None:
    value = euros[0] // period[1]
    assert charges.parse(f"{words}{euros[1]} €{period[0]}") == (value or None)


@given(
    euros=amount(100, 90_000),
    payer=st.sampled_from([("l'acquéreur", "buyer"), ("l’acheteur", "buyer"), ("du vendeur", "seller"),
                           ("du locataire", "tenant")]),
)  # fmt: skip
def test_an_amount_of_fees_and_its_payer_read_back(euros: tuple[int, str], payer: tuple[str, str]) -> None:
    who = payer[0] if payer[0].startswith("du") else f"de {payer[0]}"
    read = fees.parse(f"Honoraires à la charge {who} : {euros[1]} € TTC")
    assert read == Fees(euros[0], None, FeesPayer(payer[1]))


@given(percent=decimal(1, 1_500), lead=before, tail=after)
def test_a_percentage_of_fees_reads_back(percent: tuple[float, str], lead: str, tail: str) -> None:
    found = best(fees.find(f"{lead}Honoraires : {percent[1]} % TTC à la charge de l'acquéreur{tail}"))
    assert found is not None
    assert (found.value.percent, found.value.payer, found.value.amount) == (percent[0], FeesPayer.BUYER, None)


@given(
    euros=amount(100, 9_000), lead=before, tail=after, word=st.sampled_from(["Dépôt de garantie", "Caution"])
)
def test_words_around_never_change_a_deposit(euros: tuple[int, str], lead: str, tail: str, word: str) -> None:
    assert [m.value for m in deposit.find(f"{lead}{word} : {euros[1]} €{tail}")] == [euros[0]]
    assert deposit.parse(f"{word} : {euros[1]} €") == euros[0]


@given(rent=st.integers(300, 3_000), one=st.integers(20, 290), two=st.integers(100, 2_000))
def test_rent_charges_deposit_and_fees_of_one_sentence_never_mix(rent: int, one: int, two: int) -> None:
    prose = (
        f"Loyer : {rent} € CC dont {one} € de charges. Dépôt de garantie : {two} €. "
        f"Honoraires : {one + two} € TTC à la charge du locataire."
    )
    assert [match.value for match in charges.find(prose)] == [one]
    assert [match.value for match in deposit.find(prose)] == [two]
    assert [match.value.amount for match in fees.find(prose)] == [one + two]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_nothing_costs_nothing(text: str) -> None:
    assert [field.parse(text) for field in (charges, deposit, fees)] == [None] * 3


def test_fees_by_the_square_metre_are_told_by_what_they_amount_to() -> None:
    prose = "Honoraires à la charge du locataire : 11 €/m², soit 1 056 €"
    assert [(m.value.amount, m.value.payer) for m in fees.find(prose)] == [(1056, FeesPayer.TENANT)]
