"""What is asked in words: `"vue mer" terrasse -viager`, to terms that all must hold.

>>> [(term.alternatives, term.excluded) for term in read('T3 -"rez de chaussée"')]
[(('T3',), False), (('rez de chaussée', 'rdc'), True)]
"""

import re
from dataclasses import dataclass
from typing import Final

from models.place_names import fold

#: Terms past these are not heard.
MOST_TERMS: Final = 20
_TERMS: Final = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
#: Said alike in adverts; T3, F3 and 3 pièces are one word already where words are indexed.
_ALIKE: Final = (
    ("rez de chaussée", "rdc"), ("salle de bains", "salle de bain", "sdb"), ("salle d'eau", "sde"),
    ("appartement", "appart", "appt"), ("parking", "stationnement"), ("ascenseur", "asc"),
    ("climatisation", "climatisé", "clim"), ("double vitrage", "dv"), ("plain pied", "plain-pied"),
    ("viager", "rente viagère"), ("neuf", "vefa"),
)  # fmt: skip
_GROUP: Final = {fold(word): group for group in _ALIKE for word in group}


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
    for minus, phrase, word in _TERMS.findall(asked):
        told = (phrase or word).strip()
        if any(character.isalnum() for character in told):
            others = [said for said in _GROUP.get(fold(told), ()) if fold(said) != fold(told)]
            terms.append(Term((told, *others), bool(minus)))
    return terms[:MOST_TERMS]
