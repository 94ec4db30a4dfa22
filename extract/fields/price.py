"""The price: sale or rent, in whole currency units. Knows the words that make an amount the headline
price and those that make it something else (fees, deposit, €/m², a loan). Goes to the price decision."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from extract.fields.match import Match, best, last_word, named
from extract.fields.money import Amount, amounts, whole
from extract.fields.number import NUMBER, is_negative, number
from extract.text import fold, tidy

Period = Literal["night", "week", "month", "year"]
_LEAST: Final = 10
_MOST: Final = 300_000_000

# What the nearest word before an amount makes of it.
_LEAD = re.compile(
    named(
        inclusive=r"charges (?:comprises|incluses)|\bc\.?c\b|honoraires (?:inclus|compris)|\b[fh]\.?a\.?i\b",
        other=r"honoraires?|\bfrais\b|commission|depot|garantie|caution|charges?\b|provision|taxe|foncier"
        r"|apport|mensualites?|credit|emprunt|finance|\bpret\b|economi|depense|energie|estime|annuel"
        r"|assurance|service|bouquet|\brente|au lieu de|ancien prix|complement|capital|budget"
        r"|moins de|jusqu'a|plus de"
        r"|chiffre d'affaires|\bca\b|\bbail|travaux|remise|reduction|gain|parking|\bbox\b|garage|locataire"
        r"|\bloue(?:e|s)?\b|rapport|etat des lieux|prix (?:du |au )?m(?:2|²|etre)|gebuhr|nebenkosten"
        r"|valuation|appraisal|est(?:imated|\.)? (?:rent|payment)|ground rent|rental (?:value|estimate)"
        r"|\bemi\b|booking|registration|\bhoa\b|maintenance|factoring|buyer'?s premium|\btax(?:es)?\b"
        r"|administration (?:charge|fee)|mortgage|\bsold\b|original (?:list )?price|\bwas\b|insurance|income"
        r"|\baverage|\bmedian\b|\benergy\b|\bwater\b|\bgas\b|\belectricity\b"
        r"|kaution|deposit|\bfees?\b|fianza|gastos|spese|cauzione|\bborg\b|servicekosten|caucao|condominio",
        off=r"hors (?:les )?honoraires|net vendeur|hors frais",
        bare=r"loyer (?:mensuel )?(?:h\.?c\b|hors charges?|nu\b|de base)",
        floor=r"(?:a partir d[eu]|\bdes|\bfrom|\bab|desde|a partire da|vanaf)[ :]{0,3}$",
        price=r"prix|loyer|price|\brent\b|kaufpreis|\bmiete|kaltmiete|warmmiete|precio|prezzo|prijs|preco"
        r"|offers? (?:over|around|in (?:excess|the region) of)|\boie[or]\b|\boiro\b|\bguide\b|\bcena\b"
        r"|tarif|montant|vente|a vendre|a louer|valeur",
    )
)
_FEES_AMOUNT_TO = re.compile(r"honoraires[^.€]{0,60}(?:s'eleve(?:nt)? a|sont de|: ?)$")
_TAIL_OTHER = re.compile(
    r"^[ ,;)(*]{0,3}(?:ttc|ht|hc)?[ ,]{0,2}(?:/ ?m(?:2|²|etre)|(?:par|le|du|au|per|pro|por|al) (?:m(?:2|²)"
    r"|metre|sq)|/ ?sq|psf|pro qm|/ ?pers|d'honoraires|de frais|de charges|(?:pour|de) (?:l'|les )?(?:charges"
    r"|etat)|de depot|de caution|de garantie|de provision|de taxe|de commission|d'apport|d'economi"
    r"|de travaux|de reduction|de remise|de parking"
    r"|(?:hors honoraires|net vendeur|hors frais)(?![ :(]{1,3}$)|(?:/ ?mois |par mois )?en sus\b)"
)
_TAIL_PRICE = re.compile(
    r"^[ ,;)(*\-]{0,3}(?:ttc |net )?(?:f\.?a\.?i\b|h\.?a\.?i\b|c\.?c\b|charges comprises|honoraires inclus"
    r"|honoraires compris|frais d'agence inclus|(?:/|par) ?mois|/ ?m\b|mensuel|\bpcm\b|per month|kalt|warm"
    r"|v\.o\.n|k\.k)"
)
# Said of headline prices only, whatever stands before.
_TAIL_INCLUSIVE = re.compile(
    r"^[ ,;)(*\-]{0,3}(?:ttc |net )?(?:f\.?a\.?i\b|h\.?a\.?i\b|(?:par mois |/ ?mois )?(?:c\.?c\b"
    r"|charges comprises)|honoraires (?:inclus|compris))"
)
_BY: Final = r"(?:/|par|la|le|l'|per|pro|a|por|al|p\.) ?"
_PERIODS: Final[dict[Period, str]] = {
    "night": rf"{_BY}(?:nuit|jour|night|day|nacht|noche|notte)\b",
    "week": rf"{_BY}(?:semaine|sem|week|woche|semana|settimana)\b|\bpw\b",
    "year": rf"{_BY}(?:ans?|annee|year|jahr|ano|anno|jaar)\b|annuel|\bp\.?a\b",
    "month": rf"{_BY}(?:mois|month|monat|mes|mese|maand|mnd)\b|/ ?m\b|mensue|\bpcm\b|monat|\bc\.?c\b",
}
_PERIOD_PATTERNS: Final = {
    period: re.compile(rf"^[^.;]{{0,24}}?(?:{words})") for period, words in _PERIODS.items()
}
_CHARGES_IN = re.compile(
    r"^[^.;]{0,24}?(?:\bc\.?c\b|charges comprises|charges incl|provisions? (?:pour|sur) charges incl|warm"
    r"|all.?in)"
)
_CHARGES_OUT = re.compile(r"^[^.;]{0,24}?(?:\bh\.?c\b|hors charges|\+ ?charges|kalt|sans charges|excl)")
#: Of two amounts with an arrow between, the second is today's.
_ARROW = re.compile(r"^ ?(?:→|➔|➜|➝|-?->|=>) ?$")
#: Auctions guide by a range, of which the lower end is the price that is asked.
_GUIDE = re.compile(r"\bguide\b[^0-9]{0,24}$")
_REDUCED = re.compile(r"[ (]{0,3}-[0-9]{1,2}(?:[.,][0-9])? ?%")
_RANGE_JOIN = re.compile(r"^(?: ?(?:-|a|to|et|and|bis|hasta|/) ?)$")


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` in whole units of `currency` (None when no sign tells), per `per` for a rent."""

    amount: int
    currency: str | None
    per: Period | None = None
    charges_included: bool | None = None


