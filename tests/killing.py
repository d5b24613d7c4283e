"""The processes of a bridge by what they are, and their sudden end."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def children(pid: int) -> list[int]:
    """Every descendant of a process."""
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it ends just now
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in task.read_text().split():
                found += [int(child), *children(int(child))]
    return found


def cluster_workers(supervisor: int) -> list[int]:
    """The queue's leaf processes: its workers, its monitor, its pusher; not the lookout, which is of another group."""
    own = os.getpgid(supervisor)
    found = []
    for pid in children(supervisor):
        with suppress(ProcessLookupError):  # it has just been relieved
            if not children(pid) and os.getpgid(pid) != own:
                found.append(pid)
    return found


def kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # its guard has just ended it
            os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether it still works; what nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
