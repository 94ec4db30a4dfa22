"""What a page is: one listing, a list of them, or something else, and why. Content first.

Knows signs (cards, titles, facts, words); reads no field. `page` asks before any reader runs.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from extract import graph, labels, soft_404, zones
from extract.cards import OFFER, PRICE, ROOMS, SURFACE
from extract.document import Document, Line
from extract.fields import address
from extract.readers import state_json
from extract.text import word
from extract.zones import Zone

DETAIL, INDEX, OTHER = "detail", "index", "other"

#: Marks of a wall, lower case, in markup or text.
_CHALLENGE = (
    "captcha-delivery", "geo.captcha", "datadome", "cf-challenge", "challenge-platform/h/", "cf_chl_",
    "just a moment...",
    "attention required!", "px-captcha", "perimeterx", "_incapsula_resource", "distil_r_captcha",
    "g-recaptcha", "h-captcha",
    "hcaptcha", "are you a human", "are you a robot", "n'êtes pas un robot", "êtes un humain", "êtes humain",
    "access denied", "accès refusé", "accès interdit", "unusual traffic", "checking your browser",
    "enable cookies",
)  # fmt: skip
#: Sought in lower case, as a site's trouble is: whole pages are searched.
_GONE = re.compile(
    r"(?:annonce|bien|offre|page|fiche|propri[ée]t[ée]|"
    r"logement)[^.\n]{0,60}(?:n'est plus (?:disponible|en ligne|propos|[àa] la vente|accessible|"
    r"d'actualit)|"
    r"n'existe (?:plus|pas)|a [ée]t[ée] (?:retir|supprim|archiv|vendue? ou|lou[ée]e? ou)|"
    r"est introuvable|introuvable|n'a pas [ée]t[ée] trouv|"
    r"plus disponible)|(?:annonce|offre)[^.\n]{0,40}expir|"
    r"page (?:not found|introuvable|non trouv[ée]e)|erreur 404|error 404|404 (?:error|not found)|"
    r"^404$|(?:listing|property|page) (?:is )?no longer (?:available|exists?|online)|"
    r"nicht mehr (?:verf[üu]gbar|zur verf[üu]gung|online)|"
    r"ya no (?:est[áa]|se encuentra) (?:disponible|publicad)|"
    r"has been (?:removed|withdrawn|deleted)|n[ãa]o est[áa] (?:mais )?dispon[íi]vel|"
    r"non (?:[èe] )?pi[ùu] disponibile|(?:niet meer|niet langer) beschikbaar",
    re.M,
)
#: A site in trouble proves nothing against the listing whose address it answers at.
_TROUBLE = re.compile(
    r"erreur (?:est survenue|s'est produite|technique|interne|serveur|inattendue)|"
    r"(?:momentan[ée]ment|temporairement|actuellement) (?:indisponible|inaccessible)|"
    r"(?:en|sous|pour) maintenance|maintenance en cours|session[^.\n]{0,20} expir|page (?:a )?expir|"
    r"request time-?out|gateway time-?out|408 request|"
    r"(?:internal server|server|service) (?:error|unavailable)|something went wrong|"
    r"temporarily unavailable|oups"
)
_SOLD = re.compile(
    r"^(?:(?:d[ée]j[àa]|bien|maison|appartement|statut|[ée]tat|disponibilit[ée]|"
    r"annonce)\s*:?\s*)?(?:vendue?|lou[ée]e?|"
    r"(?:vendue?|lou[ée]e?) par (?:(?:l['’]|notre |nos )\w+|nous)|sous (?:compromis|offre|"
    r"promesse|option)(?: de vente)?|"
    r"compromis (?:sign[ée]|en cours)|vente (?:conclue|r[ée]alis[ée]e)|d[ée]j[àa] (?:vendue?|"
    r"lou[ée]e?))\s*!?$",
    re.I,
)
_SOLD_TITLE = re.compile(
    r"[-–—|:(\[] ?(?:[Vv]endue?s?|[Ll]ou[ée]e?s?|[Ss]ous (?:compromis|offre))\W*$"
    r"|(?:^|\W)(?:VENDUE?|LOUÉE?|LOUEE?|SOUS (?:COMPROMIS|OFFRE|PROMESSE))\W*$"
    r"|^\W*(?:VENDUE?|LOUÉE?|SOUS (?:COMPROMIS|OFFRE)|VERKAUFT|VERMIETET|VENDIDO|VENDUTO|VERKOCHT)\b"
)
_STICKER = re.compile(
    r"sticker|badge|label|status|statut|etat|ribbon|flag|bandeau|ruban|banner|tag|overlay|sold|vendu|loue",
    re.I,
)
_LIST_TITLE = re.compile(
    r"\b(?:annonces?|nos biens|nos ventes|nos locations|nos offres|r[ée]sultats?|biens? trouv|"
    r"logements?|toutes? (?:nos|les)|"
    r"(?:appartements|maisons|biens|terrains|villas|immeubles|ventes|locations|studios|properties|viagers|"
    r"propri[ée]t[ée]s|cessions|bureaux|locaux|commerces|parkings|garages|programmes|lots|"
    r"houses|flats|homes|wohnungen|immobilien|casas|pisos)\b)",
    re.I,
)
_COUNTABLE = (
    r"[\d .,]{0,8}\s*(?:annonces?|biens?|r[ée]sultats?|offres?|logements?|properties|results|listings|"
    r"ergebnisse|treffer|anuncios|appartements|maisons|locations|ventes)\b"
)
#: In lower case, each alternative led by a plain character: searched in whole pages.
_LIST_WORDS = re.compile(
    r"trier par|tri ?:|trier ?:|affiner|filtrer|résultats? (?:de|par)|resultats? (?:de|par)|sort by|sortier|"
    r"ordenar|affichage|par page|" + word(*(f"{digit}{_COUNTABLE}" for digit in range(10)))
)
#: What a list's tools say; a search form on a front door says one or two of them.
_TOOLS = re.compile(
    r"trier\b|filtrer\b|affiner\b|réinitialiser|résultats?(?:\(s\))?\b|par page|voir les (?:biens|annonces)|"
    r"par défaut|prix (?:croissant|décroissant|↑|↓)|plus récent|sort by|reset\b|\bfilters?\b|sortieren"
)
#: In lower case, each alternative led by a plain character: searched in whole pages.
_DETAIL_WORDS = re.compile(
    word(
        r"r[ée]f(?:[ée]rence)?\.?\s*(?:du bien|annonce|mandat|agence)?\s*[:n°#]",
        *("honoraires", "charges", r"d[ée]p[ôo]t de garantie", "dpe", "diagnostic", r"classe [ée]nerg"),
        *(r"bilan [ée]nerg", r"taxe fonci[èe]re", "descriptif", "description", r"caract[ée]ristiques"),
        *("prestations", r"g[ée]orisques", r"copropri[ée]t[ée]", "nombre de", "surface"),
        *(r"ann[ée]e de construction", "chauffage", "disponib", "visite", "imprimer", "partager"),
        *("ajouter (?:aux|à)", "contacter", "mise [àa] prix", "key features"),
        *("property (?:details|description|id)", "tenure", "council tax", "floor ?plan", "energieausweis"),
        *(
            "objektbeschreibung",
            "baujahr",
            "nebenkosten",
            r"caracter[íi]sticas",
            "beschreibung",
            "year built",
        ),
    )
)
#: "sur 7 annonces", "page 2 sur 3": said by lists alone.
_COUNTED = re.compile(
    r"\b(?:sur|of|von|de) \d+ (?:annonces?|biens?|r[ée]sultats?|offres?|properties|results)|"
    r"^\W*\d+ (?:annonces?|biens?|r[ée]sultats?|offres?)"
    r"(?: (?:immobili[èe]res?|trouv[ée]e?s?|disponibles?|correspond\w*))?\W*$|\bpage \d+ (?:sur|/|of|de) \d+",
    re.I,
)
_PLURAL_TITLE = re.compile(
    r"^\W*(?:nos|les|tou(?:te)?s (?:nos|les)|notre s[ée]lection de) (?:\w+ )?(?:biens|annonces|ventes|"
    r"locations|offres|maisons|appartements|terrains|propri[ée]t[ée]s)\b",
    re.I,
)
#: One surface or one number in a heading is one property's; lists count in plurals.
_OWN_FIGURE = re.compile(
    r"\d\s*(?:m²|m2\b|sq\.? ?(?:ft|feet|m\b|yards?))|\b(?:listing id|r[ée]f(?:[ée]rence)?\b\.?)\W{0,4}\w*\d",
    re.I,
)
_DIGIT = re.compile(r"\d")
#: Where a label ends: a colon, or a number behind a space.
_LABEL_END = re.compile(r"[:：]|\s(?=\d)")
#: Titles of a site's own pages, never of a listing's.
_INFO_TITLE = re.compile(
    r"^\W*(?:(?:nos|les|notre|bar[èe]me (?:de |des |d['’])?(?:nos|les)?) ?)?(?:honoraires|tarifs?|"
    r"mentions? l[ée]gales|bar[èe]me|contact(?:ez[- ]nous)?|politique|"
    r"conditions g[ée]n[ée]rales|actualit[ée]s?|blog|le (?:blog|journal|carnet)|conseils|qui sommes|"
    r"l['’]agence|notre (?:agence|[ée]quipe|maison)|"
    r"estim(?:er|ation|ez)|plan du site|recrutement|vendre (?:mon|son|votre)|comprendre|pr[ée]parer|"
    r"n[ée]gocier|bien choisir|comment|pourquoi)\b"
    r"|^\W*(?:agent|agente|makler|conseiller|n[ée]gociateur|[ée]quipe|team)s?\W*$",
    re.I | re.M,
)
_INFO_PATH = re.compile(
    r"/(?:blog|actualit|actus?\b|news|conseil|journal|article|post\b|mentions|legal|honoraires|carnet)", re.I
)
_PROPERTY_FIELDS = frozenset(
    {
        "price", "surface", "land_surface", "rooms", "bedrooms", "bathrooms", "floor", "reference",
        "construction_year", "dpe", "ges", "property_type", "charges", "deposit", "furnished",
        "availability", "postal_code", "city",
    }
)  # fmt: skip
_DOORS = frozenset({"", "fr", "fr-fr", "en", "accueil", "home", "homepage", "index", "default"})
_SUFFIX = re.compile(r"\.(?:html?|php|aspx?|jsp|cfm)$")
#: "Agence immobilière Quimper", first in a title without a dwelling: the agency's own page.
_AGENCY_TITLE = re.compile(r"^\W*(?:votre |notre |nos )?agences? immobili[èe]res?\b", re.I)
_BOUND = re.compile(r"\b(?:m[ií]n|m[áa]x|minimum|maximum)\.?$|^(?:min|max)\b", re.I)
_LIST_LINK = re.compile(
    r"\b(?:acheter|louer|achat|ventes?|locations?|nos (?:biens|annonces|offres|programmes)|annonces|biens"
    r"|propert(?:y|ies)|for sale|to rent|listings?|immobilien|kaufen|mieten|programmes|propiedades"
    r"|inmuebles)\b",
    re.I,
)
#: What a search says that found nothing, in lower case.
_NOTHING_FOUND = re.compile(
    r"(?:^|\W)(?:0|aucune?|pas (?:de|d['’])|no|keine|ning[úu]n|nessun[ao]?)\W{1,2}(?:annonces?|biens?|"
    r"r[ée]sultats?|logements?|offres?|propri[ée]t[ée]s?|results?|properties|listings?|ergebnisse|"
    r"resultados?|risultat[oi])\b"
    r"[^.\n]{0,40}(?:correspond|trouv|crit[èe]re|recherche|found|match|gefunden|encontrad|trovat)"
)
_ON_REQUEST = re.compile(
    r"prix (?:sur demande|nous consulter)|price on (?:request|application)|preis auf anfrage"
)
_AMOUNT = re.compile(r"\W*\d[\d\s.,]{3,12}\s?(?:€|euros?\b|EUR\b)")
_EMPTY_LIST = re.compile(
    r"\b(?:0|aucun[e]?|no)\s+(?:annonces?|biens?|r[ée]sultats?|results?|properties|logements?|offres?)", re.I
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """kind: detail, index or other; reason: why there is no listing, where something tells."""

    kind: str
    reason: str | None = None


def judge(document: Document) -> Verdict:  # noqa: PLR0911
    """The page's kind."""
    told = _shown_text(document)
    words = sum(len(line.text) for line in document.lines)
    if _is_challenge(document, words):
        return Verdict(OTHER, "challenge")
    if len(told) < 300 and state_json.is_whole(document):
        return Verdict(DETAIL)
    if words < 20:
        if state_json.lists(document):
            return Verdict(INDEX)
        return Verdict(OTHER, "shell" if document.scripts or document.all("script") else "empty")
    trouble = _trouble(document, told)
    if trouble == "gone":
        return Verdict(OTHER, trouble)
    detail, index = detail_score(document, told), index_score(document, told)
    shows_others = len(document.cards.found) > 1 or _leads_to_lists(document)
    least = 6.0 if is_home(document) and shows_others else 3.0
    if max(detail, index) < 2.5 and _is_not_found(document, trouble):
        return Verdict(OTHER, "gone")
    if trouble and detail < 3:  # a flat may tell of a lift that is "momentanément indisponible"
        return Verdict(OTHER, "error")
    # A property with all its facts may say as well that nothing like it was found.
    if detail < 5 and not document.cards.found and _found_nothing(document):
        return Verdict(OTHER, "empty")
    if detail >= least and detail > index:
        return Verdict(OTHER, "sold") if _is_sold(document) else Verdict(DETAIL)
    if is_home(document):
        return Verdict(OTHER, "home")
    if index >= 2.5 and not is_article(document, "") and not _is_text(document, told):
        return Verdict(INDEX)
    if _is_scripted_list(document):
        return Verdict(INDEX)
    return Verdict(OTHER, "shell" if len(told) < 300 and document.all("script") else None)


