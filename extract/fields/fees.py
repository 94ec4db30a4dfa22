"""The agency's fees and who pays them: "Honoraires : 5 % TTC à la charge de l'acquéreur"."""

import re
from dataclasses import dataclass
from typing import Final

from extract.fields.charges import bare
from extract.fields.match import Match, after, before, begun, best
from extract.fields.money import amounts, whole
from extract.fields.number import DIGITS, NUMBER, is_negative, number
from extract.text import fold, tidy
from models.listing import FeesPayer

_MOST: Final = 5_000_000
_PAYER: Final[tuple[tuple[FeesPayer, re.Pattern[str]], ...]] = (
    (FeesPayer.SHARED, re.compile(
        r"charge (?:partagee|de l'acquereur et (?:du|de) vendeur|du vendeur et de l'acquereur)"
        r"|partages? entre|moitie.moitie")),
    (FeesPayer.SELLER, re.compile(
        r"(?:charge|payes? par|supportes? par)(?: du| de la| de| le| la|:)* ?(?:vendeur|vendeuse|mandant)"
        r"|charge vendeur")),
    (FeesPayer.BUYER, re.compile(
        r"(?:charge|payes? par|supportes? par)(?: de| du|:)* ?(?:l')?(?:acquereur|acheteur)"
        r"|charge (?:acquereur|acheteur)")),
    (FeesPayer.TENANT, re.compile(
        r"(?:charge|payes? par)(?: du| de| le|:)* ?(?:locataires?)|honoraires (?:de )?locataires?"
        r"|charge locataire")),
)  # fmt: skip
_FEES: Final = r"honoraires?|frais d'agence|commission d'agence|agency fees?|agenturprovision|maklerprovision"
_LEAD = re.compile(rf"(?:{_FEES})[^€]{{0,48}}$")
#: "Honoraires du locataire : 11 €/m², soit 1 056 €"
_AMOUNTING = re.compile(rf"(?:{_FEES})[^.\n]{{0,70}}/ ?m(?:2|²)[^.\n0-9]{{0,12}}\bsoit[^.\n0-9]{{0,12}}$")
_NOT_LEAD = re.compile(
    r"(?:hors|honoraires (?:ttc )?(?:inclus|compris|exclus)|honoraires d'etat|prix|etat des lieux"
    r"|bareme|loyer|charges|\bdont|garantie)[^€]{0,28}$"
)
_TAIL = re.compile(rf"^[ ,(]{{0,3}}(?:ttc |ht )?(?:d'|de |d |en )?(?:{_FEES})\b(?! (?:inclus|compris))")
_STATE = re.compile(
    r"^[ ,(]{0,3}(?:ttc |ht )?(?:d'|de |pour (?:l')?|au titre de l')(?:etat|edl)|^ ?/ ?m(?:2|²)"
)
_PERCENT = re.compile(rf"(?P<number>{NUMBER}) ?%")
_INCLUDED = re.compile(
    r"(?:honoraires|frais d'agence)[^.]{0,24}(?<!non )(?:inclus|compris)|\bf\.?a\.?i\b|\bh\.?a\.?i\b"
    r"|dont [0-9.,]{1,6} ?%"
)


@dataclass(frozen=True, slots=True)
class Fees:
    """`amount` in whole euros and `percent` of the price, each None when not told; who pays them."""

    amount: int | None
    percent: float | None = None
    payer: FeesPayer | None = None
    included: bool | None = None


def find(text: str) -> list[Match[Fees]]:
    """Every amount or percentage named as the agency's fees."""
    folded = fold(text)
    matches = [*_amounts(text, folded), *_percents(text, folded)]
    return sorted(matches, key=lambda match: match.start)


def parse(text: str) -> Fees | None:
    """The fees a short text is: `5 000 €`, `4,5 %`, `450` or a whole sentence."""
    text = tidy(text[:400])
    folded = fold(text)
    if is_negative(folded):
        return None
    sure = best(find(text))
    if sure:
        return sure.value
    values = list(amounts(folded))
    amount = whole(values[0].value, 1, _MOST) if len(values) == 1 else None
    if not values and "%" not in folded:
        amount = bare(folded, 1, _MOST)
    percent = _percent(found) if (found := _PERCENT.search(folded)) else None
    payer = payer_of(text)
    return Fees(amount, percent, payer, _included(folded)) if amount or percent or payer else None


def payer_of(text: str) -> FeesPayer | None:
    """Who pays, from "à la charge de l'acquéreur" and its like; None when it names two."""
    folded = fold(text)
    named = [payer for payer, pattern in _PAYER if pattern.search(folded)]
    return named[0] if len(named) == 1 or FeesPayer.SHARED in named else None


def _amounts(text: str, folded: str) -> list[Match[Fees]]:
    matches = []
    for amount in amounts(folded):
        value = whole(amount.value, 1, _MOST)
        lead = bool(_LEAD.search(amount.lead)) and not _NOT_LEAD.search(amount.lead)
        lead = lead or bool(_AMOUNTING.search(before(folded, amount.start, 120)))
        tail = bool(_TAIL.match(amount.tail))
        if value is None or _STATE.match(amount.tail) or not (lead or tail):
            continue
        fees = Fees(
            value, _near_percent(folded, amount.start, amount.end), *_told(folded, amount.start, amount.end)
        )
        matches.append(Match(fees, text[amount.start : amount.end], amount.start, 0.85 if lead else 0.8))
    return matches


def _percents(text: str, folded: str) -> list[Match[Fees]]:
    matches = []
    for found in begun(DIGITS, _PERCENT, folded):
        around = before(folded, found.start(), 64, "\n%") + " " + after(folded, found.end(), 48, "\n%")
        percent = _percent(found)
        if percent is not None and re.search(_FEES + r"|\bttc\b[^.]{0,20}(?:charge|inclus)", around):
            fees = Fees(None, percent, *_told(folded, found.start(), found.end()))
            matches.append(Match(fees, text[found.start() : found.end()], found.start(), 0.7))
    return matches


def _percent(found: re.Match[str]) -> float | None:
    value = number(found["number"])
    return value if value is not None and 0 < value <= 25 else None


def _near_percent(folded: str, start: int, end: int) -> float | None:
    near = before(folded, start, 24) + " " + after(folded, end, 24)
    found = _PERCENT.search(near)
    return _percent(found) if found else None


def _told(folded: str, start: int, end: int) -> tuple[FeesPayer | None, bool | None]:
    around = before(folded, start, 80) + after(folded, end, 80)
    return payer_of(around), _included(around)


def _included(folded: str) -> bool | None:
    return True if _INCLUDED.search(folded) else None
