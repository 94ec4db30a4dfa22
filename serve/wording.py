"""Words and figures for people, in French first or English: phrases, prices, surfaces, dates.

    >>> Wording("fr").price(245_000)
    '245 000 €'

Phrases stand in phrases.json, one line each; a missing one is a test's failure, not a reader's.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from models.money import currency_of

Language = Literal["fr", "en"]

_PHRASES: Final = Path(__file__).with_name("phrases.json")
_THIN: Final = "\u202f"
_HARD: Final = "\u00a0"
#: Fields that are amounts in the advert's currency.
_MONEY: Final = frozenset({"price", "price_per_sqm", "charges", "fees", "deposit"})
_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def choose_language(asked: str | None, accepted: str | None) -> Language:
    """`?lang=` when it is one of ours, else the browser's first that is, else French."""
    if asked in ("fr", "en"):
        return "en" if asked == "en" else "fr"
    for entry in (accepted or "").lower().split(",")[:10]:
        tag = entry.split(";")[0].strip()[:2]
        if tag in ("fr", "en"):
            return "en" if tag == "en" else "fr"
    return "fr"


class Wording:
    """Everything a template says in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._french = language == "fr"

    def __call__(self, key: str, **values: object) -> str:
        """The phrase, with `{names}` filled in. KeyError when there is none."""
        return phrases()[key][self.language].format(**values)

    def known(self, group: str, name: object) -> str:
        """The word for a value of a vocabulary, or the value itself when it is new to us."""
        entry = phrases().get(f"{group}.{name}")
        return entry[self.language] if entry else str(name).replace("_", " ")

    def counted(self, key: str, count: int) -> str:
        """ "1 pièce", "3 pièces": French counts 0 and 1 alike."""
        single = count == 1 or (self._french and count == 0)
        return self(f"{key}_{'one' if single else 'many'}", count=self.number(count))

    def number(self, value: float) -> str:
        """Thousands apart; at most one decimal, none when it is zero."""
        text = f"{value:,.1f}".removesuffix(".0")
        if self._french:
            return text.replace(",", _THIN).replace(".", ",")
        return text

    def price(self, amount: float, currency: str | None = "EUR") -> str:
        """Whole units of a currency; the bare number where that is unknown."""
        number = self.number(round(abs(amount)))
        sign = "−" if amount < 0 else ""
        if currency is None:
            return sign + number
        if currency == "EUR":
            return f"{sign}{number}{_HARD}€" if self._french else f"{sign}€{number}"
        return f"{sign}{number}{_HARD}{currency}" if self._french else f"{sign}{currency}{_HARD}{number}"

    def difference(self, amount: int, currency: str | None = "EUR") -> str:
        """A price difference with its sign."""
        return ("+" if amount > 0 else "") + self.price(amount, currency)

    def currency(self, told: str | None, postal_code: str | None) -> str | None:
        """What an advert's amounts are in, for `price`."""
        return currency_of(told, postal_code)

    def surface(self, square_metres: float) -> str:
        """Square metres."""
        return f"{self.number(square_metres)}{_HARD}m²"

    def date(self, at: date) -> str:
        """Day, month in words, year."""
        day = "1er" if self._french and at.day == 1 else str(at.day)
        return f"{day} {_MONTHS[self.language][at.month - 1]} {at.year}"

    def ago(self, at: datetime) -> str:
        """How many days ago."""
        days = (datetime.now(UTC).date() - at.astimezone(UTC).date()).days
        if days <= 0:
            return self("ago.today")
        return self("ago.yesterday") if days == 1 else self("ago.days", count=days)

    def value(self, field: str, value: Any, currency: str | None = "EUR") -> str:
        """A listing's value as people write it, by the field it stands in. currency: of its amounts."""
        if value is None:
            return "—"
        if isinstance(value, bool):
            return self("listing.yes" if value else "listing.no")
        if isinstance(value, int | float):
            if field in _MONEY:
                return self.price(value, currency)
            if writer := self._writers().get(field):
                return writer(value)
        return self._word(field, value)

    def _word(self, field: str, value: Any) -> str:
        if field == "availability":
            return self.known("available", value)
        text = self.known(field, value) if f"{field}.{value}" in phrases() else str(value)
        return text if len(text) <= 120 else text[:119] + "…"

    def _writers(self) -> Mapping[str, Callable[[float], str]]:
        return {
            **dict.fromkeys(("surface", "land_surface"), self.surface),
            "floor": lambda floor: self("floor.ground") if floor == 0 else str(floor),
            "construction_year": str,
        }


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Every phrase by key and language."""
    read: dict[str, dict[str, str]] = json.loads(_PHRASES.read_text(encoding="utf-8"))
    return read
