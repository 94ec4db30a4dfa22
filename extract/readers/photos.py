"""This property's photos: every image of the main part at its best size, in page order, once each.

Reads the tree: lazy attributes, srcset, lightbox links, backgrounds; `galleries` tells what attributes and
scripts hold. Leaves out logos, icons, maps, energy labels, agents' portraits and other listings' cards.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from extract import pictures
from extract.document import Document
from extract.readers import galleries
from extract.tree import Element
from extract.zones import Zone

MAX_PHOTOS = 120
#: No advert draws so much before its last photo (real pages: 274 elements at most; 55,000 took 1 s).
MAX_DRAWN = 5_000
SKIPPED = frozenset({Zone.CHROME, Zone.SIMILAR, Zone.AGENCY, Zone.SIMULATOR, Zone.CRUMBS})

_SOMEBODY = re.compile(
    r"agent|agence|negociateur|portrait|conseiller|team|equipe|avatar|img-circle|rounded-(?:circle|full)|"
    r"testimonial|author"
)
_DRAWING = re.compile(r"\b(?:logo|icon|flag|badge|marker|captcha|sprite|qrcode)|drapeau")
_LABEL = re.compile(r"\b(?:dpe|ges|logo|diagnostics?|[ée]tiquette|[ée]nerg\w+)\b", re.I)
BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*url\(\s*['\"]?([^'\")]+)", re.I)
_FINE = re.compile(r"zoom|full|large|hi-?res|hd|orig|big|max", re.I)
_COARSE = re.compile(r"thumb|small|medium|mini|low|lqip|preview|placeholder|blur|share|pin", re.I)
_IMAGES = frozenset({"img", "amp-img"})
_DRAWN = frozenset({"img", "amp-img", "picture", "meta", "link"})
#: Attributes that never hold another image than the tree shows.
_PLAIN = frozenset(
    name
    for names in (
        "class id src srcset data-srcset alt title content rel type d role target name value width height",
        "viewbox fill stroke loading tabindex for placeholder itemprop datetime aria-label aria-hidden x y",
        "sizes points transform stroke-width stroke-linecap stroke-linejoin fill-rule clip-rule xmlns cx cy",
        "aria-labelledby aria-expanded aria-controls align valign border colspan checked selected",
    )
    for name in names.split()
)
_FRAMES = frozenset({"script", "iframe", "video", "audio", "embed", "input", "source"})
#: Attributes whose address is an image's though no ending says so.
_SOURCES = frozenset(
    {
        "data-src",
        "data-lazy-src",
        "data-lazy",
        "data-original",
        "data-image",
        "data-bg",
        "data-background-image",
    }
)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo: its best address, the others that the page gives it, whether it leads to another page."""

    address: str
    others: tuple[str, ...] = ()
    away: bool = False


def read(document: Document) -> tuple[str, ...]:
    """Absolute addresses of the property's photos."""
    share = document.metas.get("og:image")
    share = document.absolute(share) if share else ""
    shared = share if pictures.is_photo(share) else ""
    told = _unique(Photo(address) for address in galleries.subject(document))
    elements, texts = _scan(document)
    shown = _unique(_shown(document, elements))
    shown = _kindred(shown, [shared, *told.values()][:2])
    known = shown.keys() | told.keys() | ({pictures.key(shared)} if shared else set())
    least = max(len(shown), len(told))
    listed = _unique(Photo(address) for address in galleries.listed(document, texts, known, least))
    best = max((shown, told, listed), key=len)
    larger = [_widest(name, (best, shown, told, listed)) for name in best]
    return tuple(larger[:MAX_PHOTOS]) or ((shared,) if shared else ())


def _widest(name: str, sources: Iterable[dict[str, str]]) -> str:
    return max((source[name] for source in sources if name in source), key=pictures.width)


def _kindred(photos: dict[str, str], known: list[str]) -> dict[str, str]:
    """The images that come from where the property's photos come from: the place that gives most of
    them; the site's own drawings, banners and portraits come from elsewhere."""
    places = {name: pictures.place(address) for name, address in photos.items()}
    counts = Counter(places.values())
    if not counts:
        return {}
    most = max(counts.values())
    sure = {pictures.place(address) for address in known if address} & counts.keys()
    if most >= 3:
        kept = {place for place, count in counts.items() if 2 * count >= most or place in sure}
    else:
        kept = sure or set(counts)
    return {name: address for name, address in photos.items() if places[name] in kept}


def _unique(photos: Iterable[Photo]) -> dict[str, str]:
    """The widest address of each photo by its key, in order of first sight.

    A thumbnail that one element gives beside its large version is known elsewhere by it, unless several
    photos have it: then it stands for none of them yet ("loading.jpg").
    """
    found: dict[str, str] = {}
    again: dict[str, str | None] = {}
    for photo in photos:
        name = pictures.key(photo.address)
        for other in photo.others:
            alias = pictures.key(other)
            if alias != name:
                again[alias] = name if again.get(alias, name) == name else None
        if name not in found or pictures.width(photo.address) > pictures.width(found[name]):
            found[name] = photo.address
    return {name: address for name, address in found.items() if again.get(name) not in found}


def _shown(document: Document, elements: Iterable[Element]) -> list[Photo]:
    """Images in the page's tree. One that a link to another page surrounds is that page's, unless the
    property's own gallery is made of such links: then they are most of all."""
    photos = []
    for element in islice(elements, MAX_DRAWN):
        found = [galleries.absolute(document, one) for one in _addresses(element)]
        if found and pictures.is_photo(found[0]) and not _is_other(element):
            kept = [one for one in found if pictures.is_photo(one)]
            photos.append(_photo(kept, _leads_away(element)))
    own = [photo for photo in photos if not photo.away]
    return photos if len(photos) > 3 * len(own) else own


