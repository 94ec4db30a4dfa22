"""Titles and descriptions, cleaned and without anybody's phone or e-mail."""

import pytest

from extract.fields import description, title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Appartement T3 | Agence du Port", "Appartement T3"),
        ("Maison 5 pièces - Nantes - Immobilière des Quais", "Maison 5 pièces - Nantes"),
        ("Agence du Port : Villa avec piscine", "Villa avec piscine"),
        ("Vente&nbsp;appartement  3 pièces", "Vente appartement 3 pièces"),
        ("Belle longère – 120 m²", "Belle longère – 120 m²"),
        ("Les Toits Bleus", None),
        ("Accueil", None),
        ("Erreur 404", None),
        ("Nos annonces", None),
        ("", None),
        ("---", None),
    ],
)
def test_a_title_loses_the_sites_name_and_a_generic_one_is_none(text: str, expected: str | None) -> None:
    assert title.parse(text, site_name="Les Toits Bleus") == expected


def test_a_part_that_is_the_given_site_name_is_cut() -> None:
    assert title.clean("T2 au calme | Les Toits Bleus", "Les Toits bleus") == "T2 au calme"


def test_a_description_keeps_its_paragraphs_and_loses_its_tags() -> None:
    assert description.parse("Bel&nbsp;appartement<br/>au   calme.<p>Cave</p>et parking") == (
        "Bel appartement\nau calme. Cave\net parking"
    )


def test_phones_and_e_mails_in_a_description_are_masked() -> None:
    text = "Contactez Anne au 06.12.34.56.78, +33 6 12 34 56 78 ou anne.b@exemple.fr pour visiter."
    assert description.parse(text) == "Contactez Anne au [téléphone], [téléphone] ou [courriel] pour visiter."


def test_prices_surfaces_and_dates_are_no_phone_numbers() -> None:
    text = "Prix 1 250 000 €, 65 m², réf 0612, libre le 01/02/2026, 44 000 habitants"
    assert description.clean(text) == text


def test_too_short_a_text_is_no_description() -> None:
    assert description.parse("  Voir plus ") is None
