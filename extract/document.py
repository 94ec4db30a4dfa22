"""A page made ready for reading: elements, zones, lines of text, head data, scripts. Cached.

Knows HTML's habits, not estates' fields: readers take it from here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from extract import cards, tree, zones
from extract.addresses import Addressed
from extract.text import word
from extract.tree import INLINE, Element
from extract.zones import Zone

MAX_LINES = 8_000
#: So many lines in a row that only lead elsewhere are a menu, whatever holds them.
MENU = 4
#: No advert's paragraph is longer; regular expressions are spared the rest.
MAX_LINE = 20_000
_GLUED = frozenset({"sup", "sub"})
#: What stands in these is no text of the page; a title outside the head is a drawing's.
_SHUT = tree.OPAQUE - {"title"}


@dataclass(slots=True)
class Line:
    """One line as a reader sees it: its text, the block that holds it, its runs (text, element)."""

    text: str
    block: Element
    zone: Zone
    runs: list[tuple[str, Element]]
    number: int = 0
    #: `text` in lower case, for words that are sought in every line.
    lower: str = ""


class Document(Addressed):
    """One HTML page. `url` is where it was found; never raises whatever the markup."""

    def __init__(self, html: str, url: str) -> None:
        self.html = html
        self.url = url if _is_address(url) else ""
        parsed = tree.parse(html)
        self.elements, self.texts, self.cut = parsed.elements, parsed.texts, parsed.cut
        self.zones = zones.assign(self.elements)
        #: What readers keep from one question to the next on this page.
        self.memory: dict[str, Any] = {}

    @cached_property
    def by_tag(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for element in self.elements:
            found.setdefault(element.tag, []).append(element)
        return found

    @cached_property
    def by_attribute(self) -> dict[str, list[Element]]:
        """Every element that bears an attribute, in document order."""
        found: defaultdict[str, list[Element]] = defaultdict(list)
        for element in self.elements:
            for name in element.attrs:
                found[name].append(element)
        return found

    def bearing(self, *names: str) -> list[Element]:
        """Every element that bears one of these attributes, in document order."""
        if len(names) == 1:
            return self.by_attribute.get(names[0], [])
        found = {e.index: e for name in names for e in self.by_attribute.get(name, ())}
        return [found[index] for index in sorted(found)]

    def all(self, *tags: str) -> list[Element]:
        """Every element with one of these tags, in document order for one tag."""
        return [e for tag in tags for e in self.by_tag.get(tag, ())]

    @cached_property
    def base(self) -> str:
        """The address that relative links start from: the first base href, else the page's own."""
        for element in self.all("base"):
            if element.get("href"):
                return self.join(self.url, element.get("href"))
        return self.url

    @cached_property
    def title(self) -> str:
        for element in self.all("title"):
            if element.parent is None or element.parent.tag not in {"svg", "g", "symbol"}:
                return squeeze(element.raw_text())
        return ""

    @cached_property
    def metas(self) -> dict[str, str]:
        """Meta contents by name, property or itemprop, lower case; the first one wins."""
        found: dict[str, str] = {}
        for name, content in self.named_metas:
            found.setdefault(name.lower(), content.strip())
        return found

    @cached_property
    def named_metas(self) -> list[tuple[str, str]]:
        """Every meta's name, property or itemprop with its content, in order."""
        named = (
            (
                element.get("property") or element.get("name") or element.get("itemprop"),
                element.get("content"),
            )
            for element in self.all("meta")
        )
        return [(name, content) for name, content in named if name and content]

    @cached_property
    def canonical(self) -> str | None:
        for element in self.all("link"):
            if "canonical" in element.get("rel").lower().split() and element.get("href"):
                return self.absolute(element.get("href")) or None
        return None

    @cached_property
    def scripts(self) -> list[tuple[str, str, str]]:
        """Inline scripts as (type, id, text), in order."""
        return [
            (e.get("type").lower(), e.get("id"), e.raw_text())
            for e in self.all("script")
            if "src" not in e.attrs
        ]

    @cached_property
    def lines(self) -> list[Line]:
        """The page's text, one line per block or break, whatever the zone, in order."""
        return list(_lines(self))

    @cached_property
    def cards(self) -> "cards.Cards":
        """The page's clusters of listing cards."""
        return cards.find(self)

    @cached_property
    def shown(self) -> list[Line]:
        """The lines in MAIN, in no card of another listing, in no simulation; menus included."""
        inside = self.cards.covered
        return [
            line
            for line in self.lines
            if line.zone is Zone.MAIN and line.block.index not in inside and not _is_aside(line)
        ]

    @cached_property
    def main(self) -> list[Line]:
        """The lines of the property itself: what is shown but the menus."""
        menus = self._menu_lines(self.shown)
        return [line for line in self.shown if line.number not in menus] if menus else self.shown

    def _menu_lines(self, lines: list[Line]) -> set[int]:
        """Numbers of lines that are links to other pages, four or more in a row ("Studios à louer")."""
        leads: set[int] = set()
        for anchor in self.all("a"):
            href = anchor.get("href")
            if href and cards.is_page(href):
                leads.update(range(anchor.index, anchor.end))
        found: set[int] = set()
        row: list[int] = []
        for line in lines:
            if line.block.tag not in zones.HEADINGS and all(owner.index in leads for _, owner in line.runs):
                row.append(line.number)
                continue
            found.update(row if len(row) >= MENU else ())
            row = []
        return found | set(row if len(row) >= MENU else ())

    @cached_property
    def main_text(self) -> str:
        return "\n".join(line.text for line in self.main)

    @cached_property
    def h1(self) -> list[str]:
        """The visible first-rank headings."""
        spoken = [e for e in self.bearing("aria-level") if e.get("aria-level") == "1"]
        ranked = [*self.all("h1"), *(e for e in spoken if e.get("role") == "heading" and e.tag != "h1")]
        texts = (zones.heading_text(e) for e in ranked if self.zones[e.index] is not Zone.HIDDEN)
        return [text for text in texts if text]


