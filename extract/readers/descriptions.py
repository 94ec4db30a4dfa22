"""The description of an advert as displayed: whole, its paragraphs alone.

Weighs blocks that are named for it, what follows a heading for it, and runs of paragraphs; the one with
most prose and least else wins. A teaser ("…") gives way to the full text, also where that is folded away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from extract import graph, zones
from extract.candidates import Candidate, candidate
from extract.document import Document, Line
from extract.fields import description
from extract.readers import paragraphs
from extract.readers.paragraphs import is_own, is_prose
from extract.text import fold
from extract.tree import Element
from extract.zones import Zone

_NAMES = ("descri", "texte-annonce", "annonce-texte", "beschreibung", "presentation", "comment")
#: What readers of a site write below its pages.
_COMMENT = re.compile(r"comments|commentaire|comment[-_ ]?(?:list|form|body|reply|area|box)", re.I)
_FOLDED = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\W*(?:lire (?:la suite|plus)|voir plus|read more)?\W*$", re.I
)
_POPUP = re.compile(r"cookie|modal|popup|consent|dialog|menu")
_TEXT_BLOCKS = frozenset({"p", "div", "td", "li", "section", "article"})
_LOW = frozenset({"h3", "h4", "h5", "h6"})
_MARKS = re.compile(r"[\d_-]+")


#: A block that is named for the description outweighs a longer one: a call to act, a word on the agency.
NAMED = 4.0


@dataclass(frozen=True, slots=True)
class _Found:
    """Lines that may be the description; `trust` is the confidence of how they were found."""

    source: str
    lines: list[Line]
    trust: float
    named: bool = False

    @property
    def weight(self) -> float:
        """Characters of prose, what else stands among them counted against."""
        told: dict[int, int] = {}
        for line in self.lines:
            told[line.block.index] = told.get(line.block.index, 0) + len(line.text)
        total = sum(told.values())
        prose = sum(count for count in told.values() if count >= (25 if self.named and total < 150 else 60))
        rest = total - prose
        return (prose - 0.5 * rest) * (NAMED if self.named else 1.0)


def read(document: Document) -> Iterator[Candidate]:
    """The best description that the page shows; then what it gives to search engines."""
    announced = list(_announced(document))
    best = max(_candidates(document), key=lambda found: _weight(found, announced), default=None)
    if best is not None and best.lines:
        lines = _unfolded(document, best.lines)
        text = description.parse("\n".join(_texts(document, lines)))
        if text is not None:
            # A run of paragraphs that is not what JSON-LD announces is less sure than that.
            alike = _begins(text, announced)
            trust = max(best.trust, 0.6) if alike else best.trust if best.named or not announced else 0.45
            yield candidate("description", text, text, best.source, 0.35 if _FOLDED.search(text) else trust)
    for name in ("og:description", "description"):
        text = description.parse(document.metas.get(name, ""))
        if text is not None and len(text) > 60:
            yield candidate("description", text, text, "opengraph", 0.3)


def _announced(document: Document) -> Iterator[str]:
    """How the description begins by the page's JSON-LD, folded."""
    told = (graph.subject(document) or {}).get("description")
    text = description.parse(told) if isinstance(told, str) else None
    if text is not None and len(text) > 60:
        yield _start(text)


def _start(text: str) -> str:
    return "".join(char for char in fold(text[:60]) if char.isalnum())[:30]


def _begins(text: str, announced: list[str]) -> bool:
    return _start(text) in announced


def _weight(found: _Found, announced: list[str]) -> float:
    alike = bool(announced and found.lines) and _begins(found.lines[0].text, announced)
    return found.weight * (NAMED if alike else 1.0)


def _candidates(document: Document) -> Iterator[_Found]:
    main, body = document.main, _body(document)
    shown = False
    for element in _named(document):
        inside = [line for line in body if element.index <= line.block.index < element.end]
        if 40 < sum(len(line.text) for line in inside) < 12_000:
            shown = True
            yield _Found("block", paragraphs.trimmed(inside), 0.8, not _COMMENT.search(element.names))
        elif not inside and not shown and document.zones[element.index] is Zone.HIDDEN:
            yield from _folded(document, element)
    most = max((len(line.text) for line in main if is_prose(line) and is_own(line)), default=80)
    for at, line in enumerate(main):
        if at and main[at - 1].block is line.block:
            continue  # A line of a running text announces its own next lines.
        if len(line.text) < 60 and paragraphs.HEADING.match(line.text.rstrip(" :")):
            following = _section([other for other in body if other.number > line.number])
            # The head of a column ("Descriptif") has no paragraph below it.
            if max((len(o.text) for o in following), default=0) * 3 > most:
                yield _Found("section", paragraphs.trimmed(following), 0.7, named=True)
    yield from _runs(body, {line.number for line in main})


