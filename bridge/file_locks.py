"""Locks between the processes of one machine, that end with whoever holds them. Source: flock(2)."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def taken(path: Path) -> int | None:
    """The locked file, kept open as long as the lock is wanted; None where another process has it.

    Raises OSError where the file cannot be made, or such files cannot be locked.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    except OSError:
        os.close(lock)
        raise
    return lock
