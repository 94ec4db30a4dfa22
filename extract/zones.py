"""Which part of a page an element belongs to: the property's own text, or what surrounds it.

Knows the words by which sites name menus, cookie banners, simulators, agents' boxes and blocks of
similar listings (as data below). `document` asks; readers then look at MAIN alone.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from extract.tree import Element


class Zone(StrEnum):
    """The part of the page. Everything that is not MAIN belongs to somebody or something else."""

    MAIN = "main"
    CHROME = "chrome"
    HIDDEN = "hidden"
    SIMILAR = "similar"
    SIMULATOR = "simulator"
    AGENCY = "agency"
    FORM = "form"
    CRUMBS = "crumbs"


#: Beginnings of the words found in class and id names (split at anything that is not a letter).
NAMES: tuple[tuple[Zone, frozenset[str]], ...] = (
    (Zone.CRUMBS, frozenset({"breadcrumb", "breadcrumbs", "ariane", "filariane", "crumbs"})),
    (
        Zone.CHROME,
        frozenset(
            [
                "footer",
                "navbar",
                "nav",
                "menu",
                "megamenu",
                "submenu",
                "cookie",
                "cookies",
                "consent",
                "rgpd",
                "gdpr",
                "tarteaucitron",
                "axeptio",
                "didomi",
                "newsletter",
                "topbar",
                "offcanvas",
                "pagination",
                "pager",
                "skip",
            ]
        ),
    ),
    (
        Zone.SIMULATOR,
        frozenset(
            [
                "simulateur",
                "simulation",
                "simulator",
                "calculette",
                "calculator",
                "calculatrice",
                "mortgage",
                "emprunt",
                "mensualites",
                "mensualite",
                "loan",
                "financement",
                "hypotheque",
            ]
        ),
    ),
    (
        Zone.SIMILAR,
        frozenset(
            [
                "similar",
                "similaire",
                "similaires",
                "related",
                "suggestion",
                "suggestions",
                "suggested",
                "recommended",
                "recommandations",
                "recommendations",
                "recommendation",
                "crossselling",
                "ahnliche",
                "relacionados",
                "viewed",
            ]
        ),
    ),
    (
        Zone.AGENCY,
        frozenset(
            [
                "agence",
                "agency",
                "agent",
                "agents",
                "negociateur",
                "conseiller",
                "broker",
                "realtor",
                "advertiser",
                "anbieter",
                "interlocuteur",
                "negotiator",
            ]
        ),
    ),
)
_TOKEN = re.compile(r"[a-zà-ÿ]+")
_BY_NAME = {name: zone for zone, names in NAMES for name in names}
_AREA = frozenset(
    {"div", "section", "aside", "ul", "ol", "nav", "footer", "header", "form", "article", "table", "p"}
)
_FORM = frozenset({"select", "textarea", "form", "datalist", "dialog"})
#: Names of menus that theme makers also give to arrows and tabs of a page's own blocks; no footer's.
_MENU = re.compile(r"(?!.*(?:foot|cookie|consent|rgpd|gdpr))(?=.*(?:^|[\s_-])(?:nav|menu)(?:[\s_-]|$))")
#: ASP.NET puts whole pages into one form.
_PAGE_FORMS = frozenset({"aspnetform", "form1"})
#: Tags that may announce a zone.
_ZONED = _AREA | _FORM

#: What a site strikes out is no longer true: the price before it was cut.
STRUCK = frozenset({"del", "s", "strike"})
_STRUCK_CLASS = re.compile(
    r"line-through|(?:^|[\s_-])(?:old|former|previous|ancien|barr[eé])[_-]?(?:price|prix|tarif)?(?:$|\s)"
    r"|(?:price|prix|tarif)[_-]{0,2}(?:old|was|former|previous|ancien|barre|strike|crossed)|strike|crossed-out"
)
_HIDDEN_STYLE = re.compile(
    r"text-decoration[^;]{0,20}line-through|display\s*:\s*none|visibility\s*:\s*hidden", re.I
)
_HIDDEN_CLASS = re.compile(
    r"(?:^|\s)(?:w-condition-invisible|is-hidden|hidden|visually-hidden|sr-only|invisible)(?:\s|$)"
)

SIMILAR_HEADING = re.compile(
    r"\b(?:similaires?|similar|semblables?|dans le m[êe]me (?:secteur|quartier|genre)|"
    r"pourraient? (?:aussi )?vous "
    r"(?:plaire|int[ée]resser)|vous (?:aimerez|pourriez|serez)|[àa] (?:voir|d[ée]couvrir) (?:aussi|"
    r"[ée]galement)|"
    r"(?:nos|les|d')? ?autres? (?:biens?|annonces?|maisons?|appartements?|offres?|logements?)|(?:nos|"
    r"les) derni[èe]r[es]+ "
    r"(?:biens|annonces|offres)|m[êe]me (?:prix|budget|commune|ville|agence)|s[ée]lection|"
    r"coups de c(?:oe|œ)ur|"
    r"biens? (?:vus?|vendus|consult[ée]s?)|r[ée]cemment (?:vus?|consult[ée]s?)|related|you (?:may|"
    r"might) (?:also )?(?:like|be)|"
    r"(?:other|more|nearby|recent|featured|latest|recommended) (?:properties|listings|homes)|"
    r"recently (?:sold|viewed)|"
    r"[äa]hnliche|weitere (?:angebote|anzeigen|immobilien)|inmuebles (?:similares|relacionados)|"
    r"im[óo]veis (?:semelhantes|similares))",
    re.I,
)
SIMULATOR_HEADING = re.compile(
    r"\b(?:simul(?:er|ez|ateur|ation)|calcul(?:er|ez|ette|atrice)? (?:de )?(?:vos|votre|mes|mon|le|la|"
    r"mensualit)|"
    r"capacit[ée] d'emprunt|estimez vos|mortgage|loan calculator|finanzierung|hipoteca)",
    re.I,
)
_SURFACE = re.compile(r"\d\s*(?:m²|m ?2\b|sq ?ft)", re.I)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def assign(elements: list[Element]) -> list[Zone]:
    """The zone of every element, by index."""
    title = next((e.index for e in elements if e.tag == "h1"), -1)
    zones = [Zone.MAIN] * len(elements)
    half = max(40, len(elements) // 2)
    for element in elements[1:]:
        parent = element.parent
        above = zones[parent.index] if parent is not None else Zone.MAIN
        if above is not Zone.MAIN:
            zones[element.index] = above
            continue
        own = Zone.HIDDEN if element.tag in STRUCK else _hidden(element) if element.attrs else None
        if own is None and element.tag in _ZONED and element.end - element.index <= half:
            own = None if element.index <= title < element.end else _own(element)
            if own is Zone.CHROME and _is_body(element, elements):
                own = None
        if own is not None:
            zones[element.index] = own
    for heading in elements:
        if (heading.tag in HEADINGS or "title" in heading.names) and zones[heading.index] is Zone.MAIN:
            _mark_section(heading, zones, title, half)
    return zones


def is_hidden(attributes: Mapping[str, str | None]) -> bool:
    """Whether an element's own attributes keep it from being shown."""
    hidden = "hidden" in attributes or _HIDDEN_STYLE.search(attributes.get("style") or "")
    return bool(hidden or _HIDDEN_CLASS.search(attributes.get("class") or ""))


