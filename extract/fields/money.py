"""Amounts of money in any text, each with the words around it. Knows no field: price, charges, fees
and deposit each judge the same amounts by their own words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from extract.fields.match import after, before, begun
from extract.fields.number import NUMBER, number

_CURRENCY: Final[dict[str, str]] = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "e": "EUR", "£": "GBP", "gbp": "GBP",
    "rs": "INR", "rs.": "INR",
    "us$": "USD", "usd": "USD", "chf": "CHF", "xpf": "XPF", "r$": "BRL", "brl": "BRL",
    "₹": "INR", "inr": "INR", "aed": "AED", "mxn": "MXN", "mad": "MAD", "zł": "PLN", "pln": "PLN", "$": "USD",
}  # fmt: skip
_SIGN: Final = r"(?:€|£|₹|us\$|r\$|\$|zł|(?:eur(?:os?)?|gbp|usd|chf|xpf|brl|inr|aed|mxn|mad|pln)\b)"
#: Those of the Pacific: before an amount, behind it, and "35 MF", millions.
_FRANCS: Final = r"(?:f(?:rs?)?\.? ?|francs? )c\.?f\.?p\b\.?"
_FRANCS_AFTER: Final = rf"{_FRANCS}|cfp\b|francs? pacifiques?\b|(?<=m)f\b"
_SCALE: Final = r"(?:k(?=[€e$£ ])|m(?=[€$£]|f\b| ?(?:xpf|f\.? ?cfp)\b)|millions?(?: d[e'])?)"
#: Behind the sign and its number: thousands, millions, India's hundred thousands and ten millions.
_SCALE_AFTER: Final = r"[km]| ?cr(?:ores?)?| ?la(?:c|kh)s?"
# Elements part a figure from its thousands: "£165 ,000", "$ 189 , 900".
_PARTED: Final = r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3}| , ?[0-9]{3}){1,3}(?![0-9])"
_SPLIT = re.compile(" ?, ?")
_AMOUNT = re.compile(
    rf"(?P<post_number>{NUMBER})(?:[.,] ?-{{1,2}})?(?: ?(?P<scale>{_SCALE}))? {{0,2}}"
    rf"(?:(?P<post>{_SIGN}|(?<=k)e(?:ur(?:os?)?)?\b)|{_FRANCS_AFTER})"
    rf"|(?<![a-z])(?:(?P<pre>{_SIGN}|rs\.?(?= ?[0-9]))|{_FRANCS}) ?(?P<pre_number>{_PARTED}|{NUMBER})"
    rf"(?:(?P<pre_scale>{_SCALE_AFTER})\b)?"
)
_STARTS = re.compile(
    r"[0-9]+|[€£₹$]|us\$|r\$|zł|eur|gbp|usd|chf|xpf|brl|inr|aed|mxn|mad|pln|rs\.? ?[0-9]"
    r"|f(?:rs?)?\.? ?c\.?f\.?p|francs? c"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` in `currency` (ISO 4217) at `start`..`end`; `lead` and `tail` are the folded words around."""

    value: float
    currency: str
    start: int
    end: int
    lead: str
    tail: str


@lru_cache(maxsize=64)
def amounts(folded: str) -> tuple[Amount, ...]:
    """Every amount with a currency sign in a folded text, in order.

    The words around stop at a line break; those before, also at the previous amount's sign; those
    after, at the next digit. Kept: price, charges, fees and deposit are sought in the same text.
    """
    return tuple(_amounts(folded))


def _amounts(folded: str) -> Iterator[Amount]:
    for found in begun(_STARTS, _AMOUNT, folded):
        value = number(_SPLIT.sub(",", found["post_number"] or found["pre_number"]))
        if value is None:
            continue
        scale = (found["scale"] or found["pre_scale"] or "").strip()
        lead = before(folded, found.start(), 64, "\n€£$")
        tail = after(folded, found.end(), 40, "\n0123456789€£$")
        sign = found["post"] or found["pre"]
        currency = _CURRENCY[sign] if sign else "XPF"
        yield Amount(round(value * _factor(scale), 2), currency, found.start(), found.end(), lead, tail)


def _factor(scale: str) -> int:
    return {"": 1, "k": 1_000, "l": 100_000, "m": 1_000_000, "c": 10_000_000}[scale[:1]]


def whole(value: float, least: int, most: int) -> int | None:
    """`value` in whole units, None outside `least`..`most` (NaN and infinity are outside)."""
    return int(value) if least <= value <= most else None