def _is_scripted_list(document: Document) -> bool:
    """Whether a page whose title says a list shows no card, and its state holds a list's adverts."""
    titled = any(_LIST_TITLE.search(title) for title in document.h1[:1])
    return titled and not document.cards.found and not is_article(document, "") and state_json.lists(document)


def _shown_text(document: Document) -> str:
    return "\n".join(line.text for line in document.shown)


def _is_challenge(document: Document, words: int) -> bool:
    """A wall's marks in a page that tells next to nothing else; forms of real pages bear them too."""
    if words > 1_500 and "captcha" not in document.title.lower():
        return False
    html = document.html[:200_000].lower()
    return any(mark in html for mark in _CHALLENGE) and len(document.cards.found) < 2


def _trouble(document: Document, told: str) -> str | None:
    """`gone` where the page says so of its listing, `error` where the site tells of its own trouble, `oups`
    where it tells of some.

    Both may stand together. "Oups ! Cette annonce n'existe plus" is the listing's end; an error, a
    maintenance or a session that expired beside such words leaves nothing proved.
    """
    heads = "\n".join([document.title, *document.h1])
    said = heads
    if len(told) < 2_500:
        said += "\n" + "\n".join(line.text for line in document.shown if len(line.text) < 200)
    else:
        said += "\n" + "\n".join(line.text for line in document.shown if _follows_title(document, line))
    said = said.lower()
    trouble = _TROUBLE.search(said)
    if trouble and trouble[0] != "oups":
        return "error"
    if _GONE.search(said):
        return "gone"
    return "oups" if trouble else None


