"""Labels and their values: tables, definition lists, `Label : value` lines, icons with a title.

One idea for all markup: a line (or run) that is exactly a known label, and the text beside it. The
labels are `extract.labels`' trade; values go through the field's own parser.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from extract import features, labels, values, zones
from extract.candidates import Candidate, candidate
from extract.document import Document, Line, squeeze
from extract.readers import energy
from extract.tree import Element
from extract.zones import Zone
from models.listing import Transaction
from models.places import Places

SOURCE = "label"
CONFIDENCE = 0.85
HIDDEN_CONFIDENCE = 0.55
MAX_LABEL = 60
MAX_VALUE = 160
MAX_PAIRS = 600
MAX_SPOKEN = 2_000
MAX_ROW = 200

SHORT_ANSWER = re.compile(r"^(?:oui|non|yes|no|true|false|x|✓|✔|aucune?|\d{1,3})\W*$", re.I)
_LABEL_UNIT = re.compile(r"\b(?:(sq(?:uare)?\.? ?(?:ft|feet|foot)\b|ft²)|acres?\b|acreage)", re.I)
_LETTERS = re.compile(r"[a-z²]", re.I)
#: In French it announces a rental, not a place.
_LET = re.compile(r"locations?\W*$", re.I)
#: Said of plots and rooms as well as of dwellings.
_VAGUE = re.compile(r"(?:size|area|type|bien|nature|secteur|status|statut)\W*$", re.I)
_RENT = re.compile(r"\bloyer|\brent\b|miete\b", re.I)
_ALL_IN = re.compile(r"charges comprises|\bc\.?c\b|toutes charges|warmmiete", re.I)
_QUALIFIED = re.compile(
    r"\s+(?:/ ?(?:mois|an)|par (?:mois|an)|mensuel(?:le)?|hors charges|charges comprises|cc|hc|ttc|"
    r"fai|hai|du bien|du logement|de l'annonce|du mandat|environ|"
    r"honoraires (?:inclus|compris)|\(.{1,20}\)).*$",
    re.I,
)
_SOLD = re.compile(
    r"\bprix de (?:vente|cession)|\bprix du fonds|\bsale price|kaufpreis|precio de venta", re.I
)
#: Bathrooms apart from shower rooms, not both in one.
_BATH = re.compile(r"(?:nombre de |nb\.? (?:de )?)?salles? de bains?\W*$", re.I)
#: Where icons and boxes say what their figure is.
_SPOKEN = ("aria-label", "title", "data-label", "data-title", "data-original-title", "alt")
_CONTROLS = frozenset({"a", "input", "select", "button", "textarea", "form", "option", "iframe"})
_SMALL_TREE = 14
#: A figure or a reference that its label follows: "3 Bedrooms", "OMR-1187 Our ref".
_NAMED_BEHIND = re.compile(r"\d|[A-Z]{1,6}[-_/]?\d[\w/-]*$")
_CLASS = re.compile(r"[A-G]\+{0,2}")
_COUNTED = re.compile(r"(\d[\d.,  ]*(?:m²|m2|€)?)\s+([^\d]{3,40})$")
_COLON = re.compile(r"^([^:：]{2,60}?)\s*[:：]\s*(.+)$")
_NUMBER_AFTER = re.compile(r"^([^\d:]{3,60}?)\s+((?:environ |~ ?|n° ?)?[\d€£$].{0,60})$")


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """What labelled values tell."""
    counts: dict[str, int] = {}
    bathed: dict[str, int] = {}
    offers: dict[Transaction, str] = {}
    french = len(places) > 0
    for label, value, sure in _first_pairs(document):
        field = field_of(label)
        if field == "city" and french and _LET.match(label):
            continue
        if field is not None:
            told = values.parse(field, _with_unit(field, label, value), places)
            # A bare number under "Prix" may be anything's; a sign makes it money.
            vague = (field == "price" and "currency" not in told) or _VAGUE.match(label)
            confidence = sure - 0.25 if vague else sure
            for name, got in told.items():
                yield candidate(name, got, f"{label}: {value}", SOURCE, confidence)
            if field == "bathrooms" and isinstance(told.get(field), int) and _BATH.match(label):
                bathed[label] = told[field]
            if field == "price" and "price" in told and _ALL_IN.search(label):
                yield candidate("all_in", told["price"], label, SOURCE, confidence)
            if field == "price":
                offers |= _offers(label)
        elif (part := labels.part_of(label)) is not None:
            got = values.parse(part, value, places).get(part)
            if isinstance(got, int):
                counts[label] = got
    if offers:
        # A business for sale tells its premises' rent, nothing to let its price of sale.
        offer = Transaction.SALE if Transaction.SALE in offers else Transaction.RENT
        yield candidate("transaction", offer, offers[offer], SOURCE, 0.7)
    if counts:
        yield _sum(counts | dict(list(bathed.items())[:1]))


def _offers(label: str) -> dict[Transaction, str]:
    """The offer that a price's label tells."""
    words = {Transaction.RENT: _RENT, Transaction.SALE: _SOLD}
    return {offer: label for offer, pattern in words.items() if pattern.search(label)}


