"""From how much readers support a value to how often such a value is right (Platt, 1999).

Agreement of sources is no probability: values that had 0.74 on the mean were right 95 times in a hundred.
Two numbers, fitted by `pignon train` on labelled pages, make one of the other; order is kept.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Self

from models.errors import InputError

NAME = "calibration.json"
#: Support is cut to where its logarithm says something.
LEAST, MOST = 0.02, 0.995


@dataclass(frozen=True, slots=True)
class Calibration:
    """The logit of being right as a line over the logit of support."""

    slope: float
    intercept: float

    def __call__(self, support: float) -> float:
        """How often a value with this support is right, 0 to 1."""
        return 1.0 / (1.0 + math.exp(-(self.slope * _logit(support) + self.intercept)))

    def support(self, confidence: float) -> float:
        """The support that has this confidence: the way back."""
        return 1.0 / (1.0 + math.exp(-(_logit(confidence) - self.intercept) / self.slope))

    @classmethod
    def fit(cls, told: Sequence[tuple[float, bool]]) -> Self:
        """From (support, whether it was right) of many values, both outcomes among them.

        InputError where the values cannot tell: too few, or none of them wrong.
        """
        from sklearn.linear_model import LogisticRegression

        right = sum(ok for _, ok in told)
        if len(told) < 100 or not 0 < right < len(told):
            raise InputError("Too few values to fit confidence on: give folders with more labelled pages.")
        rows = sorted((round(_logit(support), 6), ok) for support, ok in told)
        model = LogisticRegression(C=1e6).fit([[x] for x, _ in rows], [ok for _, ok in rows])
        slope, intercept = float(model.coef_[0][0]), float(model.intercept_[0])
        if slope <= 0:
            raise InputError("More support did not make values righter on these pages: nothing was fitted.")
        return cls(round(slope, 4), round(intercept, 4))

    def to_json(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """InputError where the text is no calibration."""
        try:
            data = json.loads(text)
            found = cls(float(data["slope"]), float(data["intercept"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{NAME} is no calibration: run `pignon train` again.") from error
        if not (found.slope > 0 and math.isfinite(found.slope) and math.isfinite(found.intercept)):
            raise InputError(f"{NAME} is no calibration: run `pignon train` again.")
        return found


def _logit(share: float) -> float:
    share = min(MOST, max(LEAST, share))
    return math.log(share / (1.0 - share))


@cache
def shipped() -> Calibration:
    """The one that Pignon is shipped with."""
    return Calibration.from_json(files("extract").joinpath("weights", NAME).read_text("utf-8"))
