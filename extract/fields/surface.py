"""The living surface. Knows the words that make an area the dwelling's ("habitable", "Carrez") and
those that make it a part of it or its plot (terrain, terrasse, séjour). Goes to the surface decision."""

import re
from typing import Final

from extract.fields.area import NO_NUMBER_NEXT, Area, FoundArea, areas
from extract.fields.match import Match, best, last_word, named
from extract.fields.number import NUMBER, decimal, number
from extract.text import fold, tidy

_LEAST: Final = 3.0
_MOST: Final = 20_000.0
# Above this, "54.320 m²" has three decimals: no dwelling in ten thousand is larger than 5,000 m².
_DENSE: Final = 5_000.0

_WORD = re.compile(
    named(
        sure=r"habitables?|carrez|boutin|surface utile|s\.?h\.?a?\.?b\.?\b|living area|floor area|wohnflache"
        r"|superficie (?:util|construida|habitable|commerciale)|woonoppervlakte|area util",
        part=r"terrain|parcell?e|jardin|terrasse|balcon|loggia|\bcaves?\b|garage|parking|\bbox\b|sejour|salon"
        r"|\bsalle\b|piece (?:de vie|principale|a vivre)|chambres?\b|suite|cuisine|veranda|piscine|grenier"
        r"|combles|sous.?sol|mezzanine|dependance|annexe|atelier|grange|hangar|hall|entree|bureau\b|patio"
        r"|cour\b|foncier|parc\b|bois\b|cellier|buanderie|dressing|bains|douche|d'eau|rangement|reserve"
        r"|vitrine|lineaire|etage|niveau|rez|rdc|plot|garden|land|lot\b|grundstuck|garten|balkon|keller"
        r"|parcela|solar|terreno|giardino|perceel|tuin|a partir de|au sol|divisible",
        home=r"surface|superficie|appartement|appt\b|maison|villa|studio|loft|duplex|triplex|pavillon"
        r"|immeuble|bureaux|local|\b[tf][1-9](?: ?bis)?\b|pieces?\b|\bp\b|logement|size|area|flache"
        r"|oppervlakte",
    )
)
_TAIL_SURE = re.compile(
    r"^[ ,(.\-]{0,3}(?:(?:de |en )?(?:surface )?(?:loi |l\.? ?)?(?:carrez|habitable|boutin|hab\b))"
    + NO_NUMBER_NEXT
)
_TAIL_PART = re.compile(
    r"^[ ,(\-]{0,3}(?:(?:de|d'un|d'une|en|avec) )?(?:terrain|parcelle|jardin|terrasse|balcon|loggia|cave"
    r"|garage|sejour|salon|piece de vie|chambre|cuisine|veranda|grenier|combles|dependance|annexe"
    r"|constructibles?|arbore|clos\b|au sol|cloture"
    r"|plot|garden|land\b|grundstuck|garten|divisible)" + NO_NUMBER_NEXT
)
# Lots of a programme or divisible premises: "de 26 m² à 210 m²".
_RANGE = re.compile(r"^ ?(?:a|-|et|jusqu'a) [0-9]|^ divisible")
_RANGE_LEAD = re.compile(r"[0-9] ?m?[2²]? (?:a|jusqu'a) $|^ ?(?:a|jusqu'a) $")
#: Each of several: "3 T3 de 66 m²", "5 appartements de 40 m²".
_EACH = re.compile(
    r"(?<![0-9])(?:[2-9]|[1-9][0-9]) (?:[tf] ?[1-9]|appartements|studios|logements|lots|bureaux)"
    r" (?:de|d'environ) $"
)
_PER_AREA = re.compile(r"^ ?/ ?|^ ?\. ?an\b|^ ?par\b")


def find(text: str) -> list[Match[Area]]:
    """Every area of a dwelling's size, scored as the living surface."""
    return [
        Match(found.area, text[found.start : found.end], found.start, _score(found))
        for found in areas(fold(text), _DENSE)
        if _plausible(found.area)
    ]


def parse(text: str) -> Area | None:
    """The living surface a short text is; a bare number is square metres."""
    text = tidy(text[:400])
    found = find(text)
    if found:
        sure = best(found, floor=0.15)
        return sure.value if sure else None
    return bare(fold(text), _LEAST, _MOST, _DENSE)


def bare(folded: str, least: float, most: float, dense: float) -> Area | None:
    """The area a text with one number and no unit is, in square metres within the bounds."""
    numbers = re.findall(NUMBER, folded)
    if len(numbers) != 1 or re.search(
        r"[a-z]{3}.*[a-z]{3}.*[a-z]{3}|€|%|/|kwh|-[0-9]|[0-9]e[+\-]?[0-9]", folded[:200]
    ):
        return None
    value = number(numbers[0])
    if value is not None and value > dense:
        value = decimal(numbers[0]) or value
    return Area(value) if value is not None and least <= value <= most else None


def _plausible(area: Area) -> bool:
    return _LEAST <= area.m2 <= _MOST and area.unit in ("m2", "sqft", "are")


def _score(found: FoundArea) -> float:
    if _PER_AREA.match(found.tail) or _RANGE.match(found.tail) or _RANGE_LEAD.search(found.lead):
        return 0.05
    if _TAIL_SURE.match(found.tail):
        return 0.95
    if _TAIL_PART.match(found.tail) or _EACH.search(found.lead):
        return 0.1
    scores = {"sure": 0.9, "part": 0.1, "home": 0.75, None: 0.5}
    score = scores[last_word(_WORD, found.lead)]
    return score if found.area.unit == "m2" else score * 0.9