def _sum(counts: dict[str, int]) -> Candidate:
    """Shower rooms counted apart are added: sure enough to win over the bathrooms' own label."""
    raw = ", ".join(f"{label}: {count}" for label, count in counts.items())
    return candidate("bathrooms", sum(counts.values()), raw, f"{SOURCE}_sum", 0.96)


def _with_unit(field: str, label: str, value: str) -> str:
    """The value with the unit that its label names alone: "Square feet" / "1056"."""
    unit = _LABEL_UNIT.search(label) if field in {"surface", "land_surface"} else None
    if unit is None or _LETTERS.search(value):
        return value
    return f"{value} {'sq ft' if unit[1] else 'acres'}"


@lru_cache(maxsize=20_000)
def field_of(label: str) -> str | None:
    """The field that a label names, words that only qualify it left out (`Loyer mensuel hors charges`)."""
    if len(label) > MAX_LABEL:
        return None
    return labels.field_of(label) or labels.field_of(_QUALIFIED.sub("", label))


def told_features(document: Document) -> dict[str, bool]:
    """The features that labelled values tell (`Ascenseur` / `Oui`)."""
    told = [
        features.read_pair(label, value)
        for label, value, _ in _first_pairs(document)
        if SHORT_ANSWER.match(value) and len(label) <= 40 and field_of(label) is None
    ]
    return features.merge(tuple(told))


def _first_pairs(document: Document) -> list[tuple[str, str, float]]:
    """The first pairs, sought once a page: fields and features read the same ones."""
    if "pairs" not in document.memory:
        document.memory["pairs"] = list(islice(pairs(document), MAX_PAIRS))
    found: list[tuple[str, str, float]] = document.memory["pairs"]
    return found


def pairs(document: Document) -> Iterator[tuple[str, str, float]]:
    """(label, value, confidence) wherever a label stands beside a text, in page order."""
    lines = (
        [line for line in document.lines if line.zone is Zone.HIDDEN and _short(line)]
        if not document.main
        else []
    )
    drawn = energy.drawn(document)
    lines = [line for line in lines or document.main if line.runs[0][1].index not in drawn]
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else None
        yield from _inside(line)
        if following is not None and len(line.text) <= MAX_LABEL:
            if at and _values_lead(lines, at):
                yield line.text.rstrip(" :"), lines[at - 1].text, CONFIDENCE
            else:
                yield from _across(line, following, _free(lines, at))
    yield from _spoken(document)


def _spoken(document: Document) -> Iterator[tuple[str, str, float]]:
    """Labels in attributes: `title="Chambres"` on the icon beside a 3, `title="6 salles de bains"`."""
    for element in document.bearing(*_SPOKEN)[:MAX_SPOKEN]:
        if element.tag in _CONTROLS or document.zones[element.index] is not Zone.MAIN:
            continue
        if element.index in document.cards.covered:
            continue
        for text in {squeeze(element.get(name)[:MAX_LABEL]) for name in _SPOKEN}:
            counted, colon = _COUNTED.match(text), _COLON.match(text)
            if _names_field(text):
                value = _beside(element)
                if value and _tells(text, value) and value != text:
                    yield text, value, CONFIDENCE - 0.15
            elif colon and _names_field(colon[1]):
                yield colon[1], colon[2], CONFIDENCE - 0.15
            elif counted and _names_field(counted[2]):
                yield counted[2], counted[1], CONFIDENCE - 0.15


def _tells(label: str, value: str) -> bool:
    """Whether the text beside a spoken label is its value: an answer, a figure, an energy class."""
    lettered = _CLASS.fullmatch(value) and field_of(label) == "dpe"
    return bool(SHORT_ANSWER.match(value) or re.search(r"\d", value) or lettered)


def _names_field(label: str) -> bool:
    return bool(label) and (field_of(label) is not None or labels.part_of(label) is not None)


def _beside(element: Element) -> str:
    """The text of a small element, else of the small block that holds it."""
    for one in (element, element.parent):
        if one is not None and one.end - one.index <= _SMALL_TREE:
            text = zones.heading_text(one)
            if text:
                return text if len(text) <= MAX_LABEL else ""
    return ""


def _short(line: Line) -> bool:
    return len(line.text) <= MAX_VALUE


