"""Management commands without the start of an interpreter each: a process of the bridge's own environment has read all
code and forks for each command. What a command does and prints is what `manage.py` does and prints.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from bridge.demo.launch import ROOT, Bridge


class WarmBridge(Bridge):
    """A bridge whose management commands start warm. Web process and workers start as they do at an owner's."""

    _parent: subprocess.Popen[str] | None = None
    _busy = threading.Lock()
    _parents_env: dict[str, str] | None = None

    def stop(self) -> None:
        super().stop()
        self._end_parent()

    def _run(self, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        if not self._busy.acquire(blocking=False):  # a command that runs beside another
            return super()._run(arguments)
        try:
            out, err = self.directory / "manage.out", self.directory / "manage.err"
            request = {"arguments": arguments, "out": str(out), "err": str(err)}
            parent = self._warm_parent()
            assert parent.stdin is not None
            assert parent.stdout is not None
            parent.stdin.write(json.dumps(request) + "\n")
            parent.stdin.flush()
            return int(parent.stdout.readline()), out.read_text(), err.read_text()
        finally:
            self._busy.release()

    def _warm_parent(self) -> subprocess.Popen[str]:
        if self._parent is not None and self._parents_env != self.env:
            self._end_parent()
        if self._parent is None:
            self._parents_env = dict(self.env)
            self._parent = subprocess.Popen(
                [sys.executable, "-P", __file__],
                env=self.env | {"PYTHONPATH": str(ROOT)},
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        return self._parent

    def _end_parent(self) -> None:
        if self._parent is not None:
            for pipe in (self._parent.stdin, self._parent.stdout):
                if pipe:
                    pipe.close()
            self._parent.wait(120)
            self._parent = None


def serve() -> dict[str, Any] | None:
    """For each line of input a command; in the process forked for it: what to run."""
    for line in sys.stdin:
        request: dict[str, Any] = json.loads(line)
        child = os.fork()
        if not child:
            return request
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


def run(request: dict[str, Any]) -> None:
    """As `manage.py` would in a process of its own."""
    for path, number in ((request["out"], 1), (request["err"], 2)):
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, number)
        os.close(target)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.argv = [str(ROOT / "manage.py"), *request["arguments"]]
    import manage

    manage.main()


def read_all_code() -> None:
    """What every command needs, and its checks; nothing here opens a connection or starts a thread."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bridge.settings")
    import django

    django.setup()
    from django.conf import settings

    from bridge.preload import read_all

    read_all()
    assert Path(settings.DATA_DIR) == Path(os.environ["DATA_DIR"])


if __name__ == "__main__":
    read_all_code()
    if wanted := serve():
        run(wanted)
