"""Title and description: the two texts of an advert, as displayed.

Knows where sites put them; how they are cleaned is `fields.title`' and `fields.description`' trade.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from extract import labels, zones
from extract.candidates import Candidate, candidate
from extract.document import Document, Line
from extract.fields import description, kind, title
from extract.text import PHONE, fold
from extract.tree import Element
from extract.zones import Zone
from models.places import Places

_DESCRIPTION_NAME = re.compile(
    r"descri|descriptif|texte-annonce|annonce-texte|beschreibung|presentation|comment", re.I
)
_DESCRIPTION_HEADING = re.compile(
    r"^(?:la |le |notre )?(?:description|descriptif|pr[ée]sentation|[àa] propos|d[ée]tails? du bien|"
    r"le bien|l'annonce|property description|"
    r"full description|about (?:this|the) (?:property|home)|overview|objektbeschreibung|beschreibung|"
    r"comentario del anunciante|descripci[óo]n|"
    r"descri[çc][ãa]o)\b.{0,30}$",
    re.I,
)
_RANK = frozenset({"h1", "h2"})
_BOLD = frozenset({"b", "strong", "big", "h3", "h4", "h5", "h6"})
_LEGAL = re.compile(
    r"g[ée]orisques|honoraires|informations? (?:recueillies|sur les risques)|rgpd|cookies|copyright|©|"
    r"\bt[ée]l\.|t[ée]l[ée]phone \d",
    re.I,
)


def read(document: Document, _places: Places) -> Iterator[Candidate]:
    """Candidates for title and description."""
    yield from titles(document)
    yield from descriptions(document)


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
    for element in document.all(tag):
        zone = document.zones[element.index]
        if zone in {Zone.MAIN, Zone.AGENCY} and element.index not in document.cards.covered:
            text = visible_text(document, element)
            if text:
                found.append(text)
    return found[:4]


def visible_text(document: Document, element: Element) -> str:
    """The text of a heading, hidden badges left out."""
    texts = [
        line.text
        for line in document.lines
        if line.zone is not Zone.HIDDEN and element.index <= line.runs[0][1].index < element.end
    ]
    return " ".join(texts)


def descriptions(document: Document) -> Iterator[Candidate]:
    """Named blocks, then what follows a heading for it, then the page's longest paragraphs, then metas."""
    for source, lines, confidence in _blocks(document):
        text = description.parse("\n".join(line.text for line in lines))
        if text is not None:
            yield candidate("description", text, text, source, confidence)
            break
    for name, confidence in (("og:description", 0.3), ("description", 0.3)):
        text = description.parse(document.metas.get(name, ""))
        if text is not None and len(text) > 60:
            yield candidate("description", text, text, "opengraph", confidence)


def _blocks(document: Document) -> Iterator[tuple[str, list[Line], float]]:
    main = document.main
    for element in document.elements:
        if not element.attrs:
            continue
        if _is_description(element.names) or "description" in element.get("itemprop").lower():
            inside = [line for line in main if element.index <= line.block.index < element.end]
            if 80 < sum(len(line.text) for line in inside) < 12_000:
                yield "block", _trimmed(inside), 0.8
    most = max((len(line.text) for line in main if not _LEGAL.search(line.text)), default=0)
    for at, line in enumerate(main):
        if at and main[at - 1].block is line.block:
            continue  # A line of a running text announces its own next lines.
        if len(line.text) < 60 and _DESCRIPTION_HEADING.match(line.text.rstrip(" :")):
            following = _section(main[at + 1 :])
            # The head of a column ("Descriptif") has no paragraph below it.
            if sum(len(o.text) for o in following) > 60 and max(len(o.text) for o in following) * 3 > most:
                yield "section", _trimmed(following), 0.7
    longest = max(
        (line for line in main if not _LEGAL.search(line.text)), key=lambda line: len(line.text), default=None
    )
    if longest is not None and len(longest.text) > 60:
        yield "text", _siblings(main, longest), 0.5


@lru_cache(maxsize=4_096)
def _is_description(names: str) -> bool:
    return bool(_DESCRIPTION_NAME.search(names))


def _trimmed(lines: list[Line]) -> list[Line]:
    """Without the block's own heading, nor the list of key points that stands before its first paragraph."""
    if len(lines) > 1 and _DESCRIPTION_HEADING.match(lines[0].text.rstrip(" :")):
        lines = lines[1:]
    while len(lines) > 1 and _is_pair(lines[-1].text):
        lines = lines[:-1]
    first = next((at for at, line in enumerate(lines) if len(line.text) > 150), 0)
    points = all(len(line.text) < 100 and line.text[-1] not in ".!?:;," for line in lines[:first])
    return lines[first:] if first > 3 and points else lines


def _is_pair(text: str) -> bool:
    """Whether a line is a label and its value: the table of facts below a text."""
    label, colon, value = text.partition(":")
    return bool(colon and len(value) < 60) and labels.field_of(label) is not None


def _section(lines: list[Line]) -> list[Line]:
    """The lines up to the next heading."""
    out: list[Line] = []
    for line in lines[:200]:
        if line.block.tag in zones.HEADINGS and out:
            break
        out.append(line)
    return out


def _siblings(main: list[Line], longest: Line) -> list[Line]:
    """The longest line with the paragraphs beside it, labels and contacts left out."""
    parent = longest.block.parent
    return [
        line
        for line in main
        if line.block is longest.block
        or (
            parent is not None
            and line.block.parent is parent
            and line.block.tag == longest.block.tag == "p"
            and len(line.text) > 40
            and not _LEGAL.search(line.text)
            and abs(line.number - longest.number) < 15
        )
    ]
