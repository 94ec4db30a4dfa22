"""The title of an advert as displayed; `descriptions` tells its other text.

Knows where sites put titles; how they are cleaned is `fields.title`'s trade.
"""

from collections.abc import Iterator

from extract.candidates import Candidate, candidate
from extract.document import Document, Line
from extract.fields import kind, title
from extract.readers import descriptions
from extract.text import PHONE, fold
from extract.tree import Element
from extract.zones import Zone
from models.places import Places

_RANK = frozenset({"h1", "h2"})
_BOLD = frozenset({"b", "strong", "big", "h3", "h4", "h5", "h6"})


def read(document: Document, _places: Places) -> Iterator[Candidate]:
    """Candidates for title and description."""
    yield from titles(document)
    yield from descriptions.read(document)


def titles(document: Document) -> Iterator[Candidate]:
    """Headings first, then what the page gives to tabs and to social networks."""
    site = document.metas.get("og:site_name")
    rows = [("h1", text, 0.85) for text in _headings(document, "h1")]
    rows += [("opengraph", document.metas.get("og:title", ""), 0.6), ("title", document.title, 0.5)]
    headed = any(title.parse(text, site) for source, text, _ in rows if source == "h1")
    rows += [("h2", text, 0.76 if headed else 0.65) for text in _headings(document, "h2")[:2]]
    if not headed:
        rows += [("bold", text, 0.66) for text in bold_headings(document)]
        rows += [("h3", text, 0.55) for text in low_headings(document)]
    shared = fold(" ".join([document.metas.get("og:title", ""), document.title]))
    for source, text, confidence in rows:
        value = title.parse(text, site)
        if value is not None:
            # The heading that the page repeats to tabs and social networks is the advert's own.
            again = source in {"h1", "h2"} and len(value) > 8 and fold(value) in shared
            yield candidate("title", value, text, source, confidence + 0.12 * again)


def bold_headings(document: Document) -> list[str]:
    """What stands for a heading on pages without any: the first short bold line that names a dwelling."""
    for line in document.main[:60]:
        bold = {element.tag for _, element in line.runs} <= _BOLD or line.block.tag in _BOLD
        titled = bold or "title" in line.block.names or "titre" in line.block.names
        if titled and 8 < len(line.text) < 120 and kind.find(line.text) and not PHONE.search(line.text):
            return [line.text]
    return []


def low_headings(document: Document) -> list[str]:
    """The first heading of a low rank, or of a high one by its class alone."""
    for line in document.main[:40]:
        if line.block.tag in {"h3", "h4"} or _RANK.intersection(line.block.names.split()):
            return [line.text]
    return []


def _headings(document: Document, tag: str) -> list[str]:
    found = []
    level = tag[1:]
    spoken = [e for e in document.bearing("aria-level") if e.get("aria-level") == level]
    for element in (*document.all(tag), *(e for e in spoken if e.get("role") == "heading")):
        zone = document.zones[element.index]
        if zone in {Zone.MAIN, Zone.AGENCY} and element.index not in document.cards.covered:
            text = visible_text(document, element)
            if text:
                found.append(text)
    return found[:4]


def visible_text(document: Document, element: Element) -> str:
    """The text of a heading, hidden badges left out."""
    lines = _by_element(document)
    found = [line for at in range(element.index, element.end) for line in lines.get(at, ())]
    return " ".join(line.text for line in sorted(found, key=lambda line: line.number))


def _by_element(document: Document) -> dict[int, list[Line]]:
    """The lines that are not hidden by the element that their text begins in."""
    known: dict[int, list[Line]] | None = document.memory.get("lines by element")
    if known is None:
        known = document.memory["lines by element"] = {}
        for line in document.lines:
            if line.zone is not Zone.HIDDEN:
                known.setdefault(line.runs[0][1].index, []).append(line)
    return known
