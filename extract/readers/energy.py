"""Energy and emission letters as sites draw them: an image's name, a class, the odd one of seven letters.

Knows that all seven letters are in the page and that only a class, a size or a value tells the right
one; letters in words are `prose`'s and `pairs`' trade. A scale that singles out no letter tells nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from extract import zones
from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.fields import energy
from extract.tree import Element
from extract.zones import Zone
from models.places import Places

LETTERS = "ABCDEFG"
#: A scale has at least A to F; at most this many runs stand between two letters (values, units).
LEAST, GAP = 6, 5
SOURCE = "energy"

_ACTIVE = re.compile(
    r"activ|select|current|checked|highlight|courant|choisi|^on$|is-on|value|note|pointer|arrow", re.I
)
_INACTIVE = re.compile(r"inactiv|not-|disabled|off$", re.I)
#: Attributes by which widgets say that one of several is on.
_STATES = ("data-active", "data-selected", "data-current", "data-state", "aria-current", "aria-selected",
           "aria-checked")  # fmt: skip
_TRUE = frozenset({"true", "1", "yes", "on", "active", "selected", "checked", "current", "step", "location"})
_GES = re.compile(r"(?<![a-z])ges(?![a-z])|gaz|[ée]mission|climat|co2|co₂|serre|carbon", re.I)
_DPE = re.compile(r"(?<![a-z])dpe(?![a-z])|[ée]nerg|conso|kwh|epc", re.I)
#: Letters that any of these words and any class holds: the rest is not looked at.
_WORD = re.compile(r"dpe|ges|nerg|conso|kwh|epc|gaz|mission|climat|co2|co₂|serre|carbon|class")
_COLOUR = re.compile(
    r"(?:background(?:-color)?|color|border-color|fill|left|top|right|margin-left)\s*:[^;]*;?", re.I
)
_PICTURES = frozenset({"img", "svg", "object", "image", "use", "source"})
_ATTRIBUTES = (
    "src",
    "data-src",
    "data-lazy-src",
    "data-original",
    "alt",
    "title",
    "style",
    "sodipodi:docname",
    "href",
    "xlink:href",
    "data",
    "aria-label",
)


def read(document: Document, _places: Places) -> Iterator[Candidate]:
    """Letters (and values in file names) of the property's own scales."""
    for scale in _kept_scales(document):
        odd = singled_out(scale)
        if odd is None:
            continue
        field = "ges" if is_emission(document, scale) else "dpe"
        raw = f"{field} {LETTERS[odd]} ({scale[odd].names.strip()})"
        yield candidate(field, LETTERS[odd], raw, SOURCE, 0.85)
        value = re.search(r"(?<!\d)(\d{1,3})(?!\d)", zones.heading_text(scale[odd])[1:])
        if value:
            yield candidate(f"{field}_value", int(value.group(1)), value.group(0), SOURCE, 0.6)
    yield from names(document, drawn(document))


def _kept_scales(document: Document) -> list[list[Element]]:
    if "scales" not in document.memory:
        document.memory["scales"] = list(scales(document))
    kept: list[list[Element]] = document.memory["scales"]
    return kept


def drawn(document: Document) -> set[int]:
    """Indexes of the elements that draw scales: their letters are no text."""
    inside: set[int] = set()
    for scale in _kept_scales(document):
        inside.update(range(min(e.index for e in scale), max(e.end for e in scale)))
    return inside


def scales(document: Document) -> Iterator[list[Element]]:
    """Every run of the letters A to F or G, as the blocks that hold one letter each."""
    runs = [
        (text, element)
        for line in document.lines
        if line.zone is not Zone.HIDDEN
        and line.block.index not in document.cards.covered
        and len(line.text) < 200
        for text, element in line.runs
    ]
    found: list[tuple[int, Element]] = []
    for at, (text, element) in enumerate(runs):
        expected = LETTERS[len(found)] if len(found) < 7 else None
        letter = text[:1] if re.fullmatch(r"[A-G](?:\W.{0,30}|\s*\d.{0,30})?", text) else None
        if found and at - found[-1][0] > GAP:
            yield from _complete(found)
            found, expected = [], "A"
        if letter is not None and letter == expected:
            found.append((at, element))
        elif letter == "A":
            yield from _complete(found)
            found = [(at, element)]
    yield from _complete(found)


def _complete(found: list[tuple[int, Element]]) -> Iterator[list[Element]]:
    if len(found) < LEAST:
        return
    elements = [element for _, element in found]
    if len({element.index for element in elements}) == len(elements):
        yield [_item(element, elements) for element in elements]


def _item(element: Element, others: list[Element]) -> Element:
    """The largest block that holds this letter alone of the scale."""
    item = element
    for above in element.ancestors():
        if any(other is not element and above.index <= other.index < above.end for other in others):
            break
        item = above
    return item


def singled_out(scale: list[Element]) -> int | None:
    """Which block of a scale stands out, by class, size, tag or what it holds; None where none or several."""
    tokens = [_tokens(item) for item in scale]
    active = [
        i for i, own in enumerate(tokens) if any(_ACTIVE.search(t) and not _INACTIVE.search(t) for t in own)
    ]
    if len(active) == 1:
        return active[0]
    for view in (
        tokens,
        [_style(item) for item in scale],
        [_shape(item) for item in scale],
        [_extra(item) for item in scale],
    ):
        odd = _odd_one(view)
        if odd is not None:
            return odd
    return None


