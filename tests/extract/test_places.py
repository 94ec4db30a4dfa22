"""Where the property is: abroad from whole address lines, in France never from a figure that is none."""

# ruff: noqa: E501 (markup reads better unbroken)

import pytest

from extract.fields import postal
from extract.page import read_page
from models.listing import Listing
from models.places import Place, Places
from tests.extract.pages import DESCRIPTION, DETAIL, page, read

ENGLISH = (
    "A bright home arranged over two floors with a fitted kitchen, a large living room and a sunny garden at "
    "the back. Close to schools and shops, it is offered with no chain and can be viewed by appointment only. "
    "The bathroom has been renovated last year and the roof is new."
)
GERMAN = (
    "Helle Wohnung mit Balkon und moderner Küche in ruhiger Lage. Die Schulen und Geschäfte sind zu Fuß erreichbar. "
    "Das Bad wurde im letzten Jahr erneuert, die Heizung ist neu. Ein Stellplatz kann dazu gemietet werden und steht bereit."
)


def listing(lang: str, title: str, facts: str, text: str) -> Listing:
    html = f"<html lang='{lang}'><head><title>{title}</title></head><body><main><h1>{title}</h1>{facts}<p>{text}</p></main></body></html>"
    found = read_page(html.encode(), "https://homes.example/detail/8412077").listing
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("lang", "title", "facts", "text", "city", "code"),
    [
        ("en", "3 bedroom house for sale, 12 Mill Lane, Ludlow SY8", "<p>£ 325,000</p>", ENGLISH, "Ludlow", "SY8"),
        ("en", "77 Prairie Dr, Cedar Falls, IA 50613", "<p>$ 325,000</p><p>Bedrooms: 3</p>", ENGLISH, "Cedar Falls", "50613"),
        ("de", "3-Zimmer-Wohnung mit Balkon, 75 m²", "<p>Lindenstraße 4, 33602 Bielefeld</p><p>Kaltmiete: 900 €</p>", GERMAN, "Bielefeld", "33602"),
        ("en", "Flat for sale in Elm Street, Riverside, Springtown", "<p>£ 325,000</p><p>Bedrooms: 3</p>", ENGLISH, "Springtown", None),
    ],
)  # fmt: skip
def test_an_address_abroad_is_read_in_its_countrys_format(
    lang: str, title: str, facts: str, text: str, city: str, code: str | None
) -> None:
    found = listing(lang, title, facts, text)
    assert (found.city, found.postal_code) == (city, code)
    assert found.insee_code is None


def test_five_figures_abroad_are_no_french_postal_code() -> None:
    found = listing(
        "en", "Flat for rent, 3 bedrooms", "<p>£ 1,250 pcm</p><p>Paris 75015 Collection</p>", ENGLISH
    )
    assert found.insee_code is None


def test_a_short_advert_in_clipped_french_keeps_the_french_directory() -> None:
    text = (
        "Résidence fermée, accès par télécommande, hauteur 1,95 m, manœuvre aisée, convient aux berlines. "
        "À proximité des écoles, du tramway et du marché couvert. Dépôt de garantie : 135 €, immédiatement libre."
    )
    found = listing(
        "fr", "Rare ! Parking 11,5 m² Lyon 6e", "<p>135 € HC/mois</p><p>Parking Lyon 6e (69006)</p>", text
    )
    assert (found.postal_code, found.insee_code) == ("69006", "69386")


def test_an_english_page_about_france_keeps_the_french_directory() -> None:
    found = listing(
        "en", "House for sale in Bordeaux (33000)", "<p>€ 385,000</p>", ENGLISH + " In the south of France."
    )
    assert (found.city, found.postal_code) == ("Bordeaux", "33000")


def test_a_reference_or_an_identifier_is_no_postal_code() -> None:
    main = DETAIL.replace("<p>33000 Bordeaux</p>", "").replace(
        "Réf. : MB-1204", "Référence agence : 33000 Mandat"
    )
    found = read(page(main.replace("112 m² Bordeaux", "112 m²"), "Maison 5 pièces")).listing
    assert found is not None and found.postal_code is None


def test_a_rental_announced_is_no_place() -> None:
    main = DETAIL.replace("<li>Pièces : 5</li>", "<li>Pièces : 5</li><li>Location : Gérance locative</li>")
    found = read(page(main)).listing
    assert found is not None and found.city == "Bordeaux"


def test_a_phone_beside_the_advert_does_not_make_its_address_the_agencys() -> None:
    main = DETAIL.replace(DESCRIPTION, f"{DESCRIPTION}</p><p>Pour visiter : 05 56 00 00 00")
    found = read(page(main)).listing
    assert found is not None and found.postal_code == "33000"


def test_an_unknown_code_counts_for_nothing_where_the_directory_is_whole() -> None:
    whole = Places((place, "") for code in range(31_000) for place in _communes(code))
    assert all(match.score < 0.25 for match in postal.find("Zone 48999 Trifouilly", whole))
    assert postal.find("48999 Trifouilly", Places.sample())[0].score >= 0.5


def _communes(number: int) -> list[Place]:
    return [Place(f"{number:05}", f"{number + 1000:05}", f"Commune {number}", "01", None, None)]


def test_a_postal_code_that_the_page_does_not_tell_stays_unknown_where_the_commune_is_known() -> None:
    main = DETAIL.replace("<p>33000 Bordeaux</p>", "").replace("112 m² Bordeaux", "112 m² à Villeurbanne")
    found = read(page(main, "Maison 5 pièces à Villeurbanne")).listing
    assert found is not None
    assert (found.city, found.insee_code, found.postal_code) == ("Villeurbanne", "69266", None)
