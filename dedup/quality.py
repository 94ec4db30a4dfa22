"""How well properties are recognised: of pairs by reading, and of adverts whose dwelling is known."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Quality:
    """Precision and recall, 0 to 1; nothing merged is precise."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def to_dict(self) -> dict[str, float]:
        """For a gate or a table."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}


def of_labelled(merged: Sequence[bool], same: Sequence[bool], weight: Sequence[float]) -> Quality:
    """Of labelled pairs, each standing for `weight` pairs of the market."""
    rows = list(zip(merged, same, weight, strict=True))
    right = sum(w for found, true, w in rows if found and true)
    said, true = sum(w for found, _, w in rows if found), sum(w for _, true, w in rows if true)
    return Quality(right / said if said else 1.0, right / true if true else 1.0)


def pairwise(found: Mapping[str, Hashable], true: Mapping[str, Hashable]) -> Quality:
    """Over pairs of adverts; both give the name of each advert's property."""
    said, wanted = _pairs(found), _pairs(true)
    right = len(said & wanted)
    return Quality(right / len(said) if said else 1.0, right / len(wanted) if wanted else 1.0)


def b_cubed(found: Mapping[str, Hashable], true: Mapping[str, Hashable]) -> Quality:
    """Mean over adverts of the share of their cluster that is right (Bagga and Baldwin, 1998)."""
    said, wanted = _groups(found), _groups(true)
    precision = recall = 0.0
    for advert, name in true.items():
        own, whole = said[found[advert]], wanted[name]
        shared = len(own & whole)
        precision += shared / len(own)
        recall += shared / len(whole)
    return Quality(precision / len(true), recall / len(true))


def _groups(named: Mapping[str, Hashable]) -> dict[Hashable, set[str]]:
    groups: dict[Hashable, set[str]] = defaultdict(set)
    for advert, name in named.items():
        groups[name].add(advert)
    return groups


def _pairs(named: Mapping[str, Hashable]) -> set[tuple[str, str]]:
    return {pair for own in _groups(named).values() for pair in _within(own)}


def _within(own: Iterable[str]) -> Iterable[tuple[str, str]]:
    return combinations(sorted(own), 2)