def _is_not_found(document: Document, trouble: str | None) -> bool:
    """Whether the platform's own mark says that nothing is there, and the page shows no advert at all.

    Plugins serve adverts at addresses that WordPress itself does not know, under its mark of a page that it
    did not find. And a site in trouble proves nothing, unless the mark tells the status.
    """
    mark = soft_404.told(document)
    if mark is None or (trouble == "error" and not mark.coded) or is_home(document):
        return False
    return not (document.cards.found or graph.subject(document) or state_json.is_whole(document))


def _is_sold(document: Document) -> bool:
    """Whether the listing itself wears a sold sticker; cards and running text do not count."""
    if any(_SOLD_TITLE.search(title) for title in document.h1[:1]):
        return True
    for line in document.shown:
        texts = [line.text, *(text for text, _ in line.runs)] if len(line.text) < 120 else []
        if any(_SOLD.match(text.strip(" .-–•[]()*")) for text in texts) and (
            _is_sticker(line) or _near_title(document, line)
        ):
            return True
    return False


def _is_sticker(line: Line) -> bool:
    if line.text.isupper() and len(line.text) < 24:
        return True
    return any(_STICKER.search(element.names) for element in (line.block, *(run[1] for run in line.runs)))


def _found_nothing(document: Document) -> bool:
    """Whether a search says below its title that it found nothing."""
    return any(_NOTHING_FOUND.search(line.lower) for line in document.shown if _follows_title(document, line))


