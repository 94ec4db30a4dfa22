"""From pairs to properties: the surest first, never joining adverts that contradict each other.

Average linkage: two groups become one when their pairs, taken together, speak for it. All pairs within a
component are scored, so that a contradiction counts even between two that were no candidates.
The result does not depend on the order of the pairs; nor on that of the adverts but for exact ties, which
their positions settle: give them in the order of their ids.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: One dwelling is rarely advertised more often; beyond, it is a programme or an error.
MAX_CLUSTER: Final = 30
#: A component past this is cut at ever surer links: one that grows over everything joins nobody.
MAX_COMPONENT: Final = 60
#: Never the same dwelling.
NEVER: Final = -np.inf
#: A person said that they are one dwelling.
ALWAYS: Final = np.inf

Score = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]
Links = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def cluster(count: int, links: Links, score: Score) -> NDArray[np.int64]:
    """Each position's property, named by its smallest position.

    links: pairs that are likely one dwelling, with their log-odds. score: log-odds of any pairs, NEVER
    where they contradict each other.
    """
    named = np.arange(count)
    components = list(_components(count, links, 0.0))
    whole = _pairs_within(components)
    scores = score(*whole)
    start = 0
    for members in components:
        size = len(members) * (len(members) - 1) // 2
        for group in agglomerate(len(members), scores[start : start + size]):
            own = members[group]
            named[own] = own.min()
        start += size
    return named


def _components(count: int, links: Links, least: float) -> Iterator[NDArray[np.int64]]:
    """Positions joined by links of at least these log-odds, at most MAX_COMPONENT together; none alone."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    left, right, _ = links
    graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    for members in np.split(order, cuts):
        if 1 < len(members) <= MAX_COMPONENT:
            yield members
        elif len(members) > MAX_COMPONENT:
            yield from _cut(count, links, label == label[members[0]], least)


def _cut(count: int, links: Links, inside: NDArray[np.bool_], least: float) -> Iterator[NDArray[np.int64]]:
    """The component by its surer links alone; past the surest nothing tells its members apart: none joins."""
    from dedup.model import SUREST

    if least >= SUREST:
        return
    least += 1.0
    left, right, odds = links
    kept = inside[left] & (odds >= least)
    yield from _components(count, (left[kept], right[kept], odds[kept]), least)


def _pairs_within(components: Iterable[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for members in components:
        a, b = np.triu_indices(len(members), 1)
        left.append(members[a])
        right.append(members[b])
    return np.concatenate(left), np.concatenate(right)


def agglomerate(count: int, scores: NDArray[np.float64]) -> list[list[int]]:
    """Groups of 0 … count - 1; scores: of all pairs in the order of `numpy.triu_indices`."""
    if count == 2:
        return [[0, 1]] if scores[0] > 0 else [[0], [1]]
    table = np.full((count, count), NEVER)
    table[np.triu_indices(count, 1)] = scores
    table = np.maximum(table, table.T)
    groups = _decided(count, table)
    while len(groups) > 1:
        best = max(_joins(groups, table), default=None)
        if best is None:
            break
        _, left, right = best
        groups[-left] += groups.pop(-right)
    return list(groups.values())


def _decided(count: int, table: NDArray[np.float64]) -> dict[int, list[int]]:
    """The groups that people made, whatever the evidence."""
    groups = {at: [at] for at in range(count)}
    for left, right in np.argwhere(np.triu(table == ALWAYS)).tolist():
        a, b = (next(name for name, own in groups.items() if at in own) for at in (left, right))
        if a != b:
            groups[min(a, b)] += groups.pop(max(a, b))
    return groups


def _joins(groups: dict[int, list[int]], table: NDArray[np.float64]) -> Iterator[tuple[float, int, int]]:
    """Mean log-odds and, negated so that the smallest win a tie, the two groups of every likely join."""
    names = sorted(groups)
    for at, left in enumerate(names):
        for right in names[at + 1 :]:
            if len(groups[left]) + len(groups[right]) <= MAX_CLUSTER:
                mean = float(table[np.ix_(groups[left], groups[right])].mean())
                if mean > 0:
                    yield round(mean, 9), -left, -right
