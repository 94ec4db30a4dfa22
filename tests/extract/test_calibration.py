"""Confidence says how often a value is right: order kept, the same values fitted alike, loaded safely."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.calibration import Calibration, shipped
from models.errors import InputError
from tests.extract.pages import page, read

SHARES = st.floats(0.02, 0.99)


@given(SHARES, SHARES)
def test_more_support_is_never_less_confidence(one: float, other: float) -> None:
    curve = shipped()
    assert (curve(one) <= curve(other)) == (one <= other) or abs(one - other) < 1e-9


@given(SHARES)
def test_confidence_leads_back_to_support(support: float) -> None:
    curve = shipped()
    confidence = curve(support)
    assert confidence > 0.995 or abs(curve.support(confidence) - support) < 1e-6


def test_values_that_are_right_as_often_as_they_say_are_left_as_they_are() -> None:
    rng = random.Random(1)
    told = [(share, rng.random() < share) for share in (rng.uniform(0.05, 0.95) for _ in range(20_000))]
    curve = Calibration.fit(told)
    assert all(abs(curve(share) - share) < 0.03 for share in (0.1, 0.3, 0.5, 0.7, 0.9))
    assert Calibration.fit(told[::-1]) == curve


@pytest.mark.parametrize("told", [[], [(0.5, True)] * 500, [(0.9, False), (0.1, True)] * 200])
def test_values_that_cannot_tell_are_refused(told: list[tuple[float, bool]]) -> None:
    with pytest.raises(InputError):
        Calibration.fit(told)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"slope": -1, "intercept": 0}', '{"slope": NaN, "intercept": 0}']
)
def test_a_broken_file_is_one_clear_line(text: str) -> None:
    with pytest.raises(InputError, match="pignon train"):
        Calibration.from_json(text)
    assert Calibration.from_json(shipped().to_json()) == shipped()


def test_a_price_that_several_sources_tell_is_nearly_sure() -> None:
    evidence = read(page()).evidence
    assert 0.9 < evidence["price"].confidence <= 1.0
