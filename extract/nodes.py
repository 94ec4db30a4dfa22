"""The text-bearing nodes of a page, each described by a few dozen hashed features.

A node is one short line of the property's own part, or a heading. What describes it: its words and
shape, tag, class words, place in the page, neighbours, repetition in the page and in its site. Knows no
field and no label: `node_model` weighs the features, `fitting` makes the weights.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from extract.document import Document, Line
from extract.text import fold
from extract.tree import Element
from extract.zones import HEADINGS, Zone

#: Features are hashed into so many slots (a power of two).
SLOT_BITS = 15
SLOTS = 1 << SLOT_BITS
#: Real pages have 102 main lines in the mean, 510 at most; a longer page's end is no property's.
MAX_NODES = 600
#: A longer line is a sentence: what it tells, `prose` reads. It is its neighbours' context alone.
MAX_TEXT = 80
#: Words told of the node itself, of the line before, of the line after, of the heading above.
OWN, BEFORE, AFTER, HEADING = 14, 6, 4, 5

_TOKEN = re.compile(r"[a-z]+|[0-9]+|[€£$²%°:/+]")
_DIGITS = re.compile(r"[0-9]+")
_LETTERS = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"[0-9]+(?:[ .,'][0-9]{3})*(?![0-9])")
_NAME = re.compile(r"[a-zà-ÿ]{2,}")
#: What sites call the parts of an advert, glued or not (`propertyprice`, `bien_surface`).
_TELLING = re.compile(
    r"price|prix|tarif|loyer|rent|preis|precio|surface|area|size|superf|room|piece|chambre|bed|bath|bain|floor"
    r"|etage|addr|adress|ville|city|locat|postal|zip|title|titre|type|categ|ref|mandat|dpe|energ|ges|klima|desc"
    r"|texte|charge|honor|fee|deposit|garantie|agen|contact|similar|card|simul|active|current|select"
)
_ATTRIBUTES = ("itemprop", "property", "data-label", "aria-label", "title")
_ROLE = np.uint32(0x9E3779B1)
_MIX = np.uint32(0x85EBCA6B)
_SHIFT = np.uint32(32 - SLOT_BITS)


@dataclass(frozen=True, slots=True)
class Nodes:
    """A page's nodes. `slots` holds every node's features one after the other, from `starts` on."""

    lines: tuple[Line, ...]
    slots: NDArray[np.int32]
    starts: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class SiteTexts:
    """Texts that stand on at least two other pages of the same site: its chrome, not a property's data."""

    common: Collection[str]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "SiteTexts":
        """What the other pages of a page's site have in common."""
        counts = Counter(text for document in documents for text in {line.lower for line in document.main})
        return cls(frozenset(text for text, count in counts.items() if count > 1))


def describe(document: Document, site: SiteTexts | None = None) -> Nodes:
    """The page's nodes with their features; `site` where other pages of the same site are known."""
    page = _Page(document, _lines(document), site)
    short = [at for at, line in enumerate(page.lines) if len(line.text) <= MAX_TEXT]
    codes: list[int] = []
    roles: list[int] = []
    starts: list[int] = []
    for at in short:
        starts.append(len(codes))
        for role, told in enumerate(page.features(at)):
            codes.extend(told)
            roles.extend([role] * len(told))
    mixed = (np.array(codes, np.uint32) + np.array(roles, np.uint32) * _ROLE) * _MIX
    lines = tuple(page.lines[at] for at in short)
    return Nodes(lines, (mixed >> _SHIFT).astype(np.int32), np.array(starts, np.int32))


def _lines(document: Document) -> list[Line]:
    """The main lines, and the headings that stand in a part that may be the property's."""
    main = {line.number for line in document.main}
    covered = document.cards.covered
    return [
        line
        for line in document.lines
        if line.number in main
        or (
            line.block.tag in {"h1", "h2"}
            and line.zone in {Zone.MAIN, Zone.AGENCY}
            and line.block.index not in covered
        )
    ][:MAX_NODES]


