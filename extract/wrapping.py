"""Learning a wrapper from pages of one site that the readers have read: where each agreed value stands.

    >>> wrapper = learn([Sample(html, url, reading), …])   # None below three details

Pure and deterministic: samples are put in the order of their addresses. `wrapper` reads by the result.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from extract import labels, leads, rehearsal, values
from extract.decide import same_value
from extract.document import Document
from extract.glance import SHORT, Glance, parted
from extract.samples import Page, Sample, at_work, common, is_same, selectors
from extract.text import fold
from extract.wrapper import KEPT, Finder, Place, Wrapper, draws, parse, read_place
from extract.zones import Zone
from models.places import Places

#: Fewer pages tell nothing of what varies; more than this teach nothing new.
LEAST, MOST = 3, 12
#: Share of the pages that tell both on which a place must agree with the readers.
AGREED: Final = 0.75
#: Proposals verified per field, those of most pages first.
PROPOSED: Final = 24
FIELDS: Final = (
    "title", "price", "surface", "land_surface", "rooms", "bedrooms", "bathrooms", "floor", "address",
    "postal_code", "city", "property_type", "transaction", "description", "dpe", "ges", "charges", "fees",
    "deposit", "furnished", "construction_year", "reference", "exclusive", "availability", "latitude",
    "longitude",
)  # fmt: skip
#: What nearly every advert tells; where the readers miss it, a place may well know it.
_USUAL: Final = frozenset({"title", "price", "surface", "rooms", "bedrooms", "bathrooms", "floor", "address",
                           "postal_code", "city", "property_type", "transaction", "description",
                           "dpe", "ges", "reference", "latitude", "longitude"})  # fmt: skip
#: On every page, so that a place among many of a kind is safe: no row of a table that some pages lack.
_ALWAYS: Final = frozenset({"title", "price", "description"})
#: Sources of a description among a template's lines.
_SHOWN: Final = frozenset({"block", "section", "text"})
_AMOUNTS: Final = frozenset({"price", "charges", "fees", "deposit"})
Telling = Callable[[str], bool]
_ENERGY: Final = re.compile(r"dpe|ges(?![a-z])|energ|diagnos|bilan|conso|perf|epc", re.I)


def learn(samples: Iterable[Sample], places: Places) -> Wrapper | None:
    """What the samples have in common; None where they are too few, or nothing was found."""
    by_url = {sample.url: sample for sample in samples}
    chosen = [by_url[url] for url in sorted(by_url)[:MOST]]
    if len(chosen) < LEAST:
        return None
    pages = at_work(chosen)
    fixed = _fixed(pages)
    sections = _sections(pages)
    for page in pages:
        page.finder = Finder(page.glance, sections)
    found = _parted([place for name in FIELDS for place in _places_of(name, pages, fixed, places)])
    if not found:
        return None
    lasting = sorted(common((page.glance.masks for page in pages), 1.0))
    sure = _sure(found, pages, places)
    shown = [page.sample.listing for page in pages if _shows(page.sample)]
    led = leads.learn(shown, places) if len(shown) >= LEAST else ()
    wrapper = Wrapper(found, tuple(lasting), sections, _offices(pages, places), led, sure, pages=len(pages))
    return rehearsal.complete(wrapper, pages, places)


def _shows(sample: Sample) -> bool:
    """Whether the description was read where the page shows it: scripts have the agent's words alone."""
    proof = sample.evidence.get("description")
    return proof is not None and proof.source in _SHOWN


def _sure(found: Sequence[Place], pages: Sequence[Page], places: Places) -> tuple[str, ...]:
    """The fields that a place tells on every page."""
    names = dict.fromkeys(place.field for place in found)
    return tuple(name for name in names if all(_tells(name, found, page, places) for page in pages))


def _tells(name: str, found: Sequence[Place], page: Page, places: Places) -> bool:
    return any(read_place(place, page.finder, places) for place in found if place.field == name)


def _parted(found: list[Place]) -> tuple[Place, ...]:
    """The places, less an amount's that are better known as another one's: a deposit is often a rent."""
    best: dict[tuple[str, str], Place] = {}
    for place in found:
        if place.field in _AMOUNTS:
            known = best.setdefault((place.how, place.at), place)
            if place.agreed > known.agreed:
                best[place.how, place.at] = place
    return tuple(
        place
        for place in found
        if place.field not in _AMOUNTS or best[place.how, place.at].field == place.field
    )