def _folded(document: Document, element: Element) -> Iterator[_Found]:
    """A block that is named for the description in a tab that is not open."""
    inside = [line for line in document.lines if element.index <= line.block.index < element.end]
    if not _POPUP.search(element.names) and 80 < sum(len(line.text) for line in inside) < 12_000:
        yield _Found("block", paragraphs.trimmed(inside), 0.6)


def _body(document: Document) -> list[Line]:
    """The lines of the property; a text that speaks of notary's fees is no simulated loan."""
    covered, sure = document.cards.covered, {line.number for line in document.main}
    return [
        line
        for line in document.lines
        if line.number in sure
        or (
            line.zone is Zone.MAIN
            and line.block.index not in covered
            and is_prose(line)
            and line.text[-1] == "."
        )
    ]


def _texts(document: Document, lines: list[Line]) -> Iterator[str]:
    """The lines' texts, with what their blocks and the blocks behind fold away of the same text."""
    done: set[int] = set()
    for line in lines:
        block = line.block
        if block.index in done:
            continue
        hidden = [
            e
            for e in document.elements[block.index + 1 : block.end]
            if document.zones[e.index] is Zone.HIDDEN
        ]
        if hidden and block.tag in _TEXT_BLOCKS and block.end - block.index < 60:
            done.add(block.index)
            yield _whole_text(block)
        else:
            yield line.text
    if lines and lines[-1].block.index not in done:
        yield from (line.text for line in _behind(document, lines))


def _whole_text(block: Element) -> str:
    """A block's whole text, folded parts too, without the dots and the button that stand for them."""
    pieces: list[str] = []
    stack: list[str | Element] = [block]
    while stack:
        part = stack.pop()
        if isinstance(part, str):
            pieces.append(part if part == "\n" else " ".join(part.split()) + " ")
        elif part.tag == "br":
            pieces.append("\n")
        elif part.tag not in {"script", "style", "button", "a"} and part.raw_text().strip() not in {
            "…",
            "...",
        }:
            within = part.tag in _TEXT_BLOCKS
            stack.extend(["\n", *reversed(part.parts), "\n"] if within else reversed(part.parts))
    return "".join(pieces)


def _behind(document: Document, lines: list[Line]) -> Iterator[Line]:
    """The folded paragraphs that go on behind the last one in the same container."""
    known = {line.text[:50] for line in lines}
    container = lines[-1].block.parent
    if container is None or not _unfolds(document, container):
        return
    for line in document.lines[lines[-1].number + 1 :]:
        inside = container.index < line.block.index < container.end
        if not inside or line.zone is not Zone.HIDDEN or not is_prose(line) or not is_own(line):
            return
        if line.text[:50] not in known:
            yield line


def _unfolds(document: Document, container: Element) -> bool:
    """Whether a button stands in or behind a container: what is folded without one is another language's."""
    return any(
        paragraphs.BUTTON.fullmatch(line.text)
        for line in document.lines
        if container.index < line.block.index < container.end + 12 and len(line.text) < 40
    )


def _named(document: Document) -> list[Element]:
    """The elements whose names tell that they hold a description."""
    found = {e.index: e for e in document.bearing("itemprop") if "description" in e.get("itemprop").lower()}
    for name in ("class", "id"):
        for element in document.bearing(name):
            if _is_name(element.attrs[name] or ""):
                found[element.index] = element
    return [found[index] for index in sorted(found)]


# A page repeats its classes.
@lru_cache(maxsize=4_096)
def _is_name(told: str) -> bool:
    names = told.lower()
    return any(word in names for word in _NAMES)