def _follows_title(document: Document, line: Line) -> bool:
    """Whether a short line stands within six lines below the first heading: what a site says of the page."""
    title = _title_line(document)
    return title is not None and 0 <= line.number - title <= 6 and len(line.text) < 200


def _near_title(document: Document, line: Line) -> bool:
    """Within a dozen lines of the first heading, where stickers stand."""
    title = _title_line(document)
    return title is not None and abs(line.number - title) <= 12


def _title_line(document: Document) -> int | None:
    """The number of the first heading's line; kept, since every line is measured from it."""
    if "title line" not in document.memory:
        heads = (line.number for line in document.shown if line.block.tag in {"h1", "h2"})
        document.memory["title line"] = next(heads, None)
    number: int | None = document.memory["title line"]
    return number


def is_home(document: Document) -> bool:
    """Whether the address is the site's front door."""
    if is_door(document.url):
        return True
    # A template that gives every page the door for its canonical address makes no list a door.
    says_list = any(_LIST_TITLE.search(title) for title in document.h1[:1])
    return bool(document.canonical) and is_door(document.canonical or "") and not says_list


def _leads_to_lists(document: Document) -> bool:
    """Whether a link names a list: a house that has a site to itself leads to none from its door."""
    texts = (zones.heading_text(anchor)[:60] for anchor in document.all("a")[:200])
    return any(_LIST_LINK.search(text) for text in texts)


