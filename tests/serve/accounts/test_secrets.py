"""The key that signs: of SECRET_KEY; a random one of its own in development; none in production without."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from models.errors import SettingsError
from models.settings import Settings
from serve.accounts.secrets import FILE, signing_key
from serve.api import create_app

STRONG = SecretStr("q8Zp1xV0c7Rt5Lw2Yb9Nd4Kf6Hj3Gs0A")


def _settings(home: Path, **values: object) -> Settings:
    return Settings(_env_file=None, pignon_home=home, **values)  # type: ignore[arg-type]


def test_development_makes_a_random_key_once_that_its_user_alone_reads(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = signing_key(_settings(home))
    assert signing_key(_settings(home)) == first
    assert signing_key(_settings(tmp_path / "other")) != first
    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == [FILE]


def test_a_key_is_long_enough_for_every_algorithm_and_never_the_secret_itself(tmp_path: Path) -> None:
    key = signing_key(_settings(tmp_path, secret_key=STRONG))
    assert len(key) == 64
    assert STRONG.get_secret_value().encode() not in key


def test_a_damaged_or_unreadable_key_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("short")
    with pytest.raises(SettingsError, match="damaged"):
        signing_key(_settings(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="SECRET_KEY or PIGNON_HOME"):
        signing_key(_settings(tmp_path / "file" / "home"))


@pytest.mark.parametrize("secret", [None, SecretStr("short"), SecretStr("a" * 64)])
def test_no_application_is_made_in_production_without_a_strong_secret(
    tmp_path: Path, secret: SecretStr | None
) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        create_app(_settings(tmp_path, pignon_env="production", secret_key=secret), "postgresql://nowhere/x")
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("command", [["serve"], ["schedule"]])
def test_no_command_starts_in_production_without_a_strong_secret(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from cluster.cli import command as whole
    from cluster.console import run

    monkeypatch.setenv("PIGNON_ENV", "production")
    monkeypatch.setenv("PIGNON_HOME", str(tmp_path))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(whole, command) == 2
    assert "SECRET_KEY must be 32 random characters" in capsys.readouterr().err
