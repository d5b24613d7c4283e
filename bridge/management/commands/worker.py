"""`python manage.py worker`: the django-q2 cluster, and over it a supervisor that measures it through the queue.

A cluster whose idle workers were killed can hang for good while its processes look alive and ignore SIGTERM
(django-q2 1.11: a dead worker holds the shared queue's lock). So a beat goes through the queue; when it stays away
the whole process group is killed and started anew (docs/adr/0002).
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django_q.tasks import async_task

from bridge.status import heartbeat_age
from bridge.wake import BEAT

logger = logging.getLogger(__name__)

GRACE_SECONDS = 10


class Command(BaseCommand):
    help = "Run the workers under supervision. SIGTERM stops them within 10 s."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self.cluster = self._start()
        try:
            self._supervise()
        finally:
            self._end(self.cluster)

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _start(self) -> subprocess.Popen[bytes]:
        self.started_at = time.monotonic()
        return subprocess.Popen([sys.executable, sys.argv[0], "qcluster"], start_new_session=True)  # noqa: S603 our own command

    def _supervise(self) -> None:
        last_beat = 0.0
        while not self.stopping:
            time.sleep(min(0.5, settings.BEAT_SECONDS / 2))
            if self.cluster.poll() is not None:
                logger.error("the cluster ended (%s) and is started again", self.cluster.returncode)
                self._restart()
            if time.monotonic() - last_beat >= settings.BEAT_SECONDS:
                last_beat = time.monotonic()
                self._beat()
                if self._silent():
                    logger.error(
                        "no beat came back for %s s: the cluster is started again", settings.HEARTBEAT_TIMEOUT
                    )
                    self._restart()

    def _beat(self) -> None:
        try:
            close_old_connections()
            async_task(BEAT)
        except Exception:  # database or broker away: the supervisor must outlive them
            logger.warning("the beat could not be sent", exc_info=True)

    def _silent(self) -> bool:
        if time.monotonic() - self.started_at < settings.HEARTBEAT_TIMEOUT:
            return False
        try:
            age = heartbeat_age(timezone.now())
        except DatabaseError:
            return False
        return age is None or age > settings.HEARTBEAT_TIMEOUT

    def _restart(self) -> None:
        self._end(self.cluster, grace=1)
        time.sleep(1)
        self.cluster = self._start()

    def _end(self, cluster: subprocess.Popen[bytes], grace: float = GRACE_SECONDS) -> None:
        """SIGTERM to the cluster, then SIGKILL to its whole process group: hung workers ignore the first."""
        if cluster.poll() is None:
            cluster.terminate()
            try:
                cluster.wait(grace)
            except subprocess.TimeoutExpired:
                logger.warning("the cluster did not stop in %s s and is killed", grace)
        try:
            os.killpg(cluster.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
