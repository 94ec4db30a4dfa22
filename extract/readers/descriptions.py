"""The description of an advert as displayed: whole, its paragraphs alone.

Weighs blocks that are named for it, what follows a heading for it, and runs of paragraphs; the one with
most prose and least else wins. A teaser ("…") gives way to the full text, also where that is folded away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract import graph, labels, zones
from extract.candidates import Candidate, candidate
from extract.document import Document, Line
from extract.fields import description
from extract.text import fold, word
from extract.tree import Element
from extract.zones import Zone

_NAMES = ("descri", "texte-annonce", "annonce-texte", "beschreibung", "presentation", "comment")
#: What readers of a site write below its pages.
_COMMENT = re.compile(r"comments|commentaire|comment[-_ ]?(?:list|form|body|reply|area|box)", re.I)
HEADING = re.compile(
    r"^(?:la |le |notre )?(?:description|descriptif|pr[ée]sentation|[àa] propos|d[ée]tails? du bien|"
    r"le bien|l'annonce|(?:en )?d[ée]tails?|notre avis|l'avis de|le mot de|en quelques (?:mots|lignes)|"
    r"texte de l'annonce|property description|"
    r"full description|about (?:this|the) (?:property|home)|overview|objektbeschreibung|beschreibung|"
    r"comentario del anunciante|descripci[óo]n|descrizione|omschrijving|immobilienbeschreibung|"
    r"descri[çc][ãa]o)\b.{0,30}$",
    re.I,
)
#: Paragraphs that the law, the agency or the site writes below every advert, in lower case.
_LEGAL = re.compile(
    word(
        *(
            "g[ée]orisques",
            r"informations? (?:recueillies|sur les risques)",
            "rgpd",
            "cookies",
            "copyright",
            "©",
        ),
        *(r"t[ée]l\.", r"t[ée]l[ée]phone \d", "au capital de", r"rcs\b", r"carte (?:professionnelle|t\b)"),
        *("mentions l[ée]gales", "consommation [ée]nerg[ée]tique excessive", "obligation de niveau"),
        *("d[ée]penses annuelles", "co[ûu]ts annuels d'[ée]nergie", "d[ée]marchage", "bloctel"),
        *("politique de confidentialit[ée]", "bar[èe]me", "garantie financi[èe]re", "m[ée]diateur"),
        *("rsac", "responsabilit[ée] [ée]ditoriale", "loyer de r[ée]f[ée]rence", "encadrement des loyers"),
        *("non contractuel", "cr[ée]dit vous engage", "j'accepte"),
    )
)
#: What an agency says of itself below its adverts; one that "vous propose cette maison" begins a text.
_AGENCY = re.compile(
    r"\b(?:notre|nos|votre) (?:agences?|[ée]quipes?|conseillers?|cabinet|experts?)\b|\bour team\b"
)
_DWELLING = re.compile(
    r"m²|m2|maison|appartement|villa|studio|chambre|pi[èe]ces|terrain|immeuble|local|propose"
)
_LEGAL_START = re.compile(
    r".{0,30}honoraires|(?:bilan [ée]nerg|diagnostics?\b|dpe\b|ges\b|classe [ée]nerg|consommation [ée]nerg)|"
    r"(?:bien (?:soumis|en copropri)|copropri[ée]t[ée] de \d|nombre de lots|pas de proc[ée]dure)|"
    r"[«“\"].*[»”\"]$|"
    r"(?:pour visiter|contact|renseignements|visites?|r[ée]f(?:[ée]rence)?) ?:"
)
_ASIDE = re.compile(
    r"legal|mention|rgpd|cookie|avis|t[ée]moign|testimonial|review|pied|honorair|bareme|risque|georisque|"
    r"newsletter|alerte|disclaimer|dpe|energ|copropriete|fees"
)
_FOLDED = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])\W*(?:lire (?:la suite|plus)|voir plus|read more)?\W*$", re.I
)
_BUTTON = re.compile(
    r"(?:lire|suite|plus|voir|afficher|masquer|en savoir|read|show|see|more|ver|leer|mehr)\b.{0,25}",
    re.I,
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
            yield _Found("block", _trimmed(inside), 0.8, not _COMMENT.search(element.names))
        elif not inside and not shown and document.zones[element.index] is Zone.HIDDEN:
            yield from _folded(document, element)
    most = max((len(line.text) for line in main if _is_prose(line) and _is_own(line)), default=80)
    for at, line in enumerate(main):
        if at and main[at - 1].block is line.block:
            continue  # A line of a running text announces its own next lines.
        if len(line.text) < 60 and HEADING.match(line.text.rstrip(" :")):
            following = _section(main[at + 1 :])
            # The head of a column ("Descriptif") has no paragraph below it.
            if max((len(o.text) for o in following), default=0) * 3 > most:
                yield _Found("section", _trimmed(following), 0.7, named=True)
    yield from _runs(body, {line.number for line in main})


def _folded(document: Document, element: Element) -> Iterator[_Found]:
    """A block that is named for the description in a tab that is not open."""
    inside = [line for line in document.lines if element.index <= line.block.index < element.end]
    if not _POPUP.search(element.names) and 80 < sum(len(line.text) for line in inside) < 12_000:
        yield _Found("block", _trimmed(inside), 0.6)


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
            and _is_prose(line)
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
        if not inside or line.zone is not Zone.HIDDEN or not _is_prose(line) or not _is_own(line):
            return
        if line.text[:50] not in known:
            yield line


def _unfolds(document: Document, container: Element) -> bool:
    """Whether a button stands in or behind a container: what is folded without one is another language's."""
    return any(
        _BUTTON.fullmatch(line.text)
        for line in document.lines
        if container.index < line.block.index < container.end + 12 and len(line.text) < 40
    )