def _odd_one(views: list[frozenset[str]]) -> int | None:
    """The only view that differs, the others being alike."""
    counts = Counter(views)
    if len(counts) != 2:
        return None
    (_, many), (rare, few) = counts.most_common()
    return views.index(rare) if few == 1 and many >= LEAST - 1 else None


def _below(item: Element) -> Iterator[Element]:
    stack = [item]
    while stack:
        element = stack.pop()
        yield element
        stack.extend(element.children())


def _tokens(item: Element) -> frozenset[str]:
    """Class words of a block and what it holds, the letter's or number's own part left out."""
    parts = list(_below(item))
    words = (word for element in parts for word in element.names.split())
    said = any(element.get(name).lower() in _TRUE for element in parts for name in _STATES)
    return frozenset({"active"} if said else ()) | frozenset(
        re.sub(r"(?:(?<=[-_])|^|(?<=letter)|(?<=dpe)|(?<=ges))(?:[a-g]|[0-7])(?=$|[-_])", "*", word)
        for word in words
    )


def _style(item: Element) -> frozenset[str]:
    texts = (_COLOUR.sub("", element.get("style")) for element in _below(item))
    sizes = "".join(texts).replace(" ", "")
    return frozenset(
        {
            re.sub(r"width:[\d.]+%?;?", "", sizes)
            if sizes.count("width") == 1 and "height" not in sizes
            else sizes
        }
    )


def _shape(item: Element) -> frozenset[str]:
    return frozenset({" ".join(element.tag for element in _below(item))})


def _extra(item: Element) -> frozenset[str]:
    text = "".join(part for element in _below(item) for part in element.parts if isinstance(part, str))
    return frozenset({"more" if len("".join(text.split())) > 1 else ""})


def is_emission(document: Document, scale: list[Element]) -> bool:
    """Whether a scale is the emissions': by its own names, else by the nearest words before it."""
    drawn_in = " ".join(zones.heading_text(item) for item in scale)
    if bool(_GES.search(drawn_in)) != bool(_DPE.search(drawn_in)):
        return bool(_GES.search(drawn_in))
    nearest = (scale[0], *[above for _, above in zip(range(3), scale[0].ancestors(), strict=False)])
    others = [other[0].index for other in _kept_scales(document) if other is not scale]
    for element in nearest:
        named, both = bool(_GES.search(element.names)), bool(_DPE.search(element.names))
        # Sites name both by the energy's word: beside it, the emissions' word tells of a scale alone.
        alone = not any(element.index <= other < element.end for other in others)
        if named != both or (named and alone):
            return named
    first = scale[0].index
    before = [line.text for line in document.lines if line.runs[0][1].index < first][-12:]
    for text in reversed(before):
        if len(text) > 200:
            continue
        ges, dpe = list(_GES.finditer(text)), list(_DPE.finditer(text))
        if ges or dpe:
            return bool(ges) and (not dpe or ges[-1].start() > dpe[-1].start())
    return False


def names(document: Document, inside: set[int]) -> Iterator[Candidate]:
    """Letters in image names and classes, where the page names one letter alone."""
    told: dict[str, dict[str, tuple[energy.Energy, str]]] = {"dpe": {}, "ges": {}}
    covered = document.cards.covered
    for element in document.elements:
        if (
            not _may_name(element)
            or element.index in inside
            or element.index in covered
            or document.zones[element.index] in {Zone.HIDDEN, Zone.SIMILAR, Zone.CHROME}
        ):
            continue
        for text in _texts(element):
            if not _may_tell(text):
                continue
            for field, got in zip(("dpe", "ges"), energy.from_file_name(text), strict=True):
                if got is not None and got.letter:
                    told[field].setdefault(got.letter, (got, text))
    for field, letters in told.items():
        if len(letters) == 1:
            ((letter, (got, raw)),) = letters.items()
            yield candidate(field, letter, raw, "image", 0.75)
            if got.value is not None:
                yield candidate(f"{field}_value", got.value, raw, "image", 0.75)


@lru_cache(maxsize=4_096)
def _may_tell(text: str) -> bool:
    """Whether a name has an energy label's words; kept, since a page repeats its classes."""
    if not _WORD.search(text.lower()):
        return False
    return bool(_DPE.search(text) or _GES.search(text) or "class" in text)


def _may_name(element: Element) -> bool:
    """Whether an element has an address or a telling class: most have neither."""
    attrs = element.attrs
    if not attrs:
        return False
    return element.tag in _PICTURES or "style" in attrs or ("class" in attrs and _may_tell(element.names))


def _texts(element: Element) -> Iterator[str]:
    if element.tag in {"a", "link", "script", "meta", "html", "body"}:
        return
    if element.tag in _PICTURES:
        yield from (_ending(value) for name in _ATTRIBUTES if (value := element.attrs.get(name)))
    if element.attrs.get("class") and _may_tell(element.names):
        yield from element.names.split()
    style = element.get("style")
    if "url(" in style:
        yield _ending(style)


def _ending(address: str) -> str:
    """A file's name with the two folders above it: `dpe/F-342/graph.svg`."""
    return "/".join(address[-200:].rsplit("/", 3)[-3:])
