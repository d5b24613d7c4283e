"""Calls wait here, in memory, and are written many at once: after a job, every second in the web process, at the end
of a command. Nothing is written inside a transaction, so a call stays in the log though its work was rolled back.

A process that is killed loses what waits: at most a second of the web process, one job of a worker.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque

from django.db import connection

from bridge.apilog.entries import Entry
from bridge.apilog.models import ApiCall
from bridge.passing import PASSING, mend

logger = logging.getLogger(__name__)

WRITE_AT, WRITE_AFTER = 100, 1.0
"""Calls, and seconds since the first of them, after which they are written without waiting for the end of the work."""
MOST = 1000
"""With more waiting, the oldest are dropped: the database is away, or the work is one long transaction."""

_waiting: deque[Entry] = deque()
_lock = threading.Lock()
_first_at = 0.0
_dropped = 0
_in_background = False
_thread: threading.Thread | None = None


def add(entry: Entry) -> None:
    """Note a call. Costs nothing but memory, except that every so often it writes what waits."""
    global _first_at, _dropped
    with _lock:
        if not _waiting:
            _first_at = time.monotonic()
        _waiting.append(entry)
        if len(_waiting) > MOST:
            _waiting.popleft()
            _dropped += 1
        due = len(_waiting) >= WRITE_AT or time.monotonic() - _first_at > WRITE_AFTER
    if _in_background:
        _ensure_thread()
    elif due:
        write()


def write() -> int:
    """Write what waits; how many rows. Never raises: the log must not fail the work it is about.

    Inside a transaction nothing is written.
    """
    global _dropped
    if not _waiting or connection.in_atomic_block:
        return 0
    with _lock:
        entries, dropped = list(_waiting), _dropped
        _waiting.clear()
        _dropped = 0
    if dropped:
        logger.warning("the API log lost %s calls that could not be written in time", dropped)
    rows = [row for entry in entries if (row := _row(entry)) is not None]
    try:
        ApiCall.objects.bulk_create(rows, batch_size=WRITE_AT)
    except PASSING as error:
        mend()
        logger.warning("the API log waits for the database: %r", error)
        _put_back(entries)
        return 0
    except Exception:
        mend()
        logger.exception("%s calls could not be written to the API log", len(rows))
        return 0
    return len(rows)


def _put_back(entries: list[Entry]) -> None:
    """The newest that there is room for, before those that came meanwhile; the next try comes a while later."""
    global _first_at, _dropped
    with _lock:
        room = max(MOST - len(_waiting), 0)
        _dropped += max(len(entries) - room, 0)
        _waiting.extendleft(reversed(entries[len(entries) - min(room, len(entries)) :]))
        _first_at = time.monotonic()


def _row(entry: Entry) -> ApiCall | None:
    try:
        return entry.row()
    except Exception:
        logger.exception("a call could not be noted: %r", entry)
        return None


def write_in_background() -> None:
    """For the web process: write every second, beside the requests, and once more when the process ends."""
    global _in_background
    _in_background = True
    atexit.register(write)


def _ensure_thread() -> None:
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_keep_writing, name="api log", daemon=True)
            _thread.start()


def _keep_writing() -> None:
    while _in_background:
        time.sleep(WRITE_AFTER)
        try:
            write()
        finally:
            connection.close()


def _after_fork() -> None:
    """What waits is the parent's to write; a lock or a thread of the parent is none of ours."""
    global _lock, _thread
    _lock, _thread = threading.Lock(), None
    _waiting.clear()


os.register_at_fork(after_in_child=_after_fork)
