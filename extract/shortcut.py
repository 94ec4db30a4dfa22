"""The short way: a page read by its site's wrapper alone, in a tenth of the readers' time.

`page` believes it only where the page is one of those that the wrapper was learnt from, every field that
they all told is found, and nothing tells of a listing that is gone; else it goes the whole way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from extract import decide, features, kind, leads, links, pictures, values
from extract.candidates import Candidate, candidate
from extract.cards import is_page, key
from extract.glance import Glance
from extract.readers import context, pairs, photos, prose
from extract.text import fold
from extract.wrapper import Finder, Wrapper, is_scale, is_whole, told_by
from models.listing import Evidence, Listing
from models.places import Places

#: Addresses taken for photos of one page.
MAX_PHOTOS: Final = photos.MAX_PHOTOS
#: Nobody's advert has more links to others on its page.
MAX_LINKS: Final = 60
#: What a page's title tells as well as its heading: it names the site's commune as often as the property's.
_NAMED: Final = frozenset({"property_type", "transaction"})
_ABROAD: Final = Places(())
_WORD: Final = re.compile(r"[^\W\d]*(?=\D*\d)")


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What the short way tells."""

    listing: Listing
    evidence: dict[str, Evidence]
    links: tuple[str, ...]
    follow: tuple[str, ...]


def take(wrapper: Wrapper, finder: Finder, places: Places) -> Shortcut | None:
    """The page as its wrapper reads it, None where that is not to be believed."""
    if not wrapper.swift or not is_whole(wrapper, finder, places) or _has_doubts(wrapper, finder.glance):
        return None
    return read(wrapper, finder, places)


def read(wrapper: Wrapper, finder: Finder, places: Places) -> Shortcut | None:
    """The same without asking whether it is to be believed; None where a learnt part is missing."""
    glance = finder.glance
    shown = shown_photos(wrapper.photos, glance)
    if wrapper.photos and not shown:
        return None
    directory = places if wrapper.french else _ABROAD
    found = [
        *told_by(wrapper, finder, directory),
        *labelled(wrapper, finder, directory),
        *_prose(wrapper, finder, directory),
        *_by_address(wrapper, glance),
    ]
    listing, evidence = decide.decide(found, directory)
    if listing.currency is None and listing.price is not None and wrapper.currency:
        listing = replace(listing, currency=wrapper.currency)
    listing = leads.without(listing, wrapper.leads, places)
    told = features.merge((_answers(finder), features.read(finder.main_text)))
    to, follow = _links(wrapper, glance)
    return Shortcut(replace(listing, features=told, photos=shown), evidence, to, follow)


def _has_doubts(wrapper: Wrapper, glance: Glance) -> bool:
    """Whether the title or a piece that is no chrome says that the listing is sold or gone."""
    fixed = set(wrapper.fixed)
    pieces = (p for p, mask in zip(glance.pieces, glance.masks, strict=True) if mask and mask not in fixed)
    return kind.has_doubts(f"{glance.title}\n{glance.h1}", pieces)


def labelled(wrapper: Wrapper, finder: Finder, places: Places) -> Iterator[Candidate]:
    """What stands after a label that we know, in the property's own sections."""
    for label, value in _pairs(finder):
        name = pairs.field_of(label)
        for field, told in values.parse(name, value, places).items() if name else ():
            if field == "address" and fold(told) in wrapper.offices:  # As often labelled as a property's.
                continue
            yield candidate(field, told, f"{label}: {value}", pairs.SOURCE, pairs.CONFIDENCE)


def _answers(finder: Finder) -> dict[str, bool]:
    """The features that are asked and answered (`Ascenseur` / `Oui`)."""
    answers = (
        features.read_pair(label, value)
        for label, value in _pairs(finder)
        if len(label) <= 40 and pairs.SHORT_ANSWER.match(value) and pairs.field_of(label) is None
    )
    return features.merge(tuple(answers))


def _pairs(finder: Finder) -> Iterator[tuple[str, str]]:
    """Short pieces with the piece that follows each."""
    pieces, own = finder.glance.pieces, finder.own
    for at in range(len(pieces) - 1):
        label, value = pieces[at], pieces[at + 1]
        drawn = is_scale(pieces, at + 1)
        if own[at + 1] and len(label) <= pairs.MAX_LABEL and len(value) <= pairs.MAX_VALUE and not drawn:
            yield label.rstrip(" :"), value


