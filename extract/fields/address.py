"""A street line: "12 bis, rue de la Paix". Knows kinds of ways, not places: `postal.py` has those.
Whether it is the property's or the agency's is the page's to tell."""

import re
from typing import Final

from extract.fields.match import Match, before
from extract.text import fold, tidy

_WAY: Final = (
    r"(?:rue|avenue|av\.?|boulevard|bld?\.?|bvd\.?|bd\.?|place|pl\.|chemin|che?\.|route|rte\.?|allees?"
    r"|all\.|impasse|imp\.|quai|cours|square|passage|villa|faubourg|fbg|fg|ruelle|sentier|sente|esplanade"
    r"|promenade|cite|hameau|lieu[ \-]dit|residence|rond[ \-]point|montee|traverse|voie|venelle|parvis|mail"
    r"|cour|galerie|clos|lotissement|zone artisanale|z\.?a\.?c?\.?|chaussee|levee|corniche)"
)
_NUMBER: Final = (
    r"(?<![0-9.,/])[0-9]{1,4}(?:[ ]?(?:bis|ter|quater|[a-d](?![a-z])))?(?: ?(?:[-/]|et) ?[0-9]{1,4})?"
)
_STREET = re.compile(
    rf"(?:(?P<number>{_NUMBER}) ?,? ?)?\b(?P<way>{_WAY}) (?P<name>[^\n,;:()\[\]|•·<>\"]{{2,60}})"
)
_PARTICLES: Final = frozenset({
    "de", "du", "des", "d", "la", "le", "les", "l", "et", "sur", "sous", "en", "aux", "au", "a",
    "saint", "sainte", "st", "ste",
})  # fmt: skip
_WORDS = re.compile(r"[^\s]+")
_STOP = re.compile(r"^(?:[0-9]{5}|-|–)$")
_NEAR = re.compile(
    r"(?:metro|proche|pas de|pres d|minutes?|mn|min|entre|vers|donnant sur|acces|quartier|gare|station"
    r"|angle)[^.\n]{0,24}$"
)
_FOREIGN = re.compile(r"[0-9]{1,5}[a-z]?,? [a-z].{2,60}|[a-z][^\n]{2,60}? [0-9]{1,4}[a-z]?")


def find(text: str) -> list[Match[str]]:
    """Every French street line; one with a number scores above one without, "near rue X" lowest."""
    folded = fold(text)
    matches = []
    for found in _STREET.finditer(folded):
        end = found.start("name") + _name_length(text[found.start("name") : found.end("name")])
        if end > found.start("name"):
            raw = text[found.start() : end].strip(" .-'")
            matches.append(Match(_clean(raw), raw, found.start(), _score(found, folded)))
    return matches


def parse(text: str) -> str | None:
    """The street line in a short text, without postal code and commune; foreign lines as they stand."""
    text = tidy(text[:200])
    found = find(text)
    if found:
        return max(found, key=lambda match: (match.score, -match.start)).value
    line = re.split(r",? ?(?<![0-9])[0-9]{5}(?![0-9])", text)[0].strip(" ,-")
    return line if _FOREIGN.fullmatch(fold(line)) and not re.search(r"[€@]|https?:", line) else None


def _name_length(name: str) -> int:
    """How far a way's name goes: capitals, particles and dates; a second plain word ends it."""
    end = plain = 0
    for word in _WORDS.finditer(name):
        bare = word[0].strip(".'’")
        if _STOP.match(word[0]):
            break
        if _is_particle(bare):
            continue
        if not bare[:1].isupper() and not bare[:1].isdigit():
            plain += 1
            if plain > 1 or end:
                break
        end = word.end()
        if word[0].endswith((".", "!", "?")) and len(bare) > 3:
            break
    return end


def _is_particle(bare: str) -> bool:
    return fold(bare).split("'")[0] in _PARTICLES and bare[:1].islower()


def _clean(raw: str) -> str:
    return re.sub(r" ?, ?", ", ", raw).strip(" ,.-")


def _score(found: re.Match[str], folded: str) -> float:
    if _NEAR.search(before(folded, found.start(), 40)):
        return 0.15
    return 0.7 if found["number"] else 0.4
