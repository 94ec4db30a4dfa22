"""Communes named without their postal code: where a page says so, and not the neighbours'."""

import pytest

from extract.readers.classifier import tell
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
    "Cesson",
    "Cesson-Sévigné",
    "Bouquet",
    "Jardin",
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
        ("Villa Lanester", ["Lanester"]),
        ("Résidence villa Lanester", []),
        ("Bouquet FAI", []),
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


def test_an_address_says_the_first_word_of_a_longer_name() -> None:
    html = page(
        DETAIL.replace("33000 Bordeaux", "Cesson-Sévigné").replace(" Bordeaux", ""), "Maison 5 pièces"
    )
    listing = read(html, url="http://agence.example/bien/maison-familiale-cesson/", places=PLACES).listing
    assert listing is not None and (listing.city, listing.postal_code) == ("Cesson-Sévigné", None)


def test_a_line_beside_the_heading_tells_where_though_the_menu_names_it_too() -> None:
    html = page(
        "<p>Lanester · Centre</p>" + DETAIL.replace("33000 Bordeaux", "").replace(" Bordeaux", ""), "M"
    )
    listing = read(html.replace("Ventes</a>", "Lanester</a>"), places=PLACES).listing
    assert listing is not None and listing.city == "Lanester"


def test_above_a_heading_of_the_second_rank_an_address_is_the_agencys_too() -> None:
    header = "<p>Agence Dubois, 8 rue Haute, 12000 Saint-Denis-de-Méré</p><p>Fermes</p>"
    advert = DETAIL.replace("33000 Bordeaux", "10000 Carqueiranne").replace("h1>", "h2>")
    listing = read(page(header + advert), places=PLACES).listing
    assert listing is not None and (listing.postal_code, listing.address) == ("10000", None)


def test_a_phone_above_a_menu_is_not_beside_what_stands_below_it() -> None:
    links = "".join(f"<li><a href='/v/{n}.html'>{n}</a></li>" for n in ("Limoges", "Rouen", "Lyon", "Le Val"))
    agency = "<div>Agence, 1 rue Haute 15000 Lanester 02 98 00 00 00</div>"
    top = f"{agency}<ul>{links}</ul><div>Limoges (11000)</div>"
    listing = read(
        page(top + DETAIL.replace("33000 Bordeaux", "").replace(" Bordeaux", "")), places=PLACES
    ).listing
    assert listing is not None and listing.postal_code == "11000"


def test_a_node_that_speaks_of_a_garden_is_no_place() -> None:
    assert tell("place", "Maison, 4 chambres, jardin", PLACES) == {}
    assert tell("place", "Lanester", PLACES)["city"] == "Lanester"
