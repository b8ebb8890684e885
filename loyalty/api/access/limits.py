"""How many requests a key may make in a minute: counted in Valkey, exactly, however many come at once.

A window of a minute begins with a key's first request. Without Valkey nothing is counted and every request passes: tills
go on.
"""

import logging
import math
import time
from functools import lru_cache
from typing import Any, NamedTuple

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from loyalty.api.keys.models import ApiKey
from loyalty.api.problems import ApiError, too_many

log = logging.getLogger("loyalty.api")
WINDOW = 60
# Longer than Valkey ever takes, and no delay that a till would notice.
TIMEOUT = 0.25
# Seconds for which it is left alone after it did not answer, and between two lines about it in the log.
REST, TOLD_EVERY = 5, 60
# One script is one step to Valkey: nothing comes between the count and the look at it.
_COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
"""


class Window(NamedTuple):
    """What a key has left of its minute. `reset` is in seconds."""

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        left = max(0, self.limit - self.used)
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(self.reset),
        }

    def refusal(self) -> ApiError | None:
        if self.used <= self.limit:
            return None
        return too_many(f"The key has used its {self.limit:,} requests of this minute", retry_after=self.reset)


class _Counter:
    """Valkey's script; by the clock, whether to ask it and whether to tell that it is silent."""

    def __init__(self) -> None:
        # Without the client's own retries, which take seconds to say that nobody listens.
        client = redis.Redis.from_url(
            settings.CACHES["default"]["LOCATION"],
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
        self.client, self.script = client, client.register_script(_COUNT)
        self.rests_until = self.silent_until = 0.0

    def count(self, name: str) -> tuple[int, int] | None:
        """Requests in the window with this one, and its milliseconds that are left; None if nobody knows."""
        now = time.monotonic()
        if now < self.rests_until:
            return None
        try:
            answer: Any = self.script(keys=[name], args=[WINDOW * 1000])
        except RedisError as error:
            self._rest(now, error)
            return None
        return int(answer[0]), int(answer[1])

    def seen(self, name: str) -> int:
        """How many were counted in the window; none if nobody knows."""
        now = time.monotonic()
        if now < self.rests_until:
            return 0
        try:
            found: Any = self.client.get(name)
        except RedisError as error:
            self._rest(now, error)
            return 0
        return int(found or 0)

    def _rest(self, now: float, error: RedisError) -> None:
        self.rests_until = now + REST
        if now >= self.silent_until:
            self.silent_until = now + TOLD_EVERY
            log.warning("Valkey does not answer (%s): requests are not limited", type(error).__name__)


@lru_cache(maxsize=1)
def counter() -> _Counter:
    """One pool of connections for each process."""
    return _Counter()


def counter_name(key: ApiKey) -> str:
    """Of this installation: one Valkey may serve several."""
    return f"loyalty:{connection.settings_dict['NAME']}:requests:{key.pk}"


def count(key: ApiKey) -> Window | None:
    """Count a request of the key; None without a limit, or if Valkey does not answer."""
    limit = key.requests_per_minute
    found = counter().count(counter_name(key)) if limit is not None else None
    if limit is None or found is None:
        return None
    used, left = found
    return Window(limit, used, max(1, math.ceil(left / 1000)))
