"""Fitting the pair model: from pairs labelled by reading, and from adverts whose dwelling is known.

Labelled pairs are few and drawn by stratum; the town's are many and worded by a machine. Both are weighed so
that neither drowns the other, and the real market's unlabelled strangers keep the model modest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dedup.advert import Advert
from dedup.candidates import candidates
from dedup.evidence import NAMES, Features, features
from dedup.keys import keys_of
from dedup.model import PairModel
from dedup.recognise import shown_price, sign_all
from dedup.signature import Signatures
from dedup.vetoes import Side, vetoes

#: Inverse of the regularisation's strength, and what the labelled pairs and the strangers weigh beside the
#: town's: chosen by leaving clusters of the labelled pairs out.
STRENGTH: Final = 1.0
LABELLED_SHARE: Final = 0.3
STRANGERS_SHARE: Final = 0.05
TOTAL: Final = 1000.0
#: No lesson has pictures: of the pairs of one dwelling, and of two of one kind and place, the shares of which
#: it holds (`models.photo_hash`); their ratio is the weight, as Fellegi and Sunter have it. The second share
#: is taken ten times as large as it was measured, for drawn rooms are not real ones.
_PICTURES: Final = {"two pictures alike": (0.91, 0.02), "no picture alike": (0.09, 0.98)}
#: Evidence that may only speak for, or only against, one dwelling: the few labelled pairs must not turn it.
_SILENT: Final = ("no place", "no figure in common", "no picture alike")
_AGAINST: Final = tuple(
    name for name in NAMES if name in _SILENT or any(word in name for word in ("differ", "unlike", "beyond"))
)
_FOR: Final = tuple(
    name
    for name in NAMES
    if name not in _AGAINST
    and any(word in name for word in ("equal", "in common", "alike", "told in", "same reference"))
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """Evidence of pairs, which of them are one dwelling, and how much each weighs."""

    evidence: Features
    same: NDArray[np.bool_]
    weight: NDArray[np.float64]

    def scaled(self, total: float) -> "Lesson":
        """The same with weights of that sum."""
        return Lesson(self.evidence, self.same, self.weight * (total / max(self.weight.sum(), 1e-9)))

    def at(self, chosen: NDArray[Any]) -> "Lesson":
        """Some of the pairs."""
        return Lesson(self.evidence[chosen], self.same[chosen], self.weight[chosen])


@dataclass(frozen=True, slots=True)
class Labelled:
    """Real adverts' lessons: the labelled pairs, the vetoed ones among them, their groups, the strangers.

    A group is a cluster of the labelled pairs: to be left out as a whole, labels of one building recur.
    """

    lesson: Lesson
    vetoed: NDArray[np.bool_]
    groups: NDArray[np.int64]
    strangers: Lesson


def known_dwellings(adverts: Sequence[Advert], dwellings: Sequence[object]) -> Lesson:
    """From adverts whose dwelling is known: all their candidate pairs that no veto settles."""
    ordered = sorted(range(len(adverts)), key=lambda at: adverts[at].id)
    signatures = sign_all([adverts[at] for at in ordered])
    left, right = _unvetoed(signatures)
    own = np.unique([str(dwellings[at]) for at in ordered], return_inverse=True)[1]
    return Lesson(features(signatures, left, right), own[left] == own[right], np.ones(len(left)))


def labelled_pairs(
    adverts: Sequence[Advert], pairs: Sequence[tuple[str, str]], same: Sequence[bool], weight: Sequence[float]
) -> Labelled:
    """From pairs of ids labelled by reading; weight: how many pairs of the market each stands for."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    signatures = sign_all(sorted(adverts, key=lambda advert: advert.id))
    at = {name: position for position, name in enumerate(signatures.ids)}
    ends = np.sort([(at[a], at[b]) for a, b in pairs], axis=1)
    left, right = ends[:, 0], ends[:, 1]
    graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(at), len(at)))
    groups = connected_components(graph, directed=False)[1][left]
    vetoed = vetoes(Side(signatures.rows, left), Side(signatures.rows, right)) > 0
    # The square root: one pair stands for 721, and must not settle everything alone.
    lesson = Lesson(features(signatures, left, right), np.array(same, bool), np.sqrt(weight))
    return Labelled(lesson, vetoed, groups, _strangers(signatures, set(zip(left, right, strict=True))))


