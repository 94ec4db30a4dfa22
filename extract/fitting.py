"""From examples to weights: one calibrated logistic regression per field, refitted without some groups.

The features of a page are counted once (`training`); a fit takes a second, so that evaluation can leave
every site out in turn. Alone needs scikit-learn, and only when it fits.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extract.node_model import FIELDS, NodeModel
from extract.nodes import SLOTS
from extract.training import Example

#: Strength of the ridge (scikit-learn's C): smaller is stronger. 0.03, 0.1 and 0.3 came within 0.01 of
#: each other in mean average precision.
RIDGE = 0.1
#: A field needs so many true nodes, in so many groups, and as many others, to be learned at all.
LEAST_TRUE, LEAST_GROUPS = 12, 4
#: A field is told from the probability where, on groups left out, this share of what is told is right.
WANTED_PRECISION = 0.95
#: Pages that lack a field are too few to teach a lower floor: at 0.5 prices were made of sizes.
LEAST_SURE = 0.8
#: A floor rests on so many pages, or is none.
LEAST_TOLD = 10
#: A floor that no probability reaches: the field is not told.
NEVER = 2.0
#: Parts into which groups are dealt to see how sure a model may be of sites that it has not seen.
FOLDS = 4


class Table:
    """Every example as one sparse matrix, fitted again and again without some of the groups."""

    def __init__(self, examples: Sequence[Example]) -> None:
        from scipy.sparse import csr_matrix

        held = [example for example in examples if example.nodes.lines]
        self.groups = sorted({example.group for example in held})
        first = np.cumsum([0, *(len(example.nodes.lines) for example in held)])
        widths = [np.diff(np.append(e.nodes.starts, len(e.nodes.slots))) for e in held]
        pointers = np.cumsum(np.concatenate([[0], *widths]))
        slots = np.concatenate([np.zeros(0, np.int32), *(e.nodes.slots for e in held)])
        shape = (int(first[-1]), SLOTS)
        matrix = csr_matrix((np.ones(len(slots)), slots, pointers), shape=shape)
        number = {group: at for at, group in enumerate(self.groups)}
        self.columns = {
            name: _Column(
                matrix,
                [(at, int(first[at]), number[e.group], e.weight, *e.told[name])
                 for at, e in enumerate(held) if name in e.told],
            )
            for name in FIELDS
        }  # fmt: skip


class _Column:
    """One field's examples: their features, truth, page, group and weight.

    The matrix has only the slots that these examples use: a fit then costs a fifth.
    """

    def __init__(
        self, matrix: Any, pages: list[tuple[int, int, int, float, NDArray[np.int32], NDArray[np.bool_]]]
    ) -> None:
        sizes = [len(at) for *_, at, _ in pages]
        none: list[NDArray[Any]] = [np.zeros(0, np.int64)]
        own = matrix[np.concatenate(none + [first + at for _, first, _, _, at, _ in pages])]
        self.slots = np.unique(own.indices)
        self.matrix = own[:, self.slots]
        self.right = np.concatenate([np.zeros(0, np.bool_), *(right for *_, right in pages)])
        self.page = np.repeat(np.array([page for page, *_ in pages], np.int64), sizes)
        self.group = np.repeat(np.array([group for _, _, group, *_ in pages], np.int64), sizes)
        # A group of a hundred nodes counts ten times one of a single node, not a hundred times.
        counts = np.bincount(self.group, minlength=1)[self.group]
        self.weight = np.repeat(np.array([w for _, _, _, w, *_ in pages]), sizes) / np.sqrt(counts)


def fit(table: Table, without: Collection[str] = ()) -> NodeModel:
    """The model that the examples teach, some groups left out; the same examples give the same model."""
    weights = np.zeros((SLOTS, len(FIELDS)), np.float32)
    bias = np.full(len(FIELDS), -30.0, np.float32)
    floors = np.full(len(FIELDS), NEVER, np.float32)
    left = np.array([group in without for group in table.groups])
    for at, name in enumerate(FIELDS):
        column = table.columns[name]
        use = np.flatnonzero(~left[column.group]) if len(column.group) else np.zeros(0, np.int64)
        if _teaches(column.right[use], column.group[use]):
            weights[column.slots, at], bias[at], floors[at] = _fit_field(column, use)
    return NodeModel(weights, bias, floors)


def _teaches(right: NDArray[np.bool_], group: NDArray[np.int64]) -> bool:
    """Whether there are enough true nodes, in enough groups, and enough others to tell them from."""
    true = int(right.sum())
    return min(true, len(right) - true) >= LEAST_TRUE and len(np.unique(group[right])) >= LEAST_GROUPS


def _fit_field(column: _Column, use: NDArray[np.int64]) -> tuple[Any, float, float]:
    """Weights, bias and floor of one field, calibrated on groups that the weights had not seen."""
    unseen = np.zeros(len(use))
    folds = np.unique(column.group[use], return_inverse=True)[1] % FOLDS
    for fold_ in range(FOLDS):
        inside, outside = use[folds != fold_], use[folds == fold_]
        if column.right[inside].any() and not column.right[inside].all():
            coefficients, intercept = _logistic(column, inside)
            unseen[folds == fold_] = column.matrix[outside] @ coefficients + intercept
    scale, shift = _calibration(unseen, column.right[use], column.weight[use])
    coefficients, intercept = _logistic(column, use)
    sure = 1.0 / (1.0 + np.exp(-(scale * unseen + shift)))
    floor = _floor(sure, column.right[use], column.page[use])
    return scale * coefficients, scale * intercept + shift, floor


def _logistic(column: _Column, use: NDArray[np.int64]) -> tuple[NDArray[np.float64], float]:
    from sklearn.linear_model import LogisticRegression

    weight = column.weight[use]
    model = LogisticRegression(C=RIDGE, solver="liblinear", tol=1e-3, random_state=0)
    model.fit(column.matrix[use], column.right[use], sample_weight=weight / weight.mean())
    return model.coef_[0], float(model.intercept_[0])


def _calibration(
    logits: NDArray[np.float64], right: NDArray[np.bool_], weight: NDArray[np.float64]
) -> tuple[float, float]:
    """Platt's scale and shift, which keep the model linear (Platt, 1999)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, solver="liblinear", random_state=0)
    model.fit(logits[:, None], right, sample_weight=weight / weight.mean())
    return max(0.1, float(model.coef_[0][0])), float(model.intercept_[0])


def _floor(sure: NDArray[np.float64], right: NDArray[np.bool_], page: NDArray[np.int64]) -> float:
    """The probability from which each page's surest node is right often enough; NEVER where there is none."""
    order = np.lexsort((-sure, page))
    tops = order[np.concatenate([[True], np.diff(page[order]) != 0])]
    tops = tops[np.argsort(-sure[tops], kind="stable")]
    shares = np.cumsum(right[tops]) / np.arange(1, len(tops) + 1)
    good = np.flatnonzero(shares >= WANTED_PRECISION)
    enough = len(good) and good[-1] + 1 >= LEAST_TOLD
    return max(LEAST_SURE, float(sure[tops[good[-1]]])) if enough else NEVER


def leave_out(table: Table, folds: int = 0) -> Iterator[tuple[tuple[str, ...], NodeModel]]:
    """Models that have not seen some groups, with those groups: each in turn, or dealt into `folds` folds."""
    count = folds or len(table.groups)
    for fold_ in range(count):
        out = tuple(table.groups[fold_::count])
        if out:
            yield out, fit(table, out)
