"""What stands between a search and its engine: addresses, answers that are none, and the breaker."""

import logging

import pytest

from models.errors import SettingsError
from serve.engines.breaker import LONGEST_PAUSE, PATIENCE, Breaker
from serve.engines.server import EngineError, Server, SilentError

NOBODY = "http://searcher:s%40crect@127.0.0.1:9"


@pytest.mark.parametrize("url", ["", "localhost:9200", "ftp://localhost:9200", "http://", "http://[::1"])
def test_an_address_that_cannot_be_meant_is_one_line_without_it(url: str) -> None:
    with pytest.raises(SettingsError, match="ELASTICSEARCH_URL cannot be read") as refused:
        Server(url)
    assert not url or url not in str(refused.value)


async def test_who_does_not_listen_is_known_at_once_and_no_password_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server = Server(NOBODY)
    with pytest.raises(SilentError) as silent:
        await server.ask("GET", "/")
    assert not silent.value.late
    assert "127.0.0.1:9" in str(silent.value)
    assert "crect" not in str(silent.value) + caplog.text
    await server.close()


async def test_another_server_than_an_engine_is_an_error_not_an_answer(seeded_site: str) -> None:
    server = Server(seeded_site)
    for ask in (server.flavour(), server.ask("GET", "/"), server.ask("GET", "/nowhere")):
        with pytest.raises(EngineError):
            await ask
    await server.close()


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_request_try_after_a_pause() -> None:
    now = 0.0
    breaker = Breaker(clock=lambda: now)
    for _ in range(PATIENCE):
        assert breaker.admits()
        breaker.failed(dead=False)
    assert not breaker.admits()
    now = 1.0
    assert breaker.admits()
    assert not breaker.admits(), "one tries, the others wait for what it finds"
    breaker.failed(dead=False)
    now = 2.5
    assert not breaker.admits(), "a pause doubles"
    now = 3.0
    assert breaker.admits()
    breaker.succeeded()
    assert breaker.admits()
    assert not breaker.is_open


def test_a_breaker_opens_at_once_where_nobody_listens_and_its_pause_has_an_end() -> None:
    now = 0.0
    breaker = Breaker(clock=lambda: now)
    for _ in range(20):
        assert breaker.admits()
        breaker.failed(dead=True)
        now += LONGEST_PAUSE
    assert breaker.admits()
    breaker.dropped()
    assert breaker.admits(), "who learnt nothing does not keep the others waiting"