def _runs(main: list[Line], sure: set[int]) -> Iterator[_Found]:
    """Paragraphs that follow each other, from the page's three longest; sure: lines that may begin one."""
    longest = sorted(
        (at for at, line in enumerate(main) if line.number in sure and is_prose(line)),
        key=lambda at: -len(main[at].text),
    )
    taken: set[int] = set()
    tried = 0
    for at in longest:
        if at in taken or not is_own(main[at]):
            continue
        before = _along(main, range(at - 1, -1, -1), main[at])
        after = _along(main, range(at + 1, len(main)), main[at])
        places = [*reversed(before), at, *after]
        taken.update(places)
        yield _Found("text", paragraphs.trimmed([main[place] for place in places]), 0.5)
        tried += 1
        if tried == 3:
            return


def _along(main: list[Line], places: range, seed: Line) -> list[int]:
    """How far the text goes on in one direction; subheadings and lists stand only between paragraphs."""
    kept: list[int] = []
    between: list[int] = []
    last = seed
    for at in places:
        line = main[at]
        listed = (
            line.block.tag == "li"
            and _may_stand_between(line, seed)
            and (last.block.tag == "li" or last.text[-1] == ":")
        )
        if line.block is last.block or ((listed or _goes_on(line, seed)) and is_own(line)):
            kept += [*between, at]
            between, last = [], line
        elif len(between) < 8 and _may_stand_between(line, seed) and is_own(line):
            between.append(at)
        else:
            break
    return kept


def _goes_on(line: Line, seed: Line) -> bool:
    """Whether a line is another paragraph of the seed's text: beside it, or of its shape."""
    if line.block.tag in zones.HEADINGS or line.block.tag in {"td", "th", "dd", "dt"}:
        return False
    beside = line.block.parent is seed.block.parent and line.block.tag == seed.block.tag
    if not is_prose(line) and not (beside and len(line.text) > 24):
        return False
    if beside or line.block.parent is seed.block.parent or _shape(line.block) == _shape(seed.block):
        return True
    one, other = line.block.parent, seed.block.parent
    if one is None or other is None or line.block.tag != seed.block.tag or one.parent is not other.parent:
        return False
    return _family(one) == _family(other)


def _family(element: Element) -> tuple[str, str]:
    """An element's tag and the first word of its class: "bloc-salon" and "bloc-cuisine" are of one."""
    return element.tag, _MARKS.split(element.get("class").strip())[0].split(" ")[0]


def _shape(block: Element) -> tuple[str, str, str]:
    """A block's tag and class names, numbers left out, and its parent's."""
    parent = block.parent
    above = "" if parent is None else f"{parent.tag} {_MARKS.sub('', parent.get('class'))}"
    return block.tag, _MARKS.sub("", block.get("class")), above


def _may_stand_between(line: Line, seed: Line) -> bool:
    if line.block.tag in _LOW or line.block.tag == "figcaption":
        return len(line.text) < 60
    parent = line.block.parent
    if parent is None or len(line.text) > 200 or line.block.tag in zones.HEADINGS:
        return False
    return parent is seed.block.parent or (line.block.tag == "li" and parent.parent is seed.block.parent)


def _section(lines: list[Line]) -> list[Line]:
    """The lines up to the next heading."""
    out: list[Line] = []
    for line in lines[:200]:
        if line.block.tag in zones.HEADINGS and out:
            break
        out.append(line)
    return out


def _unfolded(document: Document, lines: list[Line]) -> list[Line]:
    """The full text that a teaser opens, where the page holds it."""
    if not _FOLDED.search(lines[-1].text):
        return lines
    start = fold(lines[0].text[:30])
    for line in document.lines:
        if line.zone in {Zone.MAIN, Zone.HIDDEN} and line is not lines[0] and fold(line.text[:30]) == start:
            whole = [other for other in document.lines if other.block is line.block]
            if sum(len(one.text) for one in whole) > sum(len(one.text) for one in lines):
                return _whole(document, line)
    return lines


def _whole(document: Document, first: Line) -> list[Line]:
    """A folded text's lines: those of its block and of the blocks beside it."""
    parent = first.block.parent
    return [
        line
        for line in document.lines
        if line.block is first.block
        or (parent is not None and line.block.parent is parent and line.block.tag == first.block.tag == "p")
    ]
