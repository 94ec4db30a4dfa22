"""From pairs to properties: contradictions part, chains stay short, and nothing grows without end."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.clusters import ALWAYS, MAX_CLUSTER, MAX_COMPONENT, NEVER, agglomerate, cluster

#: As many as seven adverts have pairs.
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73)


def clustered(count: int, pairs: dict[tuple[int, int], float], other: float = -1.0) -> list[int]:
    """Properties of positions whose pairs have these log-odds, all others `other`."""
    likely = [(a, b, odds) for (a, b), odds in sorted(pairs.items()) if odds > 0]
    table = np.array(likely, np.float64).reshape(-1, 3)
    links = (table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2])

    def score(left: np.ndarray, right: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([pairs.get(pair, other) for pair in zip(left.tolist(), right.tolist(), strict=True)])

    return cluster(count, links, score).tolist()


def test_pairs_that_are_likely_join_and_are_named_by_their_smallest() -> None:
    assert clustered(4, {(0, 2): 3.0, (1, 3): 0.5}) == [0, 1, 0, 1]


def test_a_chain_does_not_join_ends_that_speak_against_it() -> None:
    assert clustered(3, {(0, 1): 3.0, (1, 2): 2.0, (0, 2): -4.0}) == [0, 0, 2]
    assert clustered(3, {(0, 1): 3.0, (1, 2): 2.0, (0, 2): NEVER}) == [0, 0, 2]
    assert clustered(3, {(0, 1): 3.0, (1, 2): 2.0, (0, 2): -1.0}) == [0, 0, 0]


def test_many_partners_that_are_a_little_likely_are_strangers_and_sure_ones_are_not() -> None:
    crowd = {(a, b): 0.6 for a in range(8) for b in range(a + 1, 8)}
    assert clustered(3, {pair: odds for pair, odds in crowd.items() if pair[1] < 3}) == [0, 0, 0]
    assert clustered(8, crowd) == list(range(8))
    assert clustered(8, crowd | {(2, 5): 6.0}) == [0, 1, 2, 3, 4, 2, 6, 7]
    assert clustered(8, dict.fromkeys(crowd, 4.0)) == [0] * 8


def test_what_people_said_stands_over_all_evidence() -> None:
    assert clustered(3, {(0, 1): ALWAYS, (1, 2): 2.0, (0, 2): NEVER}) == [0, 0, 2]
    assert agglomerate(3, np.array([ALWAYS, NEVER, ALWAYS])) == [[0, 1, 2]]


@pytest.mark.parametrize("count", [MAX_CLUSTER + 5, MAX_COMPONENT + 40])
def test_a_component_that_grows_over_everything_stays_bounded(count: int) -> None:
    everything = {(a, b): 2.5 for a in range(count) for b in range(a + 1, count)}
    sizes = np.bincount(clustered(count, everything))
    assert sizes.max() <= MAX_CLUSTER


def test_a_long_chain_is_cut_at_its_weakest_links() -> None:
    chain = {(at, at + 1): 7.5 if at % 2 == 0 else 0.5 for at in range(3 * MAX_COMPONENT)}
    named = clustered(3 * MAX_COMPONENT + 1, chain, other=-3.0)
    assert named[:4] == [0, 0, 2, 2]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_order_of_the_adverts_changes_who_is_together(data: st.DataObject) -> None:
    """Without ties, which positions settle: no two means of odds that differ by roots of primes are equal."""
    count = data.draw(st.integers(2, 7))
    odds = st.sampled_from([NEVER, -3.0, -0.7, 0.4, 1.9, 5.1])
    every = [(a, b) for a in range(count) for b in range(a + 1, count)]
    pairs = {
        pair: data.draw(odds) + 0.01 * math.sqrt(prime) for pair, prime in zip(every, PRIMES, strict=False)
    }
    order = data.draw(st.permutations(range(count)))
    moved = {tuple(sorted((order[a], order[b]))): value for (a, b), value in pairs.items()}
    before, after = clustered(count, pairs), clustered(count, moved)  # type: ignore[arg-type]
    for a in range(count):
        for b in range(count):
            assert (before[a] == before[b]) == (after[order[a]] == after[order[b]])
