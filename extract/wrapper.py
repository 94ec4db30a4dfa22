"""A wrapper: where one site's pages tell each field. Learnt by `wrapping`, kept with the site as JSON.

    >>> wrapper = Wrapper.from_json(row)          # never raises; a broken row is None
    >>> list(told_by(wrapper, glance, places))  # evidence of source "wrapper" for `decide`

What varies from page to page is data, what stays is chrome: a place is named by the chrome beside it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from typing import Any, Final

from selectolax.lexbor import LexborNode

from extract import values, zones
from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.fields import description, title
from extract.glance import SHORT, Glance, squeeze
from extract.readers import energy, paragraphs
from extract.text import fold
from models.listing import LISTING_FIELDS
from models.places import Places

SOURCE: Final = "wrapper"
#: Characters of the longest button.
_BUTTON: Final = 40
VERSION: Final = 2
#: Bytes of a wrapper's JSON; the largest of the labelled sites takes 14 KB.
MAX_SIZE: Final = 65_536
#: Places kept per field.
KEPT: Final = 5
#: A page is of the wrapper's kind with these shares of its chrome and of its sure fields.
LEAST_SURE, SAME_CHROME, SAME_FIELDS = 3, 0.85, 0.75
HOWS: Final = frozenset({"css", "attribute", "after", "before", "own", "key", "block", "all"})
_TEXTS: Final = frozenset({"title", "description"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands. how: css (`at` is a selector), attribute (`name` of the element at `at`),
    after or before the piece `at`, own (the piece whose mask is `at`), key (of JSON in a script).
    agreed, differed: on how many pages the readers told the same value, or another one.
    """

    field: str
    how: str
    at: str
    name: str = ""
    agreed: int = 0
    differed: int = 0

    @property
    def trust(self) -> float:
        """How sure its values are, 0 to 1: Laplace's rule, so that five pages give 0.86."""
        return (self.agreed + 1) / (self.agreed + self.differed + 2)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """What was learnt of one site's detail pages.

    fixed: masks of pieces that every page has; sections: whether what follows a piece is the property's;
    sure: fields that every page told; prose: fields to seek in the text; swift: whether reading by this
    alone gave on the pages it was learnt from what the readers gave.
    """

    places: tuple[Place, ...] = ()
    fixed: tuple[str, ...] = ()
    sections: Mapping[str, bool] = field(default_factory=dict)
    #: The agency's own street lines, folded.
    offices: tuple[str, ...] = ()
    #: Phrases of the lines of facts above the descriptions, as `leads` learns them.
    leads: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    chrome: tuple[str, ...] = ()
    platform: str | None = None
    french: bool = True
    #: Of all prices, where the pages' agree: it may stand in a style sheet or nowhere.
    currency: str | None = None
    pages: int = 0
    swift: bool = False
    #: Per field, what became of the last comparisons with a whole reading: `+` agreed, `-` differed.
    record: Mapping[str, str] = field(default_factory=dict)

    def of(self, name: str) -> tuple[Place, ...]:
        """The field's places, best first."""
        return tuple(place for place in self.places if place.field == name)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON column."""
        return {"version": VERSION, **asdict(self)}

    @staticmethod
    def from_json(data: Any) -> "Wrapper | None":
        """The wrapper that `to_json` wrote; None where the data is none, too large or of another version."""
        try:
            if data["version"] != VERSION or len(json.dumps(data)) > MAX_SIZE:
                return None
            told = {f.name: data[f.name] for f in fields(Wrapper) if f.name in data}
            told["places"] = tuple(Place(**row) for row in told["places"])
            for name in ("fixed", "offices", "leads", "sure", "prose", "photos", "shapes", "chrome"):
                told[name] = tuple(map(_text, told[name]))
            told["sections"] = {_text(key): bool(value) for key, value in told["sections"].items()}
            told["platform"], told["currency"] = (
                told[n] and _text(told[n]) for n in ("platform", "currency")
            )
            told["record"] = {_text(key): _text(value)[-99:] for key, value in told["record"].items()}
            sound = all(map(_is_sound, told["places"])) and values.FIELDS.issuperset(told["prose"])
            return Wrapper(**told) if sound else None
        except (TypeError, KeyError, ValueError, AttributeError, RecursionError):
            return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def _is_sound(place: Place) -> bool:
    texts = (place.field, place.how, place.at, place.name)
    counts = (place.agreed, place.differed)
    return (
        all(isinstance(text, str) and len(text) < 600 for text in texts)
        and all(type(count) is int and count >= 0 for count in counts)
        and place.field in LISTING_FIELDS
        and place.how in HOWS
    )


class Finder:
    """Places sought on one page; what several places need is made once."""

    def __init__(self, glance: Glance, sections: Mapping[str, bool]) -> None:
        self.glance = glance
        self._nodes: dict[str, LexborNode | None] = {}
        #: Which pieces stand in the property's own sections.
        self.own: list[bool] = []
        #: The first piece of each mask that stands there, and the first that something of them follows.
        self.first: dict[str, int] = {}
        self.leading: dict[str, int] = {}
        inside = not sections
        for at, (mask, text) in enumerate(zip(glance.masks, glance.lowers, strict=True)):
            self.own.append(inside)
            if inside:
                self.first.setdefault(mask, at)
            inside = sections.get(text, inside)
            if inside:
                self.leading.setdefault(mask, at)

    def text(self, place: Place) -> str | None:
        """The text at a place, None where the page has no such place."""
        if place.how in {"css", "attribute", "all"}:
            return self._of_element(place)
        if place.how == "key":
            return _after_key(self.glance.html, place.at)
        at = (self.leading if place.how == "after" else self.first).get(place.at)
        if at is None:
            return None
        at += {"after": 1, "before": -1}.get(place.how, 0)
        pieces = self.glance.pieces
        if not 0 <= at < len(pieces) or len(pieces[at]) > SHORT or is_scale(pieces, at):
            return None
        return pieces[at]

    def node(self, selector: str) -> LexborNode | None:
        """The first element that a selector chooses."""
        if selector not in self._nodes:
            self._nodes[selector] = self.glance.first(selector)
        return self._nodes[selector]

    def _of_element(self, place: Place) -> str | None:
        if place.how == "all":
            return "\n".join(node.html or "" for node in self.glance.all(place.at)[:40]) or None
        node = self.node(place.at)
        if node is None:
            return None
        if place.how == "attribute":
            return node.attributes.get(place.name) or None
        if place.field == "description":
            return node.html
        text = squeeze(node.text(separator=" "))
        return text if 0 < len(text) <= 2 * SHORT else None

    @property
    def main_text(self) -> str:
        """The pieces of the property's own sections; what goes on a sentence stays on its line."""
        told = ""
        for piece, own in zip(self.glance.pieces, self.own, strict=True):
            if own:
                goes_on = told.endswith((":", ",")) or piece[0].islower() or piece[0] in ".,;:)"
                told += (" " if goes_on else "\n") + piece
        return told[1:]


