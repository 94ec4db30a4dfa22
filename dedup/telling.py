"""What an advert's words tell of its dwelling beside its fields: storey, year, streets, the owner's price.

Words are folded (`dedup.wording`); each reader says None rather than choose among several answers.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from dedup.advert import Advert

_GROUND = re.compile(r"\b(?:rdc|rez de (?:chaussee|jardin))\b")
_STOREY = re.compile(r"\b(\d{1,2}) ?(?:er|i?eme|e|nd|o)? (?:et dernier )?(?:et|etage)\b")
_ORDINALS: Final = {
    "premier": 1, "deuxieme": 2, "second": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "sixieme": 6,
    "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10,
}  # fmt: skip
_SPELT = re.compile(rf"\b({'|'.join(_ORDINALS)}) (?:et dernier )?etage\b")
_BUILT = re.compile(
    r"\b(?:immeuble|residence|maison|batiment|copropriete|construction|construite?|bati|datant|annees)"
    r"(?: (?:de|des|du|d|en|annees|l|annee|bon|standing|recent|recente|ancien))* ((?:18|19|20)\d\d)\b"
)
_NET = re.compile(r"\b(\d{4,8})(?: (?:euros?|eur))? hors honoraires|hors honoraires (\d{4,8})\b")
_RATE = re.compile(r"\b(\d(?:\.\d{1,2})?)(?: ttc)?(?: d)? honoraires|honoraires(?: de)? (\d(?:\.\d{1,2})?)\b")
_WAYS: Final = frozenset((
    "rue", "avenue", "av", "boulevard", "bd", "bld", "allee", "allees", "impasse", "chemin", "quai",
))  # fmt: skip
_PARTICLES: Final = frozenset((
    "de", "du", "des", "la", "le", "les", "l", "d", "et",
))  # fmt: skip
#: Words that end a street's name, or that are said of a street without naming it.
_NO_NAME: Final = frozenset((
    "dans", "avec", "proche", "pres", "pietonne", "pietonnes", "commercante", "commercantes", "calme",
    "paisible", "principale", "pavee", "arboree", "residentielle", "entree", "entre", "face", "cour",
    "jardin", "appartement", "situe", "situee", "immeuble", "metro", "centre", "tres", "sans", "cette",
    "votre", "notre", "pour", "vous", "ville", "gare", "tout", "toute", "toutes",
))  # fmt: skip


def storey(words: str) -> float | None:
    """The one storey that the text names, 0 for the ground floor.

    >>> storey("appartement au 3eme etage d un immeuble de 5 etages")
    3.0
    """
    told = {0} if _GROUND.search(words) else set()
    if "etage" in words or " et" in words:
        told |= {int(found[1]) for found in _STOREY.finditer(words)}
        told |= {_ORDINALS[found[1]] for found in _SPELT.finditer(words)}
    return float(told.pop()) if len(told) == 1 else None


def year(words: str) -> float | None:
    """The one year of construction that the text names."""
    told = {int(found[1]) for found in _BUILT.finditer(words)}
    return float(told.pop()) if len(told) == 1 else None


def streets(words: Iterable[str]) -> list[str]:
    """The telling words of the names of streets.

    >>> streets("un studio rue du president wilson dans un immeuble".split())
    ['president', 'wilson']
    """
    told: dict[str, None] = {}
    left = 0
    for word in words:
        if word in _WAYS:
            left = 3
        elif left and word not in _PARTICLES:
            left = 0 if word in _NO_NAME or not word.isalpha() else left - 1
            if (left and len(word) >= 4) or (left == 0 and word.isalpha() and word not in _NO_NAME):
                told[word] = None
    return list(told)


def net_price(advert: Advert, said: Sequence[str]) -> float | None:
    """What the owner gets, euros: the same at every agency. Sales tell fees, a rate or the price without."""
    price = advert.price
    if not price:
        return None
    if advert.transaction == "rent":
        return price - advert.charges if advert.charges and advert.charges < price else None
    if advert.fees and advert.fees < 0.25 * price:
        return price - advert.fees
    # "Prix hors honoraires : 240 384 €" is two sentences.
    told = (f"{part} {after}" for part, after in pairwise([*said, ""]) if "honoraires" in part)
    return next((net for part in told if (net := _told_net(price, part))), None)


def _told_net(price: float, part: str) -> float | None:
    if net := _NET.search(part):
        told = float(net[1] or net[2])
        return told if 0.75 * price < told <= price else None
    rate = _RATE.search(part)
    return price / (1 + float(rate[1] or rate[2]) / 100) if rate else None
