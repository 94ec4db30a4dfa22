"""Where a title or a breadcrumb says that the property is (`… à Séné`), and which country's page it is.

An unknown name is believed where two texts agree. French postal codes are `prose`'s trade, whole addresses
of other countries `abroad`'s.
"""

import re
from collections.abc import Iterator

from extract import graph
from extract.candidates import Candidate, candidate
from extract.document import Document, squeeze
from extract.fields import city
from extract.readers import abroad
from extract.zones import Zone
from models.places import Places

SOURCE = "place"
_AT = re.compile(
    r"(?:\b(?P<french>à|sur la commune de)|•|\b(?:in|en|em|n[ao]s?|te|a)) (?P<rest>(?-i:[A-ZÀ-Ýlc]).+)", re.I
)
_SITE = re.compile(r"\s[-–—|•>·]\s")
_FRENCH = re.compile(
    r"\b(?:avec|pièces?|vendre|louer|loyer|chambres?|prix|honoraires|une|dans|vous|notre|cette|salle"
    r"|aux|sont|dépôt de garantie|géorisques|mentions légales)\b",
    re.I,
)
_FRANCE = re.compile(r"\bfran(?:ce|ch|çais)", re.I)


def directory(document: Document, places: Places) -> Places:
    """The directory of the page's country: none where neither language nor words are France's.

    Five figures on a German or American page are no French postal code, whatever the directory says.
    """
    text = document.main_text[:8_000]
    language = document.elements[0].get("lang").lower()
    if abroad.has_four_figures(document, text):
        return Places(())
    if len(text) < 200 or document.host.endswith(".fr") or _FRANCE.search(text):
        return places
    least = 3 if language.startswith("fr") or not language else 6
    found = sum(1 for _, _ in zip(_FRENCH.finditer(text), range(least), strict=False))
    return places if found >= least or (language.startswith("fr") and found) else Places(())


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """Cities, and whole addresses in the formats of their countries."""
    metas = document.metas
    titles = [*document.h1[:2], metas.get("og:title", ""), document.title]
    if not len(places):
        yield from abroad.read(document)
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