@lru_cache(maxsize=128)
def _described(markup: str) -> str | None:
    """A description without the heading above it, buttons in it and the table of facts below."""
    told = (description.parse(squeeze(markup)) or "").split("\n")
    lines = [line for line in told if len(line) > _BUTTON or not paragraphs.BUTTON.fullmatch(line.strip())]
    while len(lines) > 1 and (not lines[-1].strip() or paragraphs.is_pair(lines[-1])):
        lines.pop()
    if len(lines) > 1 and paragraphs.HEADING.match(lines[0].rstrip(" :")):
        del lines[0]
    return description.parse("\n".join(lines))


def _is_hidden(node: LexborNode) -> bool:
    """Whether an element above is not shown: a template's block that this advert leaves out."""
    above: LexborNode | None = node
    for _ in range(8):
        if above is None:
            return False
        if zones.is_hidden(above.attributes):
            return True
        above = above.parent
    return False


#: A class that is a letter's own: `ges-letter-a`.
_LETTERED: Final = re.compile(r"[-_][a-g](?:\s|$)", re.I)


def draws(node: LexborNode) -> bool:
    """Whether a block holds a whole scale's letters, or a picture, or is named for one letter."""
    text = node.text()
    if len(text) >= 2_000:
        return False
    named = _LETTERED.search(node.attributes.get("class") or "")
    return bool(named) or set("ABCDEF") <= set(text) or node.css_first("img,svg,object") is not None


