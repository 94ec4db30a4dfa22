"""The title as displayed: the advert's own heading, however it is marked, never the site's or a section's."""

import pytest

from models.listing import PropertyType
from tests.extract.pages import DESCRIPTION, page, read

FACTS = f"<p>385 000 €</p><p>33000 Bordeaux</p><ul><li>Surface : 112 m²</li></ul><p>{DESCRIPTION}</p>"


def title(main: str, tab: str = "Agence du Test", head: str = "") -> str | None:
    found = read(page(main + FACTS, title=tab, head=head)).listing
    assert found is not None
    return found.title


def test_a_heading_by_role_is_one() -> None:
    head = "<meta property='og:title' content='Appartement 3 pièces Blagnac'>"
    assert title("<div role='heading' aria-level='1'>T3 avec loggia</div>", head=head) == "T3 avec loggia"


def test_a_heading_that_is_a_picture_says_its_text() -> None:
    assert title("<h1><img src='/i/t.svg' alt='Le Moulin de Sainte-Aure'></h1><h2>Le lieu</h2>") == (
        "Le Moulin de Sainte-Aure"
    )


@pytest.mark.parametrize(
    "logo",
    [
        "<h1><a href='/'>Les Trois Tilleuls</a></h1>",
        "<a href='https://agence.example'><h1>Les Trois Tilleuls</h1></a>",
        "<h1 class='sitename'>Les Trois Tilleuls</h1>",
        "<h1>Tilleuls Immobilier</h1>",
    ],
)
def test_the_sites_name_in_a_heading_is_no_title(logo: str) -> None:
    assert (
        title(f"<div>{logo}</div><div><h1>Maison de ville avec cour</h1></div>")
        == "Maison de ville avec cour"
    )


def test_a_sections_heading_is_no_title_where_the_page_shares_one() -> None:
    head = "<meta property='og:title' content='Longère au bord de la Vire'>"
    assert title("<h2>Le mot de Claire</h2>", head=head) == "Longère au bord de la Vire"
    assert title("<h2>Performances énergétiques</h2>", head=head) == "Longère au bord de la Vire"


def test_a_text_named_for_a_title_stands_for_a_heading_beside_others_in_its_block() -> None:
    main = "<div id='d'><span id='ctl00_lblTitre'>T4 traversant avec parking</span><span>PLÉRIN</span></div>"
    assert title(main, tab="Cabinet Test - Appartement PLÉRIN") == "T4 traversant avec parking"


def test_what_is_called_immobilier_and_is_for_sale_is_a_title() -> None:
    assert title("<h1>Ensemble immobilier de rapport</h1>") == "Ensemble immobilier de rapport"


@pytest.mark.parametrize("name", ["Agence Dutest", "AGENCE-DU-TEST", "Agence du Test Ltd"])
def test_a_heading_that_spells_the_sites_host_is_no_title(name: str) -> None:
    main = f"<h1>{name}</h1><h2>Cottage with a walled garden</h2>{FACTS}"
    found = read(page(main, title=name), url="https://www.agencedutest.co.uk/p/12").listing
    assert found is not None and found.title == "Cottage with a walled garden"


@pytest.mark.parametrize(
    "question", ["What is your home worth?", "Was ist Ihr Haus wert?", "¿Cuánto vale tu casa?"]
)
def test_an_agencys_question_about_your_house_is_no_title(question: str) -> None:
    assert (
        title(f"<div>Maison à vendre</div><h2>{question}</h2>", tab="Maison à Bordeaux")
        == "Maison à Bordeaux"
    )


def test_without_a_first_heading_the_first_that_names_a_dwelling_is_the_title_and_tells_the_kind() -> None:
    main = f"<h2>Quadrilocale in vendita a Torino</h2><h3>Corso Lanza 71</h3>{FACTS}<h4>Bonus casa 2024</h4>"
    found = read(page(main, title="Agenzia Po")).listing
    assert found is not None and found.title == "Quadrilocale in vendita a Torino"
    assert found.property_type is PropertyType.APARTMENT
