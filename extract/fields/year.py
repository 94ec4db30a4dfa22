"""The year of construction. A decade or a century ("années 70", "XIXe") is no year."""

import re
from typing import Final

from extract.fields.match import Match, before
from extract.text import fold, tidy

_LEAST: Final = 1100
#: No clock here: plans reach a few years ahead, anything later is no year.
_MOST: Final = 2040
_YEAR: Final = (
    r"(?<![0-9.,/])(?P<year>1[1-9][0-9]{2}|20[0-4][0-9])(?![0-9]|[.,][0-9]| ?(?:€|eur|m2|m²|/)| ?- ?[0-9])"
)
_FIND = re.compile(
    r"(?:construi(?:te?|ts|tes|re)|construction|batie?s?|edifiee?|annee de construction|immeuble|residence"
    r"|batiment|maison|villa|copropriete"
    rf"|livree?|built|year built|baujahr|erbaut|ano de construccion|costruzione"
    rf"|bouwjaar)(?P<gap>[^0-9\n.]{{0,24}}){_YEAR}"
)
#: A year that only bounds or rounds the year is none.
_ABOUT = re.compile(r"\b(?:annees|avant|apres|vers|environ|entre|debut|fin|before|after|circa|ca)\b")
_BETTER = re.compile(
    r"(?:renov|refait|ravale|depuis|restaur|en vigueur|estime|reference|indexe)[^.\n]{0,24}$"
)


def find(text: str) -> list[Match[int]]:
    """Every year after a word for building; "construit en" scores above "immeuble de"."""
    folded = fold(text)
    matches = []
    for found in _FIND.finditer(folded):
        start, end = found.span("year")
        if _BETTER.search(before(folded, start, 32)) or _ABOUT.search(found["gap"]):
            continue
        sure = re.match(r"constru|annee|bati|edif|built|year|baujahr|erbaut|ano|costr|bouw", found[0])
        matches.append(Match(int(found["year"]), text[start:end], start, 0.85 if sure else 0.55))
    return matches


def parse(text: str) -> int | None:
    """The year a short text is: `1975`, `Construit en 1975`, `1975-01-01`."""
    folded = fold(tidy(text[:120]))
    if _ABOUT.search(folded) or re.search(r"[€%]|m2|m²", folded):
        return None
    dated = re.match(r"[^0-9]{0,30}([0-9]{4})-[0-9]{2}(?![0-9])", folded)
    found = [dated[1]] if dated else re.findall(r"(?<![0-9.,])([0-9]{4})(?:\.0)?(?![0-9])", folded)
    years = {int(year) for year in found}
    return years.pop() if len(years) == 1 and _LEAST <= min(years) <= _MOST else None