def _strangers(signatures: Signatures, labelled: set[tuple[int, int]]) -> Lesson:
    """Candidate pairs with neither phrases nor structure in common: of 17 such pairs that were read, 1 was
    one dwelling. Taken for different, with little weight.
    """
    left, right = _unvetoed(signatures)
    evidence = features(signatures, left, right)
    column = {name: evidence[:, at] for at, name in enumerate(NAMES)}
    surface = sum(column[n] for n in NAMES if n.startswith("surface") and "differs" not in n)
    price = sum(column[n] for n in NAMES if "equal" in n and ("price" in n or "rent" in n))
    price = price + column["price within 1 %"] + column["price within 3 %"]
    tight = (surface > 0) & (price > 0) & (column["rooms differ"] == 0)
    unread = np.array([pair not in labelled for pair in zip(left, right, strict=True)], bool)
    kept = unread & ~tight & (column["phrases in common"] < 0.12)
    return Lesson(evidence[kept], np.zeros(kept.sum(), bool), np.ones(kept.sum()))


def _unvetoed(signatures: Signatures) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    left, right = candidates(keys_of(signatures), shown_price(signatures))
    kept = vetoes(Side(signatures.rows, left), Side(signatures.rows, right)) == 0
    return left[kept], right[kept]


def fit(town: Lesson, labelled: Labelled | None = None, chosen: NDArray[Any] | None = None) -> PairModel:
    """Fit on the town's pairs and on the labelled ones at `chosen` (all of them, if None)."""
    lessons = [town.scaled(TOTAL)]
    if labelled is not None:
        every = np.arange(len(labelled.groups)) if chosen is None else chosen
        kept = every[~labelled.vetoed[every]]
        lessons.append(labelled.lesson.at(kept).scaled(TOTAL * LABELLED_SHARE))
        lessons.append(labelled.strangers.scaled(TOTAL * STRANGERS_SHARE))
    return _fit(Lesson(
        np.vstack([lesson.evidence for lesson in lessons]),
        np.concatenate([lesson.same for lesson in lessons]),
        np.concatenate([lesson.weight for lesson in lessons]),
    ))  # fmt: skip


def _fit(lesson: Lesson) -> PairModel:
    """Logistic regression; evidence that would speak the wrong way is left out and the rest fitted again."""
    from sklearn.linear_model import LogisticRegression

    kept = list(range(len(NAMES)))
    while True:
        model = LogisticRegression(C=STRENGTH, max_iter=10_000, tol=1e-8)
        # In double precision: in single, the weights' last digits hang on the number of threads.
        model.fit(lesson.evidence[:, kept].astype(np.float64), lesson.same, sample_weight=lesson.weight)
        turned = {at for at, weight in zip(kept, model.coef_[0], strict=True) if _wrong(NAMES[at], weight)}
        if not turned:
            break
        kept = [at for at in kept if at not in turned]
    weights = np.zeros(len(NAMES))
    weights[kept] = model.coef_[0]
    for name, share in _PICTURES.items():
        weights[NAMES.index(name)] = np.log(share[0] / share[1])
    return PairModel(float(model.intercept_[0]), weights)


def _wrong(name: str, weight: float) -> bool:
    return (name in _AGAINST and weight > 0) or (name in _FOR and weight < 0)


def left_out(town: Lesson, labelled: Labelled, parts: int = 10) -> Iterator[tuple[PairModel, NDArray[Any]]]:
    """Models fitted without a part of the labelled pairs' clusters, and the positions of that part."""
    from sklearn.model_selection import GroupKFold

    every = np.arange(len(labelled.groups))
    for kept, held in GroupKFold(parts).split(every, groups=labelled.groups):
        yield fit(town, labelled, kept), held
