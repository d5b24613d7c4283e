"""`python manage.py worker`: the django-q2 cluster and its lookout, both forked from this process.

A cluster whose idle workers were killed can hang for good while its processes look alive and ignore SIGTERM
(django-q2 1.11: a dead worker holds the shared queue's lock). So a beat goes through the queue (bridge/lookout.py);
when it stays away the whole process group is killed and started anew (docs/adr/0002).

This process has read all code, so that all processes share it (docs/adr/0019). It only forks, listens and kills: it has
one thread and never a connection to the database, for what SQLite knows of its own locks is wrong after a fork.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections
from django_q.cluster import Cluster

import bridge.jobs  # noqa: F401 what every worker needs, read once for all of them
from bridge import lookout, preload, worktime

logger = logging.getLogger(__name__)

# Seconds from SIGTERM on, whatever the supervisor was in the middle of: by then the cluster is ended, by force if need
# be (pulse.py gives a job less, TO_END), and the lookout too. What is left of ten is this process's own, which sends
# the errors it still has (telemetry/sentry.py).
CLUSTER_SECONDS = 7.0
LOOKOUT_SECONDS = 8.5
# Of a restart: workers that hang hear nothing.
RESTART_SECONDS = 1.0
_fork = multiprocessing.get_context("fork")


class Command(BaseCommand):
    help = "Run the workers under supervision. SIGTERM stops them within 10 s."

    def handle(self, *args: Any, **options: Any) -> None:
        self.told: float | None = None  # the moment of SIGTERM
        self.lifeline = -1
        preload.read_all()
        connections.close_all()  # should a check have opened one
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self._post_lookout()
        self._start()
        try:
            while self.told is None:
                self._listen()
        finally:
            self._stop()
            self._end(CLUSTER_SECONDS)
            self._recall_lookout()

    def _stop(self, *_: object) -> None:
        if self.told is None:
            self.told = time.monotonic()

    def _left(self, seconds: float, until: float) -> float:
        """So many seconds; once the supervisor was told to stop only what is left until its moment."""
        if self.told is None:
            return seconds
        return max(0.0, min(seconds, self.told + until - time.monotonic()))

    def _listen(self) -> None:
        """Half a second of it."""
        try:
            silent = self.line.poll(0.5) and self.line.recv() == lookout.SILENT
        except (EOFError, OSError):
            logger.error("the lookout ended (%s) and is posted again", self.lookout.exitcode)
            self._recall_lookout()
            self._post_lookout()
            self._tell(lookout.STARTED)
            return
        if not self.cluster.is_alive():
            logger.error("the cluster ended (%s) and is started again", self.cluster.exitcode)
            self._restart()
        elif silent:
            self._restart()

    def _start(self) -> None:
        """The cluster, which inherits the reading end of a pipe: when the other end closes its workers end."""
        theirs, self.lifeline = os.pipe()
        ours = (self.lifeline, self.line.fileno())
        self.cluster = _fork.Process(target=_run_cluster, name="cluster", args=(theirs, ours))
        self.cluster.start()
        os.close(theirs)
        self._tell(lookout.STARTED)

    def _restart(self) -> None:
        self._end(RESTART_SECONDS)
        time.sleep(RESTART_SECONDS)
        if self.told is None:
            self._start()

    def _end(self, grace: float) -> None:
        """Its workers and the cluster are told to end, then its whole process group is killed: hung workers hear
        nothing. What they held is free again at once.
        """
        if self.lifeline < 0:
            return
        os.close(self.lifeline)
        self.lifeline = -1
        if self.cluster.is_alive():
            self.cluster.terminate()
            self.cluster.join(self._left(grace, CLUSTER_SECONDS))
            if self.cluster.is_alive():
                logger.warning("the cluster did not stop in time and is killed")
        with suppress(ProcessLookupError):
            os.killpg(self.cluster.pid or 0, signal.SIGKILL)
            self.cluster.join(self._left(1, LOOKOUT_SECONDS))
        self._tell(lookout.ENDED)

    def _post_lookout(self) -> None:
        self.line, theirs = _fork.Pipe()
        ours = [self.line.fileno()]
        if self.lifeline >= 0:
            ours.append(self.lifeline)
        self.lookout: ForkProcess = _fork.Process(
            target=_look_out, name="lookout", args=(theirs, tuple(ours))
        )
        self.lookout.start()
        theirs.close()

    def _recall_lookout(self) -> None:
        """It has heard that nobody listens any more, and ends what it is doing."""
        self.line.close()
        self.lookout.join(self._left(3, LOOKOUT_SECONDS))
        self.lookout.kill()
        self.lookout.join()

    def _tell(self, what: str) -> None:
        with suppress(OSError):  # the next one posted will be told
            self.line.send(what)


def _look_out(line: Connection, not_ours: tuple[int, ...]) -> None:
    _close(not_ours)
    for number in (signal.SIGTERM, signal.SIGINT):  # may come to the whole group; it ends with its supervisor
        signal.signal(number, signal.SIG_IGN)
    lookout.look_out(line)


def _run_cluster(lifeline: int, not_ours: tuple[int, ...]) -> None:
    """What `manage.py qcluster` does, in a process group that can be killed as a whole. Should the supervisor be gone
    without a word, the group ends by itself.
    """
    _close(not_ours)
    worktime.lifeline = lifeline
    os.setsid()
    _give_way()
    cluster = Cluster()
    cluster.start()
    told: float | None = None
    while cluster.sentinel.is_alive():
        if told is None:
            told = time.monotonic() if worktime.stopping(within=0.5) else None
        elif time.monotonic() - told > LOOKOUT_SECONDS:
            os.killpg(0, signal.SIGKILL)
        else:
            time.sleep(0.1)


def _give_way() -> None:
    """On a busy machine who answers goes first: shops and people wait for the web process, and nobody for a worker.

    Linux weighs sessions first, as groups, and processes within one by their niceness. Source: sched(7).
    """
    os.nice(settings.WORKER_NICENESS)
    for _ in range(5):
        try:
            Path("/proc/self/autogroup").write_text(str(settings.WORKER_NICENESS))
        except BlockingIOError:  # somebody on this machine did so just now: one may in 0.1 s
            time.sleep(0.15)
        except OSError:  # no such groups here: the niceness alone decides
            return
        else:
            return


def _close(inherited: tuple[int, ...]) -> None:
    """Of a pipe the supervisor alone may hold its end, or nobody would hear that it is gone."""
    for one in inherited:
        os.close(one)
