"""A worker that has had nothing to do for a while is relieved by one that is forked anew.

A fork shares its parent's memory until it works: whatever a job touches is copied, a third of all that is there, and
stays with the worker. So does what is left over from a burst. Of a bridge at rest each of four workers held 30 MB; one
that has not worked yet holds 4 (docs/adr/0019).
"""

from __future__ import annotations

import os
import time

from django_q.conf import Conf

AT_REST = 10.0
"""Seconds without work after which a worker goes: one that works keeps its connections to other systems."""

_worked_at = time.monotonic()


def note_work() -> None:
    """There was something to do just now."""
    global _worked_at
    _worked_at = time.monotonic()


os.register_at_fork(after_in_child=note_work)


def leave_if_idle() -> None:
    """Called in a beat: with its end the worker ends, unless it has worked lately.

    The queue replaces a worker that holds more memory than it may (django-q2's setting `max_rss`), and asks after each
    job: from now on this one does.
    """
    alone = Conf.WORKERS == 1  # nobody would be there until the next one is
    if time.monotonic() - _worked_at > AT_REST and not alone:
        Conf.MAX_RSS = 1
