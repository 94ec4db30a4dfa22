"""The title as displayed: the advert's own heading, however it is marked, never the site's or a section's."""

import pytest

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
