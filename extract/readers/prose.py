"""Prose and headings: what the property's own lines say, weighed by where a line stands.

The whole main text is searched once per field (lines are kept apart by breaks); a line's place (title,
an element named for a price, far below) raises or lowers what the words around gave.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from extract import labels, values
from extract.candidates import Candidate, candidate
from extract.document import Document, Line, squeeze
from extract.fields import address, bathrooms
from extract.readers import energy, texts
from extract.text import fold, word
from extract.zones import Zone
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
    "address",
    "reference",
)
TEXT_FIELDS = ("price", "surface", "land_surface", "rooms", "bedrooms", "floor", "postal_code", "address",
               "transaction", "property_type", "dpe", "ges", "reference", "charges", "fees", "deposit",
               "furnished", "construction_year", "availability", "exclusive")  # fmt: skip
#: Elsewhere postal codes are read in whole address lines alone (`places`): five figures may be anything.
ABROAD = tuple(field for field in TEXT_FIELDS if field != "postal_code")
#: Fields whose words around must be telling.
LEAST = {"land_surface": 0.6}
#: How much of a field's own score survives in running text.
TRUST = {"price": 0.6, "surface": 0.7, "land_surface": 0.6, "rooms": 0.6, "bedrooms": 0.6, "floor": 0.5,
         "postal_code": 0.6, "address": 0.55, "transaction": 0.45, "property_type": 0.3, "dpe": 0.8,
         "ges": 0.8,
         "reference": 0.8, "charges": 0.7, "fees": 0.7, "deposit": 0.8, "furnished": 0.5,
         "construction_year": 0.7,
         "availability": 0.7, "exclusive": 0.6}  # fmt: skip
_PLACED = frozenset({"postal_code", "address", "property_type"})
_SAID = frozenset({"furnished", "exclusive"})
PRICE_NAMES = ("price", "prix", "tarif", "loyer", "preis", "precio", "montant", "rent", "cost", "amount")


_UNIT = re.compile(
    r"^(?:€(?! ?\d)|euros?\b|m²|m2\b|kwh|kg\b|(?:[hc]\.?c\.? ?)?(?:/ ?|par )mois|[hc]\.?c\b|[$£](?! ?\d))",
    re.I,
)
#: In lower case, each alternative led by a plain character: searched in every line.
_CONTACT = re.compile(
    word(r"t[ée]l(?:[ée]phone|\.|\b)", r"0[1-9](?:[ .-]?\d\d){4}\b", r"rcs\b", r"cpi\b")
    + r"|\+33|@|siren|siret|mobile|fax"
)
_PLACE = re.compile(
    r"\b\d{5}\b|\b(?:rue|avenue|boulevard|place|all[ée]e|chemin|impasse|quai|route|villa|cours)\b", re.I
)


#: A whole postal address above the title is the agency's, in its header.
_STREET_LINE = re.compile(
    r"\b(?:rue|avenue|av\.|boulevard|bd|place|all[ée]es?|chemin|impasse|quai|route|cours)\b.{2,60}\b\d{5}\b",
    re.I,
)


def contact_lines(document: Document) -> set[int]:
    """Numbers of the lines that tell where somebody can be reached, and of the address lines beside them."""
    found: set[int] | None = document.memory.get("contact")
    if found is None:
        found = document.memory["contact"] = _contact_lines(document)
    return found


def _contact_lines(document: Document) -> set[int]:
    found: set[int] = set()
    main = document.main
    title = _heading(main)
    found.update(line.number for line in main if line.number < title - 1 and _STREET_LINE.search(line.text))
    for at, line in enumerate(main):
        if len(line.text) < 200 and _CONTACT.search(line.lower):
            found.add(line.number)
            above = [other for other in main[max(0, at - 4) : at] if line.number - other.number <= 4]
            # An advert's paragraph between parts the property's lines from the agency's.
            parted = max((i for i, other in enumerate(above) if len(other.text) > 150), default=-1)
            below = [other for other in main[at + 1 : at + 3] if other.number - line.number <= 2]
            for other in [*above[parted + 1 :], *below]:
                if len(other.text) < 90 and _PLACE.search(other.text) and other.block.tag not in {"h1", "h2"}:
                    found.add(other.number)
    return found


def _heading(main: list[Line]) -> int:
    """The number of the line that heads the advert; a second-rank heading below a price heads a part."""
    for line in main:
        if line.block.tag == "h1":
            return line.number
    for line in main:
        if "€" in line.text:
            break
        if line.block.tag == "h2":
            return line.number
    return 0


def agency_addresses(document: Document) -> frozenset[str]:
    """Street lines of the agency: those beside a phone number, or in the page's frame."""
    contact = contact_lines(document)
    framed = {Zone.CHROME, Zone.AGENCY}
    texts = [
        line.text
        for line in document.lines
        if line.number in contact or (line.zone in framed and _PLACE.search(line.text))
    ]
    return frozenset(fold(match.value) for text in texts[:60] for match in address.find(text[:200]))


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """Candidates of the page's titles, then of its main lines."""
    yield from titles(document, places)
    yield from lines(document, places)