# Chrome ------------------------------------------------------------------------------------


def _fixed(pages: Sequence[Page]) -> set[str]:
    """Masks of the pieces that stay."""
    return common(page.glance.masks for page in pages)


def _offices(pages: Sequence[Page], places: Places) -> tuple[str, ...]:
    """The street lines that stay, folded: the agency's own."""
    texts = common(page.glance.pieces for page in pages)
    found = (one for text in texts if len(text) <= SHORT for one in values.find("address", text, places))
    return tuple(sorted({fold(one.values["address"]) for one in found}))[:MOST]


def _sections(pages: Sequence[Page]) -> dict[str, bool]:
    """For each text that stays to the letter, whether the varying ones after it are the property's own."""
    fixed = common(page.glance.lowers for page in pages)
    votes: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for page in pages:
        last = None
        for piece, main in _told(page.document):
            name = piece.lower()
            if name in fixed:
                last = name
            elif last is not None:
                votes[last][main] += 1
    told = {}
    for name, count in sorted(votes.items()):
        share = count[True] / count.total()
        if share >= 0.8 or share <= 0.2:
            told[name] = share >= 0.8
    return told


def _told(document: Document) -> Iterator[tuple[str, bool]]:
    """The page's pieces, with whether each is the property's."""
    covered = document.cards.covered
    for line in document.lines:
        main = line.zone is Zone.MAIN and line.block.index not in covered
        for piece in parted([text for text, _ in line.runs]):
            yield piece, main


# Places ------------------------------------------------------------------------------------


def _places_of(name: str, pages: Sequence[Page], fixed: set[str], places: Places) -> list[Place]:
    """The field's best places."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for page in pages:
        value = page.sample.value(name)
        if value is not None:
            counts.update(set(_proposed(name, value, page, fixed, places)))
    seen = [(-count, _rank(Place(name, *at)), at) for at, count in counts.items() if count > 1]
    judged = (_judged(Place(name, *at), pages, places) for _, _, at in sorted(seen)[:PROPOSED])
    good = [place for place in judged if place is not None]
    good.sort(key=lambda place: (3 * place.differed - place.agreed, _rank(place), place.at, place.name))
    known = sum(page.sample.value(name) is not None for page in pages)
    # A label that stands wherever the field is known: where it is missing, so is the field.
    return [place for place in good if _names(place) or not _is_complete(good[0], known)][:KEPT]


def _is_complete(place: Place, known: int) -> bool:
    return bool(_names(place)) and place.agreed == known


def _rank(place: Place) -> int:
    """How lasting a place looks, 0 the most: a known label, a named element, any label, data; 6 is none."""
    if _names(place):
        return 0
    if place.how == "css":
        return 1 if re.search(r"[.#\[]|h1", place.at.rpartition(">")[2]) else 5
    if place.how in {"attribute", "key"}:
        return 3 if place.how == "attribute" else 4
    return 2 if sum(map(str.isalpha, place.at)) > 3 else 6


def _judged(place: Place, pages: Sequence[Page], places: Places) -> Place | None:
    """The place with what its values are worth on all pages; None where that is too little."""
    agreed, differed, alone = 0, 0, 0
    told = set()
    for page in pages:
        got = read_place(place, page.finder, places).get(place.field)
        want = page.sample.value(place.field)
        if got is None:
            continue
        if want is None:
            alone += 1
        elif is_same(got, want):
            agreed += 1
            # Adverts of one agency begin alike: texts vary as a whole.
            told.add(got if isinstance(got, float | str) else same_value(got))
        else:
            differed += 1
    named = _names(place)
    bearable = agreed if place.field in _USUAL else agreed // 3
    enough = agreed >= 2 and agreed >= AGREED * (agreed + differed) and (named or alone <= bearable)
    unlike = _rank(place) > 5 or (place.how == "before" and not named)
    if not enough or named is False or unlike or (len(told) < 2 and not named):
        return None
    return replace(place, agreed=agreed, differed=differed)


def _names(place: Place) -> bool | None:
    """Whether the piece beside a place is a label of its field; None where it is no label we know."""
    if place.how not in {"after", "before"}:
        return None
    told = labels.field_of(place.at)
    return None if told is None else told == place.field


def _proposed(
    name: str, value: Any, page: Page, fixed: set[str], places: Places
) -> Iterator[tuple[str, str, str]]:
    """Where this value stands on this page: (how, at, name) as `Place` has them."""
    tells = _telling(name, value, page.glance, places)
    if name != "description":
        yield from _in_pieces(page.glance, fixed, tells)
        yield from _in_scripts(page.glance.html, value, tells)
    yield from _in_elements(name, page, tells)
    yield from _in_attributes(page, tells)
    if name in {"dpe", "ges"}:
        yield from _in_blocks(name, value, page, places)


def _telling(name: str, value: Any, glance: Glance, places: Places) -> Telling:
    """Whether a text, read as the field, tells the value."""
    known: dict[str, bool] = {}
    wanted = same_value(value)

    def tells(text: str) -> bool:
        if text not in known:
            known[text] = (
                _may_tell(value, text) and same_value(parse(name, text, glance, places).get(name)) == wanted
            )
        return known[text]

    return tells


def _may_tell(value: Any, text: str) -> bool:
    """A cheap look before a parser's: a number's digits, a text's beginning."""
    if isinstance(value, bool) or value == 0:
        return len(text) < 60
    if isinstance(value, int | float):
        digits = str(abs(int(value)))
        return digits in text or digits in _digits(text)
    if len(value) == 1:
        return value in text
    plain = fold(str(value))[:8]
    return plain in fold(text) if type(value) is str and not plain[:4].isdigit() else True


