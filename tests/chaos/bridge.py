"""The bridge's processes with a clock that can be moved and a log that can be full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from killing import children, cluster_workers, kill
from warm import WarmBridge

from bridge.demo.launch import ROOT, stop

FULL = Path("/dev/full")
"""Every write to it is refused with “no space left on device”."""


def faketime() -> Path | None:
    """libfaketime of Debian's package of this name, None where it is missing."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


class StormBridge(WarmBridge):
    """Its web process and workers live by the clock of `set_clock`, its management commands by the true one."""

    def __init__(self, directory: Path, env: Mapping[str, str], *, web_workers: int = 2) -> None:
        super().__init__(directory, env, web_workers=web_workers)
        self.clock = directory / "clock"
        self.disk_is_full = False
        self.set_clock(0)

    def set_clock(self, seconds: int) -> None:
        """Their clock is so much ahead (behind, if negative), within a second."""
        beside = self.clock.with_suffix(".new")
        beside.write_text(f"{seconds:+d}")
        beside.replace(self.clock)

    def _spawn(self, log_name: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (FULL if self.disk_is_full else self.directory / log_name).open("ab")
        self._logs.append(log)
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self.env | self._faked(),
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def _faked(self) -> dict[str, str]:
        library = faketime()
        if library is None:
            return {}
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_CACHE_DURATION": "1",  # seconds after which the file is read again
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # that clock does not jump on a real machine either
            "PYTHONPATH": str(Path(__file__).parent / "clock"),
        }

    def restart_web(self) -> None:
        """Killed with all its processes, then started; nobody waits until it answers."""
        if self.web is not None:
            _kill_group(self.web.pid)
            self.web.wait()
        self.start_web()

    def restart_worker(self) -> None:
        """Stopped as by an update of the bridge, then started."""
        stop(self.worker)
        self.start_worker()

    def kill_web_workers(self) -> int:
        """gunicorn's own workers, not its master: that one starts new ones."""
        found = children(self.web.pid) if self.web else []
        kill(found)
        return len(found)

    def leaves(self) -> list[int]:
        """The queue's workers, its monitor and its pusher."""
        return cluster_workers(self.worker.pid) if self.worker else []

    def guard(self) -> int | None:
        """The cluster's own guard, which starts new workers."""
        found = children(self.worker.pid) if self.worker else []
        for pid in found:
            with suppress(ProcessLookupError):
                if os.getpgid(pid) == pid:
                    return pid
        return None


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
