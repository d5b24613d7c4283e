"""For tests of operation: a database and a queue's name of one's own in the PostgreSQL and Redis of this machine."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
import redis
from operation import databases

REDIS = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/0"


@pytest.fixture(scope="session")
def require_postgres() -> None:
    """Skips where no server answers."""
    if not databases.answers():
        pytest.skip(f"no PostgreSQL at {databases.server_url()}")


@pytest.fixture(scope="module")
def postgres(require_postgres: None) -> Iterator[str]:
    """The address of an empty database."""
    with databases.empty() as url:
        yield url


@pytest.fixture(scope="module")
def migrated_postgres(require_postgres: None) -> Iterator[str]:
    """The address of a database with the newest tables and nothing in them."""
    with databases.migrated() as url:
        yield url


@pytest.fixture(scope="module")
def queue() -> Iterator[dict[str, str]]:
    """Settings of a queue in Redis that nobody else uses; skips where none answers."""
    client = redis.Redis.from_url(REDIS)
    try:
        client.ping()
    except redis.RedisError as error:
        pytest.skip(f"no Redis: {error}")
    name = f"operation-{uuid.uuid4().hex[:10]}"
    yield {"REDIS_URL": REDIS, "QUEUE_NAME": name}
    for key in client.scan_iter(f"*{name}*"):
        client.delete(key)
    client.close()
