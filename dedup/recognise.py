"""The whole of it on plain data: adverts in, one property per advert out, with every scored pair.

>>> result = recognise([Advert.of(row) for row in rows])
>>> result.properties["advert-7"]
'advert-3'
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.advert import Advert
from dedup.candidates import candidates
from dedup.clusters import cluster
from dedup.comparison import Comparison, compare
from dedup.wording import own_words


@dataclass(frozen=True, slots=True)
class Recognition:
    """`properties`: advert id to the smallest advert id of the same dwelling."""

    properties: dict[str, str]
    comparisons: tuple[Comparison, ...]


def recognise(adverts: Sequence[Advert]) -> Recognition:
    """Same adverts, same answer, whatever their order. Ids must be distinct."""
    ordered = sorted(adverts, key=lambda advert: advert.id)
    words = [" ".join(own) for own in own_words(ordered)]
    compared = tuple(compare(ordered[i], ordered[j], words[i], words[j]) for i, j in candidates(ordered))
    return Recognition(cluster([a.id for a in ordered], _with_contradictions(ordered, compared)), compared)


def _with_contradictions(adverts: Sequence[Advert], compared: tuple[Comparison, ...]) -> list[Comparison]:
    """Add the vetoes between adverts that are no candidates but could meet through a third."""
    by_id = {advert.id: advert for advert in adverts}
    near: dict[str, set[str]] = {}
    for pair in compared:
        if not pair.vetoed and pair.probability >= 0.5:
            near.setdefault(pair.a, set()).add(pair.b)
            near.setdefault(pair.b, set()).add(pair.a)
    known = {frozenset((pair.a, pair.b)) for pair in compared}
    added = []
    for neighbours in near.values():
        for a in sorted(neighbours):
            for b in sorted(neighbours):
                if a < b and frozenset((a, b)) not in known:
                    known.add(frozenset((a, b)))
                    added.append(compare(by_id[a], by_id[b], "", ""))
    return [*compared, *(pair for pair in added if pair.vetoed)]
