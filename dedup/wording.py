"""What an advert's text says of its dwelling alone: folded words, without its agency's boilerplate.

An agency's boilerplate is learnt from its first adverts, by their order: the same adverts teach the same,
and one advert more seldom changes what was learnt.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_SENTENCES = re.compile(r"[.!?;:](?=\s|$)|[\n•|]+")
_WORDS = re.compile(r"\d+\.\d+|[a-z0-9]+")
_PHONES = re.compile(r"(?<!\d)(?:\+33|0)\s?[1-9](?:[ .-]?\d\d){4}(?!\d)")
_THOUSANDS = re.compile(r"(?<=\d)[ .](?=\d{3}(?!\d))")
_DECIMALS = re.compile(r"(?<=\d),(?=\d)")
#: Said in nearly every advert of the country, by law or by habit.
_LEGAL = re.compile(
    r"georisques|risques auxquels|honoraires|bareme|non contractuel|statut de la copropriete"
    r"|agent commercial|rsac|carte professionnelle|depenses annuelles d.?energie|contact\b"
)
#: A sentence that this share of an agency's adverts repeat is the agency's, not the dwelling's …
BOILERPLATE_SHARE = 0.3
#: … when at least as many adverts say it; a programme's few lots may share theirs.
BOILERPLATE_LEAST = 4
#: From how many first adverts an agency's boilerplate is learnt, the most that it has: seldom anew.
LEARNT_FROM = (4, 8, 16, 64, 256)


def fold(text: str) -> str:
    """Lower case, no accents, ASCII alone: `62 m²` is `62 m2`.

    >>> fold("Cœur de Ville, 62 m²")
    'coeur de ville, 62 m2'
    """
    lowered = text.lower().replace("œ", "oe").replace("’", "'")
    return unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()


def sentences(text: str) -> list[str]:
    """The text's sentences as folded words joined by one space; `245 000` is one word, phones are none."""
    folded = _THOUSANDS.sub("", _DECIMALS.sub(".", _PHONES.sub(" ", fold(text))))
    parts = (" ".join(_WORDS.findall(part)) for part in _SENTENCES.split(folded))
    return [part for part in parts if part]


def learnt_from(adverts: int) -> int:
    """Of so many adverts, from how many first ones the agency's boilerplate is learnt; 0 of too few."""
    return max((enough for enough in LEARNT_FROM if enough <= adverts), default=0)


def boilerplate(said: Iterable[Sequence[str]]) -> frozenset[str]:
    """The sentences that an agency's adverts, each given by its sentences, have in common."""
    counts: Counter[str] = Counter()
    adverts = 0
    for parts in said:
        adverts += 1
        counts.update(set(parts))
    least = max(BOILERPLATE_LEAST, BOILERPLATE_SHARE * adverts)
    return frozenset(part for part, number in counts.items() if number >= least)


def own_words(said: Iterable[str], left_out: frozenset[str] = frozenset()) -> list[str]:
    """The words of the sentences that are neither its agency's boilerplate nor everyone's."""
    return [
        word for part in said if part not in left_out and not _LEGAL.search(part) for word in part.split()
    ]
