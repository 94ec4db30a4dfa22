"""Which of a page's amounts is the price, and that what is struck out or a business pays is not."""

import pytest

from models.listing import Transaction
from tests.extract.pages import DETAIL, page, read

PRICE = "<p class='prix'>385 000 €</p>"


def price(told: str, detail: str = DETAIL) -> tuple[int | None, Transaction | None]:
    listing = read(page(detail.replace(PRICE, told))).listing
    assert listing is not None
    return listing.price, listing.transaction


@pytest.mark.parametrize("old", ["<del>{}</del>", "<s>{}</s>", "<span class='line-through'>{}</span>",
                                 "<span class='price-old'>{}</span>", "<i class='ancien-prix'>{}</i>",
                                 "<span style='text-decoration: line-through'>{}</span>"])  # fmt: skip
def test_a_price_that_is_struck_out_is_no_longer_the_price(old: str) -> None:
    assert price(f"<div class='prix'>{old.format('410 000 €')} 385 000 €</div>")[0] == 385_000


@pytest.mark.parametrize(
    "told",
    [
        "<p>682,00 € par mois charges comprises</p><ul><li>Loyer hors charges : 630,00 €</li></ul>",
        "<table><tr><td>Loyer</td><td>630 €</td></tr><tr><td>Loyer CC</td><td>682 €</td></tr></table>",
    ],
)
def test_a_rent_told_with_and_without_charges_is_the_one_with_them(told: str) -> None:
    assert price(told) == (682, Transaction.RENT)


def test_the_price_of_a_business_is_not_the_rent_that_it_pays() -> None:
    told = "<ul><li>Loyer mensuel : 950 €</li><li>Prix de cession : 165 000 €</li></ul>"
    assert price(told)[0] == 165_000


def test_a_lone_amount_far_below_is_the_price_and_one_of_many_is_not() -> None:
    far = DETAIL.replace(PRICE, "") + "<p>Informations</p>" * 60
    assert price("", far + "<div>779 000 €</div>") == (779_000, Transaction.SALE)
    assert price("", far + "".join(f"<p>Lot {n} {n}79 000 €</p>" for n in range(2, 6)))[0] is None


def test_the_name_of_a_lot_under_a_head_of_a_column_is_no_price() -> None:
    assert price("<table><tr><th>Prix</th></tr><tr><td>A12</td></tr></table>")[0] is None


def test_an_amount_per_month_is_no_price_of_a_sale() -> None:
    detail = DETAIL.replace("<h1>", "<h1>À vendre : ").replace(PRICE, "<p class='prix'>ou 961 €/mois</p>")
    listing = read(page(detail, "Vente maison Bordeaux")).listing
    assert listing is not None and (listing.price, listing.transaction) == (None, Transaction.SALE)


def test_an_amount_in_euros_per_week_is_a_holidays() -> None:
    assert price("<p class='prix'>420 € / semaine</p>") == (420, Transaction.SEASONAL)


def test_a_high_price_is_no_rent_whatever_a_sentence_says_of_tenants() -> None:
    told = f"{PRICE}<p>Bon rendement locatif, loyers à jour.</p>"
    assert price(told) == (385_000, Transaction.SALE)


def test_a_currency_that_is_not_like_euros_sets_no_bounds_on_a_square_metre() -> None:
    detail = DETAIL.replace(PRICE, "<p class='price'>Price: ₹2.38 Cr</p>")
    assert price("", detail)[0] == 23_800_000


def test_a_sign_on_a_line_of_its_own_stands_before_its_figure() -> None:
    detail = DETAIL.replace(PRICE, "<p>Chicago, IL 60614</p><div>$</div><h5>615000</h5>")
    assert price("", detail)[0] == 615_000


def test_an_advert_whose_facts_end_with_council_tax_is_read() -> None:
    facts = "Security deposit £1,673. Minimum term of twelve months, unfurnished. EPC: C. Council tax band B."
    listing = read(page(DETAIL.replace(PRICE, f"<p>£1,450 pcm</p><p>{facts}</p>"))).listing
    assert listing is not None and listing.dpe == "C"