def _hidden(element: Element) -> Zone | None:
    attrs = element.attrs
    if "hidden" in attrs and element.tag not in {"html", "body"}:
        return Zone.HIDDEN
    style = attrs.get("style")
    if style and _HIDDEN_STYLE.search(style) and element.tag not in {"html", "body", "main"}:
        return Zone.HIDDEN
    names = attrs.get("class")
    if not names:
        return None
    struck, hidden = _said(names)
    return Zone.HIDDEN if hidden or (struck and element.end - element.index < 8) else None


@lru_cache(maxsize=4_096)
def _said(names: str) -> tuple[bool, bool]:
    """Whether classes strike a small element out, and whether they hide any."""
    return bool(_STRUCK_CLASS.search(names.lower())), bool(_HIDDEN_CLASS.search(names))


def _own(element: Element) -> Zone | None:
    """The zone that the element's own tag and names announce."""
    tag = element.tag
    if tag in {"nav", "footer"}:
        return (
            Zone.CRUMBS
            if "ariane" in element.names or "breadcrumb" in str(element.attrs).lower()
            else Zone.CHROME
        )
    if tag == "header" and not any(above.tag in {"main", "article"} for above in element.ancestors()):
        return Zone.CHROME if not _tells_surface(element) else None
    if tag in _FORM and element.get("id").lower() not in _PAGE_FORMS:
        return Zone.FORM
    if tag not in _AREA or not element.attrs:
        return None
    if "RealEstateAgent" in element.get("itemtype"):
        return Zone.AGENCY
    zone = _named(element.names)
    return None if zone is Zone.CHROME and _tells_surface(element) else zone


