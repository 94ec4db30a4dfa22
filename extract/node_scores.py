"""How well the node classifier finds each field's node on pages of groups that it has not seen."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from extract.node_model import FIELDS, NodeModel
from extract.training import Example


@dataclass(slots=True)
class NodeScore:
    """One field's outcomes.

    sure, right: probability and truth of every node that can hold the field. held: pages where a node
    tells the value; first: those where the surest node does. told, hit: pages where the surest node
    reached the floor, and where it was right too.
    """

    sure: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    told: int = 0
    hit: int = 0
    held: int = 0
    first: int = 0

    @property
    def average_precision(self) -> float:
        """Mean precision over the true nodes, surest first; 0 where there is none."""
        order = np.argsort(-np.array(self.sure), kind="stable")
        right = np.array(self.right, bool)[order]
        shares = np.cumsum(right) / np.arange(1, len(right) + 1)
        return float(shares[right].mean()) if right.any() else 0.0

    def to_dict(self) -> dict[str, float]:
        return {
            "pages": self.held,
            "average_precision": round(self.average_precision, 3),
            "first_right": round(self.first / max(1, self.held), 3),
            "precision": round(self.hit / self.told, 3) if self.told else 1.0,
            "recall": round(self.hit / max(1, self.held), 3),
        }


def measure(
    examples: Sequence[Example], models: Iterable[tuple[Collection[str], NodeModel]]
) -> dict[str, NodeScore]:
    """Scores per field, each group judged by the model that has not seen it (`fitting.leave_out`)."""
    scores = {name: NodeScore() for name in FIELDS}
    for groups, model in models:
        for example in examples:
            if example.group in groups:
                _judge(example, model, scores)
    return scores


def _judge(example: Example, model: NodeModel, scores: Mapping[str, NodeScore]) -> None:
    sure = model.probabilities(example.nodes)
    for name, (at, right) in example.told.items():
        column = FIELDS.index(name)
        score, told = scores[name], sure[at, column]
        score.sure += told.tolist()
        score.right += right.tolist()
        score.held += bool(right.any())
        if len(told):
            best = int(np.argmax(told))
            reached = bool(told[best] >= model.floors[column])
            score.first += bool(right[best])
            score.told += reached
            score.hit += reached and bool(right[best])
