"""What surrounds the advert decides where the advert displays nothing, and never against it."""

# ruff: noqa: E501 (markup reads better unbroken)

import pytest

from extract.readers.context import page_number
from models.listing import Listing, Transaction
from tests.extract.pages import DETAIL, page, read

SILENT = DETAIL.replace("<li>Réf. : MB-1204</li>", "").replace("<p>33000 Bordeaux</p>", "")


def listing(html: str, url: str) -> Listing:
    found = read(html, url).listing
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/annonces/maison-bordeaux-145692212.html", "145692212"),
        ("/wohnen/9739832", "9739832"),
        ("/p/0b2c4a1e-0f3d-4c5b-9a8e-7d6f5e4c3b2a/", "0b2c4a1e-0f3d-4c5b-9a8e-7d6f5e4c3b2a"),
        ("/anzeige/3323958001-203-2100", "3323958001-203-2100"),
        ("/maison-a-vendre-bordeaux-33000", None),
        ("/maison-5-pieces", None),
        ("/", None),
    ],
)
def test_the_number_that_ends_an_address_is_the_adverts(path: str, number: str | None) -> None:
    assert page_number(path) == number


def test_a_displayed_reference_counts_before_the_address() -> None:
    url = "http://agence.example/biens/145692212"
    assert listing(page(), url).reference == "MB-1204"
    assert listing(page(SILENT), url).reference == "145692212"


@pytest.mark.parametrize(
    ("path", "offer"),
    [("/vente/maison-1.html", Transaction.SALE), ("/a-louer/maison-1.html", Transaction.RENT)],
)
def test_the_address_tells_the_offer_that_no_word_tells(path: str, offer: Transaction) -> None:
    main = DETAIL.replace("385 000 €", "1 385 €")
    assert listing(page(main), f"http://agence.example{path}").transaction is offer


def test_a_postal_code_in_the_address_counts_beside_its_communes_name() -> None:
    main = SILENT.replace(" Bordeaux</h1>", "</h1>")
    found = listing(page(main, "Maison 5 pièces"), "http://agence.example/maison-bordeaux-33000")
    assert (found.postal_code, found.city) == ("33000", "Bordeaux")
    found = listing(page(main, "Maison 5 pièces"), "http://agence.example/maison-lyon-33000")
    assert found.postal_code is None


def test_a_canonical_address_that_is_the_sites_door_is_not_the_adverts() -> None:
    html = page(SILENT, head="<link rel='canonical' href='http://agence.example/'>")
    assert listing(html, "http://agence.example/biens/145692212").reference == "145692212"


def test_a_deposit_and_no_other_word_make_a_rental() -> None:
    main = DETAIL.replace("385 000 €", "950 €").replace(
        "<li>Pièces : 5</li>", "<li>Dépôt de garantie : 950 €</li>"
    )
    found = listing(page(main), "http://agence.example/biens/12")
    assert (found.transaction, found.price) == (Transaction.RENT, 950)


def test_a_measuring_script_counts_where_it_tells_one_value() -> None:
    main = DETAIL.replace("385 000 €", "")
    one = "<script>var dataLayer = [{'prix': '385000', 'pieces': '5'}];</script>"
    two = one + "<script>dataLayer.push({'prix': '210000'});</script>"
    assert listing(page(main + one), "http://agence.example/vente/12").price == 385_000
    assert listing(page(main + two), "http://agence.example/vente/12").price is None


def test_bare_land_has_a_plot_and_no_living_area() -> None:
    main = (
        "<h1>Terrain à bâtir 674 m² Bordeaux</h1><p class='prix'>85 000 €</p><p>33000 Bordeaux</p>"
        "<ul><li>Type : Terrain</li><li>Surface : 674 m²</li><li>Réf. : T-12</li></ul><p>Terrain plat et viabilisé.</p>"
    )
    found = listing(page(main, "Terrain 674 m² Bordeaux"), "http://agence.example/vente/12")
    assert (found.surface, found.land_surface) == (None, 674.0)


def test_the_heading_that_tabs_and_networks_repeat_is_the_title() -> None:
    main = DETAIL.replace(
        "<h1>Maison 5 pièces 112 m² Bordeaux</h1>",
        "<h1>Vente maison Bordeaux 33000</h1><h2>Charme et jardin, maison 112 m²</h2>",
    )
    html = page(main, "Charme et jardin, maison 112 m² - Agence du Test")
    assert listing(html, "http://agence.example/vente/12").title == "Charme et jardin, maison 112 m²"


def test_a_bold_line_is_the_title_where_there_is_no_heading() -> None:
    main = DETAIL.replace(
        "<h1>Maison 5 pièces 112 m² Bordeaux</h1>", "<p><b>Maison familiale 5 pièces</b></p>"
    )
    assert (
        listing(page(main, "Vente ref 12"), "http://agence.example/vente/12").title
        == "Maison familiale 5 pièces"
    )


def test_an_empty_label_takes_no_other_labels_value() -> None:
    facts = "".join(f"<div>{text}</div>" for text in ("Pièces", "5", "Chambres", "Terrain", "Étage"))
    main = DETAIL.replace("<li>Chambres : 3</li>", "").replace("trois chambres", "des chambres")
    found = listing(
        page(main.replace("<h2>Description", f"<div>{facts}</div><h2>Description")),
        "http://agence.example/vente/12",
    )
    assert found.bedrooms is None and found.floor is None


def test_a_parking_space_has_no_rooms_whatever_its_building_has() -> None:
    main = (
        "<h1>Parking Bordeaux</h1><p class='prix'>18 000 €</p><p>33000 Bordeaux</p><ul><li>Type : Parking</li><li>Réf. : P-12</li></ul>"
        "<p>Place de parking en sous-sol d'une résidence de standing, sous un appartement de 3 pièces avec deux chambres.</p>"
    )
    found = listing(page(main, "Parking Bordeaux"), "http://agence.example/vente/12")
    assert (found.rooms, found.bedrooms, found.price) == (None, None, 18_000)


def test_key_points_before_the_first_paragraph_are_no_description() -> None:
    points = "".join(
        f"<p>{point}</p>"
        for point in ("Quartier recherché", "Garage fermé", "Sans travaux", "Faibles charges")
    )
    html = page(DETAIL.replace("<h2>Description</h2>", f"<h2>Description</h2>{points}"))
    assert (listing(html, "http://agence.example/vente/12").description or "").startswith("Au calme")


def test_a_column_named_descriptif_is_no_description() -> None:
    table = "<table><tr><th>Photo</th><th>Descriptif</th><th>Prix</th></tr></table><p>Mentions du site, toutes les offres de la semaine</p>"
    html = page(DETAIL.replace("<h2>Description</h2>", "") + table)
    assert (listing(html, "http://agence.example/vente/12").description or "").startswith("Au calme")


def test_the_facts_below_a_text_are_no_part_of_it() -> None:
    text = DETAIL[DETAIL.index("<p>Au calme") :]
    main = DETAIL.replace(
        text, f"<div class='description'>{text}<p>Ville : Bordeaux</p><p>Code postal : 33000</p></div>"
    )
    assert (listing(page(main), "http://agence.example/vente/12").description or "").endswith("cave.")
