"""PROXIES: what is a proxy's address, and that its account is shown to nobody."""

from importlib.util import find_spec

import pytest

from models.errors import SettingsError
from models.proxies import parse_proxies
from models.settings import load_settings

SECRETS = ("pignonuser", "s3cret")


def test_a_list_of_addresses_is_read_with_accounts_decoded() -> None:
    first, second = parse_proxies(
        "http://pignonuser:s3%2Ccr%40t@gate.example:3128, https://[2001:db8::1]:8443/"
    )
    assert (first.name, first.url) == ("gate.example:3128", "http://gate.example:3128")
    assert first.user is not None
    assert first.password is not None
    assert (first.user.get_secret_value(), first.password.get_secret_value()) == ("pignonuser", "s3,cr@t")
    assert (second.name, second.url, second.user) == (
        "[2001:db8::1]:8443",
        "https://[2001:db8::1]:8443",
        None,
    )
    assert second.is_tls


def test_two_accounts_at_one_gate_are_two_proxies_and_one_written_twice_is_one() -> None:
    told = "http://a:1@gate.example:1,http://b:2@gate.example:1,http://a:1@gate.example:1"
    assert [proxy.name for proxy in parse_proxies(told)] == ["gate.example:1", "gate.example:1 (2)"]


def test_no_proxy_is_the_direct_way() -> None:
    assert parse_proxies("") == parse_proxies(" , ") == ()


@pytest.mark.parametrize(
    "entry",
    [
        "gate.example:3128",
        "ftp://pignonuser:s3cret@gate.example:21",
        "http://pignonuser:s3cret@gate.example",
        "http://pignonuser:s3cret@gate.example:99999",
        "http://pignonuser:s3/cret@gate.example:3128",
        "http://pignonuser:s3cret@gate.example:3128/path",
        "http://pignonuser:s3cret@gate.example:3128?s3cret",
        "http://pignonuser:s3cret @gate.example:3128",
        "http://pignonuser:s3cret@[gate]:3128",
        "http://pignonuser:s3cret@:3128",
        "s3cret",
    ],
)
def test_what_is_no_address_stops_the_start_with_its_place_and_without_a_word_of_it(
    entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROXIES", f"http://good.example:3128,{entry}")
    with pytest.raises(SettingsError, match=r"PROXIES: .*proxy 2 ") as caught:
        load_settings()
    assert not any(secret in f"{caught.value!r}" for secret in SECRETS)
    assert caught.value.__cause__ is None


def test_the_settings_show_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXIES", "http://pignonuser:s3cret@gate.example:3128")
    settings = load_settings()
    shown = f"{settings!r} {settings.proxy_list!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert "gate.example" in shown
    assert not any(secret in shown for secret in SECRETS)


@pytest.mark.skipif(find_spec("socksio") is not None, reason="the package is installed")
def test_socks_without_its_package_says_what_to_install() -> None:
    with pytest.raises(ValueError, match=r"httpx2\[socks\]"):
        parse_proxies("socks5://gate.example:1080")
