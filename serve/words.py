"""What is asked in words: `"vue mer" terrasse -viager`, to terms that all must hold.

>>> [(term.alternatives, term.excluded) for term in read('3 pièces -"rez de chaussée"')]
[(('3 pièces',), False), (('rez de chaussée', 'rdc'), True)]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from models.place_names import fold

#: Terms past these are not heard.
MOST_TERMS: Final = 20
_TERMS: Final = re.compile(r'(-?)(?:["“”«]([^"“”«»]*)["“”»]?|(\S+))')  # telephones write “ and ” for "
#: Said alike in adverts; T3, F3 and 3 pièces are one word already where words are indexed.
_ALIKE: Final = (
    ("rez de chaussée", "rdc"), ("salle de bains", "salle de bain", "sdb"), ("salle d'eau", "sde"),
    ("appartement", "appart", "appt"), ("parking", "stationnement"), ("ascenseur", "asc"),
    ("climatisation", "climatisé", "clim"), ("double vitrage", "dv"), ("plain pied", "plain-pied"),
    ("viager", "rente viagère"), ("neuf", "vefa"),
)  # fmt: skip
_GROUP: Final = {fold(word): group for group in _ALIKE for word in group}
#: Folded: words that mean one thing together, whoever leaves out the quotes; and how many of them there are.
_TOGETHER: Final = re.compile("|".join(("[1-9] (?:pieces?|p|pcs|pces)", "[tf] [1-9]", *_GROUP)))
_MOST_TOGETHER: Final = max(len(said.split()) for said in _GROUP)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase, as it may be said; excluded: it must not be there."""

    alternatives: tuple[str, ...]
    excluded: bool

    @property
    def is_phrase(self) -> bool:
        """Whether it is several words, side by side, as it was asked."""
        return not self.alternatives[0].isalnum()


def read(asked: str) -> list[Term]:
    """The terms of what was asked, those without a letter or a digit left out."""
    terms = []
    for told, excluded in _spans(asked):
        if any(character.isalnum() for character in told):
            others = [said for said in _GROUP.get(fold(told), ()) if fold(said) != fold(told)]
            terms.append(Term((told, *others), excluded))
    return terms[:MOST_TERMS]


def _spans(asked: str) -> Iterator[tuple[str, bool]]:
    """Phrases, words, and words that belong together, as they were typed; whether a minus stands before."""
    found = list(_TERMS.finditer(asked))
    while found:
        number = next(
            (n for n in range(min(_MOST_TOGETHER, len(found)), 1, -1) if _are_together(asked, found[:n])), 1
        )
        first, last = found[0], found[number - 1]
        told = first[2] if first[3] is None else asked[first.start(3) : last.end()]
        yield told.strip(), bool(first[1])
        del found[:number]


def _are_together(asked: str, some: list[re.Match[str]]) -> bool:
    """Whether these are plain words, none but the first with a minus, that mean one thing."""
    if any(one[3] is None for one in some) or any(one[1] for one in some[1:]):
        return False
    return _TOGETHER.fullmatch(fold(asked[some[0].start(3) : some[-1].end()])) is not None
