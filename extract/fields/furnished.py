"""Furnished or not. A kitchen may be furnished ("cuisine meublée") in an empty flat."""

import re

from extract.fields import yes_no
from extract.fields.match import Match, before, best, near
from extract.text import fold, tidy

_FIND = re.compile(
    r"(?P<no>\b(?:non[ \-]meublee?s?|(?:loue|location|logement|appartement|louee?) (?:vide|nue?)\b"
    r"|vide de meubles|unfurnished|unmobliert|nicht mobliert|sin amueblar|non arredato|ongemeubileerd))"
    r"|(?P<yes>\b(?:meublee?s?|furnished|mobliert|amueblad[oa]s?|arredat[oa]|gemeubileerd|mobilad[oa])\b)"
)
#: What every such word holds.
_MARKS = re.compile(r"meuble|furnished|mobliert|amuebla|arredat|gemeubileerd|mobilad| (?:vide|nue?)\b")
_PART = re.compile(
    r"(?:cuisine|salle de bains?|salle d'eau|coin|kitchen|entierement|partiellement|semi|peut etre"
    r"|possibilite|ou|si)\W{0,3}(?:\w{1,12} ){0,2}$"
)
_EITHER = re.compile(r"^ ?(?:ou|/|et) ?(?:vide|non|nu\b)")
_BARE = re.compile(r"(?:vide|nue?|unfurnished|location (?:vide|nue))")


def find(text: str) -> list[Match[bool]]:
    """Every word for furnished or not."""
    folded = fold(text)
    matches = []
    for found in near(_MARKS, _FIND, folded):
        part = _PART.search(before(folded, found.start(), 32)) or _EITHER.match(folded[found.end() :][:16])
        raw = text[found.start() : found.end()]
        matches.append(Match(bool(found["yes"]), raw, found.start(), 0.25 if part else 0.8))
    return matches


def parse(text: str) -> bool | None:
    """What a short text is: `oui`, `Non meublé`, `vide`."""
    text = tidy(text[:120])
    told = yes_no.parse(text)
    if told is not None:
        return told
    if _BARE.fullmatch(fold(text).strip(" .:")):
        return False
    sure = best(find(text), floor=0.3)
    return sure.value if sure else None
