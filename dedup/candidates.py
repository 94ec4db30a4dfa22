"""Which pairs are worth comparing: those that share a bucket. Bounded, whatever the buckets hold.

A bucket's adverts stand in the order of their price, and each meets its `WINDOW` next ones alone (sorted
neighbourhood, Hernández and Stolfo 1995): a full bucket costs no more than a few small ones, and drops none.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedup.keys import NONE, Keys

#: Neighbours by price that an advert meets in a bucket, upwards.
WINDOW: Final = 12
Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def candidates(keys: Keys, order: NDArray[Any]) -> Pairs:
    """Pairs of positions, smaller first, sorted, each once.

    keys: (adverts, slots), 0 for none. order: in which adverts stand in a bucket, position by position;
    adverts are best given in an order of their own (by id), which settles ties.
    """
    count = len(keys)
    found = [np.zeros(0, np.int64)]
    # All slots together: one dwelling's price may be another advert's net price.
    standing, _ = np.nonzero(keys != NONE)
    own = keys[keys != NONE]
    line = np.lexsort((standing, order[standing], own))
    standing, own = standing[line], own[line]
    for step in range(1, WINDOW + 1):
        same = own[step:] == own[:-step]
        left, right = standing[:-step][same], standing[step:][same]
        found.append(np.minimum(left, right) * count + np.maximum(left, right))
    left, right = np.divmod(np.unique(np.concatenate(found)), max(count, 1))
    apart = left != right
    return left[apart], right[apart]
