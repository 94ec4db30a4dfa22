"""Prose and headings: what the property's own lines say, weighed by where a line stands.

The whole main text is searched once per field (lines are kept apart by breaks); a line's place (title,
an element named for a price, far below) raises or lowers what the words around gave.
"""

from bisect import bisect_right
from collections.abc import Iterator

from extract import values
from extract.candidates import Candidate, candidate
from extract.document import Document, Line, squeeze
from models.places import Places

MAX_TEXT = 30_000
TITLE_FIELDS = (
    "price",
    "surface",
    "rooms",
    "bedrooms",
    "property_type",
    "transaction",
    "postal_code",
    "land_surface",
)
TEXT_FIELDS = ("price", "surface", "land_surface", "rooms", "bedrooms", "floor", "postal_code", "address",
               "transaction", "property_type", "dpe", "ges", "reference", "charges", "fees", "deposit",
               "furnished", "construction_year", "availability", "exclusive")  # fmt: skip
#: How much of a field's own score survives in running text.
TRUST = {"price": 0.6, "surface": 0.7, "land_surface": 0.6, "rooms": 0.6, "bedrooms": 0.6, "floor": 0.5,
         "postal_code": 0.6, "address": 0.55, "transaction": 0.4, "property_type": 0.3, "dpe": 0.8, "ges": 0.8,
         "reference": 0.8, "charges": 0.7, "fees": 0.7, "deposit": 0.8, "furnished": 0.5, "construction_year": 0.7,
         "availability": 0.7, "exclusive": 0.6}  # fmt: skip
PRICE_NAMES = ("price", "prix", "tarif", "loyer", "preis", "precio", "montant", "rent", "cost", "amount")


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """Candidates of the page's titles, then of its main lines."""
    yield from titles(document, places)
    yield from lines(document, places)


def titles(document: Document, places: Places) -> Iterator[Candidate]:
    """What the page's titles tell: heading, title element, shared title and summary."""
    metas = document.metas
    sources = [("h1", text, 0.85) for text in document.h1[:2]]
    sources += [
        ("title", document.title, 0.75),
        ("opengraph", metas.get("og:title") or metas.get("twitter:title") or "", 0.7),
        ("opengraph", metas.get("og:description") or metas.get("description") or "", 0.5),
    ]
    for source, text, trust in sources:
        text = squeeze(text)[:600]
        for field in TITLE_FIELDS if text else ():
            seen: set[str] = set()
            for found in values.find(field, text, places)[:6]:
                weight = trust * found.score * (0.6 if seen else 1.0)
                seen.add(field)
                for name, value in found.values.items():
                    yield candidate(name, value, found.raw, source, weight)


def lines(document: Document, places: Places) -> Iterator[Candidate]:
    """What the main lines tell."""
    text, starts, kept = main_text(document)
    for field in TEXT_FIELDS:
        for found in values.find(field, text, places)[:60]:
            line = kept[bisect_right(starts, found.start) - 1]
            place = prominence(line, field, document)
            for name, value in found.values.items():
                weight = min(0.95, found.score * TRUST[field] * place)
                yield candidate(name, value, raw(text, found.start, len(found.raw)), "text", weight)


def main_text(document: Document) -> tuple[str, list[int], list[Line]]:
    """The main lines joined, each line's offset, and the lines."""
    starts, kept, size = [], [], 0
    for line in document.main:
        if size > MAX_TEXT:
            break
        starts.append(size)
        kept.append(line)
        size += len(line.text) + 1
    return "\n".join(line.text for line in kept), starts, kept


def raw(text: str, start: int, length: int) -> str:
    """The words read, with a few before them for the person who checks."""
    begin = max(text.rfind("\n", 0, start) + 1, start - 30)
    return text[begin : start + length]


def prominence(line: Line, field: str, document: Document) -> float:
    """How much a line's place weighs: 1 in running text, more near the title, less far below."""
    weight = 1.0
    if field == "price":
        named = any(name in owner for owner in _owners(line) for name in PRICE_NAMES)
        weight *= 1.45 if named else 1.0
        weight *= 1.15 if len(line.text) < 40 else 0.8
    if line.block.tag in {"h1", "h2", "h3"}:
        weight *= 1.15
    return weight * (1.0 - 0.3 * line.number / max(1, len(document.lines)))


def _owners(line: Line) -> list[str]:
    names = [line.block.names]
    if line.block.parent is not None:
        names.append(line.block.parent.names)
    names += [element.names for _, element in line.runs[:4]]
    return names