def is_door(url: str) -> bool:
    path = urlsplit(url).path.strip("/").lower() if len(url) > 8 else "?"
    return _SUFFIX.sub("", path) in _DOORS


def detail_score(document: Document, told: str) -> float:
    """How much speaks for one property: facts outside cards, labels, a title that names a dwelling."""
    heads = " \n ".join([*document.h1[:2], document.title, document.metas.get("og:title", "")])
    lines = document.shown
    short = [line for line in lines if len(line.text) < 90]
    low = heads.lower()
    titled = bool(SURFACE.search(low) or ROOMS.search(low) or PRICE.search(low))
    titled = titled or any(_is_offer_or_address(title) for title in document.h1[:1])
    score = 1.5 * _priced(short) or 0.5 * _priced(lines)
    score += 1.0 if any(SURFACE.search(line.lower) for line in short) else 0
    score += 0.5 if any(SURFACE.search(line.lower) for line in lines) else 0
    score += min(3.0, 0.6 * len(labelled(short)))
    score += min(1.0, 0.2 * len({m[0][:6] for m in _DETAIL_WORDS.finditer(told[:20_000].lower())}))
    score += 0.5 if any(len(line.text) > 200 for line in lines) else 0
    score += 1.5 if titled else 0
    score += 2.0 if not is_home(document) and graph.subject(document) else 0
    score += 2.0 if any(_OWN_FIGURE.search(title) for title in document.h1[:1]) else 0
    score -= 2.0 if not titled and _AGENCY_TITLE.search(document.title) else 0
    score -= 1.5 if any(_PLURAL_TITLE.search(title) for title in document.h1[:1]) else 0
    score -= 2.0 if _counts(document) else 0
    return score - (4.0 if is_article(document, heads) else 0)


def _is_offer_or_address(title: str) -> bool:
    """Whether a heading offers one thing ("… à vendre") or is a numbered street, as listings abroad are."""
    offered = OFFER.search(title.lower()) and not _LIST_TITLE.search(title)
    return bool(offered) or any(match.score >= 0.6 for match in address.find(title[:200]))


def _is_text(document: Document, told: str) -> bool:
    """Whether a page without a single card tells much: a text about lists, no list that a script fills."""
    few = not document.cards.largest and not document.cards.found
    return few and len(told) > 2_000 and not _counts(document)


def _counts(document: Document) -> bool:
    """Whether a short line tells how many properties there are; kept, since both scores ask."""
    if "counts" not in document.memory:
        short = (line.text for line in document.shown if len(line.text) < 90)
        document.memory["counts"] = any(_DIGIT.search(text) and _COUNTED.search(text) for text in short)
    told: bool = document.memory["counts"]
    return told


def _priced(lines: list[Line]) -> bool:
    return any(
        (PRICE.search(line.lower) and _DIGIT.search(line.text)) or _ON_REQUEST.search(line.lower)
        for line in lines
    )


def labelled(lines: list[Line]) -> set[str]:
    """The property's fields that short lines label; a name, an address or a fee is anybody's."""
    found = set()
    for line in lines:
        end = _LABEL_END.search(line.text)
        label = line.text[: end.start()].rstrip() if end else line.text
        field = labels.field_of(label) if 2 < len(label) < 40 else None
        if field in _PROPERTY_FIELDS:
            found.add(field)
    return found


