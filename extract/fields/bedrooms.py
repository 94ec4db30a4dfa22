"""Bedrooms: "3 chambres", "trois chambres", "3 ch.", and six other languages. Goes to the decision."""

import re
from typing import Final

from extract.fields.match import Match, best, near
from extract.fields.number import COUNT, count
from extract.text import fold, tidy

_MOST: Final = 40
_ADJECTIVES: Final = (
    r"(?:(?:grandes?|belles?|jolies?|petites?|autres|vraies?|spacieuses?|double|large) ){0,2}"
)
_FIND = re.compile(
    r"(?<![a-z0-9])(?<![a-z0-9] )chambres? ?: ?(?P<label>[0-9]{1,2})(?![0-9]| ?m[2²]|[.,][0-9])"
    rf"|(?:(?<![0-9a-z.,])(?P<low>[1-9]) ?(?:/|-|ou|a) ?)?(?P<count>{COUNT}) ?-?{_ADJECTIVES}"
    r"(?:chambres?\b(?:\(s\))?|chbres?\b|ch\b|bedrooms?\b|beds?\b"
    r"|br\b|bd\b(?!\.? ?[a-z])|recamaras?\b|alcobas?\b|slpks?\b|schlafzimmer\b|dormitorios?\b|habitaciones\b"
    r"|(?<!m2 )habs?\.|camer[ae]\b|slaapkamers?\b|quartos?\b)"
)
#: What every count of bedrooms holds.
_MARKS = re.compile(
    r"chambre|chbre|ch\b|bed|b[rd]\b|recamara|alcoba|slpk|schlafzimmer|dormitorio|habitacion|habs?\."
    r"|camer[ae]|slaapkamer|quarto"
)
_SERVICE = re.compile(r"^ {0,2}(?:de service|d'hotes?|froide|de bonne|d'ami)")


def find(text: str) -> list[Match[int]]:
    """Every count of bedrooms in order: digits first in score, "une chambre" last."""
    folded = fold(text)
    matches = []
    for found in near(_MARKS, _FIND, folded, 64):
        told = found["label"] or found["low"] or found["count"]
        value = count(told, _MOST)
        if value is not None:
            raw = text[found.start() : found.end()]
            score = 0.2 if _SERVICE.match(folded[found.end() : found.end() + 16]) else _score(told)
            matches.append(Match(value, raw, found.start(), score))
    return matches


def total(text: str) -> Match[int] | None:
    """What prose tells as a whole: the largest count in digits, else its words added ("une … deux …").

    Measured on 356 French ads: 253 right, 37 wrong, where the surest mention alone has 144 and 33.
    """
    named = [match for match in find(text) if match.score > 0.3]
    digits = [match for match in named if match.raw[:1].isdigit()]
    if digits:
        return max(digits, key=lambda match: (match.value, -match.start))
    if not named:
        return None
    value = min(sum(match.value for match in named), _MOST)
    return Match(value, named[0].raw, named[0].start, 0.5 if len(named) > 1 else named[0].score)


def parse(text: str) -> int | None:
    """The count a short text is: `3`, `3 chambres`, `deux`."""
    text = tidy(text[:200])
    sure = best(find(text))
    if sure:
        return sure.value
    bare = re.fullmatch(rf"[^0-9a-z\-]{{0,3}}({COUNT})[^0-9a-z]{{0,3}}", fold(text))
    return count(bare[1], _MOST) if bare else None


def _score(words: str) -> float:
    if words[0].isdigit():
        return 0.85
    return 0.4 if words in ("un", "une") else 0.7
