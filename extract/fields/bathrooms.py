"""Bathrooms and shower rooms together, as a Listing counts them. Prose names them one by one: `total`
adds what it names. Goes to the bathrooms decision."""

import re
from typing import Final

from extract.fields.match import Match, best, near
from extract.fields.number import COUNT, count
from extract.text import fold, tidy

_MOST: Final = 30
_FIND = re.compile(
    rf"(?:(?P<count>{COUNT}|\bsa\b|\bl[ae]\b|\bleurs?\b) ?-?(?:(?:grandes?|belles?|petites?"
    rf"|vraies?) ){{0,2}})?"
    r"(?:\bsalles? ?(?:de|d'|d) ?(?:bains?|eaux?|douches?)\b(?:\(s\))?(?: ?/ ?(?:d'eau|douche))?|\bsd[be]\b"
    r"|bathrooms?\b|\bbaths?\b|(?<=[0-9] )ba\b|badezimmer\b|\bbader\b|duschbad\b|banos?\b"
    r"|bagn[oi]\b|badkamers?\b|banheiros?\b|casas? de banho\b)"
)
#: What every mention holds.
_MARKS = re.compile(
    r"salles?|sd[be]|bath|[0-9] ba\b|badezimmer|bader|duschbad|bano|bagn[oi]|badkamer|banheiro|casas? de b"
)


def find(text: str) -> list[Match[int]]:
    """Every mention of a bathroom or shower room with its count; without a count it is one."""
    folded = fold(text)
    matches = []
    for found in near(_MARKS, _FIND, folded, 64):
        if not found["count"] and found[0] in {"bath", "baths"}:
            continue  # "a shower over the bath", and a town
        value = count(found["count"], _MOST) if found["count"] else 1
        raw = text[found.start() : found.end()]
        counted = bool(found["count"]) and found["count"][0].isdigit()
        matches.append(Match(value or 1, raw, found.start(), 0.8 if counted else 0.5))
    return matches


def total(text: str) -> Match[int] | None:
    """What prose names, added: "une salle de bains et deux salles d'eau" is 3. None when it names none."""
    named = find(text)
    if not named:
        return None
    score = min(match.score for match in named)
    value = min(sum(match.value for match in named), _MOST)
    return Match(value, named[0].raw, named[0].start, score if len(named) < 4 else 0.3)


def parse(text: str) -> int | None:
    """The count a short text is: `2`, `2 salles de bains`, `1 sdb, 1 sde`."""
    text = tidy(text[:200])
    named = total(text)
    if named:
        return named.value
    bare = re.fullmatch(rf"[^0-9a-z\-]{{0,3}}({COUNT})[^0-9a-z]{{0,3}}", fold(text))
    return count(bare[1], _MOST) if bare else None


def single(text: str) -> Match[int] | None:
    """The surest single mention, for a text that repeats itself (a title and its list)."""
    return best(find(text))
