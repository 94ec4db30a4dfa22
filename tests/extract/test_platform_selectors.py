"""Platform selectors: what a maker's own class names hold is read, on that maker's pages only."""

from typing import Any

import pytest

from extract import platforms, values
from extract.document import Document
from extract.readers import platform
from models.listing import LISTING_FIELDS
from models.places import Places
from tests.extract.pages import CARD, page

HEADS = {
    "WordPress: Houzez": '<link href="/wp-content/themes/houzez/style.css">',
    "WordPress: RealHomes": '<link href="/wp-content/themes/realhomes/style.css">',
    "WordPress: WP Residence": '<link href="/wp-content/themes/wpresidence/style.css">',
    "WordPress: Estatik": '<link href="/wp-content/plugins/estatik/a.css">',
    "WordPress: Easy Property Listings": '<link href="/wp-content/plugins/easy-property-listings/a.css">',
    "WordPress: Essential Real Estate": '<link href="/wp-content/plugins/essential-real-estate/a.css">',
    "WordPress: WPCasa": '<link href="/wp-content/plugins/wpcasa/a.css">',
    "WordPress: Property Hive": '<link href="/wp-content/plugins/propertyhive/a.css">',
    "ImmoFacile (AC3)": '<script src="https://www.ac3-distribution.com/a.js"></script>',
}
#: What a selector's element holds, and what must be read from it.
VALUES: dict[str, tuple[str, Any]] = {
    "price": ("245 000 €", 245_000), "address": ("12 rue des Lilas", "12 rue des Lilas"),
    "postal_code": ("69003", "69003"), "city": ("Lyon", None), "transaction": ("À vendre", "sale"),
    "reference": ("Réf. VA1204", "VA1204"), "surface": ("62 m²", 62.0), "land_surface": ("600 m²", 600.0),
    "bedrooms": ("2", 2), "bathrooms": ("1", 1), "floor": ("3", 3), "construction_year": ("1975", 1975),
    "charges": ("Charges : 80 €", 80), "deposit": ("Dépôt de garantie : 600 €", 600),
    "furnished": ("Meublé", True), "description": ("Une maison au calme, avec un jardin et une cave.", None),
}  # fmt: skip
CASES = [
    (name, field, " ".join(words))
    for name, fields in platform.selectors().items()
    for field, many in fields.items()
    for words in many
]


def told(name: str, main: str) -> dict[str, Any]:
    document = Document(page(main, head=HEADS[name]), "https://agence.example/1")
    return {one.field: one.value for one in platform.read(document, Places.sample())}


def nested(selector: str, text: str) -> str:
    for word in reversed(selector.split()):
        text = f'<div class="x {word}">{text}</div>'
    return text


def test_every_selector_is_of_a_known_platform_and_names_a_listing_field() -> None:
    assert set(platform.selectors()) == set(HEADS) <= {one.name for one in platforms.fingerprints()}
    assert {field for _, field, _ in CASES} <= set(LISTING_FIELDS) & {*values.FIELDS, "description"}


@pytest.mark.parametrize(("name", "field", "selector"), CASES)
def test_what_a_makers_class_holds_is_read(name: str, field: str, selector: str) -> None:
    text, value = VALUES[field]
    got = told(name, nested(selector, text))
    assert field in got
    assert value is None or got[field] == value


@pytest.mark.parametrize(("name", "field", "selector"), CASES)
def test_the_same_class_on_another_makers_page_tells_nothing(name: str, field: str, selector: str) -> None:
    html = page(nested(selector, VALUES[field][0]), head='<meta name="generator" content="Apimo">')
    assert list(platform.read(Document(html, "https://agence.example/1"), Places.sample())) == []


def test_prices_of_a_list_are_nobodys() -> None:
    listed = "".join(nested("page-price", f"{n}45 000 €") for n in range(1, 7))
    assert told("WordPress: Easy Property Listings", listed) == {}
    cards = "".join(
        CARD.format(n=n, p=200 + n).replace("<p>", '<p class="page-price">', 1) for n in range(1, 4)
    )
    assert told("WordPress: Easy Property Listings", cards) == {}


def test_a_whole_fiche_is_no_price() -> None:
    assert told("WordPress: Easy Property Listings", nested("page-price", "245 000 € " + "texte " * 80)) == {}