@lru_cache(maxsize=1024)
def _digits(text: str) -> str:
    """A page's texts are looked through for every number that it tells."""
    return re.sub(r"\D", "", text)


def _in_pieces(glance: Glance, fixed: set[str], tells: Telling) -> Iterator[tuple[str, str, str]]:
    masks, pieces = glance.masks, glance.pieces
    for at, piece in enumerate(pieces):
        if len(piece) > SHORT or not tells(piece):
            continue
        if masks[at] in fixed and "#" in masks[at] and len(masks[at]) > 2:
            yield "own", masks[at], ""
        if at and masks[at - 1] in fixed and "#" not in masks[at - 1]:
            yield "after", masks[at - 1], ""
        if at + 1 < len(pieces) and masks[at + 1] in fixed:
            yield "before", masks[at + 1], ""


def _in_scripts(html: str, value: Any, tells: Telling) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, bool) or len(told := _written(value)) < 2:
        return
    pattern = rf'"([\w@:.-]{{2,40}})"\s*:\s*"?{re.escape(told)}'
    for found in list(re.finditer(pattern, html))[:30]:
        yield "key", found[1], ""


def _written(value: Any) -> str:
    """A value as JSON writes it."""
    return f"{value:g}" if isinstance(value, float) and abs(value) > 200 else str(value).removesuffix(".0")


def _in_elements(name: str, page: Page, tells: Telling) -> Iterator[tuple[str, str, str]]:
    if name == "description":
        yield from _in_texts(page, tells)
        return
    for node, text in (*page.titles, *page.spoken) if name == "title" else page.spoken:
        if tells(text):
            for selector in selectors(node, page, counted=name in _ALWAYS):
                yield "css", selector, ""


def _in_texts(page: Page, tells: Telling) -> Iterator[tuple[str, str, str]]:
    """Elements that hold a whole text, and those whose children do together."""
    for node in page.glance.all("body *"):
        if 60 < len(node.text()) < 12_000 and tells(node.html or ""):
            for selector in selectors(node, page, counted=True):
                yield "css", selector, ""
            if node.parent is not None:
                for selector in selectors(node.parent, page):
                    yield "all", f"{selector} > {node.tag}", ""


def _in_attributes(page: Page, tells: Telling) -> Iterator[tuple[str, str, str]]:
    for node, key, text in page.data:
        if tells(text):
            for selector in selectors(node, page):
                yield "attribute", selector, key


def _in_blocks(name: str, value: Any, page: Page, places: Places) -> Iterator[tuple[str, str, str]]:
    """Elements named for energy whose drawing, read alone, tells the letter."""
    for node in page.glance.all("[class],[id]"):
        names = f"{node.attributes.get('class')} {node.attributes.get('id')}"
        if _ENERGY.search(names) and draws(node):
            for selector in selectors(node, page, counted=True):
                place = Place(name, "block", selector)
                if read_place(place, page.finder, places).get(name) == value:
                    yield "block", selector, ""
