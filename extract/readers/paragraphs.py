"""Which lines are an advert's paragraphs: sentences, not the law's, the agency's, labels or buttons.

Knows what stands below adverts in France; `descriptions` chooses among the texts that are left.
"""

import re

from extract import labels, zones
from extract.document import Line
from extract.text import word
from extract.tree import Element

HEADING = re.compile(
    r"^(?:la |le |notre )?(?:description|descriptif|pr[ée]sentation|[àa] propos|d[ée]tails? du bien|"
    r"le bien|l'annonce|(?:en )?d[ée]tails?|notre avis|l'avis de|le mot de|en quelques (?:mots|lignes)|"
    r"texte de l'annonce|property description|"
    r"full description|about (?:this|the) (?:property|home)|overview|objektbeschreibung|beschreibung|"
    r"comentario del anunciante|descripci[óo]n|descrizione|omschrijving|immobilienbeschreibung|"
    r"descri[çc][ãa]o)\b.{0,30}$",
    re.I,
)
#: Paragraphs that the law, the agency or the site writes below every advert, in lower case.
_LEGAL = re.compile(
    word(
        *(
            "g[ée]orisques",
            r"informations? (?:recueillies|sur les risques)",
            "rgpd",
            "cookies",
            "copyright",
            "©",
        ),
        *(r"t[ée]l\.", r"t[ée]l[ée]phone \d", "au capital de", r"rcs\b", r"carte (?:professionnelle|t\b)"),
        *("mentions l[ée]gales", "consommation [ée]nerg[ée]tique excessive", "obligation de niveau"),
        *("d[ée]penses annuelles", "co[ûu]ts annuels d'[ée]nergie", "d[ée]marchage", "bloctel"),
        *("politique de confidentialit[ée]", "bar[èe]me", "garantie financi[èe]re", "m[ée]diateur"),
        *("rsac", "responsabilit[ée] [ée]ditoriale", "loyer de r[ée]f[ée]rence", "encadrement des loyers"),
        *("non contractuel", "cr[ée]dit vous engage", "j'accepte"),
    )
)
#: What an agency says of itself below its adverts; one that "vous propose cette maison" begins a text.
_AGENCY = re.compile(
    r"\b(?:notre|nos|votre) (?:agences?|[ée]quipes?|conseillers?|cabinet|experts?)\b|\bour team\b"
)
_DWELLING = re.compile(
    r"m²|m2|maison|appartement|villa|studio|chambre|pi[èe]ces|terrain|immeuble|local|propose"
)
_LEGAL_START = re.compile(
    r".{0,30}honoraires|(?:bilan [ée]nerg|diagnostics?\b|dpe\b|ges\b|classe [ée]nerg|consommation [ée]nerg)|"
    r"(?:bien (?:soumis|en copropri)|copropri[ée]t[ée] de \d|nombre de lots|pas de proc[ée]dure)|"
    r"[«“\"].*[»”\"]$|"
    r"(?:pour visiter|contact|renseignements|visites?|r[ée]f(?:[ée]rence)?) ?:"
)
#: Characters of the longest notice that may end a text's block: a longer paragraph says more.
NOTICE = 300
_ASIDE = re.compile(
    r"legal|mention|rgpd|cookie|avis|t[ée]moign|testimonial|review|pied|honorair|bareme|risque|georisque|"
    r"newsletter|alerte|disclaimer|dpe|energ|copropriete|fees"
)
BUTTON = re.compile(
    r"(?:lire|suite|plus|voir|afficher|masquer|en savoir|read|show|see|more|ver|leer|mehr)\b.{0,25}",
    re.I,
)


def is_prose(line: Line) -> bool:
    """Whether a line reads like a sentence of an advert."""
    text = line.text
    return (len(text) >= 60 and text.count(" ") > 6) or (len(text) >= 25 and text[-1] in ".!…")


