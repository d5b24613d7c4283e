"""The process of the stand-ins: one line when ready, a clean stop, the same ids for the same seed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from connectors.sandbox.control import running_sandbox
from connectors.sandbox.control_base import SandboxError

ROOT = Path(__file__).parents[2]


def start(*arguments):
    command = [sys.executable, "-m", "connectors.sandbox", "--items", "3", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)


def finish(process):
    code = process.wait(10)
    process.stdin.close()
    process.stdout.close()
    return code


def test_the_line_says_where_everything_is():
    process = start()
    ready = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    assert finish(process) == 0
    assert ready["moysklad"].endswith("/api/remap/1.2")
    assert ready["moysklad"].startswith("http://127.0.0.1:")
    assert set(ready) == {
        "moysklad",
        "store",
        "control_moysklad",
        "control_store",
        "token",
        "consumer_key",
        "consumer_secret",
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it(number):
    process = start()
    process.stdout.readline()
    process.send_signal(number)
    assert finish(process) == 0


def test_a_parent_that_goes_away_takes_it_along():
    process = start("--with-stdin")
    process.stdout.readline()
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()


def test_leaving_the_context_stops_the_process_and_the_same_seed_gives_the_same_ids():
    infos = []
    for _ in range(2):
        with running_sandbox(items=5, seed=3) as box:
            infos.append((box.moysklad.info["states"], box.store.consumer_key))
            pid, url = box.pid, box.moysklad.url
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        with pytest.raises(requests.ConnectionError):
            requests.get(url, timeout=2)
    assert infos[0] == infos[1]


def test_a_taken_port_is_told_at_once():
    with running_sandbox(items=1) as box:
        port = int(box.store.url.rsplit(":", 1)[1])
        with pytest.raises(RuntimeError, match="did not start"), running_sandbox(items=1, store_port=port):
            pass


def test_wrong_commands_and_switches_are_refused_with_a_sentence(box):
    with pytest.raises(SandboxError, match="no command"):
        box.moysklad.call("nonsense")
    with pytest.raises(SandboxError, match="no switch"):
        box.moysklad.configure(nonsense=1)
    with pytest.raises(SandboxError, match="takes bool"):
        box.store.configure(events="yes")
    with pytest.raises(SandboxError, match="no product with SKU"):
        box.store.place_order({"NOPE": 1})
    with pytest.raises(SandboxError, match="no state"):
        box.moysklad.set_state("x", "Нет такого")


def test_small_calls_are_answered_quickly(box, api):
    """Not a benchmark: Nagle with delayed acknowledgements would be 40 ms a call, twenty of them 0.8 s."""
    path = "/context/employee"
    api.call("GET", path)

    def twenty():
        started = time.monotonic()
        for _ in range(20):
            api.call("GET", path)
        return time.monotonic() - started

    assert any(twenty() < 0.5 for _round in range(10)), "a busy machine has a quiet moment in ten"
