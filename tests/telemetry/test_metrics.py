"""/metrics: who may read it, what it counts, and what that costs."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import factories
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from world import SLOW_MACHINE

from bridge.api import metrics as page
from bridge.demo.launch import ROOT

pytestmark = pytest.mark.django_db


def text(**request: Any) -> tuple[int, str]:
    answer = Client(**{"REMOTE_ADDR": "10.1.2.3", **request}).get("/metrics")
    return answer.status_code, answer.content.decode()


def sample(exposition: str, name: str) -> float:
    [line] = [line for line in exposition.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def test_from_outside_there_is_nothing() -> None:
    assert text()[0] == 404
    assert text(HTTP_AUTHORIZATION="Bearer ")[0] == 404
    assert text(HTTP_AUTHORIZATION="Bearer guess")[0] == 404


def test_this_machine_reads_it_but_not_through_its_proxy() -> None:
    assert text(REMOTE_ADDR="127.0.0.1")[0] == 200
    assert text(REMOTE_ADDR="::1")[0] == 200
    assert text(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.7")[0] == 404
    assert text(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="127.0.0.1")[0] == 404


def test_the_token_opens_it_from_everywhere(settings: Any) -> None:
    settings.METRICS_TOKEN = "long-and-random"
    assert text(HTTP_AUTHORIZATION="Bearer long-and-random")[0] == 200
    assert text(HTTP_AUTHORIZATION="Bearer long-and-randoM")[0] == 404


def test_tables_are_shown_as_they_stand(shop: Any) -> None:
    for _number in range(3):
        factories.EventFactory(connection=shop.site, state="waiting", due_at=timezone.now())
    factories.MessageFactory(
        order=factories.OrderFactory(shop=shop), due_at=timezone.now() - timedelta(minutes=2)
    )
    factories.ParkedFactory(order=factories.OrderFactory(shop=shop), problem="unlinked_lines")
    _status, found = text(REMOTE_ADDR="127.0.0.1")
    assert sample(found, 'sklad_bridge_queue{reason="",state="waiting",what="event"}') == 3
    assert sample(found, 'sklad_bridge_queue{reason="",state="waiting",what="message"}') == 1
    assert sample(found, 'sklad_bridge_queue{reason="unlinked_lines",state="parked",what="message"}') == 1
    assert sample(found, 'sklad_bridge_queue_age_seconds{what="message"}') >= 120
    assert sample(found, 'sklad_bridge_budget_calls{account="main",of="allowed"}') == 11
    assert sample(found, "sklad_bridge_database_up") == 1


def test_with_many_rows_a_look_asks_for_no_more(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST", 2)
    for _number in range(4):
        factories.EventFactory(connection=shop.site, state="waiting", due_at=timezone.now())
        factories.ParkedFactory(order=factories.OrderFactory(shop=shop), problem="unlinked_lines")
    with CaptureQueriesContext(connection) as queries:
        found = page.exposition().decode()
    assert sample(found, 'sklad_bridge_queue{reason="",state="waiting",what="event"}') == 2
    assert sample(found, 'sklad_bridge_queue{reason="unlinked_lines",state="parked",what="message"}') == 2
    counts = [row["sql"] for row in queries if "COUNT(" in row["sql"]]
    assert counts
    assert all("LIMIT 2" in sql for sql in counts), counts
    assert len(queries) < 25


COUNT = """
import os, sys, time
import django; django.setup()
from bridge.telemetry import metrics
metrics.tries.labels("probe", sys.argv[1]).inc()
if sys.argv[1] == "fork" and os.fork() == 0:
    metrics.tries.labels("probe", "fork").inc()
    time.sleep(0.3); os._exit(0)
print(metrics.place(), flush=True)
sys.stdin.read()
"""


def test_processes_count_together_and_leave_their_place_to_the_next(tmp_path: Any) -> None:
    env = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "bridge.settings"}

    def start(word: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", COUNT, word]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=env, cwd=ROOT, **pipes)

    one, other = start("one"), start("fork")
    places = {process.stdout.readline().strip() for process in (one, other)}  # type: ignore[union-attr]
    assert len(places) == 2, "two processes never count in one file"
    for process in (one, other):
        process.communicate("", timeout=SLOW_MACHINE)
    last = start("one")
    assert last.communicate("", timeout=SLOW_MACHINE)[0].strip() == "0"
    printed = subprocess.run(
        [sys.executable, "manage.py", "metrics"],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert sample(printed, 'sklad_bridge_tries_total{kind="probe",outcome="one"}') == 2
    assert sample(printed, 'sklad_bridge_tries_total{kind="probe",outcome="fork"}') == 2
    assert sample(printed, "sklad_bridge_database_up") == 0, "this one was never migrated"
    assert len(list((tmp_path / "metrics").glob("counter_*.db"))) <= 3