def _named(document: Document) -> list[Element]:
    """The elements whose names tell that they hold a description."""
    found = {e.index: e for e in document.bearing("itemprop") if "description" in e.get("itemprop").lower()}
    for name in ("class", "id"):
        for element in document.bearing(name):
            names = (element.attrs[name] or "").lower()
            if any(word in names for word in _NAMES):
                found[element.index] = element
    return [found[index] for index in sorted(found)]


def _is_prose(line: Line) -> bool:
    """Whether a line reads like a sentence of an advert."""
    text = line.text
    return (len(text) >= 60 and text.count(" ") > 6) or (len(text) >= 25 and text[-1] in ".!…")


def _is_own(line: Line) -> bool:
    """Whether a paragraph may be the advert's: not the law's, nor a link, a label, a button."""
    start = line.lower if len(line.text) < 200 else line.lower[:120]  # A long text may end with the law's.
    if _AGENCY.search(start) and not _DWELLING.search(line.lower):
        return False
    if _LEGAL_START.match(start) or _LEGAL.search(start) or is_pair(line.text):
        return False
    if line.block.tag in {"textarea", "label", "select", "option", "legend"}:
        return False
    linked = sum(len(text) for text, element in line.runs if element.tag == "a" or _in_link(element))
    return 2 * linked < len(line.text) and not _is_aside(line.block)


def _in_link(element: Element) -> bool:
    parent = element.parent
    return parent is not None and (parent.tag in {"a", "button"} or element.tag == "button")


def _is_aside(block: Element) -> bool:
    above: Element | None = block
    for _ in range(3):
        if above is None or above.tag in {"main", "body", "article"}:
            return False
        if _ASIDE.search(above.names):
            return True
        above = above.parent
    return False


def is_pair(text: str) -> bool:
    """Whether a line is a label and its value: the table of facts below a text."""
    label, colon, value = text.partition(":")
    return bool(colon and len(value) < 60 and text[-1] != ".") and labels.field_of(label) is not None


