"""Settings: bounds are kept, and a bad value stops the start with the variable's name."""

import pytest

from models.errors import SettingsError
from models.settings import load_settings

STRONG = "q8Zp1xV0c7Rt5Lw2Yb9Nd4Kf6Hj3Gs0A"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIN_DELAY_BETWEEN_REQUESTS", "-1"),
        ("SMTP_PORT", "70000"),
        ("ALGORITHM", "none"),
        ("MAX_CONCURRENT_REQUESTS", "many"),
    ],
)
def test_a_bad_value_stops_the_start_with_the_variables_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


@pytest.mark.parametrize("secret", [None, "short", "a" * 64])
def test_production_refuses_a_weak_or_missing_secret(
    secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIGNON_ENV", "production")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    if secret:
        monkeypatch.setenv("SECRET_KEY", secret)
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        load_settings()


def test_production_starts_on_a_strong_secret_and_never_prints_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIGNON_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", STRONG)
    assert STRONG not in repr(load_settings())


def test_every_setting_has_a_line_of_help() -> None:
    assert all(field.description for field in type(load_settings()).model_fields.values())
