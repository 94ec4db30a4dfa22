"""Where a title says that the property is: `… à Séné`, `… • Le Havre`, a British or American address line.

Formats of whole countries, not of sites; French postal codes are `prose`'s trade. Unknown names are
believed where a title and another text agree.
"""

import re
from collections.abc import Iterator

from extract.candidates import Candidate, candidate
from extract.document import Document, squeeze
from extract.zones import Zone
from models.places import Places

SOURCE = "place"
_SMALL = r"(?:(?:de|du|des|la|le|les|lès|sur|sous|en|aux?|et|d'|l'|of|on|upon|the)[ -])*"
_NAME = rf"[A-ZÀ-Ý][\w'’.-]+(?:[ -]{_SMALL}[A-ZÀ-Ý][\w'’.-]+){{0,4}}"
#: "38 St. Pauls Square, Birmingham B3", "Cecil Park, Herne Bay CT6 6DL".
_BRITISH = re.compile(
    rf"(?P<address>(?:\d+[a-z]?,? )?{_NAME}(?:, {_NAME}){{0,2}}), (?P<city>{_NAME}),? "
    r"(?P<code>[A-Z]{1,2}\d[\dA-Z]?)(?: ?\d[A-Z]{2})?\b"
)
#: "4836 Sicily Dr, Lake Elsinore, CA 92530".
_AMERICAN = re.compile(
    rf"(?P<address>\d+ [\w#.' -]{{3,50}}?),? (?P<city>{_NAME}), (?P<state>[A-Z]{{2}}) (?P<code>\d{{5}})\b"
)
_AT = re.compile(rf"(?:\bà|\ba|\bin|\bsur la commune de|•|\ben) (?P<city>{_NAME})(?=$|[\s,.;(|–-])")
_NOT_CITY = re.compile(
    r"^(?:Vendre|Louer|Partir|Saisir|Vente|Rent|Sale|Pied|Proximit|Deux|Quelques|Venta|Renta|Exclusivit)",
    re.I,
)


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """Cities, and whole addresses in the formats of their countries."""
    metas = document.metas
    titles = [*document.h1[:2], metas.get("og:title", ""), document.title]
    crumbs = [line.text for line in document.lines if line.zone is Zone.CRUMBS][:20]
    for text in (
        *titles,
        metas.get("og:description", ""),
        metas.get("description", ""),
        *_near_title(document),
    ):
        yield from _lines(squeeze(text)[:300])
    frame = " ".join([*titles, *crumbs, document.url.replace("-", " ")]).casefold()
    for order, text in enumerate(titles):
        for found in _AT.finditer(squeeze(text)[:200]):
            name = found["city"].strip(" -.")
            if not _NOT_CITY.match(name) and len(name) > 2:
                known = places.resolve(name) is not None
                sure = 0.55 if known else 0.35 + 0.1 * (frame.count(name.casefold()) > 1)
                yield candidate("city", name, text, f"{SOURCE}{order}", sure)


def _near_title(document: Document) -> list[str]:
    """The short lines about the first heading, where addresses stand."""
    heads = [line.number for line in document.main if line.block.tag in {"h1", "h2"}][:1]
    near = heads[0] if heads else 0
    return [line.text for line in document.main if abs(line.number - near) <= 6 and len(line.text) < 120]


def _lines(text: str) -> Iterator[Candidate]:
    for pattern in (_AMERICAN, _BRITISH):
        found = pattern.search(text)
        if found:
            address = re.sub(r"^.*?\b(?:in|at|on|sale|rent) (?=[A-Z0-9])", "", found["address"])
            yield candidate("address", address, text, SOURCE, 0.5)
            yield candidate("city", found["city"], text, SOURCE, 0.5)
            yield candidate("postal_code", found["code"], text, SOURCE, 0.5)
            return