# A page repeats its classes.
@lru_cache(maxsize=4_096)
def _named(names: str) -> Zone | None:
    """The zone of the first telling word of class and id."""
    return next((_BY_NAME[token] for token in _TOKEN.findall(names) if token in _BY_NAME), None)


def _tells_surface(element: Element) -> bool:
    """Whether a block named like a menu ("nav nav-tabs", "card-footer") holds a property's facts."""
    return element.end - element.index < 120 and bool(_SURFACE.search(heading_text(element)))


def _is_body(element: Element, elements: list[Element]) -> bool:
    """Whether a block that only its classes call a menu ("nav-arrow-b", a carousel's) holds a text to read.

    Menus are links; a paragraph of 200 characters beside a heading is a page's own.
    """
    if element.tag not in {"div", "section", "article"} or not _MENU.match(element.names):
        return False
    inside = elements[element.index + 1 : element.end]
    return any(one.tag in HEADINGS for one in inside) and any(
        one.tag == "p" and sum(len(part) for part in one.parts if isinstance(part, str)) >= 200
        for one in inside
    )


def _mark_section(heading: Element, zones: list[Zone], title: int, half: int) -> None:
    """Gives a heading that announces other listings or a simulator, and what follows it, its zone."""
    if heading.end - heading.index > 12 or heading.index == title:
        return
    text = heading_text(heading)
    if not 4 < len(text) < 90 or _SURFACE.search(text):
        return
    zone = (
        Zone.SIMILAR
        if SIMILAR_HEADING.search(text)
        else Zone.SIMULATOR
        if SIMULATOR_HEADING.search(text)
        else None
    )
    if zone is None:
        return
    below = heading
    for above in heading.ancestors():
        if (
            above.end - above.index > half
            or above.tag in {"body", "html", "main"}
            or above.index <= title < above.end
        ):
            _mark_after(below, zones, zone, heading)
            return
        if above.end - below.end > 3 or (below is not heading and above.end - above.index > 30):
            _mark_after(below, zones, zone, heading)
            return
        below = above


def _mark_after(first: Element, zones: list[Zone], zone: Zone, heading: Element) -> None:
    """Marks `first` and its following siblings, up to the next heading of the same rank."""
    parent = first.parent
    if parent is None:
        return
    for child in parent.children():
        if child.index < first.index:
            continue
        if (
            child.index > first.index
            and child.tag == heading.tag
            and not SIMILAR_HEADING.search(heading_text(child))
        ):
            break
        for index in range(child.index, child.end):
            if zones[index] is Zone.MAIN:
                zones[index] = zone


def heading_text(element: Element) -> str:
    """All the text below a small element, spaces squeezed."""
    if len(element.parts) == 1 and isinstance(lone := element.parts[0], str):
        return "" if element.tag in {"script", "style"} else " ".join(lone[:2_000].split())
    out: list[str] = []
    stack: list[str | Element] = [element]
    while stack and len(out) < 60:
        part = stack.pop()
        if isinstance(part, str):
            out.append(part[:2_000])
        elif part.tag not in {"script", "style"}:
            stack.extend(reversed(part.parts))
    return " ".join("".join(out).split())
