"""Photos that a page tells and does not show: its JSON-LD and state, galleries in attributes and scripts.

An array of image addresses is a gallery; one that tells prices or places beside them is a list of adverts.
Which array is this property's is told by what the page shows.
"""

import re
from collections.abc import Iterable, Iterator, Set
from itertools import chain
from typing import Any

from extract import graph, pictures
from extract.document import Document
from extract.readers import state_json

MAX_SCRIPT = 3_000_000
MOST = 400

_PHOTO_KEY = re.compile(
    r"^(?:images?|photos?|pictures?|gallery|galerie|medias?|visuals?|photo_?urls?|image_?urls?|"
    r"responsivephotos|propertyimages?)$",
    re.I,
)
_URL_KEY = (
    "original", "full", "hd", "large", "big", "contentUrl", "url", "src", "href", "link", "path", "image",
)  # fmt: skip
_QUOTED = re.compile(
    r"[\"'`]((?:https?:)?[^\"'`\s<>|]{1,900}?\.(?:jpe?g|png|webp|avif)(?:[?!:][^\"'`\s<>]{0,300})?)"
    r"\\?[\"'`]",
    re.I,
)
#: Sought in lower case.
_ADVERT = re.compile(r"(?:prix|price|lat|latitude|surface|area|ville|city|rooms|pieces)\\?[\"']?\s*:")
#: Beside an address: it is a plan's or a film's.
_OTHER = re.compile(r"is_?plan\W{1,4}(?:true|1)|floor ?plan|\btype\W{1,5}(?:plan|video)", re.I)
_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif)", re.I)


def subject(document: Document) -> Iterator[str]:
    """Images of the page's dwelling in its JSON-LD and state."""
    for source in (graph.subject(document), state_json.subject(document)):
        if source:
            for address in addresses(source):
                if pictures.is_photo(found := absolute(document, address)):
                    yield found


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


def listed(document: Document, texts: Iterable[str], known: Set[str], least: int) -> list[str]:
    """The longest gallery of the main part's attributes and of scripts that is this property's.

    known: keys of the photos that the page shows or shares. least: how many make it worth a look.
    """
    best: list[str] = []
    for text, trusted in chain(((text, True) for text in texts), _scripts(document)):
        if len(_FILE.findall(text)) < max(2, least, len(best) + 1):
            continue
        found = [absolute(document, one) for one in _images(text)]
        found = [one for one in found if pictures.is_photo(one)]
        longer = len(found) > max(1, len(best)) and _belongs(found, known, trusted)
        if longer and (trusted or not _ADVERT.search(text.lower())):
            best = found
    return best


def absolute(document: Document, address: str) -> str:
    """An absolute address; most images have one already."""
    address = address.strip()
    return address if address.startswith("https://") else document.absolute(address)


def lists(value: str, least: int) -> bool:
    """Whether an attribute's value may hold so many images."""
    return len(_FILE.findall(value)) >= least


def quoted(value: str) -> list[str]:
    """The images that a script in an attribute opens."""
    return [found[1] for found in _QUOTED.finditer(value)]


def _scripts(document: Document) -> Iterator[tuple[str, bool]]:
    for kind, _, text in document.scripts:
        if "ld+json" not in kind and len(text) <= MAX_SCRIPT:
            yield from ((array, False) for array in _arrays(text))


def _arrays(text: str) -> Iterator[str]:
    """The innermost arrays that hold two image files or more."""
    end = -1
    for found in _FILE.finditer(text):
        if found.start() < end:
            continue
        start, end = text.rfind("[", max(end, 0), found.start()), text.find("]", found.end())
        if start >= 0 and end >= 0 and _FILE.search(text, found.end(), end):
            yield text[start:end]
        end = max(end, found.end())


def _images(text: str) -> list[str]:
    """The addresses that stand in quotes, one for each photo."""
    found: dict[str, str] = {}
    mixed = "lan" in text or "ideo" in text
    for match in _QUOTED.finditer(text):
        if mixed and _is_other(_around(text, match)):
            continue
        address = match[1].replace("\\u002F", "/").replace("\\", "")
        name = pictures.key("//host/" + address.split("//", 1)[-1].partition("/")[2])
        if name not in found or pictures.width(address) > pictures.width(found[name]):
            found[name] = address
        if len(found) >= MOST:
            break
    return list(found.values())


def _is_other(around: str) -> bool:
    """Whether an object is a plan's or a film's; few name one at all."""
    lower = around.lower()
    return ("plan" in lower or "video" in lower) and bool(_OTHER.search(around))


def _around(text: str, match: re.Match[str]) -> str:
    """The object that an address stands in, where it stands in one."""
    start = text.rfind("{", max(0, match.start() - 500), match.start())
    end = text.find("}", match.end(), match.end() + 500)
    return text[start:end] if 0 <= start < end and "}" not in text[start : match.start()] else ""


def _belongs(found: list[str], known: Set[str], trusted: bool) -> bool:
    """Whether a gallery shows what the page shows; where it shows nothing, the main part's own does."""
    names = {pictures.key(one) for one in found}
    shared = len(names & known)
    if not known:
        return trusted or len({name.rpartition("/")[0] for name in names}) == 1
    return shared > 0 or (trusted and len(known) == 1)
