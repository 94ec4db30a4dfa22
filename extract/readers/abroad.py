"""Whole addresses as other countries write them: `38 St. Pauls Square, Birmingham B3 1QX`, `10365 Berlin`,
`4836 Sicily Dr, Lake Elsinore, CA 92530`, `8010 Graz`, `1350-206 Lisboa`.

Formats of countries, not of sites; asked on pages abroad alone. France's codes are `prose`'s trade.
"""

import re
from collections.abc import Iterator

from extract.candidates import Candidate, candidate
from extract.document import Document, squeeze
from extract.fields.city import NAME
from extract.readers.prose import contact_lines

SOURCE = "place"
#: "38 St. Pauls Square, Birmingham B3", "Cecil Park, Herne Bay CT6 6DL", "Leeds LS6 3JJ".
_BRITISH = re.compile(
    rf"(?:(?P<address>(?:(?:Flat|Apt|Unit) \w+, )?(?:\d+[a-z]?(?:[/-]\d+)?,? )?{NAME}(?:, {NAME}){{0,2}}), )?"
    rf"(?P<city>{NAME}),? (?P<code>[A-Z]{{1,2}}\d[\dA-Z]?(?: \d[A-Z]{{2}})?)(?![\w-])"
)
#: "4836 Sicily Dr, Lake Elsinore, CA 92530", "Casper, WY 82609".
_AMERICAN = re.compile(
    rf"(?:(?P<address>\d+ [\w#.' -]{{3,50}}?),? )?(?P<city>{NAME}),? (?P<state>[A-Z]{{2}}) "
    r"(?P<code>\d{5})\b"
)
#: The end of a street that the pattern left in the city: "24 New" | "Street Miami".
_STREET_END = re.compile(
    r"(?:.{0,40}? )?(?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Boulevard|Blvd|Court|Ct|Way|Place|Pl"
    r"|Terrace|Circle|Cir|Parkway|Pkwy|Highway|Hwy|Trail|Crest|Loop)\b\.?(?: [NSEW]{1,2}\b)? (?=[A-Z])"
)
#: "Frankfurter Allee 218, 10365 Berlin", "1012 AB Amsterdam", "28001 Madrid", "1350-206 Lisboa".
_CONTINENTAL = re.compile(
    rf"(?<![\d.,])(?P<code>\d{{5}}(?:-\d{{3}})?(?!(?i: (?:sq|yards?|ft|km)\b))|\d{{4}} [A-Z]{{2}}"
    rf"|\d{{4}}-\d{{3}}|\d{{2}}-\d{{3}}),? (?P<city>{NAME})"
    rf"|(?!(?:ID|Ref|Code|Tel|Box|No|Nr|CAP|CP|C\.P\.|PLZ|ZIP|Kod)\b)(?P<city2>{NAME})(?: \([A-Z]{{2}}\))?,? "
    rf"(?:[-–] )?(?:(?:CAP|C\.?P\.?|CEP|PLZ) ?:? ?)?"
    rf"(?P<code2>\d{{5}}(?:-\d{{3}})?)(?![\d.,])(?!(?i: ?(?:m²|m2|€|sq|yards?|ft|km)))"
)
#: "5590 Ciney", "1800 Vevey", "8010 Graz": where the page is of a country with four figures.
_FOUR_FIGURES = re.compile(
    rf"(?<![\d.,/])(?:[ABL]-|CH-)?(?P<code>[1-9]\d{{3}}) (?![A-Z]{{2}}\b)(?P<city>{NAME})"
)
_FOUR_FIGURED = re.compile(r"^(?:fr|nl|de|it)-(?:be|ch|lu|at)$")
#: Swiss francs; a country's name; the energy certificate as Belgium names it.
_FOUR_SAID = re.compile(
    r"\bCHF\b|\b(?:classe|certificat|score|code unique|num[ée]ro) PEB\b|\bPEB ?[:n]"
    r"|[öÖ]sterreich|\bSchweiz|\bSuisse|\bBelgi[ëq]"
)
#: One of these is in whatever the pattern finds; plain searches come first.
_FOUR_MARKS = ("CHF", "PEB", "sterreich", "Schweiz", "Suisse", "Belgi")
#: Words that stand where a city does and are none.
_NO_CITY = re.compile(r"^(?:CAP|CP|PLZ|ZIP|CEP|C\.P\.?|Ref|Objekt|Property|Listing|Id)\b", re.I)