class _Page:
    """What is counted once for all nodes of a page."""

    def __init__(self, document: Document, lines: list[Line], site: SiteTexts | None) -> None:
        self.lines, self.site = lines, site
        self.folded = [fold(line.text[:160]) for line in lines]
        self.words = [_words(text) for text in self.folded]
        self.shapes = [_shape(text) for text in self.folded]
        self.paths = [_path(line.block) for line in lines]
        self.numbers = [_numbers(text) for text in self.folded]
        self.shape_counts, self.path_counts = Counter(self.shapes), Counter(self.paths)
        self.number_counts = Counter(number for found in self.numbers for number in set(found))
        heads = [document.title, document.metas.get("og:title", ""), *document.h1[:2]]
        self.head = frozenset(_numbers(fold(" ".join(heads)[:600])))
        self.shared = frozenset(_numbers(fold(document.metas.get("description", "")[:400])))
        self.title = next((at for at, line in enumerate(lines) if line.block.tag == "h1"), -1)
        self.longest = max(range(len(lines)), key=lambda at: len(lines[at].text), default=-1)
        self.headings = list(_headings(lines))
        self.seen: Counter[str] = Counter()

    def features(self, at: int) -> Iterator[tuple[int, ...]]:
        """The node's codes by role: whoever adds a role adds it last."""
        line, words = self.lines[at], self.words
        yield words[at][:OWN]
        yield words[at - 1][:BEFORE] if at else ()
        yield words[at + 1][:AFTER] if at + 1 < len(words) else ()
        yield words[self.headings[at]][:HEADING] if self.headings[at] >= 0 else ()
        inner, block = line.runs[-1][1], line.block
        yield _named(block.tag, block.names)
        yield _named(inner.tag, inner.names) if inner is not block else ()
        above = block.parent
        yield _named(above.tag, above.names) if above is not None else ()
        above = above.parent if above is not None else None
        yield _named(above.tag, above.names) if above is not None else ()
        yield _attributes(block, inner)
        yield tuple(map(_code, self._facts(at)))

    def _facts(self, at: int) -> Iterator[str]:
        line, folded, shape = self.lines[at], self.folded[at], self.shapes[at]
        yield f"shape {shape[:24]}"
        yield f"length {_bucket(len(line.text))}"
        yield f"words {min(12, len(folded.split()))}"
        yield f"case {_case(line.text)}"
        yield f"runs {min(4, len(line.runs))}"
        yield f"path {_bucket(self.path_counts[self.paths[at]])}"
        yield f"shapes {_bucket(self.shape_counts[shape])}"
        self.seen[shape] += 1
        yield f"turn {min(4, self.seen[shape])}"
        yield f"tenth {10 * at // len(self.lines)}"
        yield f"title {_distance(at - self.title) if self.title >= 0 else 'none'}"
        yield f"text {_distance(at - self.longest)}"
        if at and len(self.lines[at - 1].text) < 40:
            yield f"before {self.shapes[at - 1][:16]}"
        if self.site is not None:
            yield "common" if line.lower in self.site.common else "own"
        yield from self._figures(at)

    def _figures(self, at: int) -> Iterator[str]:
        numbers = self.numbers[at]
        yield f"numbers {min(4, len(numbers))}"
        if not numbers:
            return
        first = max(numbers, key=len)
        yield f"digits {len(first)}"
        yield f"told {_bucket(self.number_counts[first])}"
        yield f"head {first in self.head}"
        yield f"shared {first in self.shared}"
        sign = "€" if "€" in self.folded[at] else "m2" if "m2" in self.folded[at].replace("²", "2") else ""
        yield f"size {len(first)} {sign} {first in self.head}"


def _headings(lines: list[Line]) -> Iterator[int]:
    """For each line, where the last heading before it stands, -1 where there is none."""
    last = -1
    for at, line in enumerate(lines):
        yield last
        if line.block.tag in HEADINGS:
            last = at


@lru_cache(maxsize=16_384)
def _code(word: str) -> int:
    """The same number for a word in every process, whatever PYTHONHASHSEED."""
    return crc32(word.encode())


@lru_cache(maxsize=4_096)
def _words(folded: str) -> tuple[int, ...]:
    """A text's first words; numbers by their length."""
    found = _TOKEN.findall(folded)[:OWN]
    return tuple(_code(f"#{len(word)}" if word[0].isdigit() else word) for word in found)


@lru_cache(maxsize=4_096)
def _named(tag: str, names: str) -> tuple[int, ...]:
    """An element's tag, the words of its class and id, and the telling parts of glued ones."""
    words = {*_NAME.findall(names[:200]), *(f"*{part}" for part in _TELLING.findall(names[:200]))}
    return (_code(f"<{tag}>"), *(_code(word) for word in sorted(words)[:12]))


def _attributes(block: Element, inner: Element) -> tuple[int, ...]:
    told = []
    for element in (block,) if inner is block else (block, inner):
        for name in _ATTRIBUTES if element.attrs else ():
            value = element.attrs.get(name)
            if value:
                told += [f"{name} {word}" for word in _LETTERS.findall(fold(value[:40]))[:4]]
    return tuple(map(_code, told))


def _path(block: Element) -> tuple[str, str, str, str]:
    above = block.parent
    return (block.tag, block.names, above.tag if above else "", above.names if above else "")


def _shape(folded: str) -> str:
    return _LETTERS.sub("a", _DIGITS.sub("9", folded[:60]))


def _numbers(folded: str) -> list[str]:
    """The numbers of a text as plain digits: `250 000` and `250.000` alike."""
    return [re.sub("[^0-9]", "", found) for found in _NUMBER.findall(folded)]


def _case(text: str) -> str:
    letters = [char for char in text[:60] if char.isalpha()]
    if not letters:
        return "none"
    upper = sum(char.isupper() for char in letters)
    return "all" if upper == len(letters) else "first" if text[:1].isupper() else "some" if upper else "low"


def _bucket(count: int) -> int:
    """1, 2, 3–4, 5–8, 9–16 … as one number each."""
    return (count - 1).bit_length() if count > 0 else -1


def _distance(lines: int) -> str:
    return f"{'-' if lines < 0 else ''}{_bucket(abs(lines))}" if lines else "here"
