"""Energy (DPE) and emission (GES) labels: letter and value from text and file names. A page that prints
all seven letters tells nothing. Goes to the DPE and GES decisions."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, Literal

from extract.fields.match import Match, best
from extract.fields.number import is_negative
from extract.text import fold, tidy

Label = Literal["dpe", "ges"]
_LETTERS: Final = "ABCDEFG"
#: Where B..G begin, arrêté of 31 March 2021 (A is under 70 and under 6):
#: kWh of primary energy per m² and year.
DPE_BOUNDS: Final = (70, 110, 180, 250, 330, 420)
#: Where B..G begin, same source: kg of CO2 equivalent per m² and year.
GES_BOUNDS: Final = (6, 11, 30, 50, 70, 100)
_MOST: Final[dict[Label, int]] = {"dpe": 1500, "ges": 400}

_NONE = re.compile(
    r"vierge|en cours|non (?:soumis|communique|requis|concerne|renseigne|disponible|realise|effectue)"
    r"|exempt|\bnc\b|\bn/?a\b|\bns\b|\bvi\b|pending"
)
_GES_WORDS: Final = (
    r"(?:emissions? de ges|gaz a effet de serre|emissions? de gaz|effet de serre|\bg\.?e\.?s\b|\bemissions?\b"
    r"|\bemision(?:es)?\b|\bemissioni\b"
    r"|climat)"
)
_DPE_WORDS: Final = (
    r"(?:\bd\.?p\.?e\b|diagnostic de performance energetique|classe(?:ment)? energ(?:ie|etique)\w*"
    r"|etiquette energ(?:ie|etique)\w*|bilan energ(?:ie|etique)\w*|consommations? (?:d'energie"
    r"|energetiques?)|performance energetique|energy (?:class|rating|efficiency class)|\bepc(?: rating)?\b"
    r"|energieeffizienzklasse|(?:verbrauchs|bedarfs|energie)ausweis[^\n]{0,48}?, klasse"
    r"|certificado energetico|classe energetica|energielabel|classe conso\w*"
    r"|\benergie\b)"
)
_VALUE: Final[dict[Label, re.Pattern[str]]] = {
    "dpe": re.compile(r"(?<![0-9])(?<![0-9][.,])([0-9]{1,4}+)(?:[.,][0-9]{1,2}+)? ?\(?kw"),
    "ges": re.compile(
        r"(?<![0-9])(?<![0-9][.,])([0-9]{1,3}+)(?:[.,][0-9]{1,2}+)? ?\(?(?:kg|kilo|co2|eq ?co2|kgeq)"
    ),
}
_WORDS: Final[dict[Label, re.Pattern[str]]] = {"dpe": re.compile(_DPE_WORDS), "ges": re.compile(_GES_WORDS)}
_FILLER: Final = (
    r"(?:[ .:=\-|*\n(\"']|classe|energetique|energie|climat|class|rating|lettre|est|ist?|en|consumo|band"
    r"|actuelle?|valeur"
    r"|du bien){0,8}"
)
_FIRST_LETTER = re.compile(rf"{_FILLER}(?<![a-z0-9'])(?P<letter>[a-g])(?![a-z0-9'])")
# In brackets: a number beside a letter needs no unit there.
_BRACKETED = re.compile(r"^[a-g] ?\((?P<value>[0-9]{1,4})\)")
# Its own value stands right behind a letter: "C (150 kWh/m2/an) / B (9 kg)".
_UNITED = re.compile(r"[a-g] ?[(:\-]? ?[0-9]{1,4} ?k")
_SINGLE = re.compile(r"(?<![a-z0-9'])[a-g](?![a-z0-9'])")
# "Le DPE a été réalisé", "DPE à venir": a small letter before a word is no class.
_VERB = re.compile(r"\b[aà](?= \w)")
_REACH: Final = 72
_FILE: Final[dict[Label, re.Pattern[str]]] = {
    "dpe": re.compile(
        r"(?<![a-z])(?:dpe|energie|energy|conso(?:mmation)?|epc|classe?)[_\-/=.]{1,2}(?:new|2021|v2|classe?"
        r"|letter|lettre)?[_\-/=.]{0,2}(?P<letter>[a-g])(?![a-z]|[_\-][a-g0-9](?![a-z0-9]))(?:[_\-.](?P<value>[0-9]{1,4})(?![0-9]))?"),
    "ges": re.compile(
        r"(?<![a-z])(?:ges|ghg|emissions?|co2|climat)[_\-/=.]{1,2}(?:new|2021|v2|classe?|letter"
        r"|lettre)?[_\-/=.]{0,2}(?P<letter>[a-g])(?![a-z]|[_\-][a-g](?![a-z0-9]))"
        r"(?:[_\-.](?P<value>[0-9]{1,4})(?![0-9]))?"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Energy:
    """A letter A to G and a value per m² and year (kWh, or kg of CO2); either may be unknown."""

    letter: str | None
    value: int | None


def find_dpe(text: str) -> list[Match[Energy]]:
    """Every energy label in a text, after a word for it."""
    return _find(text, "dpe")


def find_ges(text: str) -> list[Match[Energy]]:
    """Every emission label in a text, after a word for it."""
    return _find(text, "ges")


def parse(text: str, label: Label = "dpe") -> Energy | None:
    """The label a short text is: `D`, `D (187)`, `187 kWh/m²/an`, `DPE : D`; "vierge" is None."""
    text = tidy(text[:200])
    folded = fold(_VERB.sub("_", text))
    sure = best(_find(text, label))
    if sure:
        return sure.value
    other: Label = "ges" if label == "dpe" else "dpe"
    if (
        is_negative(folded)
        or _NONE.search(folded)
        or (_WORDS[other].search(folded) and not _WORDS[label].search(folded))
    ):
        return None
    letter = re.fullmatch(r"[^a-z0-9]{0,3}(?:classe |class )?([a-g])\+{0,2}(?:[^a-z0-9].*)?", folded)
    sole = letter and (len(re.findall(r"\b[a-g]\b", folded)) == 1 or _UNITED.match(folded))
    alone = letter if sole else None
    number = re.search(r"(?<![0-9])(?<![0-9][.,e])([0-9]{1,4})(?![0-9]|e[0-9])", folded)
    return _energy(alone[1] if alone else None, number[1] if number else None, label)


def from_file_name(name: str) -> tuple[Energy | None, Energy | None]:
    """The DPE and GES that an image's name or a class tells: `dpe_C_187.png`, `ges-b`."""
    folded = fold(name[:400])
    return _from_name(folded, "dpe"), _from_name(folded, "ges")


