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

    Source: proc(5), smaps_rollup and smaps.
    """
    own = 0
    files: dict[str, int] = {}
    for pid in pids:
        whole = _sizes(Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
        own += whole["Pss_Anon"] + whole["Pss_Shmem"]
        for name, sizes in _of_files(pid):
            files[name] = max(files.get(name, 0), sizes["Rss"] - sizes["Anonymous"])
    return (own + sum(files.values())) / 1024


def _of_files(pid: int) -> Iterator[tuple[str, dict[str, int]]]:
    """Each part of a file that is mapped, by its name and place, and its sizes in kilobytes."""
    name, lines = "", list[str]()
    for line in [*Path(f"/proc/{pid}/smaps").read_text().splitlines(), "end 0 0 0 0"]:
        head, *rest = line.split(maxsplit=5)
        if head.endswith(":"):
            lines.append(line)
            continue
        if name:
            yield name, _sizes(lines)
        offset, inode = rest[1], rest[3]
        name, lines = (f"{rest[4]} {offset}" if inode != "0" else ""), []


def _sizes(lines: list[str]) -> dict[str, int]:
    """Kilobytes, by what they are of."""
    named = (line.split() for line in lines)
    return {parts[0][:-1]: int(parts[1]) for parts in named if len(parts) == 3 and parts[2] == "kB"}
