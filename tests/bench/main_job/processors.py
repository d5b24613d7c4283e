"""What processes take of the machine: time of its processors, memory. From /proc, so on Linux."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from types import TracebackType
from typing import Self

TICK = os.sysconf("SC_CLK_TCK")


class GeneratorShare:
    """The share of all processors that this process, its children that ended, and the stand-ins took inside `with`."""

    def __init__(self, stand_ins: int) -> None:
        self._stand_ins = stand_ins
        self.seconds = self.share = 0.0

    def __enter__(self) -> Self:
        self._began, self._used = time.monotonic(), self._time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.monotonic() - self._began
        self.share = (self._time() - self._used) / self.seconds / (os.cpu_count() or 1)

    def _time(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime + processor_time(self._stand_ins)


def processor_time(pid: int) -> float:
    """Seconds a process has used. Source: proc(5), stat, fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def resident_mb(pids: list[int]) -> float:
    """Megabytes these processes hold, a page they share counted once among those who share it (PSS)."""
    kilobytes = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return kilobytes / 1024