def is_own(line: Line) -> bool:
    """Whether a paragraph may be the advert's: not the law's, nor a link, a label, a button."""
    start = line.lower if len(line.text) < 200 else line.lower[:120]  # A long text may end with the law's.
    if _AGENCY.search(start) and not _DWELLING.search(line.lower):
        return False
    if _LEGAL_START.match(start) or _LEGAL.search(start) or is_pair(line.text):
        return False
    if line.block.tag in {"textarea", "label", "select", "option", "legend"}:
        return False
    linked = sum(len(text) for text, element in line.runs if element.tag == "a" or _in_link(element))
    return 2 * linked < len(line.text) and not _is_aside(line.block)


def _in_link(element: Element) -> bool:
    parent = element.parent
    return parent is not None and (parent.tag in {"a", "button"} or element.tag == "button")


def _is_aside(block: Element) -> bool:
    above: Element | None = block
    for _ in range(3):
        if above is None or above.tag in {"main", "body", "article"}:
            return False
        if _ASIDE.search(above.names):
            return True
        above = above.parent
    return False


def is_pair(text: str) -> bool:
    """Whether a line is a label and its value: the table of facts below a text."""
    label, colon, value = text.partition(":")
    return bool(colon and len(value) < 60 and text[-1] != ".") and labels.field_of(label) is not None


def trimmed(lines: list[Line]) -> list[Line]:
    """Without headings, buttons, the law's paragraphs, and the facts listed before or below the text."""
    kept = [line for line in lines if not _is_heading(line) and not BUTTON.fullmatch(line.text)]
    blocks = {line.block.index for line in kept if is_prose(line) and is_own(line)}
    kept = [line for line in kept if line.block.index in blocks or is_pair(line.text) or is_own(line)]
    while kept and not _may_end(kept, blocks):
        kept = kept[:-1]
    while len(kept) > 1 and _heads(kept, blocks):
        kept = kept[1:]
    first = next((at for at, line in enumerate(kept) if len(line.text) > 150), 0)
    points = all(len(line.text) < 100 and line.text[-1] not in ".!?:;," for line in kept[:first])
    return _once(kept[first:] if first > 3 and points else kept)


def _heads(lines: list[Line], blocks: set[int]) -> bool:
    """Whether the first line heads the advert: place, kind and price, or a fact in another kind of block."""
    line = lines[0]
    if "€" in line.text and line.text[-1] not in ".!?:;,":
        return True
    if line.block.index in blocks or is_prose(line):
        return False
    return not any(
        one.block.index in blocks and (one.block.parent, one.block.tag) == (line.block.parent, line.block.tag)
        for one in lines
    )


def _may_end(lines: list[Line], blocks: set[int]) -> bool:
    """Whether the last line may be that: of a paragraph, or of a list that one announces; no fact."""
    line = lines[-1]
    if is_pair(line.text):
        return False
    if line.block.index in blocks:
        return not _is_notice(line)
    if line.block.tag == "li":
        before = next((one for one in reversed(lines) if one.block.tag != "li"), line)
        return before.text[-1] == ":"
    return line.block.tag == "p" and any(
        one.block.index in blocks and one.block.parent is line.block.parent for one in lines
    )


def _is_notice(line: Line) -> bool:
    """Whether a line of the text's own block is the law's or the agency's, set off by a break alone."""
    return len(line.text) < NOTICE and bool(_LEGAL_START.match(line.lower) or _LEGAL.search(line.lower))


def _is_heading(line: Line) -> bool:
    text = line.text
    return ((line.block.tag in zones.HEADINGS or line.block.tag == "figcaption") and len(text) < 80) or (
        len(text) < 60 and bool(HEADING.match(text.rstrip(" :")))
    )


def _once(lines: list[Line]) -> list[Line]:
    """Without a teaser, nor a paragraph told twice."""
    kept: list[Line] = []
    known: set[str] = set()
    for line in lines:
        start = line.text[:50]
        if len(line.text) > 50 and start in known:
            if len(kept) == 1 and len(line.text) > len(kept[0].text):
                kept = [line]
            continue
        known.add(start)
        kept.append(line)
    return kept