def find(text: str) -> list[Match[Price]]:
    """Every amount with a currency sign, scored as the headline price; both ends of a range score low."""
    folded = fold(text)
    found = list(amounts(folded))
    matches = []
    for index, amount in enumerate(found):
        price = _price(amount)
        if price is None:
            continue
        in_range = _joined(folded, found, index) or _joined(folded, found, index + 1)
        guided = in_range and _GUIDE.search(folded, max(0, amount.start - 40), amount.start)
        gone = index + 1 < len(found) and _is_gone(folded, amount, found[index + 1])
        score = 0.1 if (in_range and not guided) or gone else _score(amount, price)
        matches.append(Match(price, text[amount.start : amount.end], amount.start, score))
    return matches


def parse(text: str) -> Price | None:
    """The price a short text is; None for "sur demande", a range, a negative or absurd figure."""
    text = tidy(text[:400])
    folded = fold(text)
    if is_negative(folded):
        return None
    matches = find(text)
    if not matches:
        return _bare(folded)
    found = list(amounts(folded))
    if any(_joined(folded, found, index) for index in range(1, len(found))) or _half_range(folded, found):
        return None
    sure = best(matches, floor=0.2)
    return sure.value if sure else None


def _bare(folded: str) -> Price | None:
    numbers = list(re.finditer(NUMBER, folded))
    if len(numbers) != 1 or re.search(r"[0-9]e[+\-]?[0-9]|[a-z][0-9]|m²|m2|%|kwh", folded):
        return None
    value = number(numbers[0][0])
    amount = None if value is None else whole(value, _LEAST, _MOST)
    if amount is None or _TAIL_OTHER.match(folded[numbers[0].end() :]):
        return None
    return Price(amount, None, _period(folded[numbers[0].end() :]), _charges(folded[numbers[0].end() :]))


def _price(amount: Amount) -> Price | None:
    value = whole(amount.value, _LEAST, _MOST)
    if value is None:
        return None
    word = last_word(_LEAD, amount.lead)
    included = _charges(amount.tail) if word not in ("bare", "inclusive") else None
    if word == "bare" or (word == "inclusive" and _CHARGES_IN.search(amount.lead)):
        included = word == "inclusive"
    return Price(value, amount.currency, _period(amount.tail), included)


def _period(tail: str) -> Period | None:
    for period, pattern in _PERIOD_PATTERNS.items():
        if pattern.match(tail):
            return period
    return None


def _charges(tail: str) -> bool | None:
    if _CHARGES_OUT.match(tail):
        return False
    return True if _CHARGES_IN.match(tail) else None


def _score(amount: Amount, price: Price) -> float:
    headline = bool(_TAIL_PRICE.match(amount.tail))
    word = last_word(_LEAD, amount.lead)
    if _TAIL_OTHER.match(amount.tail) or _FEES_AMOUNT_TO.search(amount.lead):
        return 0.1
    if word in ("other", "off"):
        return 0.45 if _TAIL_INCLUSIVE.match(amount.tail) else 0.1
    if word == "floor":
        return 0.5
    score = {"price": 0.8, "inclusive": 0.9, "bare": 0.6}.get(word or "", 0.5) + (0.1 if headline else 0)
    # The Gulf lets by the year.
    return score - (0.3 if price.per == "year" and price.currency != "AED" else 0)


def _joined(folded: str, found: list[Amount], index: int) -> bool:
    """Whether amounts `index - 1` and `index` are the two ends of one range."""
    if not 0 < index < len(found):
        return False
    first, second = found[index - 1], found[index]
    gap = folded[first.end : second.start]
    return first.value < second.value and bool(_RANGE_JOIN.match(gap))


def _is_gone(folded: str, amount: Amount, following: Amount) -> bool:
    """Whether the next amount took an amount's place: "410 000 € → 385 000 €", "410 000 € 389 000 € -5 %"."""
    gap = folded[amount.end : following.start]
    if _ARROW.match(gap):
        return True
    cheaper = not gap.strip() and following.value < amount.value
    return cheaper and bool(_REDUCED.match(folded, following.end))


def _half_range(folded: str, found: list[Amount]) -> bool:
    """Whether a range carries one sign only: "200 000 - 250 000 €"."""
    lead = folded[: found[0].start]
    return bool(re.search(r"[0-9] {0,2}(?:-|/|a|to|et|and|bis) {0,2}$", lead))
