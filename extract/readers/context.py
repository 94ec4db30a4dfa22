"""What a page's own address and breadcrumb tell: the offer, the kind, the place, the advert's number.

Knows no site's pattern: words of an address are read as words of a title are. Weak beside what the page
displays; it decides where the page displays nothing.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from extract.candidates import Candidate, candidate
from extract.document import Document
from extract.fields import kind, transaction
from extract.glance import Glance
from extract.readers.places import crumbs
from extract.text import fold
from models.places import Places

SOURCE = "url"
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
#: A page's number stands last: "…-145692212", "/3323958001-203-2100", "/wohnen/9739832".
_NUMBER = re.compile(r"(?:^|[/_=-])((?:\d{2,}[-_])*\d{5,12}(?:[-_]\d{1,6}){0,2})$")
_SUFFIX = re.compile(r"\.(?:html?|php|aspx?|jsp)$|/$", re.I)


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """Weak candidates from the page's address and breadcrumb."""
    yield from by_address(own_address(document), places)
    trail = " > ".join(crumbs(document).values())[:300]
    offer = transaction.parse(trail) if trail else None
    if offer is not None:
        yield candidate("transaction", offer, trail, "crumbs", 0.28)


def by_address(url: str, places: Places) -> Iterator[Candidate]:
    """What an address alone tells."""
    path = unquote(urlsplit(url).path)
    words = re.sub(r"[^a-z0-9]+", " ", fold(path))
    yield from _offer(url, words)
    yield from _place(words, places)
    number = page_number(path)
    if number is not None:
        yield candidate("reference", number, url, SOURCE, 0.26)


def own_address(document: Document | Glance) -> str:
    """The address that the page gives itself, unless that is the site's door; else where it was found."""
    for url in (document.canonical, document.metas.get("og:url")):
        try:
            if url and len(urlsplit(url).path) > 4:
                return url
        except ValueError:
            continue
    return document.url


def page_number(path: str) -> str | None:
    """The identifier that ends a page's address; a lone French postal code behind words is none."""
    path = _SUFFIX.sub("", path.rstrip("/"))
    uuid = _UUID.search(path)
    if uuid:
        return uuid[0]
    found = _NUMBER.search(path)
    if found is None:
        return None
    alone = path[: found.start() + 1].endswith("/")
    return found[1] if alone or len(found[1]) > 5 else None


def _offer(url: str, words: str) -> Iterator[Candidate]:
    offer = transaction.from_url(url)
    if offer is not None:
        yield candidate("transaction", offer, url, SOURCE, 0.4)
    found = {match.value for match in kind.find(words)}
    if len(found) == 1:
        yield candidate("property_type", found.pop(), url, SOURCE, 0.3)


def _place(words: str, places: Places) -> Iterator[Candidate]:
    """A postal code in the address, where one of its communes is named beside it."""
    for code in re.findall(r"(?<!\S)\d{5}(?!\S)", words):
        for place in places.by_postal_code(code):
            if f" {re.sub(r'[^a-z0-9]+', ' ', fold(place.city))} " in f" {words} ":
                yield candidate("postal_code", code, words, SOURCE, 0.45)
                yield candidate("city", place.city, words, SOURCE, 0.45)
                return
