"""Amounts in euros, as the database's own `in_euros` has them; a test holds that both agree.

>>> in_euros(35_000_000, "XPF")
293300
"""

from typing import Final

#: Postal codes of Wallis and Futuna, Polynesia and New Caledonia: a currency that is not told there may be
#: the franc as well as the euro.
PACIFIC: Final = ("986", "987", "988")


def currency_of(told: str | None, postal_code: str | None = None) -> str | None:
    """The currency that an advert's amounts are in; None where that is unknown."""
    return "EUR" if told is None and not (postal_code or "").startswith(PACIFIC) else told


def in_euros(amount: int | None, told: str | None, postal_code: str | None = None) -> int | None:
    """Whole euros: francs of the Pacific by their parity, 8.38 euros for 1,000 (decree 98-1152); None of any
    other currency, as it has no fixed one.
    """
    currency = currency_of(told, postal_code)
    if currency == "XPF" and amount is not None:
        return (amount * 838 + 50_000) // 100_000
    return amount if currency == "EUR" else None
