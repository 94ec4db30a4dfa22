"""What a known maker's class names say: `rh_page__property_price price` holds RealHomes' price.

The class names are data, `platform_selectors.json`, from the makers' own templates and only for software
that thousands of sites run; a site of no such maker costs nothing. Values go through the fields' parsers.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from extract import platforms, zones
from extract.candidates import Candidate
from extract.document import Document
from extract.readers.json_ld import typed
from extract.tree import Element
from extract.zones import Zone
from models.places import Places

SOURCE = "platform"
CONFIDENCE = 0.75
#: An element that holds more is the whole fiche, no field of it; a description may be long.
MAX_VALUE = 300
#: A selector that finds more elements names parts of a list; so many are looked at.
MAX_NAMED = 200
MOST: Final = 3
#: Class words, each in the element or above it, the last in the element itself.
Selector = tuple[str, ...]


@cache
def selectors() -> dict[str, dict[str, tuple[Selector, ...]]]:
    """Platform -> Listing field -> its selectors, the most telling first."""
    rows = json.loads(files("extract").joinpath("platform_selectors.json").read_text("utf-8"))
    return {
        row["platform"]: {
            field: tuple(tuple(text.split()) for text in texts) for field, texts in row["fields"].items()
        }
        for row in rows
    }


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """What the elements that the page's maker names for a field tell."""
    table = selectors().get(platforms.recognise(document) or "")
    if table is None:
        return
    wanted = {words[-1] for many in table.values() for words in many}
    named: dict[str, list[Element]] = {}
    for element in document.elements:
        for word in wanted.intersection(element.names.split()) if element.attrs else ():
            if element.index not in document.cards.covered and document.zones[element.index] is Zone.MAIN:
                named.setdefault(word, []).append(element)
    named = {word: elements[:MAX_NAMED] for word, elements in named.items()}
    for field, many in table.items():
        found = next((f for words in many if (f := _matching(named.get(words[-1], []), words))), [])
        for text in dict.fromkeys(_text(element, field) for element in found[:MOST] if len(found) <= MOST):
            yield from typed(field, text, SOURCE, CONFIDENCE, places) if text else ()


def _matching(elements: list[Element], words: Selector) -> list[Element]:
    """The elements that stand below the words before the last one."""
    return [element for element in elements if _is_below(element, words[:-1])]


def _is_below(element: Element, words: Selector) -> bool:
    left = list(words)
    for above in element.ancestors():
        if left and left[-1] in above.names.split():
            left.pop()
    return not left


def _text(element: Element, field: str) -> str:
    text = zones.heading_text(element).strip()
    return text if field == "description" or len(text) <= MAX_VALUE else ""
