"""What an advert's text says of its dwelling alone: folded words, without its agency's boilerplate."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from dedup.advert import Advert

_SENTENCES = re.compile(r"[.!?;:\n•|]+")
_WORDS = re.compile(r"[a-z0-9]+")
#: A sentence that this share of an agency's adverts repeat is the agency's, not the dwelling's …
BOILERPLATE_SHARE = 0.3
#: … when at least as many adverts say it; a programme's few lots may share theirs.
BOILERPLATE_LEAST = 4
SHINGLE = 3
MAX_SHINGLES = 2_000


def fold(text: str) -> str:
    """Lower case, no accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def sentences(text: str) -> list[str]:
    """The text's sentences as folded words joined by one space."""
    parts = (" ".join(_WORDS.findall(part)) for part in _SENTENCES.split(fold(text)))
    return [part for part in parts if part]


def own_words(adverts: Sequence[Advert]) -> list[list[str]]:
    """Per advert, in order, the words of the sentences that are not its agency's boilerplate."""
    said = [sentences(advert.text) for advert in adverts]
    boilerplate = _boilerplate(adverts, said)
    kept = []
    for advert, parts in zip(adverts, said, strict=True):
        left_out = boilerplate.get(advert.agency or "", frozenset())
        kept.append([word for part in parts if part not in left_out for word in part.split()])
    return kept


def _boilerplate(adverts: Sequence[Advert], said: Iterable[list[str]]) -> dict[str, frozenset[str]]:
    adverts_of: Counter[str] = Counter()
    sayings: dict[str, Counter[str]] = defaultdict(Counter)
    for advert, parts in zip(adverts, said, strict=True):
        if advert.agency:
            adverts_of[advert.agency] += 1
            sayings[advert.agency].update(set(parts))
    return {
        agency: frozenset(
            part
            for part, number in counts.items()
            if number >= max(BOILERPLATE_LEAST, BOILERPLATE_SHARE * adverts_of[agency])
        )
        for agency, counts in sayings.items()
    }


def shingles(words: Sequence[str]) -> list[str]:
    """Distinct runs of three words, sorted; the words themselves when there are fewer."""
    if len(words) < SHINGLE:
        return sorted(set(words))
    runs = {" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
    return sorted(runs)[:MAX_SHINGLES]
