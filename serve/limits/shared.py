"""The limiter: counts that all replicas share in Redis, where REDIS_URL is set, else this process's own.

A Redis that is away stops nobody: this process counts alone until it is back, and says so once.
"""

import hashlib
import logging
import time
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from models.errors import SettingsError
from models.settings import Settings
from serve.limits.gcra import Budget, Counts, Verdict

_log = logging.getLogger(__name__)

#: Seconds that a request waits for Redis before it is counted here.
PATIENCE: Final = 1.0
#: Seconds before a Redis that was away is asked again.
PAUSE: Final = 5.0

#: As `Counts.take`, in one step and by the server's clock: replicas and their clocks cannot disagree.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local interval, seconds, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local ahead = math.max((tonumber(redis.call('GET', KEYS[1])) or now) - now, 0)
local allowed = ahead + interval * math.max(cost, 1) <= seconds + 0.000001
if allowed and cost > 0 then
    ahead = ahead + interval * cost
    redis.call('SET', KEYS[1], string.format('%.6f', now + ahead), 'PX', math.ceil(ahead * 1000))
end
return {allowed and 1 or 0, string.format('%.6f', ahead)}
"""


class Limiter:
    """limiter = Limiter(settings); verdict = await limiter.take(budget, key); await limiter.close()"""

    def __init__(self, settings: Settings) -> None:
        self._counts = Counts()
        self._redis = _connect(settings.redis_url.get_secret_value()) if settings.redis_url else None
        self._take: Any = self._redis.register_script(_TAKE) if self._redis else None
        self._away_until = 0.0
        self._is_away = False

    async def take(self, budget: Budget, key: str, cost: int = 1) -> Verdict:
        """Count a request of `key` against a budget, if it may pass; cost 0 looks without counting.

        Neither Redis nor this process keeps the key itself, only a hash of it.
        """
        key = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
        if self._redis is not None and time.monotonic() >= self._away_until:
            try:
                answer = await self._take([f"pignon:limit:{budget.name}:{key}"], _arguments(budget, cost))
            except (RedisError, OSError, TimeoutError) as error:
                self._lost(error)
            else:
                self._found()
                return Verdict(budget, bool(answer[0]), float(answer[1]))
        return self._counts.take(budget, key, cost)

    async def close(self) -> None:
        """Let the connections go."""
        if self._redis is not None:
            await self._redis.aclose()

    def _lost(self, error: Exception) -> None:
        self._away_until = time.monotonic() + PAUSE
        if not self._is_away:
            self._is_away = True
            _log.warning("Redis does not answer (%s): this process counts for itself", type(error).__name__)

    def _found(self) -> None:
        if self._is_away:
            self._is_away = False
            _log.warning("Redis answers again: the limits are shared")


def _arguments(budget: Budget, cost: int) -> list[float]:
    return [budget.interval, budget.seconds, cost]


def _connect(url: str) -> Redis:
    try:
        return Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
            max_connections=200,
        )
    except ValueError as error:
        raise SettingsError(f"Cannot start: REDIS_URL cannot be read: {error}") from None
