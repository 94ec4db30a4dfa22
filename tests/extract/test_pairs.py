"""Labels and their values: in attributes, behind figures, in parts that are added up."""

import pytest

from models.listing import Listing
from tests.extract.pages import DESCRIPTION, DETAIL, page, read

HEAD = "<h1>Maison à vendre à Bordeaux</h1><p>385 000 €</p><p>Réf. MB-1204</p>"


def listing(html: str, description: str = DESCRIPTION) -> Listing:
    found = read(
        page(f"{HEAD}<div class='facts'>{html}</div><h2>Description</h2><p>{description}</p>")
    ).listing
    assert found is not None
    return found


@pytest.mark.parametrize(
    "html",
    [
        '<ul><li title="Nombre de chambres"><svg></svg>4</li><li title="Étage"><svg></svg>2/3</li></ul>',
        '<span aria-label="Chambres">4</span> <span aria-label="Étage">2</span>',
        '<p><i title="Chambres"></i> 4</p><p><i data-original-title="Étage"></i> 2</p>',
        '<p><img src="/i/bed.svg" alt="Chambres"> 4</p><p><img src="/i/s.svg" alt="Étage"> 2e</p>',
        '<ul><li title="4 chambres"><svg></svg></li><li title="Étage">2</li></ul>',
        "<div><span>4</span><small>Chambres</small></div><div><span>2</span><small>Étage</small></div>",
    ],
)
def test_a_figure_is_named_by_an_attribute_or_by_what_stands_behind_it(html: str) -> None:
    found = listing(html)
    assert (found.bedrooms, found.floor) == (4, 2)


@pytest.mark.parametrize(
    "html",
    [
        '<p><a title="Chambres" href="/chambres">12</a></p>',
        '<button aria-label="Étage">7</button>',
        '<p title="Chambres">voir le plan</p>',
        '<div title="Étage"><p>Le quartier 7</p>' + "<p>a</p>" * 20 + "</div>",
    ],
)
def test_links_buttons_and_long_blocks_are_no_figures(html: str) -> None:
    found = listing(html, description="Une maison familiale au calme, à voir sans attendre. " * 3)
    assert (found.bedrooms, found.floor) == (None, None)


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<p>Salles de bains : 1</p><p>Salles d'eau : 2</p>", 3),
        ("<p><b>1</b><small>Salle de bains</small></p><p><b>1</b><small>Salle d'eau</small></p>", 2),
        ("<p>Salles de bains : 2</p>", 2),
        ("<p>Salles d'eau / bains : 2</p>", 2),
        ("<p>Salles d'eau : 2</p>", 2),
    ],
)
def test_shower_rooms_counted_apart_are_added_to_the_bathrooms(html: str, count: int) -> None:
    assert listing(html).bathrooms == count


def test_the_text_that_names_bathrooms_is_added_up_though_another_is_longer() -> None:
    rooms = "Deux chambres, un bureau, une salle de bains, une salle d'eau et un cellier."
    assert listing(f"<p>{rooms}</p>", description="Au calme d'une impasse, à voir. " * 8).bathrooms == 2


def test_an_attribute_may_hold_the_whole_pair() -> None:
    found = listing(
        '<li title="Surface habitable : 112 m²"><svg></svg></li><li title="Parc : 1,4 ha"><b>1,4</b></li>'
    )
    assert (found.surface, found.land_surface) == (112.0, 14_000.0)


def test_a_line_that_holds_its_value_names_nothing_on_the_next() -> None:
    html = (
        "<p><span>Honoraires TTC à la charge acquéreur</span> <b>4,82 %</b></p>"
        "<p><span>Taxe foncière annuelle</span> <b>1 120 €</b></p>"
    )
    assert listing(html).fees is None


