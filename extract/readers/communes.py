"""Communes that the directory knows, wherever a page's titles, place lines or first sentences name one.

Knows which words before a name make it a neighbour's ("à 25 km de Limoges") and which communes are named
like things of the trade (Villa, Cave, Bains). Streets and postal codes are other readers' trade.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from extract.candidates import Candidate, candidate
from extract.document import Document, Line, squeeze
from extract.readers.prose import contact_lines
from extract.text import fold
from extract.zones import Zone
from models.places import Places

SOURCE = "commune"
MAX_WORDS: Final = 7
#: Characters of a line above or below the heading that tells where: "Nantes · Centre historique".
BESIDE: Final = 60
_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœ]+(?:['’](?=[A-Za-zÀ-ÿ]))?")
#: Words that may stand inside a name without a capital.
_SMALL: Final = frozenset(
    ["de", "du", "des", "la", "le", "les", "l'", "l’", "d'", "d’", "en", "sur", "sous", "lès", "lez", "aux",
     "au", "et", "à", "entre"]
)  # fmt: skip
#: Between the words of one name stands a space, a hyphen or nothing.
_GAP = re.compile(r"[ \-]?|\s?/\s?")
#: What makes the name after it somewhere near, or part of a street's or an institution's name.
_NEAR = re.compile(
    r"(?:\b(?:km|min|mn|minutes?|heures?|proche|pr[èe]s|proximit[ée]|direction|vers|gare|tgv|a[ée]roport|entre"
    r"|agglom[ée]ration|sortie|route|rue|avenue|boulevard|place|quai|chemin|all[ée]es?|cours|impasse|square|porte"
    r"|pont|tribunal\w*(?: judiciaire)?|acad[ée]mie|notaires?|agence|barreau|rcs|lac|golfe|baie|for[êe]t"
    r"|canal|vignobles?|r[ée]sidence|domaine|clos|villa|m[ée]tro|tram|station|lyc[ée]e|coll[èe]ge|[ée]cole|h[ôo]pital"
    r"|chu|universit[ée]|stade|parc|march[ée]|quartier|immobili[èe]re?s?))"
    r"(?: (?:de|du|des|d['’]|la|le|les|l['’]|à|au|aux|en|sur|et|immobili[èe]re?|centre))*[ '’]*$",
    re.I,
)
#: "Villa Porto-Vecchio" as a whole line is what is sold, and where.
_KIND = re.compile(r"villa ", re.I)
_SITE = re.compile(r"\s[-–—|•>·:]\s")
_HERE = re.compile(r"address|adresse|ville|city|locali[sz]|localit|secteur|commune|town|situation|lieu|\bmap")
#: Communes named like things of the trade or like the first word of a sentence.
_COMMON_WORDS: Final = """
    villa villas cave caves bains bain terrasse jardin moulin chateau grange mas parc lot lots sol
    plan port place centre gare mer lac pre pres val bois foret pont tour tours champs rue chambre
    chambres cuisine sejour entree maison maisons garage studio loft local bureau bureaux boutique
    vente ventes location locations biens bien agence accueil contact prix surface type ville france
    paris-plage nord sud est ouest vue calme beau belle grand grande petit petite neuf neuve lune
    soleil rose fleur source fontaine croix eglise ecole marche commerce commerces appartement
    immeuble terrain terrains domaine manoir ferme longere chalet duplex triplex box parking
    exclusivite nouveau nouveaute coup coeur budget ref reference dossier honoraires charges dpe ges
    energie classe gaz air eau sens plaisance joyeuse bonne bonnes auteur allez mons y us eu oz by
    ars sus ens ur uz aix bas haut hauts haute le-port la-terrasse les-terrasses le-bois la-ville
    la-cour le-parc le-lac la-place le-centre la-chapelle saint saints sainte notre-dame marie
    pierre vers cours court maurice martin laurent denis julien andre etienne germain claude jean
    michel louis philippe bernard simon thomas rives bords orient bus
    bouquet charge charme citerne combles contre corps courant dunes ecurie faux forges fosse fosses
    four frais loire long loue louer luxe mars mont montagne monts moyen murs peri pierres pin ponts
    portes puits riche riviere salles salon son ver vignes
