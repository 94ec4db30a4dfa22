"""The pair model: evidence weighed to a probability. A logistic regression, its weights told by name.

`dedup/training.py` fits it; here it is only read. Weights are log-odds, so what each piece of evidence
adds can be told to a person.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dedup.evidence import NAMES, Features
from models.errors import InputError

SHIPPED: Final = Path(__file__).with_name("pair_model.json")
#: Surer than this a model is not, whatever it has seen.
SUREST: Final = 8.0


@dataclass(frozen=True, slots=True)
class PairModel:
    """`weights`: one per name of `evidence.NAMES`."""

    intercept: float
    weights: NDArray[np.float64]

    def log_odds(self, evidence: Features) -> NDArray[np.float64]:
        """Of each row of evidence, that the pair is one dwelling."""
        return np.clip(evidence @ self.weights + self.intercept, -SUREST, SUREST)

    def to_json(self) -> str:
        """The weights that are not null, by name."""
        told = {name: round(float(w), 4) for name, w in zip(NAMES, self.weights, strict=True) if w}
        return json.dumps({"intercept": round(self.intercept, 4), "weights": told}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "PairModel":
        """InputError when it is no model, or one of evidence that is not known."""
        try:
            told = json.loads(text)
            weights: Mapping[str, float] = told["weights"]
            if unknown := weights.keys() - set(NAMES):
                raise InputError(f"The pair model weighs what is not known: {', '.join(sorted(unknown))}.")
            return cls(float(told["intercept"]), np.array([float(weights.get(n, 0)) for n in NAMES]))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"This is no pair model: {error}.") from None


@cache
def shipped() -> PairModel:
    """The model that comes with Pignon."""
    return PairModel.from_json(SHIPPED.read_text("utf-8"))


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 to 1."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-log_odds)))
