"""When the dwelling is free: an ISO date, or `now`. A month without a day is its first."""

import re
from datetime import date
from typing import Final

from extract.fields.match import Match
from extract.text import fold, tidy

_MONTHS: Final[dict[str, int]] = {
    "janvier": 1, "janv": 1, "fevrier": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5, "juin": 6,
    "juillet": 7, "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10, "oct": 10,
    "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_NAMES: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE: Final = (
    r"(?:(?P<iso>(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]))"
    r"|(?<![0-9])(?P<d>[0-9]{1,2})[/.\-](?P<m>[0-9]{1,2})[/.\-](?P<y>20[0-9]{2}|[0-9]{2})(?![0-9])"
    rf"|(?:(?<![0-9])(?P<day>[0-9]{{1,2}})(?:er|st|nd|rd"
    rf"|th)? )?(?P<month>{_NAMES})\.? (?P<year>20[0-9]{{2}})(?![0-9]))"
)
_NOW: Final = (
    r"(?:immediate(?:ment|ly)?|de suite|tout de suite|des maintenant|maintenant|now|sofort|ab sofort"
    r"|inmediata\w*|subito|immediat|des a present|actuellement disponible|per direct)"
)
_WORD: Final = (
    r"(?:disponib(?:le|ilite)s?|libre|available|verfugbar|bezugsfrei|disponibil[ei]|beschikbaar|disponivel"
    r"|emmenagement)"
)
_FIND = re.compile(
    rf"\b{_WORD}(?: (?:a la location|a la vente|des|a partir|a compter|le|du|de|from|ab|date|au|vanaf"
    rf"|on))* ?:? ?(?:(?:a partir|a compter) du |des (?:le )?|le |du |au )?(?:(?P<now>{_NOW})|{_DATE})"
)
_PARSE = re.compile(rf"(?P<now>\b{_NOW}\b)|{_DATE}")


def find(text: str) -> list[Match[str]]:
    """Every "disponible…" or "libre…" with a date or "now"."""
    folded = fold(text)
    matches = []
    for found in _FIND.finditer(folded):
        value = _value(found)
        if value:
            matches.append(Match(value, text[found.start() : found.end()], found.start(), 0.85))
    return matches


def parse(text: str) -> str | None:
    """What a short text is: `2026-02-01` from "01/02/2026", `now` from "Immédiatement"."""
    folded = fold(tidy(text[:160]))
    found = _PARSE.search(folded)
    if found:
        return _value(found)
    return "now" if re.fullmatch(rf"{_WORD}\W{{0,3}}", folded) else None


def _value(found: re.Match[str]) -> str | None:
    if found["now"]:
        return "now"
    try:
        return _date(found).isoformat()
    except ValueError:
        return None


def _date(found: re.Match[str]) -> date:
    if found["iso"]:
        return date.fromisoformat(found["iso"])
    if found["month"]:
        return date(int(found["year"]), _MONTHS[found["month"]], int(found["day"] or 1))
    year = int(found["y"])
    return date(year + 2000 if year < 100 else year, int(found["m"]), int(found["d"]))