def _inside(line: Line) -> Iterator[tuple[str, str, float]]:
    """Pairs within one line: runs of elements, a colon, or words and a number."""
    if len(line.text) > MAX_VALUE + MAX_LABEL:
        return
    if len(line.runs) == 2 and _NAMED_BEHIND.match(line.runs[0][0]) and _names_field(line.runs[1][0]):
        yield line.runs[1][0], line.runs[0][0], CONFIDENCE - 0.1
        return
    if len(line.runs) > 3:
        told = list(_alternating(line))
        if len(told) > 1:
            yield from told
            return
    for (text, _), (value, _) in zip(line.runs, line.runs[1:], strict=False):
        if len(text) <= MAX_LABEL and field_of(text) and not field_of(value):
            yield text, _rest(line, text), CONFIDENCE
            return
    colon = _colon(line.text)
    if colon:
        yield colon.group(1), colon.group(2), CONFIDENCE
        return
    numbered = _NUMBER_AFTER.match(line.text)
    if numbered and field_of(numbered.group(1)):
        yield numbered.group(1), numbered.group(2), CONFIDENCE - 0.1
    elif len(line.runs) == 2 and len(line.runs[0][0]) <= MAX_LABEL:
        yield line.runs[0][0], line.runs[1][0], CONFIDENCE - 0.1


def _colon(text: str) -> re.Match[str] | None:
    """A label, a colon and a value."""
    return _COLON.match(text) if ":" in text or "：" in text else None


def _alternating(line: Line) -> Iterator[tuple[str, str, float]]:
    """Labels and values by turns in one line's runs: "Rooms:" "2" "Bathrooms:" "1"."""
    for (text, _), (value, _) in zip(line.runs, line.runs[1:], strict=False):
        labelled = text.rstrip().endswith(":") and len(text) <= MAX_LABEL and field_of(text)
        if labelled and not _names_field(value) and not value.isspace():
            yield text, value, CONFIDENCE


def _rest(line: Line, label: str) -> str:
    """The line's text after a run that is its label."""
    _, _, rest = line.text.partition(label)
    return rest.strip(" :-–") or line.runs[-1][0]


def _across(line: Line, following: Line, before: Line | None) -> Iterator[tuple[str, str, float]]:
    """A label on its own line with its value on the next one, or, where that is none, the one before."""
    text = line.text.rstrip(" :")
    if len(line.runs) > 1 and re.search(r"\d", text):
        return  # The line holds its own value.
    if field_of(text) is None and labels.part_of(text) is None:
        if len(following.text) <= 60 and _near(line, following):
            yield text, following.text, CONFIDENCE - 0.2
        return
    told = _is_value(following) and _near(line, following)
    if told and not (before is not None and _closer(before, line, following)):
        yield text, following.text, CONFIDENCE
    elif before is not None and _is_value(before) and _near(before, line):
        yield text, before.text, CONFIDENCE - 0.15


def _values_lead(lines: list[Line], at: int) -> bool:
    """Whether a label stands in a row of boxes that begins with a value: 2, Bedrooms, 1, Bathrooms."""
    row = lines[at].block.parent
    if row is None or lines[at - 1].block.parent is not row or row.end - row.index > MAX_ROW:
        return False
    if not _names_field(lines[at].text.rstrip(" :")):
        return False
    first = at - 1
    while first and lines[first - 1].block.parent is row:
        first -= 1
    values, names = lines[first : at + 1 : 2], lines[at].block.names
    if (at - first) % 2 == 0 or any(_names_field(one.text.rstrip(" :")) for one in values):
        return False
    # A row of one class begins with what may as well be its heading, where its boxes are odd.
    return all(one.block.names != names for one in values) or _is_even(lines, first, row)


def _is_even(lines: list[Line], first: int, row: Element) -> bool:
    last = first
    while last < len(lines) and lines[last].block.parent is row:
        last += 1
    return (last - first) % 2 == 0


def _free(lines: list[Line], at: int) -> Line | None:
    """The line before, unless it is the value of the label before it."""
    if at and at > 1 and _near(lines[at - 2], lines[at - 1]):
        label = lines[at - 2].text.rstrip(" :")
        if len(label) <= MAX_LABEL and field_of(label):
            return None
    return lines[at - 1] if at else None


def _is_value(line: Line) -> bool:
    return len(line.text) <= MAX_VALUE and field_of(line.text.rstrip(" :")) is None and not _colon(line.text)


def _near(one: Line, other: Line) -> bool:
    """Whether two lines' blocks have a small block in common."""
    return common(one.block, other.block) is not None


def common(one: Element, other: Element, levels: int = 3) -> Element | None:
    """The closest block above both within a few levels, None where there is none."""
    above = [one, *list(_first(one, levels))]
    for block in (other, *_first(other, levels)):
        if any(block is candidate_ for candidate_ in above):
            return block if block.tag not in {"body", "html", "main"} else None
    return None


def _first(element: Element, levels: int) -> Iterator[Element]:
    for depth, above in enumerate(element.ancestors()):
        if depth >= levels:
            return
        yield above


def _closer(before: Line, line: Line, following: Line) -> bool:
    """Whether the value stands above its label: the label shares a smaller block with the line before."""
    up, down = common(before.block, line.block), common(line.block, following.block)
    if up is None or down is None:
        return False
    return up.end - up.index < down.end - down.index and _is_value(before)
