"""What processes take of the machine: time of its processors, memory. From /proc, so on Linux."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
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
    """Megabytes these hold together. A page of theirs that several of them share counts once (PSS). So does a page of a
    file, the interpreter or a library, whoever else on this machine has it open.

    Source: proc(5), smaps.
    """
    own, files = 0, dict[str, int]()
    for pid in pids:
        for name, sizes in _mappings(pid):
            own += sizes["Pss"] if not name else 0
            if name:
                anonymous = sizes["Anonymous"]  # what was written to, and so copied
                own += anonymous
                files[name] = max(files.get(name, 0), sizes["Rss"] - anonymous)
    return (own + sum(files.values())) / 1024


def _mappings(pid: int) -> Iterator[tuple[str, dict[str, int]]]:
    """Of each mapping the file and its place in it ('' for none), and its sizes in kilobytes."""
    name, sizes = "", dict[str, int]()
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        head, *rest = line.split(maxsplit=5)
        if not head.endswith(":"):
            if sizes:
                yield name, sizes
            offset, inode = rest[1], rest[3]
            name, sizes = (f"{rest[4]} {offset}" if inode != "0" else ""), {}
        elif rest and rest[-1] == "kB":
            sizes[head[:-1]] = int(rest[0])
    if sizes:
        yield name, sizes