def test_a_business_for_sale_is_not_let_though_its_rent_is_told() -> None:
    html = "<p>Prix de cession : 165 000 €</p><p>Loyer mensuel : 950 €</p>"
    text = (
        "<h1>Boulangerie en centre-bourg</h1><p>Réf. B-12</p><p>Surface : 155 m²</p>"
        + html
        + f"<p>{DESCRIPTION}</p>"
    )
    found = read(
        page(text, title="Boulangerie - Agence du Test"), url="http://agence.example/fiche-12.html"
    ).listing
    assert found is not None
    assert (found.transaction, found.price) == ("sale", 165_000)


def test_a_spoken_heading_is_a_heading() -> None:
    head = '<div role="heading" aria-level="1">Maison avec loggia à Bordeaux</div><p>385 000 €</p>'
    found = read(page(f"{head}<p>Chambres : 3</p><p>{DESCRIPTION}</p>")).listing
    assert found is not None
    assert found.title == "Maison avec loggia à Bordeaux"


@pytest.mark.parametrize(
    "html",
    [
        "<p class='v'>4</p><p class='l'>Chambres</p><p class='v'>2</p><p class='l'>Étage</p>",
        "<p>4</p><p>Chambres</p><p>2</p><p>Étage</p>",
        "<ul><li>Maison</li><li>Type</li></ul><ul><li>4</li><li>Chambres</li></ul><ul><li>2</li><li>Étage</li></ul>",
        "<p class='v'>1 rue Haute</p><p class='l'>Adresse</p><p class='v'>4</p><p class='l'>Chambres</p>"
        "<p class='v'>2</p><p class='l'>Étage</p><p class='v'>Note</p>",
        "<h3>Détails</h3><p>Chambres</p><p>4</p><p>Étage</p><p>2</p>",
    ],
)
def test_a_row_of_equal_boxes_is_read_from_its_first_one_on(html: str) -> None:
    found = listing(html)
    assert (found.bedrooms, found.floor) == (4, 2)


def test_a_plot_is_told_in_acres_by_its_label_and_in_square_feet_by_another() -> None:
    assert listing("<p>Acres: 2.5</p>").land_surface == 10_117.14
    assert listing("<p>Lot size (sq ft): 6000</p>").land_surface == 557.42


def test_labels_in_polish_are_read() -> None:
    told = "<p>Liczba pokoi: 3</p><p>Powierzchnia: 62 m²</p><p>Rok budowy: 1962</p>"
    found = listing(told, "")
    assert (found.rooms, found.surface, found.construction_year) == (3, 62, 1962)


def test_an_energy_class_stands_beside_the_icon_that_names_it() -> None:
    assert listing("<p><img src='/e.svg' alt='Energielabel'><b>C</b></p>").dpe == "C"


def test_labels_and_values_by_turns_in_one_line_are_all_read() -> None:
    told = "<p><b>Bedrooms:</b> <i>3</i> <b>Floor:</b> <i>2</i> <b>Year built:</b> <i>1931</i></p>"
    found = listing(told)
    assert (found.bedrooms, found.floor, found.construction_year) == (3, 2, 1931)


def test_a_reference_is_named_behind_it() -> None:
    html = "<h1>House for sale</h1><p>£385,000</p><p><b>ABC-1187</b> <span>Our ref</span></p>"
    found = read(page(f"{html}<p>Planning permission (ref 22/00345/FUL). {DESCRIPTION}</p>")).listing
    assert found is not None and found.reference == "ABC-1187"


@pytest.mark.parametrize("label", ["Code", "Code bien", "Référence de l'étude", "Notre référence"])
def test_an_agency_calls_its_reference_so(label: str) -> None:
    listing = read(page(DETAIL.replace("Réf. :", f"{label} :"))).listing
    assert listing is not None and listing.reference == "MB-1204"


def test_the_surface_of_all_floors_is_a_buildings() -> None:
    main = "<h1>Immeuble de rapport</h1><p>348 000 €</p><ul><li>Deux T3 de 61 m²</li></ul>"
    facts = "<table><tr><td>Surface développée</td><td>310 m²</td></tr></table>"
    listing = read(page(main + facts)).listing
    assert listing is not None and listing.surface == 310
