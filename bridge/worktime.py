"""The job a worker process is in, how long it may go on, and what becomes of it when the worker has to end.

A job's time is far below the lease on what the job holds. A worker hears that it must end from a pipe its supervisor
holds (management/commands/worker.py): it is closed on SIGTERM, and closes by itself should the supervisor be killed.
"""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

logger = logging.getLogger(__name__)

# Of the lease: whoever stops here has room for one more slow call.
SHARE = 1 / 3
# Clocks of several machines differ by less. A moment further ahead was written under a clock that has been set since.
CLOCK_STEP = timedelta(seconds=30)

# The end of the supervisor's pipe that this process reads; below 0 outside of workers.
lifeline = -1

_began: float | None = None
_jobs = 0
_held: list[Callable[[], object]] = []


@contextmanager
def job() -> Iterator[None]:
    """Around everything a worker takes from the queue; a worker does one thing at a time."""
    global _began, _jobs
    _began = time.monotonic()
    _jobs += 1
    _held.clear()
    try:
        yield
    finally:
        _began = None
        _held.clear()


def time_is_up() -> bool:
    """True once the job has had its share or the worker is to end: stop at the next safe point and leave the rest to
    another job.

    Loops ask before each call to another system. Outside of a job there is no limit.
    """
    if _began is None:
        return False
    return stopping() or time.monotonic() - _began > settings.LEASE_SECONDS * SHARE


def stopping(within: float = 0.0) -> bool:
    """Whether this worker is to end; waits up to so many seconds for that."""
    if lifeline < 0:
        time.sleep(within)
        return False
    look = select.poll()
    look.register(lifeline, select.POLLIN)
    return bool(look.poll(within * 1000))


def holds(give_back: Callable[[], object]) -> None:
    """The job holds something others wait for; `give_back` lets it go, unless it has been let go already. Runs in
    another thread, should the job not end in time.
    """
    if _began is not None:
        _held.append(give_back)


def give_back() -> None:
    """Everything the job holds."""
    for one in list(_held):
        try:
            one()
        except Exception:  # the lease on it ends by itself
            logger.warning("what a stopped job held could not be given back", exc_info=True)


def lapsed(since: str, older_than: timedelta | None = None) -> Q:
    """Of rows that a worker holds since the moment in this column: those whose worker has been silent for longer than
    it may be, or took them under a clock that was ahead: how long ago that was nobody can tell.
    """
    now = timezone.now()
    lost = now - (older_than or timedelta(seconds=settings.LEASE_SECONDS))
    return Q(**{f"{since}__lt": lost}) | Q(**{f"{since}__gt": now + CLOCK_STEP})


def seconds_in_job() -> float | None:
    """How long this process has been in its job; None when it waits for one."""
    began = _began
    return None if began is None else time.monotonic() - began


def jobs_begun() -> int:
    """How many jobs this process has begun since it started."""
    return _jobs