"""
COMMON: Final = frozenset(_COMMON_WORDS.split())


def read(document: Document, places: Places) -> Iterator[Candidate]:
    """The communes that the page names, each with how much its place weighs."""
    if not len(places):
        return
    framed = _framed(document)
    told = [(where, text, weight, names(text, places)) for where, text, weight in _texts(document)]
    whole = _whole({name for *_, found in told for name in found})
    for where, text, weight, found in told:
        seen: set[str] = set()
        for short in found:
            name = whole.get(short, short)
            sure = weight * (0.7 if seen else 1.0) * (0.75 if fold(name) in framed else 1.0)
            if name not in seen:
                yield candidate("city", name, text, f"{SOURCE}_{where}", sure)
            seen.add(name)


def _whole(told: set[str]) -> dict[str, str]:
    """The names that begin one longer name of the page, and it: an address says Cesson for Cesson-Sévigné."""
    by_fold = {fold(name): name for name in told}
    ordered = sorted(by_fold)
    whole = {}
    for short, name in by_fold.items():
        at = bisect_left(ordered, f"{short}-")
        longer = [one for one in ordered[at : at + 2] if one.startswith(f"{short}-")]
        if len(longer) == 1:
            whole[name] = by_fold[longer[0]]
    return whole


def names(text: str, places: Places) -> list[str]:
    """The communes of a text in order, as the directory writes them; neighbours left out."""
    words = list(_WORD.finditer(text[:600]))
    found, at = [], 0
    while at < len(words):
        length, name = _longest(text, words, at, places)
        lead = text[max(0, words[at].start() - 60) : words[at].start()]
        if name is not None and (_KIND.fullmatch(lead) or not _NEAR.search(lead)):
            found.append(name)
        at += max(1, length)
    return found


def _longest(text: str, words: list[re.Match[str]], at: int, places: Places) -> tuple[int, str | None]:
    """The longest run of words from `at` that is a commune's name, its length in words, and the name."""
    if not words[at][0][0].isupper():
        return 0, None
    end, ends = at, []
    for number in range(at, min(at + MAX_WORDS, len(words))):
        word = words[number]
        if number > at and not _GAP.fullmatch(text[words[number - 1].end() : word.start()]):
            break
        if word[0][0].isupper():
            ends.append(number + 1)
        elif word[0].lower() not in _SMALL:
            break
        end = number
    for end in reversed(ends):
        run = text[words[at].start() : words[end - 1].end()]
        known = places.by_name(run)
        if known and fold(run).replace(" ", "-") not in COMMON and len(run) > 2:
            return end - at, known[0].city
    return 0, None


def _texts(document: Document) -> Iterator[tuple[str, str, float]]:
    """(where, text, weight): titles, lines near them or named for a place, first sentences, the address."""
    for text in document.h1[:2]:
        yield "h1", squeeze(text)[:200], 0.45
    for where, told in (("title", document.title), ("opengraph", document.metas.get("og:title", ""))):
        parts = _SITE.split(squeeze(told)[:200])
        yield where, parts[0], 0.42
    yield "summary", squeeze(document.metas.get("description", ""))[:300], 0.3
    yield from _lines(document)
    prose = max((line.text for line in document.main), key=len, default="")
    if len(prose) > 100:
        yield "prose", prose[:400], 0.28
    path = re.sub(r"[^a-z]+", " ", fold(unquote(urlsplit(document.url).path))).title()
    yield "url", path, 0.26


def _lines(document: Document) -> Iterator[tuple[str, str, float]]:
    contact = contact_lines(document)
    heads = [line.number for line in document.main if line.block.tag in {"h1", "h2"}][:1]
    first = heads[0] if heads else 0
    for line in document.main:
        if len(line.text) > 90 or line.number in contact:
            continue
        if _HERE.search(_owner(line)):
            yield "place", line.text, 0.5
        elif abs(line.number - first) == 1 and len(line.text) <= BESIDE:
            yield "beside", line.text, 0.4
        elif abs(line.number - first) <= 8 and line.number != first:
            yield "near", line.text, 0.32


def _owner(line: Line) -> str:
    above = line.block.parent
    return f"{line.block.names} {above.names if above is not None and len(above.names) < 60 else ''}"


def _framed(document: Document) -> frozenset[str]:
    """Names of the page's frame, folded: the agency's town, which may be the property's too."""
    frame = {Zone.CHROME, Zone.AGENCY, Zone.FORM, Zone.SIMILAR}
    words = [fold(line.text) for line in document.lines if line.zone in frame and len(line.text) < 120][:300]
    return frozenset(part for text in words for part in _parts(text))


def _parts(text: str) -> Iterator[str]:
    words = text.split()
    for start in range(len(words)):
        for length in range(1, min(5, len(words) - start) + 1):
            yield " ".join(words[start : start + length])
