"""The price: every way of writing it, nothing that is not one, and the headline among the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.fields import price
from extract.fields.match import best
from extract.fields.price import Price
from tests.extract.fields.spelled import NOTHING, after, amount, before, space


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1 250 000 € FAI", 1_250_000, "EUR"),
        ("1\u202f250\u202f000\u00a0€", 1_250_000, "EUR"),
        ("450.000", 450_000, None),
        ("450000.00", 450_000, None),
        ("1.250.000,00 €", 1_250_000, "EUR"),
        ("1,250,000 EUR", 1_250_000, "EUR"),
        ("1'250'000 CHF", 1_250_000, "CHF"),
        ("245 k€", 245_000, "EUR"),
        ("245k€", 245_000, "EUR"),
        ("1,2 M€", 1_200_000, "EUR"),
        ("2 millions d'euros", 2_000_000, "EUR"),
        ("£1,200 pcm", 1_200, "GBP"),
        ("$1,250,000", 1_250_000, "USD"),
        ("EUR 450000", 450_000, "EUR"),
        ("35 000 000 XPF", 35_000_000, "XPF"),
        ("35 000 000 F CFP", 35_000_000, "XPF"),
        ("35.000.000 Frs CFP", 35_000_000, "XPF"),
        ("150 000 F.CFP / mois", 150_000, "XPF"),
        ("150 000 Fcfp", 150_000, "XPF"),
        ("150 000 francs CFP", 150_000, "XPF"),
        ("150 000 CFP cc", 150_000, "XPF"),
        ("35 MF", 35_000_000, "XPF"),
        ("35,5 MF CFP", 35_500_000, "XPF"),
        ("35,5 M F CFP", 35_500_000, "XPF"),
        ("35 M XPF", 35_000_000, "XPF"),
        ("35 millions de francs pacifiques", 35_000_000, "XPF"),
        ("Prix : XPF 35 000 000", 35_000_000, "XPF"),
        ("F CFP 35 000 000", 35_000_000, "XPF"),
        ("R$ 850.000", 850_000, "BRL"),
        ("Prix : 250 000 € dont 5 % d'honoraires", 250_000, "EUR"),
        ("Prix 250 000 € Honoraires : 9 000 €", 250_000, "EUR"),
        ("9 000 € d'honoraires, prix 250 000 €", 250_000, "EUR"),
    ],
)
def test_a_price_is_read_however_it_is_written(text: str, amount: int, currency: str | None) -> None:
    read = price.parse(text)
    assert read is not None
    assert (read.amount, read.currency) == (amount, currency)


@pytest.mark.parametrize("text", ["CFP 2024", "12 m face au lagon", "CFP 2 000 heures", "35 m F4"])
def test_francs_are_named_to_be_money(text: str) -> None:
    assert price.find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Prix sur demande",
        "Nous consulter",
        "NaN",
        "inf",
        "1e308",
        "-5 €",
        "- 250 000 €",
        "0 €",
        "9" * 400 + " €",
        "200 000 - 250 000 €",
        "200 000 € - 250 000 €",
        "de 200 000 € à 250 000 €",
        "3 500 €/m²",
        "65 m²",
        "12 %",
        "Honoraires : 5 000 €",
        "Dépôt de garantie 800 €",
    ],
)
def test_what_is_no_single_headline_price_is_none(text: str) -> None:
    assert price.parse(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 079,17 € CC/mois", Price(1079, "EUR", "month", True)),
        ("850 € / mois charges comprises", Price(850, "EUR", "month", True)),
        ("850 € HC", Price(850, "EUR", None, False)),
        ("Loyer hors charges : 720 €", Price(720, "EUR", None, False)),
        ("310 € / semaine", Price(310, "EUR", "week", None)),
        ("95 € la nuit", Price(95, "EUR", "night", None)),
        ("24 000 € HT / an", Price(24_000, "EUR", "year", None)),
        ("1.450 €/mes", Price(1450, "EUR", "month", None)),
    ],
)
def test_a_rent_tells_its_period_and_whether_charges_are_in(text: str, expected: Price) -> None:
    assert price.parse(text) == expected


@pytest.mark.parametrize(
    ("prose", "amount"),
    [
        (
            "Charges annuelles : 1 232 €. Taxe 900 €.\nPrix de vente : 545 000 € dont 3 % d'honoraires.",
            545_000,
        ),
        ("Loyer 875 € - Dépôt de garantie : 1 500 € - Honoraires locataire 1 100 €", 875),
        ("Nos honoraires, inclus dans le prix affiché, s'élèvent à 6 500 €. Prix 310 000 € FAI", 310_000),
        ("4 250 €/m²\n340 000 €\nMensualité estimée : 1 420 € sur 20 ans", 340_000),
        ("Montant des charges : 80 € / mois. Loyer mensuel charges comprises : 910 €", 910),
        ("Dépenses annuelles d'énergie estimées entre 1 200 € et 1 650 €. Prix : 189 000 €", 189_000),
    ],
)
def test_in_prose_the_headline_price_scores_above_every_other_amount(prose: str, amount: int) -> None:
    found = best(price.find(prose))
    assert found is not None
    assert found.value.amount == amount
    assert prose[found.start : found.end] == found.raw


@pytest.mark.parametrize(
    "prose",
    [
        "Honoraires : 5 000 €",
        "Dépôt de garantie : 1 200 €",
        "Montant des charges : 80 € / mois",
        "3 100 €/m²",
        "Estimation entre 1 200 € et 1 650 € par an",
        "parking en sus : 100 €/mois",
        "apport de 20 000 €",
    ],
)
def test_other_amounts_never_reach_the_score_of_a_price(prose: str) -> None:
    assert all(match.score < 0.45 for match in price.find(prose))


@given(
    amount=st.integers(10, 300_000_000),
    space=st.sampled_from([" ", "\u00a0", "\u202f", "\u2009", ".", ",", "'", ""]),
    sign=st.sampled_from([" €", "€", "\u00a0€", " EUR", " euros"]),
    tail=st.sampled_from(["", " FAI", " CC", "/mois", ",00"]),
)
def test_every_formatted_amount_reads_back(amount: int, space: str, sign: str, tail: str) -> None:
    digits = f"{amount:,}".replace(",", space)
    cents = "." if space == "," else ","
    text = f"{digits}{cents}00{sign}" if tail == ",00" else f"{digits}{sign}{tail}"
    read = price.parse(text)
    assert read is not None
    assert read.amount == amount


@given(spelled=amount(1_000, 99_000_000), sign=space, lead=before, tail=after)
def test_words_around_never_change_a_price(spelled: tuple[int, str], sign: str, lead: str, tail: str) -> None:
    value, text = spelled
    found = best(price.find(f"{lead}Prix : {text}{sign}€{tail}"))
    assert found is not None
    assert found.value.amount == value


@given(low=st.integers(10, 490), more=st.integers(1, 500), join=st.sampled_from([" - ", " à ", "/", " – "]))
def test_two_ends_of_a_range_are_no_price(low: int, more: int, join: str) -> None:
    assert price.parse(f"{low} 000 €{join}{low + more} 000 €") is None
    assert price.parse(f"{low} 000{join}{low + more} 000 €") is None


@given(spelled=amount(50_000, 9_000_000), fees=st.integers(1_000, 40_000))
def test_fees_told_beside_a_price_stay_apart(spelled: tuple[int, str], fees: int) -> None:
    for text in (
        f"Prix : {spelled[1]} € FAI dont honoraires {fees} € TTC charge acquéreur",
        f"{spelled[1]} € (honoraires : {fees} €)",
        f"Honoraires : {fees} €\nPrix : {spelled[1]} €",
    ):
        found = best(price.find(text))
        assert found is not None
        assert found.value.amount == spelled[0]


@given(rent=amount(200, 9_000), charges=st.integers(10, 190), included=st.booleans())
def test_a_rent_tells_whether_charges_are_in_it(rent: tuple[int, str], charges: int, included: bool) -> None:
    words = "charges comprises" if included else "hors charges"
    read = price.parse(f"{rent[1]} €/mois {words} (charges : {charges} €)")
    assert read == Price(rent[0], "EUR", "month", included)


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_nothing_is_no_price(text: str) -> None:
    assert price.parse(text) is None
    assert price.parse(f"{text} €") is None


@pytest.mark.parametrize(
    ("text", "amount_told"),
    [
        ("À partir de 214 000 €", 214_000),
        ("dès 214 000 €", 214_000),
        ("260 000 € → 245 000 €", 245_000),
        ("Ancien prix : 260 000 € Prix : 245 000 €", 245_000),
        ("Prix : 245 000 € (hors honoraires 235 000 €)", 245_000),
        ("235 000 € hors honoraires, 245 000 € honoraires inclus", 245_000),
        ("Mise à prix : 80 000 €", 80_000),
        ("Loyer : 650 € + 50 € de charges", 650),
    ],
)
def test_of_two_amounts_the_headline_is_told(text: str, amount_told: int) -> None:
    read = price.parse(text)
    assert read is not None
    assert read.amount == amount_told


@pytest.mark.parametrize("text", ["200/250 000 €", "entre 200 000 et 250 000 €", "1e308 €", "NaN €"])
def test_half_a_range_or_an_absurd_figure_is_no_price(text: str) -> None:
    assert price.parse(text) is None


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("₹1.38 Cr", 13_800_000, "INR"),
        ("Rs. 62.40 Lac", 6_240_000, "INR"),
        ("₹ 45 Lakhs", 4_500_000, "INR"),
        ("₹ 1,25,00,000", 12_500_000, "INR"),
        ("Guide price £ 165 ,000", 165_000, "GBP"),
        ("$ 189 , 900", 189_900, "USD"),
        ("168.500,- €", 168_500, "EUR"),
        ("CHF 1'250'000.–", 1_250_000, "CHF"),
        ("€ 449.000 k.k.", 449_000, "EUR"),
        ("879 000 zł", 879_000, "PLN"),
        ("130,000 AED/year", 130_000, "AED"),
    ],
)
def test_a_price_abroad_is_read_in_its_countrys_way(text: str, amount: int, currency: str) -> None:
    read = price.parse(text)
    assert read is not None and (read.amount, read.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Offers over £149,000. Home Report valuation £152,500", 149_000),
        ("£315,000. Service charge £2,148 per annum. Ground rent: £250", 315_000),
        ("*Guide Price\n£240,000 - £260,000 plus fees. Buyer's premium: £1,200", 240_000),
        ("$679,000. Est. rent: $4,200/month. HOA $345", 679_000),
        ("₹1.38 Cr EMI - ₹62.3k, Booking amount ₹2.0 Lac", 13_800_000),
        ("369.000 € 349.000 € -5%", 349_000),
        ("Prezzo: € 415.000. Stima 1.690 €/mese", 415_000),
    ],
)
def test_the_asking_price_is_told_from_amounts_about_it(text: str, amount: int) -> None:
    found = best(price.find(text))
    assert found is not None and found.value.amount == amount


def test_two_prices_side_by_side_without_a_reduction_are_as_they_were() -> None:
    assert price.find("250 000 € 240 000 € hors honoraires")[0].score >= 0.5


@pytest.mark.parametrize(
    "text", ["Average: £338,424", "Estimated energy cost: Energy £86", "Median 410 000 €"]
)
def test_an_average_and_a_utility_are_no_price(text: str) -> None:
    assert price.find(text)[0].score < 0.3


def test_an_amount_per_square_foot_in_brackets_leaves_the_price_a_price() -> None:
    assert price.find("£875,000 (£397/sq. ft)")[0].score >= 0.5
