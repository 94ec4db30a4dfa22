"""Numbers as people write them: "1 250 000", "450.000", "1.079,17", "1,079.17", "2'500", "12,50,000",
"trois"."""

import re
from typing import Final

# Groups of three need one separator throughout; a letter before ("T3 150 m²") starts no group.
# Every repetition is bounded or possessive, so that no text makes the search slow.
NUMBER: Final = (
    r"(?:(?<![0-9a-z])(?<![0-9][.,])[0-9]{1,3}(?:(?: [0-9]{3}){1,3}|(?:\.[0-9]{3}){1,3}|(?:,[0-9]{3}){1,3}"
    r"|(?:'[0-9]{3}){1,3}|(?:,[0-9]{2}){1,3},[0-9]{3})(?![0-9])(?:[.,][0-9]{1,2}(?![0-9]))?"
    r"|(?<![0-9])(?<![0-9][.,e])[0-9]{1,12}+(?:[.,][0-9]{1,8}+)?(?![0-9]))"
)
#: Where a `NUMBER` may begin.
DIGITS: Final = re.compile(r"[0-9]+")
_GROUPED = re.compile(r"([0-9]{1,3}(?:([ .,'])[0-9]{3})(?:\2[0-9]{3}){0,2})(?:[.,]([0-9]{1,2}))?")
#: India's: hundreds of thousands and ten millions stand apart.
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2}){1,3},[0-9]{3}(?:\.[0-9]{1,2})?")
_NEGATIVE = re.compile(r"[^0-9a-z]{0,3}- ?[0-9]")
_PLAIN = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,8}))?")

#: Folded number words, French first; those that are also articles ("une", "a") are left to the caller.
WORDS: Final[dict[str, int]] = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14,
    "quinze": 15, "seize": 16, "vingt": 20,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "zwei": 2, "drei": 3, "vier": 4, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5,
    "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "twee": 2, "drie": 3, "vijf": 5,
    "dois": 2, "duas": 2, "quatro": 4,
}  # fmt: skip
#: A count in digits (decimals are cut by `count`) or in a word.
COUNT: Final = (
    r"(?:(?<![0-9])(?<![0-9][.,])[0-9]{1,2}+(?:[.,][05]0?(?![0-9]))?|\b(?:"
    + "|".join(sorted(WORDS))
    + r")\b)"
)


def number(text: str) -> float | None:
    """The number `text` is, French or English; None when it is something else.

    A lone group of three after a separator is thousands: `450.000` is 450 000.
    """
    text = text.strip()
    if grouped := _GROUPED.fullmatch(text):
        whole = grouped[1].replace(grouped[2], "")
        return float(f"{whole}.{grouped[3] or 0}")
    if plain := _PLAIN.fullmatch(text):
        return float(f"{plain[1]}.{plain[2] or 0}")
    return float(text.replace(",", "")) if _INDIAN.fullmatch(text) else None


def decimal(text: str) -> float | None:
    """`text` with its only separator read as the decimal sign: `54.320` is 54.32."""
    plain = _PLAIN.fullmatch(text.strip())
    return float(f"{plain[1]}.{plain[2] or 0}") if plain else None


def is_negative(folded: str) -> bool:
    """Whether a short text starts with a negative number."""
    return bool(_NEGATIVE.match(folded))


def count(text: str, most: int) -> int | None:
    """A small whole number from digits or a word, 1 to `most`; halves are cut (Swiss `3.5` is 3)."""
    text = text.strip()
    value: float | None = WORDS.get(text)
    if value is None:
        value = decimal(text)
    return int(value) if value is not None and 1 <= value <= most else None