def _leads_away(element: Element) -> bool:
    above = element.parent
    for _ in range(5):
        if above is None:
            return False
        if above.tag == "a":
            href = above.get("href").strip()
            return (
                bool(href)
                and href[0] != "#"
                and not href.startswith("javascript:")
                and not (pictures.IMAGE.search(href))
            )
        above = above.parent
    return False


def _scan(document: Document) -> tuple[list[Element], list[str]]:
    """The main part's elements that may show an image, and its attributes that may list several."""
    covered, zones = document.cards.covered, document.zones
    shown = {element.index: element for element in document.all(*_DRAWN)}
    texts: list[tuple[int, str]] = []
    for name, elements in document.by_attribute.items():
        if name in _PLAIN:
            continue
        for element in elements:
            value = element.attrs[name]
            if not value:
                continue
            if name == "style":
                shows = "url(" in value
            elif name == "href":
                shows = element.tag == "a" and galleries.lists(value, 1)
            elif len(value) > 40 and ('"' in value or "'" in value) and galleries.lists(value, 2):
                shows = name[:2] == "on"
                texts.append((element.index, "" if shows else value))
            else:
                shows = name[:5] == "data-" and ("." in value or "/" in value)
            if shows:
                shown[element.index] = element

    def is_own(index: int) -> bool:
        return zones[index] not in SKIPPED and index not in covered

    return [shown[at] for at in sorted(shown) if is_own(at)], [text for at, text in texts if is_own(at)]


def _photo(addresses: list[str], away: bool) -> Photo:
    """The first address is the photo's; another size of it may be wider."""
    name = pictures.key(addresses[0])
    best = max((one for one in addresses if pictures.key(one) == name), key=pictures.width)
    return Photo(best, tuple(addresses[1:]), away)


def _is_other(element: Element) -> bool:
    """Whether an image's names or short text tell of a person, a drawing or an energy label."""
    above = element.parent.names if element.parent is not None else ""
    alt = element.get("alt")
    return bool(
        _SOMEBODY.search(element.names)
        or _SOMEBODY.search(above)
        or _DRAWING.search(element.names)
        or (len(alt) < 30 and _LABEL.search(alt))
    )


def _addresses(element: Element) -> list[str]:
    """The addresses that an element gives one image, the best first."""
    tag = element.tag
    if tag in _IMAGES or "image" in tag:
        ranked = [] if _is_small(element) else _imaged(element)
    elif tag in {"meta", "link"}:
        is_image = element.get("itemprop") == "image"
        ranked = [(1, element.get("content") or element.get("href"))] if is_image else []
    elif tag in _FRAMES:
        ranked = []
    elif tag == "picture":
        lone = tag == "picture" and not any(child.tag == "img" for child in element.children())
        ranked = [row for child in element.children() for row in _ranked(child)] if lone else []
    else:
        ranked = _ranked(element)
    return [address for _, address in sorted(ranked, key=lambda row: row[0]) if address]


def _is_small(element: Element) -> bool:
    sizes = (element.get("width").removesuffix("px"), element.get("height").removesuffix("px"))
    return any(size.isdigit() and int(size) < 60 for size in sizes)


def _imaged(element: Element) -> list[tuple[int, str]]:
    """What an image, the other sources of its picture and the link or slide around it alone give."""
    ranked = _ranked(element)
    above = element.parent
    for _ in range(3):
        if above is None or above.end - above.index > 8:
            break
        if above.tag == "picture":
            ranked += [row for child in above.children() if child.tag == "source" for row in _ranked(child)]
        elif above.attrs:
            ranked += _ranked(above)
        above = above.parent
    return ranked


def _ranked(element: Element) -> list[tuple[int, str]]:
    """An element's image addresses with a rank: 0 for the finest, 3 for what stands in until it is loaded."""
    found: list[tuple[int, str]] = []
    for name, value in element.attrs.items():
        if not value:
            continue
        if name.startswith("data-") and "srcset" not in name:
            address = value.strip()
            if len(address) < 1_000 and _is_address(element.tag, name, address):
                found.append((0 if _FINE.search(name) else 3 if _COARSE.search(name) else 1, address))
        elif name == "href" and element.tag == "a" and not value.startswith("javascript:"):
            if pictures.FILE.search(value):
                found.append((0, value))
        elif name == "href" or name[:2] == "on":
            found += [(0, address) for address in galleries.quoted(value)[:1]]
        elif name == "src":
            if not value.startswith("data:"):
                found.append((2, value.strip()))
        elif name == "style":
            background = BACKGROUND.search(value) if "url(" in value else None
            if background and pictures.IMAGE.search(background[1]):
                found.append((1, background[1]))
        elif name.endswith("srcset") and (widest := largest(value)):
            found.append((1, widest))
    return found


def _is_address(tag: str, name: str, value: str) -> bool:
    """Whether a data attribute holds one image's address: by its ending, or by the attribute's name."""
    if not value or value[0] in "[{<(" or value.startswith("data:"):
        return False
    if pictures.FILE.search(value):
        return True
    named = name in _SOURCES and "/" in value and " " not in value
    return named and (tag in _IMAGES or bool(pictures.IMAGE.search(value)))


def largest(srcset: str) -> str | None:
    """The widest candidate of a srcset."""
    best: tuple[float, str] | None = None
    for part in re.split(r",\s+", srcset)[:30]:
        words = part.strip().split()
        if not words or words[0].startswith("data:"):
            continue
        size = re.fullmatch(r"([\d.]+)[wx],?", words[1]) if len(words) > 1 else None
        width = float(size[1]) if size and size[1].count(".") < 2 else 1.0
        if best is None or width > best[0]:
            best = (width, words[0].rstrip(","))
    return best[1] if best else None
