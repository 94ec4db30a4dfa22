"""Energy and emission letters in attributes, captions and wordless bars: what words say about a drawing.

`aria-label="Classe énergie C"`, a lone letter above its caption, seven coloured bars of which one is on, and
the sentence for those who cannot see. Printed scales are `energy`'s trade.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.fields import energy
from extract.readers.energy import LETTERS, drawn, singled_out
from extract.text import fold
from extract.tree import Element
from extract.zones import Zone
from models.places import Places

SOURCE = "energy_words"
#: Elements asked for what they say; no detail has as many.
MAX_SPOKEN = 2_000
_SPOKEN: Final = ("aria-label", "title", "alt", "data-original-title", "data-tooltip")
_SKIPPED = frozenset({Zone.SIMILAR, Zone.CHROME, Zone.AGENCY})
_WORDS = re.compile(r"dpe|\bges\b|[ée]nerg|climat|[ée]mission|\bepc\b", re.I)
_CAPTION: Final = {
    "dpe": re.compile(r"(?:dpe|(?:classe |etiquette )?energ(?:ie|etique)|consommation(?: energetique)?)"),
    "ges": re.compile(r"(?:ges|(?:classe |etiquette )?climat|emissions?(?: de (?:ges|co2))?)"),
}
#: "classé D pour la performance énergétique et B pour les émissions de gaz à effet de serre"
_SENTENCE: Final = {
    "dpe": re.compile(
        r"\b(?:classee?|est|et|,) ([a-g]) (?:pour|en|sur) (?:la |sa |le |l')?"
        r"(?:performance|consommation|dpe|energie)"
    ),
    "ges": re.compile(
        r"\b(?:classee?|est|et|,) ([a-g]) (?:pour|en|sur) (?:les |ses |le |l')?(?:emissions?|gaz|ges|climat)"
    ),
}
_BAR = re.compile(r"(?:^|[\s_-])([a-g])(?=\s|$)")
#: Elements of a scale with all that decorates its bars.
_SCALE_TREE = 100
_ENERGY = re.compile(r"dpe|energ|epc|(?<![a-z])ges(?![a-z])|conso|climat|emission")
_EMISSION = re.compile(r"(?<![a-z])ges(?![a-z])|climat|emission|co2")


def read(document: Document, _places: Places) -> Iterator[Candidate]:
    """Letters and values that words about a drawing tell."""
    yield from _attributes(document)
    yield from _captions(document)
    yield from _sentences(document)
    yield from _bars(document)


def _attributes(document: Document) -> Iterator[Candidate]:
    """One label alone per field: a page that names several names its list's."""
    told: dict[str, dict[energy.Energy, str]] = {"dpe": {}, "ges": {}}
    for element in document.bearing(*_SPOKEN)[:MAX_SPOKEN]:
        if document.zones[element.index] in _SKIPPED or element.index in document.cards.covered:
            continue
        for text in {element.get(name)[:200] for name in _SPOKEN}:
            if text and _WORDS.search(text):
                for field, find in (("dpe", energy.find_dpe), ("ges", energy.find_ges)):
                    told[field].update((match.value, text) for match in find(text) if match.value.letter)
    for field, labels in told.items():
        if len({label.letter for label in labels}) == 1:
            label, raw = next(iter(labels.items()))
            yield candidate(field, label.letter, raw, SOURCE, 0.8)
            if label.value is not None:
                yield candidate(f"{field}_value", label.value, raw, SOURCE, 0.7)


def _captions(document: Document) -> Iterator[Candidate]:
    """A lone letter before its caption or on the line above it, unless a caption stands above it too."""
    inside = drawn(document)
    lines = [line for line in document.main if line.runs[0][1].index not in inside]
    told = -1
    for at, line in enumerate(lines):
        if not _is_letter(line.runs[0][0].strip()):
            continue
        field, last = None, at
        if len(line.runs) == 2:
            field = _captioned(line.runs[1][0])
        elif len(line.runs) == 1 and at + 1 < len(lines):
            # A caption that no letter stands above is the next letter's.
            above = at > 0 and at - 1 != told and _captioned(lines[at - 1].text) is not None
            field, last = (None if above else _captioned(lines[at + 1].text)), at + 1
        if field is not None:
            told = last
            yield candidate(field, line.text[0], f"{line.text} {lines[last].text}", SOURCE, 0.8)


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text in LETTERS


def _captioned(text: str) -> str | None:
    """The field that a short text alone is the caption of."""
    folded = fold(text).strip(" :.") if len(text) < 40 else ""
    return next((field for field, words in _CAPTION.items() if words.fullmatch(folded)), None)


def _sentences(document: Document) -> Iterator[Candidate]:
    """A whole sentence, also one that only screen readers say."""
    for line in document.lines:
        if "class" not in line.lower or line.zone in _SKIPPED or line.block.index in document.cards.covered:
            continue
        folded = fold(line.text[:1_000])
        for field, pattern in _SENTENCE.items():
            found = pattern.search(folded)
            if found:
                yield candidate(field, found[1].upper(), line.text, SOURCE, 0.75)


def _bars(document: Document) -> Iterator[Candidate]:
    """Seven blocks named for the letters, without a text, of which one stands out."""
    for element in document.bearing("class"):
        if _named_letter(element.names) != "a" or not _letter(element):
            continue
        if element.parent is None or not _is_own(document, element):
            continue
        if element.parent.end - element.parent.index > _SCALE_TREE:
            continue
        bars = [child for child in element.parent.children() if _letter(child)]
        if [_letter(bar) for bar in bars] not in (list("abcdef"), list("abcdefg")):
            continue
        names = " ".join(above.names for above, _ in zip(element.ancestors(), range(3), strict=False))
        odd = singled_out(bars) if _ENERGY.search(names) else None
        if odd is not None:
            field = "ges" if _EMISSION.search(element.parent.names) else "dpe"
            yield candidate(field, LETTERS[odd], bars[odd].names, SOURCE, 0.8)


def _is_own(document: Document, element: Element) -> bool:
    zone = document.zones[element.index]
    return zone not in _SKIPPED and element.index not in document.cards.covered


def _letter(element: Element) -> str:
    """The letter that a block is named for (`bar A`, `class-a`), empty where it holds a text."""
    letter = _named_letter(element.names)
    return letter if letter and not element.raw_text().strip() else ""


@lru_cache(maxsize=4_096)
def _named_letter(names: str) -> str:
    found = _BAR.findall(names)
    return found[0] if len(found) == 1 else ""
