"""RDFa: `property` values of the property in schema.org's words, whatever prefix or address spells them.

Knows whose a mark is: the nearest `typeof` above says of whom a property speaks, and an agent's is not read.
Properties and their trust are microdata's.
"""

import re
from collections.abc import Iterator

from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.graph import OTHERS
from extract.readers.json_ld import coordinates, typed
from extract.readers.microdata import KINDS, MAX_MARKS, PROPERTIES, SOMEBODY, is_aside, value
from extract.tree import Element
from models.places import Places

SOURCE = "rdfa"


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """What the property's own marks tell; nothing where no element says what it is of."""
    if "typeof=" not in document.html and "TYPEOF=" not in document.html:
        return
    told: dict[str, str] = {}
    for element in document.bearing("property", "typeof")[:MAX_MARKS]:
        names, kinds = _words(element.attrs.get("property")), _words(element.attrs.get("typeof"))
        if not (names or kinds) or is_aside(document, element) or not _is_own(element):
            continue
        for kind in kinds:
            if kind in KINDS:
                yield from typed("property_type", kind, SOURCE, 0.5, places)
        text = value(element) if names else ""
        for name in names:
            told.setdefault(name, text)
            if name in PROPERTIES and text:
                field, confidence = PROPERTIES[name]
                yield from typed(field, text, SOURCE, confidence, places)
            elif name == "pricecurrency" and re.fullmatch(r"[A-Za-z]{3}", text):
                yield candidate("currency", text.upper(), text, SOURCE, 0.6)
    yield from coordinates(told.get("latitude"), told.get("longitude"), SOURCE)


def _words(text: str | None) -> tuple[str, ...]:
    """The local names of prefixed or whole names: `schema:price`, `https://schema.org/price`, `price`."""
    return tuple(re.split("[/:#]", word)[-1].lower() for word in (text or "")[:400].split())


def _is_own(element: Element) -> bool:
    """Whether the types and relations above an element are the property's; some type must be."""
    typed_above = False
    for above in (element, *element.ancestors()):
        kinds = _words(above.attrs.get("typeof"))
        if any(kind in OTHERS for kind in kinds) or set(_words(above.get("property"))) & SOMEBODY:
            return False
        if set(_words(above.get("rel"))) & SOMEBODY:
            return False
        typed_above = typed_above or bool(kinds)
    return typed_above
