"""Telling the workers there is something to do: after the commit, through django-q2.

A wake that is lost costs a few seconds, never the work: the beat finds every due row again (docs/adr/0002).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

logger = logging.getLogger(__name__)

PROCESS_INBOX = "bridge.jobs.process_inbox"
DELIVER = "bridge.jobs.deliver"
RUN_FLOW = "bridge.jobs.run_flow"
RUN_WORK = "bridge.jobs.run_work"
SEND_ALERTS = "bridge.jobs.send_alerts"
BEAT = "bridge.jobs.beat"


def wake(job: str, *args: Any) -> None:
    """Queue `job` once the current transaction is committed."""
    transaction.on_commit(partial(_enqueue, job, *args))


def _enqueue(job: str, *args: Any) -> None:
    try:
        async_task(job, *args)
    except Exception:  # the broker is away: the row is stored, the beat will find it
        logger.warning("the queue did not take %s %s", job, args, exc_info=True)
