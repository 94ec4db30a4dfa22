"""The French count of rooms: T3, F3, "3 pièces", studio. UK and US "rooms" count otherwise: the caller
knows the page's country. Goes to the rooms decision."""

import re
from typing import Final

from extract.fields.match import Match, before, best, near
from extract.fields.number import COUNT, count
from extract.text import fold, tidy

_MOST: Final = 50
_FIND = re.compile(
    r"\b(?P<type>(?:[tf][ .]?|p)(?P<t>1[0-9]|[1-9])(?: ?bis\b|(?![0-9a-z€]|[.,][0-9])))"
    r"|\btype ?(?P<kind>[1-9])\b"
    r"|(?<![a-z0-9])(?<![a-z0-9] )(?:nombre de )?pieces? ?: ?(?P<label>[0-9]{1,2})(?![0-9]| ?m[2²]|[.,][0-9])"
    rf"|(?:(?<![0-9.,])(?P<low>[1-9]) ?(?:/|-|ou|a) ?)?(?P<count>{COUNT}) ?(?:-|grandes? "
    rf"|belles? )?(?:pieces?\b(?:\(s\))?|pces?\b|pcs\b|zimmer\b|vani\b|locali\b|kamers\b|ambientes\b"
    rf"|assoalhadas\b|pokoje\b|pokoi\b|pokojow\w+)"
    r"|(?<![0-9.,])(?P<short>[1-9]) ?p(?:\.|\b)(?! ?[0-9])|(?P<studio>\bstudios?\b|\bstudette\b)"
)
#: What every count of rooms holds.
_MARKS = re.compile(
    r"pieces?|pces?|pcs|zimmer|vani|locali|kamers|ambientes|assoalhadas|poko[ij]|stud|type ?[1-9]"
    r"|[tf][ .]?[1-9]|p[1-9]|[1-9] ?p"
)
_COUNTED: Final = ("t", "kind", "label", "low", "count", "short")
_NOT_ROOMS = re.compile(
    r"^ {0,2}(?:d'eau|de vie\b|a vivre|jointe|justificative|du dossier|d'identite|annexe|par\b|humides?)"
)
_LINE = re.compile(r"(?:tram(?:way)?|ligne|metro|bus|station|rer)[^.]{0,40}$")
# A programme's range of flats: "du studio au 5 pièces".
_RANGE_BEFORE = re.compile(r"\b(?:du|de) (?:studio|[tf]?[0-9](?: pieces)?) (?:au|a) $")
_RANGE_AFTER = re.compile(r"^ (?:au|a) (?:[tf]?[0-9]|duplex)")


def find(text: str) -> list[Match[int]]:
    """Every count of rooms; a word form ("une pièce") scores below digits."""
    folded = fold(text)
    matches = []
    for found in near(_MARKS, _FIND, folded):
        if _NOT_ROOMS.match(folded[found.end() : found.end() + 20]):
            continue
        value = 1 if found["studio"] else count(next(found[name] for name in _COUNTED if found[name]), _MOST)
        if value is not None:
            matches.append(
                Match(value, text[found.start() : found.end()], found.start(), _score(found, folded))
            )
    return matches


def parse(text: str) -> int | None:
    """The count a short text is: `3`, `T3`, `3 pièces`, `studio`."""
    text = tidy(text[:200])
    sure = best(find(text), floor=0.15)
    if sure:
        return sure.value
    bare = re.fullmatch(
        rf"[^0-9a-z\-]{{0,3}}({COUNT})(?: ?(?:rooms?|p|pieces?)?)"
        rf"(?:,? dont {COUNT} chambres?)?[^0-9a-z]{{0,3}}",
        fold(text),
    )
    return count(bare[1], _MOST) if bare else None


def _score(found: re.Match[str], folded: str) -> float:
    lead, tail = before(folded, found.start(), 56), folded[found.end() : found.end() + 12]
    if _RANGE_BEFORE.search(lead) or _RANGE_AFTER.match(tail):
        return 0.1
    if found["type"]:
        return 0.1 if _LINE.search(lead) else 0.5 if found["type"][0] == "p" else 0.9
    if found["count"]:
        return 0.9 if found["count"][0].isdigit() else (0.3 if found["count"] in ("un", "une") else 0.6)
    return 0.6 if found["studio"] or found["short"] else 0.8
