"""The job a worker process is in, and how long it may go on: far below the lease on what the job holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

# Of the lease: whoever stops here has room for one more slow call.
SHARE = 1 / 3

_began: float | None = None
_jobs = 0


@contextmanager
def job() -> Iterator[None]:
    """Around everything a worker takes from the queue; a worker does one thing at a time."""
    global _began, _jobs
    _began = time.monotonic()
    _jobs += 1
    try:
        yield
    finally:
        _began = None


def time_is_up() -> bool:
    """True once the job has had its share: stop at the next safe point and leave the rest to another job.

    Loops ask before each call to another system. Outside of a job there is no limit.
    """
    return _began is not None and time.monotonic() - _began > settings.LEASE_SECONDS * SHARE


def seconds_in_job() -> float | None:
    """How long this process has been in its job; None when it waits for one."""
    began = _began
    return None if began is None else time.monotonic() - began


def jobs_begun() -> int:
    """How many jobs this process has begun since it started."""
    return _jobs
