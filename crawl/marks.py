"""Marks: what a site's crawl has met, kept in eight bytes each, as thousands of sites are open at once.

    >>> marks = Marks(["a", "b"])
    >>> "a" in marks, len(marks)
    (True, 2)

Two texts that share a mark are taken for one: of a million the chance is one in thirty million.
"""

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator


class Marks:
    """A set of texts or bytes, of which only hashes are kept: of this process alone, but those of numbers."""

    __slots__ = ("_sorted",)

    def __init__(self, told: Iterable[Hashable] = ()) -> None:
        self._sorted = array("q", sorted({hash(one) for one in told}))

    def __iter__(self) -> Iterator[int]:
        return iter(self._sorted)

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, one: Hashable) -> bool:
        at = bisect_left(self._sorted, mark := hash(one))
        return at < len(self._sorted) and self._sorted[at] == mark

    def add(self, one: Hashable) -> None:
        """Note one more."""
        at = bisect_left(self._sorted, mark := hash(one))
        if at == len(self._sorted) or self._sorted[at] != mark:
            self._sorted.insert(at, mark)

    def likeness(self, other: "Marks") -> float:
        """Jaccard's: what both have of what either has, 0 to 1."""
        mine, others = set(self._sorted), set(other._sorted)
        return len(mine & others) / max(1, len(mine | others))
