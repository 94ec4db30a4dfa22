"""Communes named without their postal code: where a page says so, and not the neighbours'."""

import pytest

from extract.readers.communes import names
from models.places import Place, Places
from tests.extract.pages import DETAIL, page, read

HERE = [
    "Carqueiranne",
    "Limoges",
    "Saint-Denis-de-Méré",
    "Villa",
    "Lanester",
    "Rouen",
    "Le Val",
    "Bordeaux",
    "Lyon",
]
PLACES = Places(
    (Place(f"{n:05}", f"{10 + n}000", name, str(10 + n), None, None), "") for n, name in enumerate(HERE)
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Saint-Denis-de-Méré, Calvados", ["Saint-Denis-de-Méré"]),
        ("SECTEUR CARQUEIRANNE - villa des années 60", ["Carqueiranne"]),
        ("St Denis de Méré", ["Saint-Denis-de-Méré"]),
        ("Boulangerie à 25 km de Limoges", []),
        ("Dix minutes du centre de Rouen", []),
        ("12 rue de Rouen, Lanester", ["Lanester"]),
        ("Villa contemporaine", []),
        ("un val tranquille", []),
        ("", []),
    ],
)
def test_a_commune_is_found_as_people_write_it(text: str, found: list[str]) -> None:
    assert names(text, PLACES) == found


def test_the_title_names_the_commune_that_no_postal_code_tells() -> None:
    html = page(
        DETAIL.replace("112 m² Bordeaux", "112 m² Carqueiranne").replace("33000 Bordeaux", "Vue mer"),
        "Vente maison Carqueiranne - Agence",
    )
    listing = read(html, places=PLACES).listing
    assert listing is not None and (listing.city, listing.postal_code) == ("Carqueiranne", None)


def test_an_address_above_the_title_is_the_agencys() -> None:
    header = "<div class='entete'>8 place de la Libération, 12000 Saint-Denis-de-Méré</div><p>Fermes</p>"
    listing = read(
        page(header + DETAIL.replace("33000 Bordeaux", "10000 Carqueiranne")), places=PLACES
    ).listing
    assert listing is not None and (listing.postal_code, listing.city) == ("10000", "Carqueiranne")


@pytest.mark.parametrize("mark", ["CHF 1 290.–", "Certificat PEB : C"])
def test_a_page_in_french_of_a_neighbour_has_codes_of_four_figures(mark: str) -> None:
    html = page(
        DETAIL.replace("33000 Bordeaux", "5590 Ciney").replace("<h2>", f"<p>{mark}</p><h2>"), "Maison Ciney"
    )
    listing = read(html).listing
    assert listing is not None and (listing.postal_code, listing.city, listing.insee_code) == (
        "5590",
        "Ciney",
        None,
    )