def _runs(main: list[Line], sure: set[int]) -> Iterator[_Found]:
    """Paragraphs that follow each other, from the page's three longest; sure: lines that may begin one."""
    longest = sorted(
        (at for at, line in enumerate(main) if line.number in sure and _is_prose(line)),
        key=lambda at: -len(main[at].text),
    )
    taken: set[int] = set()
    tried = 0
    for at in longest:
        if at in taken or not _is_own(main[at]):
            continue
        before = _along(main, range(at - 1, -1, -1), main[at])
        after = _along(main, range(at + 1, len(main)), main[at])
        places = [*reversed(before), at, *after]
        taken.update(places)
        yield _Found("text", _trimmed([main[place] for place in places]), 0.5)
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
        if line.block is last.block or ((listed or _goes_on(line, seed)) and _is_own(line)):
            kept += [*between, at]
            between, last = [], line
        elif len(between) < 8 and _may_stand_between(line, seed) and _is_own(line):
            between.append(at)
        else:
            break
    return kept


def _goes_on(line: Line, seed: Line) -> bool:
    """Whether a line is another paragraph of the seed's text: beside it, or of its shape."""
    if line.block.tag in zones.HEADINGS or line.block.tag in {"td", "th", "dd", "dt"}:
        return False
    beside = line.block.parent is seed.block.parent and line.block.tag == seed.block.tag
    if not _is_prose(line) and not (beside and len(line.text) > 24):
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


def _trimmed(lines: list[Line]) -> list[Line]:
    """Without headings, buttons, the law's paragraphs, and the facts listed before or below the text."""
    kept = [line for line in lines if not _is_heading(line) and not _BUTTON.fullmatch(line.text)]
    blocks = {line.block.index for line in kept if _is_prose(line) and _is_own(line)}
    kept = [line for line in kept if line.block.index in blocks or is_pair(line.text) or _is_own(line)]
    while kept and not _may_end(kept, blocks):
        kept = kept[:-1]
    while len(kept) > 1 and _heads(kept, blocks):
        kept = kept[1:]
    first = next((at for at, line in enumerate(kept) if len(line.text) > 150), 0)
    points = all(len(line.text) < 100 and line.text[-1] not in ".!?:;," for line in kept[:first])
    return _once(kept[first:] if first > 3 and points else kept)


def _heads(lines: list[Line], blocks: set[int]) -> bool:
    """Whether the first line heads the advert: place, kind and price, or a fact in another kind of block."""
    line = lines[0]
    if "€" in line.text and line.text[-1] not in ".!?:;,":
        return True
    if line.block.index in blocks or _is_prose(line):
        return False
    return not any(
        one.block.index in blocks and (one.block.parent, one.block.tag) == (line.block.parent, line.block.tag)
        for one in lines
    )


def _may_end(lines: list[Line], blocks: set[int]) -> bool:
    """Whether the last line may be that: of a paragraph, or of a list that one announces; no fact."""
    line = lines[-1]
    if is_pair(line.text):
        return False
    if line.block.index in blocks:
        return True
    if line.block.tag == "li":
        before = next((one for one in reversed(lines) if one.block.tag != "li"), line)
        return before.text[-1] == ":"
    return line.block.tag == "p" and any(
        one.block.index in blocks and one.block.parent is line.block.parent for one in lines
    )


def _is_heading(line: Line) -> bool:
    text = line.text
    return ((line.block.tag in zones.HEADINGS or line.block.tag == "figcaption") and len(text) < 80) or (
        len(text) < 60 and bool(HEADING.match(text.rstrip(" :")))
    )


def _once(lines: list[Line]) -> list[Line]:
    """Without a teaser, nor a paragraph told twice."""
    kept: list[Line] = []
    known: set[str] = set()
    for line in lines:
        start = line.text[:50]
        if len(line.text) > 50 and start in known:
            if len(kept) == 1 and len(line.text) > len(kept[0].text):
                kept = [line]
            continue
        known.add(start)
        kept.append(line)
    return kept


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
