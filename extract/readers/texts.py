"""The title of an advert as displayed; `descriptions` tells its other text.

Knows where sites put titles; how they are cleaned is `fields.title`'s trade.
"""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from extract.candidates import Candidate, candidate
from extract.document import Document, Line
from extract.fields import kind, title
from extract.readers import descriptions
from extract.text import PHONE, fold
from extract.tree import Element
from extract.zones import Zone
from models.places import Places

_TITLED = re.compile(r"(?:^|[^a-z]|lbl)(?:titre|title)(?:$|[^a-z])")
_BRAND = re.compile(r"\b(?:logo|brand|navbar-brand|site-?(?:name|title)|sitename)\b")
_HOME = re.compile(r"(?:https?://[^/]+)?(?:/|\./)?(?:index\.\w+|accueil|home|default\.aspx)?$", re.I)
_LETTERS = re.compile(r"[^a-z0-9]+")
_HOST_ENDS = re.compile(r"^www\.|(?:\.(?:co|com))?\.[a-z]+$")
_RANK = frozenset({"h1", "h2"})
_SECOND = frozenset({"b", "strong", "big", "h2", "h3", "h4", "h5", "h6"})
_BOLD = frozenset({"b", "strong", "big", "h3", "h4", "h5", "h6"})


def read(document: Document, _places: Places) -> Iterator[Candidate]:
    """Candidates for title and description."""
    yield from titles(document)
    yield from descriptions.read(document)


def titles(document: Document) -> Iterator[Candidate]:
    """Headings first, then what the page gives to tabs and to social networks."""
    site = document.metas.get("og:site_name")
    shared = fold(" ".join([document.metas.get("og:title", ""), document.title]))
    rows = [("h1", text, 0.85) for text in _headings(document, 1)]
    rows += [("opengraph", document.metas.get("og:title", ""), 0.6)]
    rows += [("title", document.title, 0.5)]
    headed = any(title.parse(text, site) for source, text, _ in rows if source == "h1")
    for text in _headings(document, 2)[:2]:
        rows.append(("h2", text, 0.76 if headed else 0.65 if _is_telling(text, shared) else 0.52))
    if not headed:
        rows += [("bold", text, 0.66) for text in bold_headings(document)]
        for text in low_headings(document):
            rows.append(("h3", text, 0.55 if _is_telling(text, shared) else 0.45))
    for source, text, confidence in rows:
        value = title.parse(text, site)
        if value is not None:
            # The heading that the page repeats to tabs and social networks is the advert's own.
            again = source in {"h1", "h2"} and len(value) > 8 and fold(value) in shared
            # A tab of one word is the site's name.
            named = source == "title" and " " not in value
            yield candidate("title", value, text, source, confidence + 0.12 * again - 0.2 * named)


def _is_telling(heading: str, shared: str) -> bool:
    """Whether a heading of a lower rank is the advert's: it names a dwelling, or is the tab's."""
    return bool(kind.find(heading)) or fold(heading) in shared


def bold_headings(document: Document) -> list[str]:
    """What stands for a heading on pages without any: the first short text, bold or named a title, that
    names a dwelling."""
    for line in document.main[:60]:
        bold = {element.tag for _, element in line.runs} <= _BOLD or line.block.tag in _SECOND
        named = [text for text, element in line.runs if _TITLED.search(element.names)]
        texts = named or ([line.text] if bold or _TITLED.search(line.block.names) else [])
        for text in texts:
            if 8 < len(text) < 120 and kind.find(text) and not PHONE.search(text):
                return [text]
    return []


def low_headings(document: Document) -> list[str]:
    """The first heading of a low rank, or of a high one by its class alone."""
    for line in document.main[:40]:
        if line.block.tag in {"h3", "h4"} or _RANK.intersection(line.block.names.split()):
            return [line.text]
    return []


def _headings(document: Document, level: int) -> list[str]:
    """The main part's headings of a rank, by tag or by role, the site's own name left out."""
    elements = document.all(f"h{level}")
    roles = [e for e in document.bearing("aria-level") if e.get("aria-level").strip() == str(level)]
    if roles:
        elements = sorted([*elements, *roles], key=lambda element: element.index)
    found = []
    for element in elements:
        zone = document.zones[element.index]
        if zone in {Zone.MAIN, Zone.AGENCY} and element.index not in document.cards.covered:
            text = visible_text(document, element) or _drawn_text(element)
            if text and not _is_sites(element) and not is_site(text, document.url):
                found.append(text)
        if len(found) == 4:
            break
    return found


def is_site(text: str, url: str) -> bool:
    """Whether a heading spells the name of the site's host, a company's form behind it or not."""
    spelled = _LETTERS.sub("", fold(text[:60]))
    host = _LETTERS.sub("", _HOST_ENDS.sub("", _host(url)))
    return len(host) > 4 and spelled.startswith(host) and len(spelled) - len(host) <= 4


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _drawn_text(element: Element) -> str:
    """What a heading that is a picture says."""
    return next((child.get("alt").strip() for child in element.children() if child.tag == "img"), "")


def _is_sites(element: Element) -> bool:
    """Whether a heading is the site's name: it leads home, or is named for it."""
    around = [element, *islice(element.ancestors(), 2), *element.children()]
    return any(
        _BRAND.search(one.names) or (one.tag == "a" and one.get("href") and _HOME.match(one.get("href")))
        for one in around
    )


def visible_text(document: Document, element: Element) -> str:
    """The text of a heading, hidden badges left out."""
    lines = _by_element(document)
    found = [line for at in range(element.index, element.end) for line in lines.get(at, ())]
    return " ".join(line.text for line in sorted(found, key=lambda line: line.number))


def _by_element(document: Document) -> dict[int, list[Line]]:
    """The lines that are not hidden by the element that their text begins in."""
    known: dict[int, list[Line]] | None = document.memory.get("lines by element")
    if known is None:
        known = document.memory["lines by element"] = {}
        for line in document.lines:
            if line.zone is not Zone.HIDDEN:
                known.setdefault(line.runs[0][1].index, []).append(line)
    return known
