"""This property's photos: every image of the main part at its best size, in page order, once each.

Knows lazy attributes, srcset and lightbox links; leaves out logos, icons, maps, energy labels, agents'
portraits and other listings' cards.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from extract import graph
from extract.document import Document
from extract.tree import Element
from extract.zones import Zone

MAX_PHOTOS = 120
SKIPPED = frozenset({Zone.CHROME, Zone.SIMILAR, Zone.AGENCY, Zone.SIMULATOR, Zone.CRUMBS})

_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|avif)(?:$|[?#/&!])|/(?:image|photo|media|img|picture)s?[/?]", re.I)
_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif)(?:$|[?#&!])", re.I)
_NOT_PHOTO = re.compile(
    r"logo|icon|sprite|avatar|placeholder|blank|spacer|pixel|(?:^|[/_.-])(?:dpe|ges|energ\w*|"
    r"classe)[/_.-]|flag|drapeau|marker|captcha|"
    r"button|bouton|loader|loading|spinner|matomo|idsite=|/(?:house-)?ads?/|leaderboard|(?:^|[/_.-])(?:epc|bg)[_.-]|"
    r"(?:^|[/_.-])(?:agents?|reviews?|testimonials?|authors?|team|floor-?plans?)(?=[/_.\d-])|"
    r"background|[-_](?:970x250|970x90|728x90|300x250)\b|maps\.|staticmap|tile|facebook|twitter|instagram|"
    r"\.svg|\.gif|^data:|badge|label|banner|pub[_-]|qrcode|favicon|honoraires|watermark|no-?photo|default",
    re.I,
)
_PORTRAIT = re.compile(
    r"(?:^|[/_.-])(?:agents?|reviews?|testimonials?|authors?|team|floor-?plans?)(?=[/_.\d-])", re.I
)
_SOMEBODY = re.compile(r"agent|agence|negociateur|portrait|conseiller|team|equipe", re.I)
_LAZY = (
    "data-zoom-image", "data-zoom", "data-full", "data-large", "data-hires", "data-original", "data-src",
    "data-lazy-src",
    "data-lazy", "data-image", "data-img", "data-bg", "data-background", "data-background-image",
    "data-thumb", "src",
)  # fmt: skip
_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;]*url\(\s*['\"]?([^'\")]+)", re.I)
#: Attributes by which elements that are no image draw one.
_DRAWN = ("style", "data-bg", "data-background", "data-background-image")
_SIZE = re.compile(
    r"[-_.@](?:\d{2,4}x\d{2,4}|thumb(?:nail)?|small|medium|large|mini|big|full|xl|sm|md|lg|w\d{2,4}|\d{2,4}w)(?=[._-]|$)|"
    r"[?#].*$|/(?:[cwhq][_=]?\d[\w,=.]*|fit|resize|crop|thumb(?:nail)?s?|small|medium|large|full|big|mini|original|"
    r"\d{2,4}x\d{2,4}|\d{2,4}/\d{2,4})(?=/)",
    re.I,
)
#: Two encodings of one photo; TYPO3 adds a hash to each size that it makes of one file.
_AFTER = re.compile(r"(?:(?<=\w)_[0-9a-f]{10})?\.(?:jpe?g|png|webp|avif)(?:[:!][\w.]*)?(?=$|[?#])", re.I)
_NUMBERED = re.compile(r"\d|%|[0-9a-f]{16}|^[\w-]{24,}$", re.I)


def read(document: Document) -> tuple[str, ...]:
    """Absolute addresses of the property's photos."""
    share = document.metas.get("og:image") or ""
    shared = document.absolute(share) if share and not _NOT_PHOTO.search(_path(share)) else ""
    told = list(_unique(_told(document)))
    shown = _kindred(list(_unique(_shown(document))), [shared, *told[:1]])
    best = told if len(told) > len(shown) else shown
    return tuple(best[:MAX_PHOTOS]) or ((shared,) if shared else ())


def _kindred(addresses: list[str], known: list[str]) -> list[str]:
    """The images that come from where the property's photos come from: the place that gives most of
    them; the site's own drawings, banners and portraits come from elsewhere."""
    places = [_place(address) for address in addresses]
    counts = Counter(places)
    if not counts:
        return []
    most = max(counts.values())
    sure = {_place(address) for address in known if address} & counts.keys()
    if most >= 3:
        kept = {place for place, count in counts.items() if 2 * count >= most or place in sure}
    else:
        kept = sure or set(counts)
    return [address for address, place in zip(addresses, places, strict=True) if place in kept]


def _place(address: str) -> str:
    """Host and directories of an address, what numbers one listing left out."""
    host, _, path = address.split("//", 1)[-1].partition("/")
    folders = path.partition("?")[0].split("/")[:-1]
    return "/".join([host, *(part for part in folders if len(part) > 2 and not _NUMBERED.search(part))])


