"""Seeded chance: every part of the town draws from its own stream, named by what it is for.

A stream depends on its name alone, so that adding an agency or a dwelling changes no other.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def chance(*name: object) -> Random:
    """The random stream of this name; strings are seeded through SHA-512, never through `hash()`."""
    return Random("/".join(str(part) for part in name))


def weighted(rng: Random, table: dict[T, float]) -> T:
    """One key of `table`, drawn by its weight."""
    return rng.choices(list(table), weights=list(table.values()))[0]


def some(rng: Random, items: Sequence[T], low: int, high: int) -> list[T]:
    """Between `low` and `high` distinct items, in a drawn order."""
    return rng.sample(items, min(len(items), rng.randint(low, high)))
