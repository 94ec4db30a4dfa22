"""The algorithm: a burst, then a steady pace; bounded memory; the same in this process and in Redis."""

import asyncio
import logging

import pytest
from pydantic import SecretStr

from models.errors import SettingsError
from models.settings import Settings
from serve.limits import shared
from serve.limits.gcra import Budget, Counts
from serve.limits.shared import Limiter
from tests.serve.redis_server import redis_server

BUDGET = Budget("test", 5, 60)


class Clock:
    """A clock that stands until it is moved."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_one_per_interval() -> None:
    clock = Clock()
    counts = Counts(clock=clock)
    assert [counts.take(BUDGET, "a").remaining for _ in range(5)] == [4, 3, 2, 1, 0]
    refused = counts.take(BUDGET, "a")
    assert not refused.allowed
    assert (refused.retry_after, refused.reset) == (12, 60)
    clock.now += 12
    assert counts.take(BUDGET, "a").allowed
    assert not counts.take(BUDGET, "a").allowed


def test_a_refused_request_costs_nothing_so_waiting_helps_whoever_is_flooded() -> None:
    clock = Clock()
    counts = Counts(clock=clock)
    for _ in range(10_000):
        counts.take(BUDGET, "a")
    clock.now += 60
    assert counts.take(BUDGET, "a").remaining == 4


def test_keys_and_budgets_are_counted_apart() -> None:
    counts = Counts(clock=Clock())
    for _ in range(6):
        counts.take(BUDGET, "a")
    assert counts.take(BUDGET, "b").remaining == 4
    assert counts.take(Budget("other", 5, 60), "a").remaining == 4


def test_a_look_counts_nothing() -> None:
    counts = Counts(clock=Clock())
    assert [counts.take(BUDGET, "a", cost=0).remaining for _ in range(9)] == [5] * 9
    assert len(counts) == 0


def test_memory_is_bounded_and_who_asked_last_is_kept() -> None:
    counts = Counts(most=100, clock=Clock())
    for number in range(10_000):
        counts.take(BUDGET, str(number))
    assert len(counts) <= 101
    assert counts.take(BUDGET, "9999").remaining == 3


def test_what_is_whole_again_is_forgotten() -> None:
    clock = Clock()
    counts = Counts(clock=clock)
    for number in range(50):
        counts.take(BUDGET, str(number))
    clock.now += 120
    for _ in range(60):
        counts.take(BUDGET, "later")
    assert len(counts) == 1


def _limiter(url: str | None) -> Limiter:
    return Limiter(Settings(_env_file=None, redis_url=SecretStr(url) if url else None))  # type: ignore[call-arg]


async def test_replicas_share_their_counts_in_redis_and_nobody_slips_between_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared, "PATIENCE", 20)  # sixty connections at once, on a busy machine
    with redis_server() as redis:
        replicas = [_limiter(redis.url) for _ in range(3)]
        verdicts = await asyncio.gather(*(replicas[i % 3].take(BUDGET, "a") for i in range(60)))
        assert sum(verdict.allowed for verdict in verdicts) == 5
        refused = await replicas[0].take(BUDGET, "a")
        assert 11 <= refused.retry_after <= 12
        assert (await replicas[1].take(BUDGET, "b")).remaining == 4
        for replica in replicas:
            await replica.close()


async def test_redis_forgets_a_key_when_its_budget_is_whole_and_never_knows_whose_it_was() -> None:
    with redis_server() as redis:
        limiter = _limiter(redis.url)
        await limiter.take(Budget("short", 10, 1), "192.0.2.7")
        client = limiter._redis
        assert client is not None
        keys = await client.keys("*")
        assert len(keys) == 1
        assert b"192.0.2.7" not in keys[0]
        await asyncio.sleep(0.2)
        assert await client.keys("*") == []
        await limiter.close()


async def test_without_redis_each_process_counts_alone_says_so_once_and_comes_back(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "PAUSE", 0.05)
    with redis_server() as redis, caplog.at_level(logging.WARNING):
        limiter = _limiter(redis.url)
        assert (await limiter.take(BUDGET, "a")).remaining == 4
        redis.stop()
        verdicts = [await limiter.take(BUDGET, "a") for _ in range(6)]
        await asyncio.sleep(0.1)
        verdicts.append(await limiter.take(BUDGET, "a"))
        assert [verdict.allowed for verdict in verdicts] == [True] * 5 + [False] * 2
        assert [record.message.partition(" (")[0] for record in caplog.records] == ["Redis does not answer"]
        redis.start()
        await asyncio.sleep(0.1)
        assert (await limiter.take(BUDGET, "a")).allowed
        assert caplog.records[-1].message == "Redis answers again: the limits are shared"
        await limiter.close()


def test_an_address_of_redis_that_is_none_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="REDIS_URL"):
        _limiter("http://nowhere")
