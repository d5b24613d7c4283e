"""A web process that has had nothing to answer for a while, and has grown, is relieved by one that is forked anew.

What a request touches of the memory that the processes share is copied for each of them, and what a flood leaves stays:
40 MB each after thousands of events, of which a new one needs a quarter (docs/adr/0019). The workers are relieved so
too (relief.py).
"""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from pathlib import Path

from django.conf import settings

AT_REST = 20.0
"""Seconds without a request: who works in the desk turns a page sooner, and a new process is slower at its first."""
GROWN_MB = 16.0
"""Memory of its own."""
LOOKS_EVERY = 5.0
PROBES = ("/healthz", "/readyz", "/metrics")
"""Who asks for these every few seconds only watches the bridge."""

_lock = threading.Lock()
_in_work = 0
_busy_at = time.monotonic()


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
    global _in_work
    _in_work = 0
    _note("", 0)
    threading.Thread(target=_watch, name="relief", daemon=True).start()


def _watch() -> None:
    light_at = -1.0
    while True:
        time.sleep(LOOKS_EVERY)
        if _in_work or time.monotonic() - _busy_at < AT_REST or _busy_at == light_at:
            continue
        if own_mb() <= GROWN_MB:
            light_at = _busy_at
        elif _alone():
            os.kill(os.getpid(), signal.SIGTERM)  # accepts nothing more, answers what it has accepted, ends
            return


def _alone() -> bool:
    """One at a time, for the others answer meanwhile: this one's turn is until it has ended."""
    turn = os.open(Path(settings.DATA_DIR) / "web-relief.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(turn)
        return False
    return True


def own_mb() -> float:
    """Megabytes this process shares with nobody; 0 where the system does not tell. Source: proc(5), smaps_rollup."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    own = (line for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
    return sum(int(line.split()[1]) for line in own) / 1024
