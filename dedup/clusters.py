"""From pairs to properties: the surest pairs first, never joining adverts that contradict each other.

The result depends on neither the order of the adverts nor of the pairs: ties break on ids.
"""

from collections.abc import Iterable, Sequence

from dedup.comparison import SAME, Comparison

#: One dwelling is rarely advertised more often; beyond, it is a programme or an error.
MAX_CLUSTER = 30


def cluster(ids: Sequence[str], comparisons: Iterable[Comparison]) -> dict[str, str]:
    """Each id to its property's name: the smallest id of its cluster."""
    known = list(comparisons)
    forbidden = {frozenset((c.a, c.b)) for c in known if c.vetoed}
    members: dict[str, list[str]] = {i: [i] for i in ids}
    root = {i: i for i in ids}
    surest = sorted(
        (c for c in known if not c.vetoed and c.probability >= SAME),
        key=lambda c: (-c.probability, min(c.a, c.b), max(c.a, c.b)),
    )
    for pair in surest:
        left, right = sorted((root[pair.a], root[pair.b]))
        if left != right and _compatible(members[left], members[right], forbidden):
            for member in members.pop(right):
                root[member] = left
                members[left].append(member)
    return {i: min(members[root[i]]) for i in ids}


def _compatible(left: list[str], right: list[str], forbidden: set[frozenset[str]]) -> bool:
    if len(left) + len(right) > MAX_CLUSTER:
        return False
    return not any(frozenset((a, b)) in forbidden for a in left for b in right)
