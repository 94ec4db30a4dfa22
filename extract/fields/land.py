"""The plot. An area is land only by its words (terrain, parcelle, plot): a garden or a terrace is none."""

import re
from typing import Final

from extract.fields.area import NO_NUMBER_NEXT, Area, FoundArea, areas
from extract.fields.match import Match, best, last_word, named
from extract.fields.surface import bare
from extract.text import fold, tidy

_LEAST: Final = 10.0
_MOST: Final = 20_000_000.0
_WORD = re.compile(
    named(
        land=r"terrain|parcell?e|foncier|emprise|propriete d[e']|parc\b|domaine|plot|\bland\b|lot size"
        r"|grundstuck|parcela|solar|terreno|lotto|perceel|grond",
        other=r"jardin|terrasse|habitable|carrez|surface (?!d[ue] |totale|parcelle|terrain)|sejour|salon"
        r"|maison|villa|appartement|pieces?\b|chambres?\b|cave|garage|balcon|piscine|dependance|living|wohn"
        r"|construi",
    )
)
_TAIL = re.compile(
    r"^[ ,(.\-]{0,3}(?:(?:de|d'un|en|of|di|du) )?(?:(?:beau|joli|grand) )?(?:terrain|parcelle|foncier"
    r"|constructible"
    r"|plot|land\b|grundstuck|parcela|terreno|lote\b|grond|arbore|viabilise)" + NO_NUMBER_NEXT
)
_PER_AREA = re.compile(r"^ ?/ ?|^ ?par\b")


def find(text: str) -> list[Match[Area]]:
    """Every area, scored as the plot; registry units (ares, hectares) are land unless words say otherwise."""
    return [
        Match(found.area, text[found.start : found.end], found.start, _score(found))
        for found in areas(fold(text), _MOST)
        if _LEAST <= found.area.m2 <= _MOST
    ]


def parse(text: str) -> Area | None:
    """The plot a short text is; a bare number is square metres."""
    text = tidy(text[:400])
    found = find(text)
    if found:
        sure = best(found, floor=0.15)
        return sure.value if sure else None
    return bare(fold(text), _LEAST, _MOST, _MOST)


def _score(found: FoundArea) -> float:
    if _PER_AREA.match(found.tail):
        return 0.05
    if _TAIL.match(found.tail):
        return 0.85
    registry = found.area.unit not in ("m2", "sqft")
    scores = {"land": 0.9, "other": 0.6 if registry else 0.1, None: 0.6 if registry else 0.2}
    return scores[last_word(_WORD, found.lead)]
