"""Microdata: `itemprop` values of the property.

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
#: Marked elements read; a page of one property has a few dozen.
MAX_MARKS = 1_000
#: itemprop, lower case: (Listing field, confidence).
PROPERTIES = {
    "price": ("price", 0.7), "numberofrooms": ("rooms", 0.7), "numberofbedrooms": ("bedrooms", 0.8),
    "numberofbathroomstotal": ("bathrooms", 0.8), "floorsize": ("surface", 0.75),
    "floorlevel": ("floor", 0.7),
    "sku": ("reference", 0.6), "productid": ("reference", 0.6), "yearbuilt": ("construction_year", 0.8),
    "postalcode": ("postal_code", 0.7), "addresslocality": ("city", 0.6), "streetaddress": ("address", 0.6),
}  # fmt: skip
#: schema.org types that name a kind of property.
KINDS = frozenset({"apartment", "apartmentcomplex", "house", "singlefamilyresidence"})
#: Below these properties stands somebody else.
SOMEBODY = frozenset({"seller", "agent", "broker", "provider", "author", "publisher", "offeredby", "brand"})


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """What the property's own marks tell."""
    told: dict[str, str] = {}
    for element in document.bearing("itemprop", "itemtype")[:MAX_MARKS]:
        name = element.get("itemprop").lower()
        kind = element.get("itemtype").rpartition("/")[2].lower()
        if not (name or kind in KINDS) or not _is_own(document, element):
            continue
        if kind in KINDS:
            yield from typed("property_type", kind, SOURCE, 0.5, places)
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


def is_aside(document: Document, element: Element) -> bool:
    """Whether an element stands in the page's frame, an agent's box or another listing's card."""
    zone = document.zones[element.index]
    return (
        zone in {Zone.SIMILAR, Zone.AGENCY, Zone.CHROME, Zone.CRUMBS}
        or element.index in document.cards.covered
    )


def _is_own(document: Document, element: Element) -> bool:
    if is_aside(document, element):
        return False
    for above in element.ancestors():
        kind = above.get("itemtype").rpartition("/")[2].lower()
        if (kind in OTHERS and kind != "postaladdress") or above.get("itemprop").lower() in SOMEBODY:
            return False
    return True
