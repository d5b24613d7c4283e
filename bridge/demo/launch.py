"""The bridge's real processes, `gunicorn bridge.wsgi` and `manage.py worker`, started and stopped from Python."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import requests

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port of loopback nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Bridge:
    """Web and worker processes over one database. `env` is added to this process's environment.

    Their output goes to `web.log` and `worker.log` in `directory`.
    """

    ready_within = 120.0
    """Seconds; more on a machine that has much else to do."""

    def __init__(
        self, directory: Path, env: Mapping[str, str], *, web_workers: int = 2, port: int = 0
    ) -> None:
        self.directory = directory
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.web_workers = web_workers
        self.env = {
            **os.environ,
            "DATA_DIR": str(directory),
            "BRIDGE_PUBLIC_URL": self.url,
            "BRIDGE_ALLOW_PRIVATE_HOSTS": "true",
            "BEAT_SECONDS": "1",
            "PYTHONUNBUFFERED": "1",
            **env,
        }
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self._logs: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed. Raises RuntimeError with its output."""
        code, out, err = self._run(arguments)
        if code:
            raise RuntimeError(f"manage.py {' '.join(arguments)} failed:\n{out}{err}")
        return out

    def _run(self, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        """Exit code, output and errors of a management command."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, cwd=ROOT, check=False)  # noqa: S603 our own commands
        return done.returncode, done.stdout, done.stderr

    def start(self) -> None:
        """Start both processes and wait until the web answers and a worker has taken a task from the queue."""
        self.start_web()
        self.start_worker()
        self.wait_ready()

    def start_web(self) -> None:
        command = ["-m", "gunicorn", "bridge.wsgi", "--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        command += ["--workers", str(self.web_workers), "--threads", "4", "--timeout", "60"]
        self.web = self._spawn("web.log", *command)

    def start_worker(self) -> None:
        self.worker = self._spawn("worker.log", str(ROOT / "manage.py"), "worker")

    def wait_ready(self) -> None:
        """Until /readyz says 200. Raises TimeoutError with the end of the logs."""
        deadline = time.monotonic() + self.ready_within
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise TimeoutError(
            f"the bridge did not become ready:\n{self.log_tail('web.log')}\n{self.log_tail('worker.log')}"
        )

    def stop(self) -> None:
        """SIGTERM to both, SIGKILL to what is left after 15 s."""
        for process in (self.worker, self.web):
            stop(process)
        self.worker = self.web = None
        for log in self._logs:
            log.close()
        self._logs.clear()

    def log_tail(self, name: str, lines: int = 30) -> str:
        path = self.directory / name
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def _spawn(self, log_name: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.directory / log_name).open("ab")
        self._logs.append(log)
        return subprocess.Popen(  # noqa: S603 our own commands
            [sys.executable, *arguments],
            env=self.env,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes] | None, seconds: float = 15) -> None:
    """Ask a process group to end, then make it."""
    if process is None:
        return
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
