"""From pairs to properties: the surest first, never joining adverts that contradict each other.

Average linkage: two groups become one when their pairs, taken together, speak for it. All pairs within a
component are scored, so that a contradiction counts even between two that were no candidates. And an advert
that expects strangers among its likely partners is less sure of each: where twenty parkings of one price
stand in one place, they are twenty, not one dwelling with twenty adverts.
The result does not depend on the order of the pairs; nor on that of the adverts but for exact ties, which
their positions settle: give them in the order of their ids.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedup.model import SUREST, probability

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
    odds = np.full((count, count), NEVER)
    odds[np.triu_indices(count, 1)] = scores
    sums = _shared_out(np.maximum(odds, odds.T))
    groups = {at: [at] for at in range(count)}
    sizes = np.ones(count)

    def join(left: int, right: int) -> None:
        groups[left] += groups.pop(right)
        sizes[left] += sizes[right]
        with np.errstate(invalid="ignore"):
            sums[left] += sums[right]
        sums[:, left] = sums[left]
        sums[right] = sums[:, right] = sums[left, left] = NEVER

    for left, right in np.argwhere(np.triu(sums == ALWAYS)).tolist():
        one, other = sorted(next(name for name, own in groups.items() if at in own) for at in (left, right))
        if one != other:
            join(one, other)
    while True:
        # Of equal means the first ones win: argmax takes the smallest positions.
        means = np.round(sums / (sizes[:, None] * sizes), 9)
        means[sizes[:, None] + sizes > MAX_CLUSTER] = NEVER
        left, right = divmod(int(means.argmax()), count)
        if not means[left, right] > 0:
            return list(groups.values())
        join(left, right)


def _shared_out(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The odds of each pair divided by the strangers that its adverts expect among their other likely
    partners, where they expect more than one.
    """
    doubt = np.where(log_odds > 0, 1 - probability(log_odds), 0)
    strangers = doubt.sum(axis=1)[:, None] - doubt
    return np.asarray(log_odds - np.log(np.maximum(1, np.maximum(strangers, strangers.T))))
