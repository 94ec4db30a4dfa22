"""The floor: 0 is the rez-de-chaussée. A house's prose walks through its floors, so words decide the
score. "Dernier étage" alone tells no number. Goes to the floor decision."""

import re
from typing import Final

from extract.fields.match import Match, before, best, near
from extract.text import fold, tidy

_MOST: Final = 60
_ORDINALS: Final[dict[str, int]] = {
    "premier": 1, "deuxieme": 2, "second": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5,
    "sixieme": 6, "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10,
    "onzieme": 11, "douzieme": 12, "treizieme": 13, "quatorzieme": 14, "quinzieme": 15,
    "first": 1, "third": 3, "fourth": 4, "fifth": 5,
}  # fmt: skip
_GROUND: Final = (
    r"\br\.?d\.?[cj]\.?h?\b|\brch\b|\brez[ \-](?:de[ \-])?(?:chaussee|jardin)|ground floor|erdgeschoss"
    r"|planta baja|piano terra|begane grond|res.do.chao"
)
_FIND = re.compile(
    rf"(?P<ground>{_GROUND})"
    r"|(?<![0-9])(?P<digits>[0-9]{1,2})(?: ?(?:er|ere|eme|e|nd|nde|ieme|ème|st|rd|th|o|º|°|\.))? ?"
    r"(?:et (?P<last>dernier) )?(?:etage|floor\b|stock\b|etage\b|og\b|planta\b|piano\b|verdieping\b|andar\b)"
    rf"|\b(?P<word>{'|'.join(_ORDINALS)}) (?:et dernier )?(?:etage|floor)\b"
    r"|\b(?:etage|floor|planta|piano|andar|verdieping) ?(?:n[°o] ?)?:? ?(?P<label>-?[0-9]{1,2})(?![0-9]"
    r"| ?(?:m2|m²|chambres|pieces|,[0-9]))"
)
#: What every floor holds.
_MARKS = re.compile(
    r"etage|floor|stock|og\b|planta|piano|verdieping|andar|r\.?d\.?[cj]|rch|rez|erdgeschoss|begane|res.do.chao"
)
_STOREYS = re.compile(r"(?:sur|de|immeuble|maison|batiment|comprenant|a) (?:\w{1,8} )?$")
_HIGH = re.compile(r"(?:situe|au|en|immeuble)[^.\n]{0,24}$")
_WALK = re.compile(
    r"^ ?(?::|-|,? (?:vous|se|une|deux|trois|un|[0-9]|comprend|comporte|compose|dessert|l'espace|espace))"
)
_FRACTION = re.compile(
    r"(?<![0-9])([0-9]{1,2})(?: ?(?:er|e|eme|nde?|ieme|[°º]))? ?(?:/|sur) ?[0-9]{1,2}(?![0-9])"
)
_BARE = re.compile(
    r"[^0-9a-z\-]{0,3}(?P<digits>-?[0-9]{1,2})(?: ?(?:er|e|eme|nd|st|rd|th|ieme))?(?: ?(?:/|sur|of|von"
    r"|de) ?[0-9]{1,2})?[^0-9a-z]{0,3}"
)


def find(text: str) -> list[Match[int]]:
    """Every floor named, scored as the dwelling's own."""
    folded = fold(text)
    matches = []
    for found in near(_MARKS, _FIND, folded):
        value = _value(found)
        if value is not None and not _is_storeys(found, folded):
            matches.append(
                Match(value, text[found.start() : found.end()], found.start(), _score(found, folded))
            )
    return matches


def parse(text: str) -> int | None:
    """The floor a short text is: `RDC`, `3`, `3/5`, `2ème étage`; "dernier étage" is None."""
    text = tidy(text[:120])
    folded = fold(text)
    if bare := _BARE.fullmatch(folded):
        return _bounded(int(bare["digits"]))
    if fraction := _FRACTION.search(folded):
        return _bounded(int(fraction[1]))
    word = next(
        (value for name, value in _ORDINALS.items() if re.fullmatch(rf"{name}\W{{0,3}}", folded)), None
    )
    sure = best(find(text))
    return sure.value if sure else word


def _value(found: re.Match[str]) -> int | None:
    if found["ground"]:
        return 0
    if found["word"]:
        return _ORDINALS[found["word"]]
    return _bounded(int(found["digits"] or found["label"]))


def _bounded(value: int) -> int | None:
    return value if -3 <= value <= _MOST else None


def _is_storeys(found: re.Match[str], folded: str) -> bool:
    """Whether the words count a building's storeys: "immeuble de 5 étages"."""
    plural = folded[found.end() : found.end() + 1] == "s"
    return bool(found["digits"]) and (
        plural or (bool(_STOREYS.search(before(folded, found.start(), 24))) and plural)
    )


def _score(found: re.Match[str], folded: str) -> float:
    if _WALK.match(folded[found.end() : found.end() + 24]):
        return 0.25
    if found["label"]:
        return 0.7
    if _HIGH.search(before(folded, found.start(), 32)):
        return 0.5 if found["ground"] else 0.85
    return 0.4 if found["ground"] else 0.7
