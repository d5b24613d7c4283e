"""A worker in a job keeps the heartbeat fresh: while all are busy no beat comes through, though nothing is wrong.

A cluster that hangs (docs/adr/0002) has only workers that wait for a job for ever; its heart stops as before. So
does that of a job that outlives the queue's timeout.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from bridge import worktime
from bridge.sync.models import Heartbeat

logger = logging.getLogger(__name__)

_thread: threading.Thread | None = None


@contextmanager
def working() -> Iterator[None]:
    """Around each job of a worker."""
    global _thread
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_watch, name="pulse", daemon=True)
        _thread.start()
    with worktime.job():
        yield


def touch() -> None:
    """Note that the queue moves."""
    Heartbeat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})


def _watch() -> None:
    seen = worktime.jobs_begun()
    while True:
        time.sleep(settings.BEAT_SECONDS)
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
