"""A worker in a job keeps the heartbeat fresh: while all are busy no beat comes through, though nothing is wrong.

A cluster that hangs (docs/adr/0002) has only workers that wait for a job for ever; its heart stops as before. So
does that of a job that outlives the queue's timeout.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from bridge import clock, worktime
from bridge.apilog import buffer
from bridge.sync.models import Heartbeat

logger = logging.getLogger(__name__)

TO_END = 5.0
"""Seconds a job has to end by itself once the worker is to stop, then it gives back what it holds; the supervisor kills
at CLUSTER_SECONDS."""

_thread: threading.Thread | None = None


@contextmanager
def working() -> Iterator[None]:
    """Around each job of a worker."""
    global _thread
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_watch, name="pulse", daemon=True)
        _thread.start()
    try:
        with worktime.job():
            yield
    finally:
        buffer.write()


def touch() -> None:
    """Note that the queue moves: for this machine's supervisor in a file, for everybody in the database."""
    Path(settings.PULSE_FILE).touch()
    now = timezone.now()
    clock.look(now)
    Heartbeat.objects.update_or_create(pk=1, defaults={"at": now})


def _watch() -> None:
    seen = worktime.jobs_begun()
    while not worktime.stopping(within=settings.BEAT_SECONDS):
        seconds, begun = worktime.seconds_in_job(), worktime.jobs_begun()
        at_work = seconds is not None and seconds < settings.Q_CLUSTER["timeout"]
        if at_work or begun != seen:
            try:
                touch()
            except DatabaseError:  # the job or the beat after the next will tell
                logger.warning("the heartbeat could not be noted", exc_info=True)
            finally:
                connection.close()
        seen = begun
    _end()


def _end() -> None:
    """A job that does not end in time, because it waits for a slow answer, gives back what it holds and ends here. What
    came of the call is looked up by whoever takes the work.
    """
    deadline = time.monotonic() + TO_END
    while worktime.seconds_in_job() is not None:
        if time.monotonic() > deadline:
            logger.warning("the worker stops in the middle of a job; what it held is free for others")
            worktime.give_back()
            os._exit(0)
        time.sleep(0.05)
