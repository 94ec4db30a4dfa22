"""Quiet hours."""

from datetime import datetime

import pytest

from models.errors import SettingsError
from models.quiet import PARIS, QuietHours
from models.settings import load_settings


@pytest.mark.parametrize(
    ("told", "hour", "minute", "wait"),
    [
        ("", 12, 0, 0),
        ("12:00-14:00", 11, 59, 0),
        ("12:00-14:00", 12, 0, 7200),
        ("12:00-14:00", 14, 0, 0),
        ("22:00-06:00", 22, 30, 7.5 * 3600),
        ("22:00-06:00", 5, 59, 60),
        ("22:00-06:00, 06:00-07:00", 23, 0, 8 * 3600),
    ],
)
def test_no_request_leaves_until_the_quiet_is_over(told: str, hour: int, minute: int, wait: float) -> None:
    assert QuietHours.parse(told).wait(datetime(2026, 1, 5, hour, minute, tzinfo=PARIS)) == wait


@pytest.mark.parametrize("told", ["noon", "12:00", "25:00-26:00", "12:00-12:00", "00:00-12:00,12:00-00:00"])
def test_hours_that_are_none_stop_the_start_with_the_settings_name(told: str) -> None:
    with pytest.raises(SettingsError, match="QUIET_HOURS"):
        load_settings(quiet_hours=told)
