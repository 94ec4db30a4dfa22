"""The tenant's deposit (dépôt de garantie), in whole euros."""

import re
from typing import Final

from extract.fields.charges import bare
from extract.fields.match import Match, best
from extract.fields.money import Amount, amounts, whole
from extract.fields.number import is_negative
from extract.text import fold, tidy

_MOST: Final = 500_000
_WORDS: Final = (
    r"depot(?: de)? garantie|depot|caution|garantie|deposit|kaution|fianza|cauzione|borg|waarborg\w*|caucao"
)
_LEAD = re.compile(rf"(?:{_WORDS})[^€0-9]{{0,32}}$")
_TAIL = re.compile(rf"^[ ,(]{{0,3}}(?:de |d'|en |pour le )(?:{_WORDS})")


def find(text: str) -> list[Match[int]]:
    """Every amount named as the deposit."""
    matches = []
    for amount in amounts(fold(text)):
        value = whole(amount.value, 1, _MOST)
        if value is not None and _is_deposit(amount):
            matches.append(Match(value, text[amount.start : amount.end], amount.start, 0.85))
    return matches


def parse(text: str) -> int | None:
    """The deposit a short text is; months of rent ("1 mois") are no amount."""
    text = tidy(text[:200])
    folded = fold(text)
    if is_negative(folded):
        return None
    if sure := best(find(text)):
        return sure.value
    found = list(amounts(folded))
    if len(found) == 1:
        return whole(found[0].value, 1, _MOST)
    return None if found or "mois" in folded else bare(folded, 10, _MOST)


def _is_deposit(amount: Amount) -> bool:
    return bool(_LEAD.search(amount.lead) or _TAIL.match(amount.tail))
