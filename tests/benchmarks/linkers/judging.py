"""How an answer is judged: precision, recall and F1 over pairs of rows said, and truly, of one dwelling."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

Row = dict[str, Any]
#: The name of its cluster, by a row's id.
Clusters = dict[str, str]
Judge = Callable[[Clusters], dict[str, float]]


def by_dwelling(rows: list[Row]) -> Judge:
    """Where every row's `dwelling` is known: each pair counts once."""
    true = {row["id"]: row["dwelling"] for row in rows}

    def judge(clusters: Clusters) -> dict[str, float]:
        both = _pairs((clusters[one], dwelling) for one, dwelling in true.items())
        return _figures(both, _pairs(clusters[one] for one in true) - both, _pairs(true.values()) - both)

    return judge


def by_labels(pairs: list[Row]) -> Judge:
    """Where some pairs are labelled: each has the weight of its stratum, the unsure ones none."""

    def judge(clusters: Clusters) -> dict[str, float]:
        found: Counter[tuple[str, bool]] = Counter()
        for pair in pairs:
            merged = clusters[pair["a"]] == clusters[pair["b"]]
            found[pair["label"], merged] += pair["stratum_size"] / pair["stratum_sampled"]
        return _figures(found["same", True], found["different", True], found["same", False])

    return judge


def _pairs(names: Iterable[object]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(names).values())


def _figures(right: float, wrong: float, missed: float) -> dict[str, float]:
    precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": precision, "recall": recall, "f1": f1}