#: In lower case, each alternative led by a plain character: searched in every line.
_LOAN = re.compile(
    r"par mois sur \d|mensualit|frais de notaire|apport\s*:|montant du pr[êe]t|"
    r"co[ûu]t du cr[ée]dit|hors assurance|council tax|average (?:price|value)|price paid|"
    + word(r"taux de \d", r"mortgage\b")
)


def _is_aside(line: Line) -> bool:
    """A simulated loan, or a sentence that leads to other listings."""
    told = _LOAN.search(line.lower)
    if told:
        # What a dwelling's facts end with: "EPC: C. Council tax band B."
        return len(line.text) < (80 if told[0] == "council tax" else 300)
    if len(line.runs) < 2 or sum(element.tag == "a" for _, element in line.runs) < 2:
        return False
    return bool(zones.SIMILAR_HEADING.search(line.text[:50]))


def _is_address(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname or url)
    except ValueError:
        return False


def squeeze(text: str) -> str:
    """Runs of any space (no-break and thin ones too) as one plain space."""
    return " ".join(text.split())


def _lines(document: Document) -> Iterator[Line]:
    """Texts go into one line until a block begins or ends between them."""
    starts, blocks, shut = _blocks(document.elements)
    runs: list[tuple[str, Element]] = []
    block, seen, count = document.elements[0], 0, 0
    for text, owner, before in document.texts:
        if shut[owner.index]:
            continue
        if runs and (starts[before] != seen or blocks[owner.index] is not block):
            line = _line(runs, block, document.zones, count)
            runs = []
            if line is not None:
                count += 1
                yield line
            if count >= MAX_LINES:
                return
        if runs:
            runs.append((text, owner))
        elif not text.isspace():
            block, seen, runs = blocks[owner.index], starts[before], [(text, owner)]
    if runs and (line := _line(runs, block, document.zones, count)) is not None:
        yield line


def _blocks(elements: list[Element]) -> tuple[list[int], list[Element], list[bool]]:
    """How many blocks begin before each index; each element's nearest block; whether its text is no text."""
    starts, blocks, shut = [0], [elements[0]], [False]
    begun = 0
    for element in elements:
        tag, parent = element.tag, element.parent
        if parent is not None:
            inside = shut[parent.index]
            blocks.append(blocks[parent.index] if tag in INLINE else element)
            shut.append(inside or tag in _SHUT)
            begun += not inside and tag not in INLINE
        starts.append(begun)
    return starts, blocks, shut


def _line(runs: list[tuple[str, Element]], block: Element, zones: list[Zone], number: int) -> Line | None:
    """One line of runs, hidden ones left out where others show; the first run is not blank."""
    if len(runs) > 1 and any(zones[owner.index] is Zone.HIDDEN for _, owner in runs):
        shown = [run for run in runs if zones[run[1].index] is not Zone.HIDDEN]
        runs = shown if any(not text.isspace() for text, _ in shown) else runs
    if len(runs) > 1:
        text, kept = _joined(runs, block)
    else:
        text = squeeze(runs[0][0][:MAX_LINE])
        kept = [(text, runs[0][1])]
    return Line(text, block, zones[kept[0][1].index], kept, number, text.lower()) if text else None


def _joined(runs: list[tuple[str, Element]], block: Element) -> tuple[str, list[tuple[str, Element]]]:
    """The text of several runs, a space between two elements', and the runs that are not blank."""
    pieces: list[str] = []
    kept: list[tuple[str, Element]] = []
    last = block
    for piece, element in runs:
        text = piece[:MAX_LINE]
        if text.isspace():
            pieces.append(text)
            continue
        if element.tag == "sup" and text.strip() == "2" and pieces:
            pieces[-1] = pieces[-1].rstrip()
            text = "²"
        elif pieces and element is not last and element.tag not in _GLUED and last.tag not in _GLUED:
            pieces.append(" ")
        pieces.append(text)
        squeezed = squeeze(text)
        if squeezed:
            kept.append((squeezed, element))
            last = element
    return squeeze("".join(pieces)[:MAX_LINE]), kept