def titles(document: Document, places: Places) -> Iterator[Candidate]:
    """What the page's titles tell: heading, title element, shared title and summary."""
    metas = document.metas
    heads = [text for text in document.h1[:2] if not texts.is_site(text, document.url)]
    heads = heads or texts.bold_headings(document)
    sources = [("h1", text, 0.85) for text in heads]
    sources += [
        ("title", "" if texts.is_site(document.title, document.url) else document.title, 0.75),
        ("opengraph", metas.get("og:title") or metas.get("twitter:title") or "", 0.7),
        ("opengraph", metas.get("og:description") or metas.get("description") or "", 0.5),
    ]
    for source, text, trust in sources:
        told = squeeze(text)[:600]
        for field in TITLE_FIELDS if told else ():
            if field == "postal_code" and not len(places):
                continue
            seen: set[str] = set()
            for found in values.find(field, told, places)[:6]:
                if found.score < LEAST.get(field, 0.0):
                    continue
                weight = trust * found.score * (0.6 if seen else 1.0)
                seen.add(field)
                for name, value in found.values.items():
                    yield candidate(name, value, found.raw, source, weight)


def lines(document: Document, places: Places) -> Iterator[Candidate]:
    """What the main lines tell."""
    text, starts, kept = main_text(document)
    yield from _bathrooms(kept)
    contact = contact_lines(document)
    for field in TEXT_FIELDS if len(places) else ABROAD:
        least = LEAST.get(field, 0.0)
        for found in values.find(field, text, places)[:60]:
            if found.score < least:
                continue
            line = kept[bisect_right(starts, found.start) - 1]
            if field in _PLACED and line.number in contact:
                continue
            if field in _SAID and labels.field_of(line.text):
                continue
            place = prominence(line, field, document)
            for name, value in found.values.items():
                weight = min(0.95, found.score * TRUST[field] * place)
                yield candidate(name, value, raw(text, found.start, len(found.raw)), "text", weight)


def _bathrooms(lines: list[Line]) -> Iterator[Candidate]:
    """A short line's own count, and what the longest block of text that names one names in all."""
    for line in lines:
        if len(line.text) < 60:
            for found in bathrooms.find(line.text)[:1]:
                if found.score >= 0.7:
                    yield candidate("bathrooms", found.value, line.text, "text", 0.5)
    blocks: dict[int, list[str]] = {}
    for line in lines:
        if ":" not in line.text[:60] or len(line.text) > 120:  # labels count what the text names again
            blocks.setdefault(line.block.index, []).append(line.text)
    for text in sorted(("\n".join(parts) for parts in blocks.values()), key=len, reverse=True)[:4]:
        named = bathrooms.total(text) if len(text) > 60 else None
        if named is not None:
            yield candidate("bathrooms", named.value, named.raw, "prose", 0.3)
            return


def main_text(document: Document) -> tuple[str, list[int], list[Line]]:
    """The main lines joined, each line's offset, and the lines; a lone unit joins the figure before it."""
    drawn = energy.drawn(document)
    starts: list[int] = []
    kept: list[Line] = []
    told: list[str] = []
    size, led = 0, False
    for line in document.main:
        if size > MAX_TEXT:
            break
        if line.runs[0][1].index in drawn:
            continue
        glue = " " if led or (_UNIT.match(line.text) and not _leads(line.text)) else "\n"
        led = _leads(line.text)
        text = (glue if told else "") + line.text
        starts.append(size + bool(told))
        kept.append(line)
        told.append(text)
        size += len(text)
    return "".join(told), starts, kept


def _leads(text: str) -> bool:
    """Whether a line is a sign alone that stands before its figure."""
    return text in {"$", "£", "₹"}


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
