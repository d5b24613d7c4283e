"""A mark of one process that others can check: whether the worker that claimed something still lives.

Only what is certain counts: the process is judged on its own machine (and in its own PID namespace) alone. Elsewhere,
and on systems without /proc, the lease decides.
"""

from __future__ import annotations

import hashlib
import os
import socket
from functools import cache
from pathlib import Path

PROC = Path("/proc")


def mark(pid: int | None = None) -> str:
    """`machine-pid-start` of a process (default: this one), at most 29 characters; '' where it cannot be told."""
    pid = pid or os.getpid()
    machine, start = _machine(), _started(pid)
    return f"{machine}-{pid}-{start}" if machine and start else ""


def is_gone(text: str) -> bool:
    """True when a text that begins with a mark is of a process of this machine that has ended."""
    return _lives(text) is False


def is_alive(text: str) -> bool:
    """True when it is of a process of this machine that lives."""
    return _lives(text) is True


def _lives(text: str) -> bool | None:
    """None: that cannot be told here."""
    machine, _, rest = text.partition("-")
    pid, _, rest = rest.partition("-")
    if not machine or machine != _machine() or not pid.isdecimal():
        return None
    return _started(int(pid)) == rest.partition("-")[0]


@cache
def _machine() -> str:
    """This boot of this machine and its PID namespace: two containers may share all but the last."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return hashlib.sha256(f"{socket.gethostname()} {boot} {namespace}".encode()).hexdigest()[:8]


def _started(pid: int) -> str:
    """When a living process began, in clock ticks since the boot; '' for one that ended. Source: proc(5), stat."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    state, start = fields[0], fields[19]
    return "" if state in "ZX" else start