def is_scale(pieces: Sequence[str], at: int) -> bool:
    """Whether a piece is a letter that another one follows: a drawn scale has them all."""
    return len(pieces[at]) == 1 and at + 1 < len(pieces) and len(pieces[at + 1]) == 1


_SCALAR: Final = r'"\s*:\s*(?:"((?:[^"\\]|\\.){0,300})"|(-?\d{1,15}(?:\.\d{1,15})?))'


def _after_key(html: str, key: str) -> str | None:
    """The plain value of a key's first place in the page's scripts."""
    at = html.find(f'"{key}"')
    found = re.compile(_SCALAR).match(html, at + 1 + len(key)) if at >= 0 else None
    if found is None:
        return None
    text = found[1] if found[1] is not None else found[2]
    return text.replace("\\/", "/") if "\\u" not in text else None


def read_place(place: Place, finder: Finder, places: Places) -> Mapping[str, Any]:
    """What a place tells: Listing fields by name, `raw` the text."""
    if place.how == "block":
        return _drawn(place, finder, places)
    text = finder.text(place)
    if text is None:
        return {}
    told = parse(place.field, text, finder.glance, places)
    return {**told, "raw": text} if told else {}


def _drawn(place: Place, finder: Finder, places: Places) -> Mapping[str, Any]:
    """The letter that a block draws: a scale's odd one, an image's name."""
    node = finder.node(place.at)
    if node is None or not draws(node) or _is_hidden(node):
        return {}
    block = Document(node.html or "", finder.glance.url)
    told: dict[str, Any] = {}
    for one in energy.read(block, places):
        told.setdefault(one.field, one.value)
        told.setdefault("raw", one.raw)
    kept = {name: told[name] for name in (place.field, f"{place.field}_value", "raw") if name in told}
    return kept if place.field in kept else {}


def parse(name: str, text: str, glance: Glance, places: Places) -> Mapping[str, Any]:
    """A text through its field's own parser."""
    if name in _TEXTS:
        site = glance.metas.get("og:site_name")
        value = title.parse(text, site) if name == "title" else _described(text)
        return {} if value is None else {name: value}
    if name in {"latitude", "longitude"}:
        degrees = re.fullmatch(r"\s*(-?\d{1,3}\.\d{2,15})\s*", text)
        return {name: round(float(degrees[1]), 6)} if degrees else {}
    told = (_short if len(text) <= 2 * SHORT else values.parse)(name, text, places)
    return told if name in told else {}


@lru_cache(maxsize=8_192)
def _short(name: str, text: str, places: Places) -> Mapping[str, Any]:
    """What a short text tells: a site's pages say the same around what they tell, and each text is asked
    again for every place that a wrapper may read it at.
    """
    return values.parse(name, text, places)


def is_whole(wrapper: Wrapper, finder: Finder, places: Places) -> bool:
    """Whether a page is one of those that the wrapper was learnt from and tells every field they all told."""
    return recognises(wrapper, finder, places, share=1.0)


def recognises(wrapper: Wrapper, finder: Finder, places: Places, *, share: float = SAME_FIELDS) -> bool:
    """Whether a page is one of those that the wrapper was learnt from, by chrome and by what it tells."""
    masks = set(finder.glance.masks)
    chrome = sum(mask in masks for mask in wrapper.fixed)
    if len(wrapper.sure) < LEAST_SURE or chrome < SAME_CHROME * len(wrapper.fixed):
        return False
    told = sum(any(read_place(place, finder, places) for place in wrapper.of(name)) for name in wrapper.sure)
    return told >= share * len(wrapper.sure)


def told_by(wrapper: Wrapper, finder: Finder, places: Places) -> Iterator[Candidate]:
    """What the wrapper's places tell: each field's first place that tells anything."""
    done: set[str] = set()
    owned = {place.field for place in wrapper.places}
    for place in wrapper.places:
        if place.field in done:
            continue
        told = read_place(place, finder, places)
        if "address" in told and fold(told["address"]) in wrapper.offices:
            continue
        if told:
            done.add(place.field)
        for name, value in told.items():
            if name != "raw":
                sure = place.trust if name == place.field or name not in owned else 0.5 * place.trust
                yield candidate(name, value, told["raw"], SOURCE, min(0.97, sure))
