"""Charges in euros per month: a tenant's provision, or the condominium's, brought to a month."""

import re
from typing import Final

from extract.fields.match import Match, best, last_word, named
from extract.fields.money import Amount, amounts, whole
from extract.fields.number import NUMBER, is_negative, number
from extract.text import fold, tidy

_MOST: Final = 20_000
# The nearest word decides: "hors charges, provision sur charges 80 €" names the provision.
_LEAD = re.compile(
    named(
        other=r"hors charges?|charges? (?:comprises?|incluses?|incl)|a la charge"
        r"|charges? (?:locataire|vendeur|acquereur)|honoraires|depot|garantie|loyer|taxe|prix",
        charges=r"provisions?(?: (?:sur|pour)(?: les)? charges?)?|charges?|nebenkosten|service charge"
        r"|gastos(?: de comunidad)?|spese(?: condominiali)?|servicekosten|condominio",
    )
)
_TAIL = re.compile(
    r"^[ ,(]{0,3}(?:(?:/|par) ?mois )?(?:de |d'|pour (?:les |la )?|en )(?:provisions?(?: (?:sur"
    r"|pour)(?: les)?)? )?charges?\b|^ ?(?:de )?provisions?(?: (?:sur|pour))?(?: les)? charges?"
)
_YEAR = re.compile(r"^.{0,20}?(?:/|par|l') ?an(?:nee)?s?\b|^.{0,16}annuel")
_QUARTER = re.compile(r"^.{0,20}?(?:/|par) ?trim")
_HALF = re.compile(r"^.{0,20}?(?:/|par) ?sem(?:estre|\.)")
_YEAR_LEAD = re.compile(r"annuel|par an|moyenne|budget")


def find(text: str) -> list[Match[int]]:
    """Every amount named as charges, per month."""
    folded = fold(text)
    matches = []
    for amount in amounts(folded):
        score = _score(amount)
        value = whole(amount.value / _months(amount), 1, _MOST) if score else None
        if value is not None:
            matches.append(Match(value, text[amount.start : amount.end], amount.start, score))
    return matches


def parse(text: str) -> int | None:
    """The monthly charges a short text is: `120 €`, `1 200 € / an`, `80`."""
    text = tidy(text[:200])
    folded = fold(text)
    if is_negative(folded):
        return None
    if sure := best(find(text)):
        return sure.value
    found = list(amounts(folded))
    if len(found) == 1:
        return whole(found[0].value / _months(found[0]), 1, _MOST)
    return bare(folded, 1, _MOST) if not found else None


def bare(folded: str, least: int, most: int) -> int | None:
    """The whole euros of a text with one number and no sign, within the bounds."""
    numbers = re.findall(NUMBER, folded)
    if len(numbers) != 1 or re.search(r"%|[0-9]e[+\-]?[0-9]|(?<![a-z] )-[0-9]|m2|m²", folded):
        return None
    value = number(numbers[0])
    return None if value is None else whole(value, least, most)


def _months(amount: Amount) -> int:
    if _QUARTER.match(amount.tail):
        return 3
    if _HALF.match(amount.tail):
        return 6
    return 12 if _YEAR.match(amount.tail) or _YEAR_LEAD.search(amount.lead[-40:]) else 1


def _score(amount: Amount) -> float:
    if _TAIL.match(amount.tail):
        return 0.85
    return 0.8 if last_word(_LEAD, amount.lead[-56:]) == "charges" else 0.0
