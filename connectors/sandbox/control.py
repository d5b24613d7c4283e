"""Starts the stand-ins in a process of their own and hands out clients to control them; for tests, demo and bench."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectors.sandbox.control_moysklad import MoyskladControl
from connectors.sandbox.control_store import StoreControl

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 5.0


@dataclass
class Sandbox:
    """Both stand-ins, ready. `pid` is their process."""

    moysklad: MoyskladControl
    store: StoreControl
    pid: int

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until no webhook and no event is on its way. False when the time ran out."""
        return self.store.settle(timeout) and self.moysklad.settle(timeout)


@contextmanager
def running_sandbox(
    *,
    items: int = 20,
    seed: int = 1,
    special: Sequence[str] = (),
    latency_ms: int = 0,
    store_latency_ms: int = 0,
    limiter: bool = True,
    moysklad_port: int = 0,
    store_port: int = 0,
) -> Iterator[Sandbox]:
    """Both stand-ins in a child process, stopped on leaving. RuntimeError when it does not start.

    The same `seed` gives the same ids and prices; `special` adds odd goods (connectors/sandbox/seed.py); ports 0 take
    free ones. `limiter=False` switches MoySklad's limits off, for tests that are about something else.
    """
    command = [sys.executable, "-m", "connectors.sandbox", "--with-stdin"]
    command += ["--items", str(items), "--seed", str(seed), "--special", ",".join(special)]
    command += ["--latency-ms", str(latency_ms), "--store-latency-ms", str(store_latency_ms)]
    command += ["--moysklad-port", str(moysklad_port), "--store-port", str(store_port)]
    command += [] if limiter else ["--no-limiter"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=ROOT,
        start_new_session=True,  # Ctrl-C is for the parent, which then closes the pipe
    )
    box = None
    try:
        box = connect(process)
        yield box
    finally:
        if box:
            box.moysklad.close()
            box.store.close()
        stop(process)


def connect(process: subprocess.Popen[bytes]) -> Sandbox:
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        raise RuntimeError(f"the sandbox did not start, exit code {process.wait(STOP_SECONDS)}")
    ready = json.loads(line)
    return Sandbox(
        MoyskladControl(ready["control_moysklad"]), StoreControl(ready["control_store"]), process.pid
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Close its input and wait; a process that does not go is killed."""
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