def _unique(addresses: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for address in addresses:
        name = same(address)
        if name not in seen:
            seen.add(name)
            yield address


def same(address: str) -> str:
    """What two sizes of one photo have in common."""
    query = re.search(r"[?&](?:url|src|image|id|file)=([^&]+)", address)
    file = _AFTER.sub("", query.group(1) if query else address)
    return _SIZE.sub("", file).lower()


def _shown(document: Document) -> Iterator[str]:
    """Images in the page's tree."""
    covered, places = document.cards.covered, document.zones
    told = {e.index: e for e in (*document.all("img", "amp-img", "source", "a"), *document.bearing(*_DRAWN))}
    for index in sorted(told):
        if index in covered or places[index] in SKIPPED:
            continue
        element = told[index]
        found = _address(element)
        if found and not _NOT_PHOTO.search(_named(element, found)) and not _SOMEBODY.search(element.names):
            address = document.absolute(found)
            if address.startswith(("http://", "https://")):
                yield address


def _path(address: str) -> str:
    return address.split("//", 1)[-1].partition("/")[2]


def _named(element: Element, address: str) -> str:
    return (
        f"{_path(address)} {element.names} {element.get('alt')[:60] if len(element.get('alt')) < 20 else ''}"
    )


def _address(element: Element) -> str | None:
    """The best address that an element gives for an image."""
    if element.tag in {"img", "amp-img"}:
        return None if _is_small(element) else _linked(element) or _largest(element) or _lazy(element)
    if element.tag == "source" and element.parent is not None and element.parent.tag == "picture":
        has_image = any(child.tag == "img" and _lazy(child) for child in element.parent.children())
        return None if has_image else _largest(element)
    if element.tag == "a" and _FILE.search(element.get("href")):
        return element.get("href")
    style = element.get("style")
    background = _BACKGROUND.search(style) if style else None
    if background and _IMAGE.search(background.group(1)):
        return background.group(1)
    lazy = element.get("data-bg") or element.get("data-background") or element.get("data-background-image")
    return lazy if lazy and _IMAGE.search(lazy) else None


def _is_small(element: Element) -> bool:
    sizes = (element.get("width").removesuffix("px"), element.get("height").removesuffix("px"))
    return any(size.isdigit() and int(size) < 60 for size in sizes)


def _linked(element: Element) -> str | None:
    """The full photo that a thumbnail links to."""
    parent = element.parent
    if parent is not None and parent.tag == "a" and _FILE.search(parent.get("href")):
        return parent.get("href")
    return None


def _lazy(element: Element) -> str | None:
    for name in _LAZY:
        value = element.get(name).strip()
        if (
            value
            and not value.startswith("data:")
            and (name == "src" or _IMAGE.search(value) or "/" in value)
        ):
            return value
    return None


def _largest(element: Element) -> str | None:
    """The widest candidate of a srcset."""
    best: tuple[float, str] | None = None
    for name in ("data-srcset", "srcset"):
        for part in re.split(r",\s+", element.get(name))[:30]:
            words = part.strip().split()
            if not words or words[0].startswith("data:"):
                continue
            size = re.fullmatch(r"([\d.]+)[wx]", words[1]) if len(words) > 1 else None
            width = float(size.group(1)) if size and size.group(1).count(".") < 2 else 1.0
            if best is None or width > best[0]:
                best = (width, words[0])
    return best[1] if best else None


def _told(document: Document) -> Iterator[str]:
    """Images of the page's dwelling in its JSON-LD and state."""
    from extract.readers import state_json

    subject = graph.subject(document)
    for source in (subject, state_json.subject(document)):
        if source:
            for address in addresses(source):
                if not _NOT_PHOTO.search(_path(address)):
                    yield document.absolute(address)


_PHOTO_KEY = re.compile(
    r"^(?:images?|photos?|pictures?|gallery|galerie|medias?|visuals?|photo_?urls?|image_?urls?|"
    r"responsivephotos|propertyimages?)$",
    re.I,
)
_URL_KEY = (
    "url",
    "contentUrl",
    "src",
    "href",
    "large",
    "original",
    "full",
    "hd",
    "big",
    "link",
    "path",
    "image",
)


def addresses(node: dict[str, Any]) -> Iterator[str]:
    """Image addresses below a node's photo keys, in order."""
    for key, value in node.items():
        if _PHOTO_KEY.match(key):
            for item in value if isinstance(value, list) else [value]:
                found = _one(item)
                if found:
                    yield found


def _one(item: Any) -> str | None:
    if isinstance(item, str):
        return item if "/" in item and len(item) < 1_500 and " " not in item.strip() else None
    if isinstance(item, dict):
        return next((item[k] for k in _URL_KEY if isinstance(item.get(k), str) and "/" in item[k]), None)
    return None