def _cards_first(document: Document) -> bool:
    """Whether the cards begin before any price of the page's own: a property tells its price first."""
    own = [line.block.index for line in document.shown if len(line.text) < 90 and _priced([line])][:1]
    return not own or document.cards.start < own[0]


def _facts_first(document: Document) -> bool:
    """Whether a price, and in another line a surface, a number of rooms or a reference, stand between the
    title and the cards: what a list tells of no property in particular."""
    title = _title_line(document)
    if title is None:
        return False
    start = document.cards.start
    own = [line for line in document.shown if line.number > title and line.block.index < start]
    others = [line for line in own if len(line.text) < 60 and not _priced([line])]
    if not any(_begins_with_price(line) for line in own):
        return False
    told = (line for line in others if SURFACE.search(line.lower) or ROOMS.search(line.lower))
    return any(_DIGIT.search(line.text) for line in told) or "reference" in labelled(others)


def _begins_with_price(line: Line) -> bool:
    """Whether a short line tells a price, or a longer one begins with it: fees follow in the same block."""
    return _priced([line]) if len(line.text) < 60 else bool(_AMOUNT.match(line.text))


def is_article(document: Document, heads: str) -> bool:
    """Whether a page is one of a site's own texts: blog, fees, legal notice, contact, agency."""
    kind = document.metas.get("og:type", "").lower()
    if kind == "article" and "article:published_time" in document.metas and not ROOMS.search(heads.lower()):
        # WordPress calls adverts articles as well; a text labels no facts.
        short = [line for line in document.shown if len(line.text) < 90]
        return len(labelled(short)) < 3
    if graph.is_article(document):
        return True
    parts = re.sub(r"\s+[-–|·—:»]\s+", "\n", heads)
    return bool(_INFO_TITLE.search(parts) or _INFO_PATH.search(urlsplit(document.url).path))


def index_score(document: Document, told: str) -> float:
    """How much speaks for a list: cards, how much of the page they are, words of lists."""
    heads = " \n ".join([*document.h1[:2], document.title])
    cards = document.cards
    score = min(4.0, cards.largest * 0.5) if cards.largest >= 2 else 0.0
    if cards.largest >= 2:
        size = max(1, sum(len(line.text) for line in document.lines if line.zone is Zone.MAIN))
        share = 1 - len(told) / size
        score += 4 * share
        score += 2.5 if cards.largest >= 3 and _cards_first(document) else 0
        score -= 3.0 if _facts_first(document) else 0
    score += 1.5 if _LIST_TITLE.search(heads) else 0
    score += 1.5 if any(_PLURAL_TITLE.search(title) for title in document.h1[:1]) else 0
    score += 1.5 if _counts(document) else 0
    all_words = "\n".join(line.lower for line in document.lines)[:40_000]
    score += 1.0 if _LIST_WORDS.search(all_words) else 0
    if not cards.largest:  # a list that is empty, that a script fills, or whose cards link nowhere
        score += 1.5 if len({found[0][:6] for found in _TOOLS.finditer(all_words)}) >= 3 else 0
        score += 2.5 if _repeats_labels(document) else 0
    return score


def _repeats_labels(document: Document) -> bool:
    """Whether one label of a fact stands four times: once for each of several properties."""
    said = Counter(line.lower for line in document.shown if 2 < len(line.text) < 30)
    return any(count >= 4 and labels.field_of(text) in _PROPERTY_FIELDS for text, count in said.items())


def has_doubts(heads: str, pieces: Iterable[str]) -> bool:
    """Whether a title or a piece of text alone says gone, sold or in trouble; errs on that side."""
    sold, low = any(_SOLD_TITLE.search(head) for head in heads.splitlines()), heads.lower()
    if sold or _TROUBLE.search(low) or _GONE.search(low):
        return True
    return any(_SOLD.match(piece.strip(" .-–•[]()*")) or _GONE.search(piece.lower()) for piece in pieces)


def list_has_doubts(heads: str, pieces: Iterable[str]) -> bool:
    """Whether a title or a text of a list says that it is gone, empty or in trouble; errs on that side."""
    said = "\n".join((heads.lower(), *pieces))
    return any(words.search(said) for words in (_GONE, _TROUBLE, _EMPTY_LIST)) or "captcha" in said
