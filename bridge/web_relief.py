"""A web process that has had nothing to answer for a while, and has grown, is relieved by one that is forked anew.

What a request touches of the memory that the processes share is copied for each of them, and what a flood leaves stays:
40 MB each after thousands of events, of which a new one needs a quarter (docs/adr/0019). The workers are relieved so
too (relief.py).
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from bridge import file_locks

AT_REST = 20.0
"""Seconds without a request: who works in the desk turns a page sooner, and a new process is slower at its first."""
GROWN_MB = 16.0
"""Memory of its own."""
LOOKS_EVERY = 5.0
SUCCESSOR_NEEDS = 10.0
"""Seconds until whoever is forked in place of one answers, on a busy machine too: sooner no other one goes."""
PROBES = ("/healthz", "/readyz", "/metrics")
"""Who asks for these every few seconds only watches the bridge."""

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_in_work = 0
_busy_at = time.monotonic()
# The lock of whoever goes, to the process's end.
_turn = -1
# As of this moment it held little, or had just begun.
_light_at = _busy_at


def began(path: str) -> None:
    """A request is being answered from now on."""
    _note(path, 1)


def ended(path: str) -> None:
    """It is answered, to its last byte, or broken off."""
    _note(path, -1)


def _note(path: str, change: int) -> None:
    global _in_work, _busy_at
    if path.startswith(PROBES):
        return
    with _lock:
        _in_work += change
        _busy_at = time.monotonic()


def start() -> None:
    """Watch from now on, in a thread beside the requests."""
    global _in_work, _busy_at, _light_at
    _in_work, _busy_at = 0, time.monotonic()
    # Whoever has answered nothing cannot have grown by it, whatever a new process holds on this system.
    _light_at = _busy_at
    threading.Thread(target=_watch, name="relief", daemon=True).start()


def _watch() -> None:
    while True:
        time.sleep(LOOKS_EVERY)
        try:
            goes = grown_and_at_rest() and turn_taken()
        except OSError:
            logger.exception("this web process will not be relieved")
            return
        if goes:
            os.kill(os.getpid(), signal.SIGTERM)  # accepts nothing more, answers what it has accepted, ends
            return


def grown_and_at_rest() -> bool:
    """Whether this process holds much and has had nothing to answer for a while."""
    global _light_at
    if _in_work or _busy_at == _light_at or time.monotonic() - _busy_at < AT_REST:
        return False
    if own_mb() > GROWN_MB:
        return True
    _light_at = _busy_at
    return False


def turn_taken() -> bool:
    """One at a time, for the others answer meanwhile: until it has ended, and then until its successor has begun.

    Raises OSError where the directory of data is of no use.
    """
    global _turn
    lock = file_locks.taken(Path(settings.DATA_DIR) / "web-relief.lock")
    if lock is None:
        return False
    last = os.fstat(lock)
    if last.st_size and 0 <= time.time() - last.st_mtime < SUCCESSOR_NEEDS:
        os.close(lock)
        return False
    _turn = lock
    gone()
    return True


def gone() -> None:
    """The successor's time counts from here: said when the turn is taken, and again at this process's end."""
    if _turn >= 0:
        with suppress(OSError):  # on a full disk the next one goes a little too soon
            os.pwrite(_turn, b"taken", 0)


def own_mb(pid: int | str = "self") -> float:
    """Megabytes a process shares with nobody; 0 where the system does not tell. Source: proc(5), smaps_rollup."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    own = (line for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
    return sum(int(line.split()[1]) for line in own) / 1024
