"""The process beside the cluster: it sends the beats, hears whether they come back, and says so to the supervisor.

The supervisor (management/commands/worker.py) must have no connection to the database; this process has, and with the
watchman notices for everybody that workers are gone.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django_q.tasks import async_task

from bridge import gone
from bridge.alerts import watchman
from bridge.wake import BEAT

logger = logging.getLogger(__name__)

STARTED, ENDED = "started", "ended"
"""What the supervisor says of the cluster."""
SILENT = "silent"
"""What the supervisor hears: the cluster takes no beats and must be started anew."""

MOST_DOUBLINGS = 3


def look_out(line: Connection) -> None:
    """Until the other end of `line` is closed."""
    watchman.start()
    hearing = Hearing()
    while True:
        if not beat():
            hearing.begin()  # nobody can answer what was not asked
        if hearing.silent():
            logger.error(
                "no beat came back for %s s: the cluster is started again", settings.HEARTBEAT_TIMEOUT
            )
            hearing.begin(fruitless=True)
            with suppress(OSError):
                line.send(SILENT)
        next_beat = time.monotonic() + settings.BEAT_SECONDS
        while line.poll(max(0.0, next_beat - time.monotonic())):
            try:
                said = line.recv()
            except (EOFError, OSError):
                return
            if said == STARTED:
                hearing.begin()
            else:
                free_what_they_held()


def beat() -> bool:
    """Send one through the queue; False when that cannot be done."""
    try:
        close_old_connections()
        async_task(BEAT)
    except Exception:  # database or broker away: the lookout must outlive them
        logger.warning("the beat could not be sent", exc_info=True)
        return False
    return True


def free_what_they_held() -> None:
    """Workers that were killed give nothing back themselves."""
    try:
        close_old_connections()
        gone.free()
    except DatabaseError:
        logger.warning("what the workers held could not be given back", exc_info=True)


class Hearing:
    """Whether the workers of this machine noted a new beat lately, by a clock that nobody sets: the moments themselves
    may jump. Workers elsewhere take beats too, and would hide that these hang.

    A start that comes to nothing gives the next one twice the time: on a busy machine it may need that.
    """

    def __init__(self) -> None:
        self.noted: int | None = None
        self.fruitless = 0
        self.begin()

    def begin(self, *, fruitless: bool = False) -> None:
        """The cluster starts: it has its time from now on."""
        self.since = time.monotonic()
        self.fruitless += fruitless

    def silent(self) -> bool:
        try:
            noted = Path(settings.PULSE_FILE).stat().st_mtime_ns
        except OSError:
            noted = None
        if noted != self.noted:
            self.noted, self.since, self.fruitless = noted, time.monotonic(), 0
        patience = settings.HEARTBEAT_TIMEOUT * 2 ** min(self.fruitless, MOST_DOUBLINGS)
        return bool(time.monotonic() - self.since > patience)
