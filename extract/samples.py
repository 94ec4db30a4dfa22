"""Pages that a wrapper is learnt from, at work: as text, at a glance, as a tree; and how elements are named.

`wrapping` finds where their values stand, `rehearsal` tries the result on them.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

from selectolax.lexbor import LexborNode

from extract import calibration
from extract.decide import same_value
from extract.document import Document
from extract.glance import SHORT, Glance, squeeze
from extract.wrapper import Finder
from models.listing import Evidence, Listing

#: A value counts as known from this support on: many weak ones that agree on one place are no chance.
KNOWN: Final = 0.3
#: Words that end a description by law, which the readers leave out where they are set apart.
LEGAL: Final = 60
#: Share of the pages on which chrome stands.
OFTEN: Final = 0.75
_CLASS: Final = re.compile(r"[A-Za-z][\w-]{0,60}")
_PLAIN: Final = re.compile(r"[\w:.-]{2,60}")
#: Attributes that hold data; summaries for others to show are running text.
_DATA: Final = re.compile(r"content|value|data-[a-z-]{2,30}")
_SUMMARY: Final = re.compile(r"description|keywords", re.I)
_HEADINGS: Final = frozenset({"h1", "h2", "h3"})
#: Elements of a path by names, and above the element of one by places.
_LEVELS, _DEEP = 4, 12


class Told(Protocol):
    """What a sample needs of `extract.page.PageReading`."""

    @property
    def listing(self) -> Listing | None:
        """The listing read."""

    @property
    def evidence(self) -> Mapping[str, Evidence]:
        """Where each field came from."""

    @property
    def links(self) -> tuple[str, ...]:
        """Links to other listings."""

    @property
    def platform(self) -> str | None:
        """The software of the site."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A detail page and what the readers made of it. known: the values they were sure of."""

    html: str
    url: str
    listing: Listing
    evidence: Mapping[str, Evidence]
    links: tuple[str, ...] = ()
    platform: str | None = None

    @classmethod
    def of(cls, html: str, url: str, reading: "Told") -> "Sample":
        """A page with what `read_page` told of it, which must be a listing."""
        listing = reading.listing or Listing()
        return cls(html, url, listing, reading.evidence, reading.links, reading.platform)

    def value(self, name: str) -> Any:
        """The field's value where the readers were sure of it, else None."""
        proof = self.evidence.get(name)
        value = getattr(self.listing, name)
        return (
            value
            if proof is not None and calibration.shipped().support(proof.confidence) >= KNOWN - 0.001
            else None
        )


@dataclass
class Page:
    """A sample at work."""

    sample: Sample
    glance: Glance
    document: Document
    finder: Finder
    #: Class names and ids that most pages have.
    lasting: frozenset[str] = frozenset()

    @cached_property
    def titles(self) -> list[tuple[LexborNode, str]]:
        """The title of its head, with its words."""
        return list(_spoken(self.glance.all("head > title")))

    @cached_property
    def spoken(self) -> list[tuple[LexborNode, str]]:
        """The body's elements that say something short, with their words: every field is sought in them."""
        return list(_spoken(self.glance.all("body *")))

    @cached_property
    def data(self) -> list[tuple[LexborNode, str, str]]:
        """Attributes that hold something short, which is no running text: element, name and value."""
        return [
            (node, key, text)
            for node in self.glance.all("*")
            for key, text in node.attributes.items()
            if text and len(text) <= SHORT and _DATA.fullmatch(key)
            if node.tag != "meta" or not _SUMMARY.search(step(node, ()))
        ]


def _spoken(nodes: Iterable[LexborNode]) -> Iterator[tuple[LexborNode, str]]:
    for node in nodes:
        own = squeeze(node.text(deep=False))
        # A heading's words may stand in elements of its own.
        text = squeeze(node.text(separator=" ")) if own or node.tag in _HEADINGS else ""
        if 0 < len(text) <= 2 * SHORT:
            yield node, text


def at_work(samples: Iterable[Sample]) -> list[Page]:
    """The samples parsed, and what their markup has in common."""
    pages = []
    for sample in samples:
        glance = Glance(sample.html, sample.url)
        pages.append(Page(sample, glance, Document(sample.html, sample.url), Finder(glance, {})))
    lasting = frozenset(common(names(page.glance) for page in pages))
    for page in pages:
        page.lasting = lasting
    return pages


def is_same(got: Any, want: Any) -> bool:
    """Whether a wrapper's value is the readers'. A text may go on where theirs ends."""
    if isinstance(got, str) and isinstance(want, str) and len(want) > 80:
        words, wanted = got.split(), want.split()
        return words[: len(wanted)] == wanted and 2 * len(words) <= 3 * len(wanted) + LEGAL
    return bool(got == want or same_value(got) == same_value(want))


def common(pages: Iterable[Iterable[str]], share: float = OFTEN) -> set[str]:
    """What stands on at least this share of the pages."""
    sets = [set(page) for page in pages]
    counts = Counter(item for page in sets for item in page)
    return {item for item, count in counts.items() if item and count >= share * len(sets)}


def selectors(node: LexborNode, page: "Page", *, counted: bool = False) -> Iterator[str]:
    """The shortest path of lasting names that chooses this element first, and the one that does it alone;
    with `counted`, where names do not tell it from others, its place among its like.
    """
    path, led = "", False
    for above in (node, *_above(node, _LEVELS - 1)):
        here = step(above, page.lasting)
        path = f"{here} > {path}" if path else here
        chosen = page.glance.all(path)[:2]
        if chosen and chosen[0].mem_id == node.mem_id:
            if len(chosen) == 1 or not led:
                yield path
            if len(chosen) == 1:
                return
            led = True
    if counted and not led:
        yield from _counted(node, page)


def _counted(node: LexborNode, page: "Page") -> Iterator[str]:
    """A path from the nearest named element, by places among the children of one tag."""
    path = ""
    for above in (node, *_above(node, _DEEP)):
        here = step(above, page.lasting)
        if "#" in here or "[" in here or above.tag == "body":
            path = f"{here} > {path}" if path else here
            break
        place = 1
        before = above.prev
        while before is not None and place < 200:
            place += before.tag == above.tag
            before = before.prev
        here = f"{above.tag}:nth-of-type({place})"
        path = f"{here} > {path}" if path else here
    first = page.glance.first(path)
    if first is not None and first.mem_id == node.mem_id:
        yield path


def _above(node: LexborNode, levels: int) -> Iterator[LexborNode]:
    above = node.parent
    for _ in range(levels):
        if above is None or above.tag in {"html", "-undef", None}:
            return
        yield above
        above = above.parent


def step(node: LexborNode, lasting: Collection[str]) -> str:
    """An element by its tag and the names that the site's other pages have as well."""
    attributes = node.attributes
    tag = str(node.tag)
    for key in ("property", "name", "itemprop"):
        value = attributes.get(key)
        if value and _PLAIN.fullmatch(value):
            return f'{tag}[{key}="{value}"]'
    number = attributes.get("id") or ""
    if number in lasting and _PLAIN.fullmatch(number):
        return f'{tag}[id="{number}"]'
    names = [n for n in (attributes.get("class") or "").split() if n in lasting and _CLASS.fullmatch(n)]
    return tag + "".join(f".{name}" for name in names[:3])


def names(glance: Glance) -> set[str]:
    """The page's class names and ids."""
    found: set[str] = set()
    for node in glance.all("[class],[id]"):
        found.update((node.attributes.get("class") or "").split())
        found.add(node.attributes.get("id") or "")
    return found