def _prose(wrapper: Wrapper, finder: Finder, places: Places) -> Iterator[Candidate]:
    """What titles and text tell of the fields that no place tells."""
    if not wrapper.prose:
        return
    text = finder.main_text[: prose.MAX_TEXT]
    for name in wrapper.prose:
        heads = [("h1", finder.glance.h1, 0.85)]
        heads += [("title", finder.glance.title, 0.75)] if name in _NAMED else []
        for source, head, trust in heads:
            for found in values.find(name, head, places)[:6]:
                for field, value in found.values.items():
                    yield candidate(field, value, found.raw, source, trust * found.score)
        for found in values.find(name, text, places)[:60]:
            if found.score >= prose.LEAST.get(name, 0.0):
                for field, value in found.values.items():
                    yield candidate(field, value, found.raw, "text", found.score * prose.TRUST.get(name, 0.5))


def _by_address(wrapper: Wrapper, glance: Glance) -> Iterator[Candidate]:
    """What the page's address tells of the fields that no place tells, its commune left to the readers."""
    for one in context.by_address(context.own_address(glance), _ABROAD):
        if one.field in wrapper.prose:
            yield one


# Photos ------------------------------------------------------------------------------------


def shown_photos(rules: tuple[str, ...], glance: Glance) -> tuple[str, ...]:
    """The addresses that the first rule that gives any gives: a rule is `selector@attribute`."""
    for rule in rules:
        selector, _, attribute = rule.rpartition("@")
        found: dict[str, str] = {}
        for node in glance.all(selector)[: 4 * MAX_PHOTOS]:
            address = image(glance, node.attributes.get(attribute) or "", attribute)
            if address:
                found.setdefault(pictures.key(address), address)
        if found:
            return tuple(found.values())[:MAX_PHOTOS]
    return ()


def image(glance: Glance, value: str, attribute: str) -> str | None:
    """The absolute address of a photo in an element's attribute: the widest of a set, a background."""
    if attribute.endswith("srcset"):
        value = photos.largest(value) or ""
    elif attribute == "style":
        told = photos.BACKGROUND.search(value)
        value = told[1] if told else ""
    value = value.strip()
    address = glance.absolute(value) if value and not value.startswith("data:") else ""
    return address if address and pictures.is_photo(address) else None


# Links -------------------------------------------------------------------------------------


def _links(wrapper: Wrapper, glance: Glance) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Links to other listings as they stand, and absolute addresses worth a visit that are no chrome."""
    shapes, chrome = set(wrapper.shapes), set(wrapper.chrome)
    here = {key(glance.url), key(glance.canonical or glance.url)}
    to: dict[str, str] = {}
    follow: dict[str, int] = {}
    for href in glance.hrefs:
        if href in chrome or not is_page(href):
            continue
        url = key(glance.absolute(href))
        if url in here or not glance.is_own(url):
            continue
        if shape(url) in shapes:
            to.setdefault(url, href)
        elif (rank := links.rank(f"\n{urlsplit(url).path}".lower())) is not None:
            follow.setdefault(url, rank)
    best = sorted(follow, key=lambda url: follow[url])
    return tuple(to.values())[:MAX_LINKS], tuple(best[: links.MAX_FOLLOW])


# A site's pages share their menus.
@lru_cache(maxsize=4_096)
def shape(url: str) -> str:
    """What addresses of one kind of page share: the first folder (its first word where it has figures, as
    `annonce-maison-3-pieces/` has), where figures stand, the query's names.
    """
    path, _, query = url.split("//", 1)[-1].partition("?")
    folders = path.split("/")[1:]
    masked = [_masked(folder) for folder in folders]
    if len(folders) > 1:
        word = _WORD.match(folders[0])
        masked[0] = f"{word[0]}#" if word else folders[0]
    names = "&".join(part.partition("=")[0] for part in query.split("&")) if query else ""
    return f"{'/'.join(masked)[:200]}?{names[:100]}"


def _masked(folder: str) -> str:
    name, dot, ending = folder.rpartition(".")
    stem = name if dot else folder
    figures = "#" if any(map(str.isdigit, stem)) else ""
    return ("" if stem.isdigit() else "w" if stem else "") + figures + (f".{ending[:8]}" if dot else "")
