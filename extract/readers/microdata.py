"""Microdata and shared metas: `itemprop` values of the property, `product:price:amount` and its like.

Knows who else wears microdata: an agent's, an organisation's or a list item's properties are not the
property's. Values go through the same parsers as JSON-LD's.
"""

import re
from collections.abc import Iterator

from extract import zones
from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.graph import OTHERS
from extract.readers.json_ld import coordinates, typed
from extract.tree import Element
from extract.zones import Zone
from models.places import Places

SOURCE = "microdata"
#: itemprop, lower case: (Listing field, confidence).
PROPERTIES = {
    "price": ("price", 0.7), "numberofrooms": ("rooms", 0.7), "numberofbedrooms": ("bedrooms", 0.8),
    "numberofbathroomstotal": ("bathrooms", 0.8), "floorsize": ("surface", 0.75),
    "floorlevel": ("floor", 0.7),
    "sku": ("reference", 0.6), "productid": ("reference", 0.6), "yearbuilt": ("construction_year", 0.8),
    "postalcode": ("postal_code", 0.7), "addresslocality": ("city", 0.6), "streetaddress": ("address", 0.6),
}  # fmt: skip
#: Shared metas: Facebook's product and Open Graph's place vocabulary.
METAS = {
    "product:price:amount": ("price", 0.7), "og:price:amount": ("price", 0.7), "og:locality": ("city", 0.5),
    "og:postal-code": ("postal_code", 0.5), "og:street-address": ("address", 0.5),
}  # fmt: skip
_SOMEBODY = frozenset({"seller", "agent", "broker", "provider", "author", "publisher", "offeredby", "brand"})


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """What the property's own marks tell."""
    for name, (field, confidence) in METAS.items():
        if name in document.metas:
            yield from typed(field, document.metas[name], "opengraph", confidence, places)
    told: dict[str, str] = {}
    for element in document.elements:
        name = element.get("itemprop").lower()
        if not name or not _is_own(document, element):
            continue
        text = value(element)
        told.setdefault(name, text)
        if name in PROPERTIES and text:
            field, confidence = PROPERTIES[name]
            yield from typed(field, text, SOURCE, confidence, places)
        elif name == "pricecurrency" and re.fullmatch(r"[A-Za-z]{3}", text):
            yield candidate("currency", text.upper(), text, SOURCE, 0.6)
    yield from coordinates(told.get("latitude"), told.get("longitude"), SOURCE)


def value(element: Element) -> str:
    """The value that an itemprop carries: its content or value, else its text."""
    return (element.get("content") or element.get("value") or zones.heading_text(element)).strip()[:300]


def _is_own(document: Document, element: Element) -> bool:
    if document.zones[element.index] in {Zone.SIMILAR, Zone.AGENCY, Zone.CHROME, Zone.CRUMBS}:
        return False
    if element.index in document.cards.covered:
        return False
    for above in element.ancestors():
        kind = above.get("itemtype").rpartition("/")[2].lower()
        if (kind in OTHERS and kind != "postaladdress") or above.get("itemprop").lower() in _SOMEBODY:
            return False
    return True