def has_four_figures(document: Document, text: str) -> bool:
    """Whether a page is of a country whose postal codes have four figures."""
    language = document.elements[0].get("lang").lower()
    told = _FOUR_FIGURED.match(language) or document.host.endswith((".be", ".ch", ".lu", ".at"))
    return bool(told or (any(mark in text for mark in _FOUR_MARKS) and _FOUR_SAID.search(text)))


def read(document: Document) -> Iterator[Candidate]:
    """Postal codes, cities and street lines of whole addresses, surer near the title."""
    four = has_four_figures(document, document.main_text[:8_000])
    for text, weight in _texts(document):
        for one in _four(text) if four else _whole(text):
            yield candidate(one.field, one.value, text, SOURCE, one.confidence * weight)


def _texts(document: Document) -> Iterator[tuple[str, float]]:
    """Titles, summaries, and the short lines of the page, nobody's contact lines."""
    metas = document.metas
    for text in (*document.h1[:2], metas.get("og:title", ""), document.title):
        yield squeeze(text)[:300], 1.0
    for text in (metas.get("og:description", ""), metas.get("description", "")):
        yield squeeze(text)[:300], 1.0
    heads = [line.number for line in document.main if line.block.tag in {"h1", "h2"}][:1]
    near = heads[0] if heads else 0
    contact = contact_lines(document)
    for line in document.main:
        if len(line.text) >= 120 or line.number in contact or not any(c.isdigit() for c in line.text):
            continue
        if -3 <= line.number - near <= 10:
            yield line.text, 1.0
        elif line.number > near:  # agreement with another text must bear it out
            yield line.text, 0.45


def _four(text: str) -> Iterator[Candidate]:
    found = _FOUR_FIGURES.search(text)
    if found and not _NO_CITY.match(found["city"]):
        yield candidate("postal_code", found["code"], text, SOURCE, 0.45)
        yield candidate("city", found["city"], text, SOURCE, 0.45)


def _whole(text: str) -> Iterator[Candidate]:
    """The address of one text, in the first format that it has."""
    for pattern in (_AMERICAN, _BRITISH):
        found = pattern.search(text)
        # Half a British code beside a lone name may be anything: "Apartamento T3".
        sure = found and (found["address"] or " " in found["code"] or pattern is _AMERICAN)
        if found and sure and not _NO_CITY.match(found["city"]):
            yield from _parts(found, text)
            return
    found = _CONTINENTAL.search(text)
    if found:
        town = re.sub(r" \([A-Z]{2}\)$", "", found["city"] or found["city2"])
        yield candidate("postal_code", found["code"] or found["code2"], text, SOURCE, 0.45)
        if not _NO_CITY.match(town):
            yield candidate("city", town, text, SOURCE, 0.4)


def _parts(found: re.Match[str], text: str) -> Iterator[Candidate]:
    address, town = found["address"] or "", found["city"]
    end = _STREET_END.match(town) if address else None
    if end:
        address, town = f"{address} {end[0].strip()}", town[end.end() :]
    street = re.sub(r"^.*?\b(?:in|at|on|sale|rent) (?=[A-Z0-9])", "", address)
    if street:
        yield candidate("address", street, text, SOURCE, 0.5)
    yield candidate("city", town, text, SOURCE, 0.5)
    yield candidate("postal_code", found["code"], text, SOURCE, 0.5)