def _from_name(folded: str, label: Label) -> Energy | None:
    found = _FILE[label].search(folded)
    return _energy(found["letter"], found["value"], label) if found else None


def letter_for(dpe_value: int | None = None, ges_value: int | None = None) -> str | None:
    """The energy letter since July 2021: the worse of two thresholds, primary energy and emissions.

    One value alone gives the best letter possible, so callers trust it less. Not covered: the gentler
    thresholds under 40 m² (2024) and above 800 m of altitude.
    """
    classes = [
        bisect_right(bounds, value)
        for value, bounds in ((dpe_value, DPE_BOUNDS), (ges_value, GES_BOUNDS))
        if value is not None and value >= 0
    ]
    return _LETTERS[max(classes)] if classes else None


def ges_letter_for(ges_value: int) -> str | None:
    """The emission letter since July 2021; it has one threshold."""
    return _LETTERS[bisect_right(GES_BOUNDS, ges_value)] if ges_value >= 0 else None


def _find(text: str, label: Label) -> list[Match[Energy]]:
    folded = fold(_VERB.sub("_", text))
    matches = []
    for word in _WORDS[label].finditer(folded):
        energy, length = _after_word(_tail(folded, word.end(), label), label)
        if energy:
            raw = text[word.start() : word.end() + length]
            matches.append(Match(energy, raw, word.start(), 0.85 if energy.letter else 0.6))
    return matches


def _tail(folded: str, end: int, label: Label) -> str:
    """What follows a label's word, up to a word for the other label."""
    tail = folded[end : end + _REACH]
    other: Label = "ges" if label == "dpe" else "dpe"
    stop = _WORDS[other].search(tail, 2)
    return tail[: stop.start()] if stop and "class" not in tail[: stop.start()][-8:] else tail


def _after_word(tail: str, label: Label) -> tuple[Energy | None, int]:
    """The label in the text after its word, and how far it was read; a printed scale is none."""
    if len(set(_SINGLE.findall(tail))) > 2:
        return None, 0
    first = _FIRST_LETTER.match(tail)
    value = _VALUE[label].search(tail)
    if first:
        bracketed = _BRACKETED.match(tail[first.start("letter") :])
        number = bracketed["value"] if bracketed else (value[1] if value else None)
        return _energy(first["letter"], number, label), value.end() if value else first.end()
    if not value or value.start() > 40:
        return None, 0
    late = re.match(rf"[^0-9\n]{{0,24}}?{_SINGLE.pattern}", tail[value.end() :])
    return _energy(late[0][-1] if late else None, value[1], label), value.end()


def _energy(letter: str | None, value: str | None, label: Label) -> Energy | None:
    number = int(value) if value is not None and 0 < int(value) <= _MOST[label] else None
    return Energy(letter.upper() if letter else None, number) if letter or number else None
