"""Where a title, an address line or a breadcrumb says that the property is: `… à Séné`, `38 St. Pauls
Square, Birmingham B3`, `10365 Berlin`. Formats of whole countries, not of sites; French postal codes
are `prose`'s trade. An unknown name is believed where two texts agree.
"""

import re
from collections.abc import Iterator

from extract import graph
from extract.candidates import Candidate, candidate
from extract.document import Document, squeeze
from extract.fields import city
from extract.fields.city import NAME
from extract.readers.prose import contact_lines
from extract.zones import Zone
from models.places import Places

SOURCE = "place"
#: "38 St. Pauls Square, Birmingham B3", "Cecil Park, Herne Bay CT6 6DL".
_BRITISH = re.compile(
    rf"(?P<address>(?:\d+[a-z]?,? )?{NAME}(?:, {NAME}){{0,2}}), (?P<city>{NAME}),? "
    r"(?P<code>[A-Z]{1,2}\d[\dA-Z]?)(?: ?\d[A-Z]{2})?\b"
)
#: "4836 Sicily Dr, Lake Elsinore, CA 92530", "Casper, WY 82609".
_AMERICAN = re.compile(
    rf"(?:(?P<address>\d+ [\w#.' -]{{3,50}}?),? )?(?P<city>{NAME}),? (?P<state>[A-Z]{{2}}) "
    r"(?P<code>\d{5})\b"
)
#: "Frankfurter Allee 218, 10365 Berlin", "1012 AB Amsterdam", "28001 Madrid": not for French pages.
_CONTINENTAL = re.compile(
    rf"(?<![\d.,])(?P<code>\d{{5}}(?!(?i: (?:sq|yards?|ft|km)\b))|\d{{4}} [A-Z]{{2}}"
    rf"|\d{{4}}-\d{{3}}|\d{{2}}-\d{{3}}) (?P<city>{NAME})"
    rf"|(?!(?:ID|Ref|Code|Tel|Box|No|Nr)\b)(?P<city2>{NAME}),? "
    rf"(?P<code2>\d{{5}})(?![\d.,])(?!(?i: ?(?:m²|m2|€|sq|yards?|ft|km)))"
)
#: "5590 Ciney", "1800 Vevey": read where the page is of a country with four figures.
_FOUR_FIGURES = re.compile(rf"(?<![\d.,/])(?:[BL]-|CH-)?(?P<code>[1-9]\d{{3}}) (?P<city>{NAME})")
_AT = re.compile(
    r"(?:\b(?P<french>à|sur la commune de)|•|\b(?:in|en|em|n[ao]s?|te|a)) (?P<rest>(?-i:[A-ZÀ-Ýlc]).+)", re.I
)
_SITE = re.compile(r"\s[-–—|•>·]\s")
_FRENCH = re.compile(
    r"\b(?:avec|pièces?|vendre|louer|loyer|chambres?|prix|honoraires|une|dans|vous|notre|cette|salle)\b", re.I
)
#: Swiss francs; the energy certificate as Belgium names it.
_ABROAD_IN_FRENCH = re.compile(
    r"\bCHF\b|\b(?:classe|certificat|score|code unique|num[ée]ro) PEB\b|\bPEB ?[:n]", re.I
)
_FRANCE = re.compile(r"\bfran(?:ce|ch|çais)", re.I)


def directory(document: Document, places: Places) -> Places:
    """The directory of the page's country: none where neither language nor words are France's.

    Five figures on a German or American page are no French postal code, whatever the directory says.
    """
    text = document.main_text[:8_000]
    language = document.elements[0].get("lang").lower()
    if _neighbour(document, language, text):
        return Places(())
    if len(text) < 200 or document.host.endswith(".fr") or _FRANCE.search(text):
        return places
    least = 3 if language.startswith("fr") or not language else 6
    found = sum(1 for _, _ in zip(_FRENCH.finditer(text), range(least), strict=False))
    return places if found >= least or (language.startswith("fr") and found) else Places(())


