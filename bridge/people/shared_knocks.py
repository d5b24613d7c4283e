"""Knocks (knocks.py) that all web processes count together, in Redis."""

from __future__ import annotations

from functools import lru_cache

import redis
from django.conf import settings


def shared(minute: int, door: str, network: str, *, expires: int) -> int:
    """Note one more; how many it were in this minute, 0 while Redis is away."""
    name = f"{settings.Q_CLUSTER['name']}:knocks:{door}:{network}:{minute}"
    try:
        pipeline = _redis(settings.REDIS_URL).pipeline()
        pipeline.incr(name)
        pipeline.expire(name, expires)
        return int(pipeline.execute()[0])
    except redis.RedisError:
        return 0


@lru_cache(maxsize=2)
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.2, socket_connect_timeout=0.2)