def _neighbour(document: Document, language: str, text: str) -> bool:
    """Whether a page in French is of Belgium, Switzerland or Luxembourg, where codes have four figures."""
    told = language[:5] in {"fr-be", "fr-ch", "fr-lu"} or document.host.endswith((".be", ".ch", ".lu"))
    return told or bool(_ABROAD_IN_FRENCH.search(text))


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """Cities, and whole addresses in the formats of their countries."""
    metas = document.metas
    titles = [*document.h1[:2], metas.get("og:title", ""), document.title]
    summaries = [metas.get("og:description", ""), metas.get("description", "")]
    language = document.elements[0].get("lang").lower()
    four = not len(places) and _neighbour(document, language, document.main_text[:8_000])
    for text in (*titles, *summaries, *_near_title(document)):
        yield from _four_figures(text) if four else _lines(squeeze(text)[:300], abroad=not len(places))
    said = crumbs(document)
    frame = " ".join([*titles, document.url.replace("-", " ")]).casefold()
    for order, text in enumerate(titles):
        name = _named(squeeze(text)[:200], places)
        if name is not None:
            twice = frame.count(name.casefold()) > 1 or name.casefold() in said
            sure = 0.55 if places.resolve(name) is not None else 0.35 + 0.1 * twice
            yield candidate("city", name, text, f"{SOURCE}{order}", sure)
    outer = {name for text in titles for name in city.names(squeeze(text))[1:]}
    for text in said.values():
        name = city.parse(text, places)
        if name is not None and (places.resolve(name) is not None or name in outer):
            yield candidate("city", name, text, "crumbs", 0.35)


def _named(title: str, places: Places) -> str | None:
    """What a title names after its last "à" or "in"; French titles name the commune first."""
    found = None
    start = 0
    while (at := _AT.search(title, start)) is not None:
        told = city.parse(_SITE.split(at["rest"])[0], places, widest=not at["french"])
        if told is not None and (not at["french"] or at["rest"].startswith(told[:4])):
            found = told
        start = at.start("rest")
    return found


def crumbs(document: Document) -> dict[str, str]:
    """The breadcrumb's texts by their folded form, from the page's tree and its JSON-LD."""
    texts = [text for line in document.lines if line.zone is Zone.CRUMBS for text, _ in line.runs][:20]
    for data in graph.blocks(document):
        for node, _ in graph.nodes(data):
            if "breadcrumblist" in graph.types(node):
                items = node.get("itemListElement")
                for item in items[:12] if isinstance(items, list) else []:
                    inner = item.get("item") if isinstance(item, dict) else None
                    name = item.get("name") if isinstance(item, dict) else None
                    name = name or (inner.get("name") if isinstance(inner, dict) else None)
                    if isinstance(name, str):
                        texts.append(name)
    return {squeeze(text).casefold(): squeeze(text)[:80] for text in texts if 2 < len(text) < 80}


def _near_title(document: Document) -> list[str]:
    """The short lines about the first heading, where addresses stand; nobody's contact lines."""
    heads = [line.number for line in document.main if line.block.tag in {"h1", "h2"}][:1]
    near = heads[0] if heads else 0
    contact = contact_lines(document)
    return [
        line.text
        for line in document.main
        if abs(line.number - near) <= 10 and len(line.text) < 120 and line.number not in contact
    ]


def _four_figures(text: str) -> Iterator[Candidate]:
    found = _FOUR_FIGURES.search(squeeze(text)[:300])
    if found:
        yield candidate("postal_code", found["code"], text, SOURCE, 0.45)
        yield candidate("city", found["city"], text, SOURCE, 0.45)


def _lines(text: str, *, abroad: bool) -> Iterator[Candidate]:
    for pattern in (_AMERICAN, _BRITISH) if abroad else ():
        found = pattern.search(text)
        if found:
            street = re.sub(r"^.*?\b(?:in|at|on|sale|rent) (?=[A-Z0-9])", "", found["address"] or "")
            if street:
                yield candidate("address", street, text, SOURCE, 0.5)
            yield candidate("city", found["city"], text, SOURCE, 0.5)
            yield candidate("postal_code", found["code"], text, SOURCE, 0.5)
            return
    found = _CONTINENTAL.search(text) if abroad else None
    if found:
        yield candidate("postal_code", found["code"] or found["code2"], text, SOURCE, 0.45)
        yield candidate("city", found["city"] or found["city2"], text, SOURCE, 0.4)
