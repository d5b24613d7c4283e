"""A desk with a great many rows in PostgreSQL, and how long each of its pages takes; each step is a process of its own:

    python desk_of_many.py make|measure ORDERS [PATTERN]

prints one line of JSON. DATABASE_URL names the database, which belongs to the measurement alone; PATTERN (a regular
expression) chooses pages by their names. With LOUD set each page is told when it is measured, with its slow
statements; with PLANS set also their plans.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bridge.settings")
os.environ.setdefault("LOG_LEVEL", "CRITICAL")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bridge.api.resource import Throttle  # noqa: E402
from tests.bench.desk_pages import Page, pages  # noqa: E402
from tests.bench.desk_rows import make  # noqa: E402

AT_LEAST = int(os.environ.get("BENCH_DESK_REQUESTS", "15"))
OF_EACH = int(os.environ.get("BENCH_DESK_ROUNDS", "3")) if AT_LEAST > 1 else 1
"""Requests of a page, and of each of its addresses."""
SLOW = 0.05
"""Seconds; with LOUD set, statements that take longer are shown."""


def measure(_orders: int) -> dict[str, Any]:
    """Of each page: milliseconds by the clock, of the processors (of both processes), of the database; statements."""
    Throttle.THROTTLE_RATES = {"reads": None, "deeds": None}
    owner = User.objects.get(username="owner")
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    client.cookies["django_language"] = "ru"
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    database = Processor.of_database()
    return {
        page.name: _measured(client, page, database) for page in pages(owner) if re.search(wanted, page.name)
    }


def _measured(client: Client, page: Page, database: Processor) -> dict[str, Any]:
    rounds = max(OF_EACH, -(-AT_LEAST // len(page.addresses)))
    found: dict[str, list[Seen]] = {}
    for address in page.addresses:
        if AT_LEAST > 1:
            client.get(address, headers=page.headers)  # templates are read, and the first rows
        found[address] = [_asked(client, page, address, database) for _ in range(rounds)]
    every = [seen for one in found.values() for seen in one]
    # Of one address the quickest round tells what it costs; of the page, its dearest address.
    worst = max(found, key=lambda address: min(seen.worked for seen in found[address]))
    slowest = max(found, key=lambda address: statistics.median(seen.took for seen in found[address]))
    report = {
        "p50": _half([seen.took for seen in every]),
        "p95": _nearly_all([seen.took for seen in every]),
        "worked_p50": _half([seen.worked for seen in every]),
        "worked_p95": _nearly_all([seen.worked for seen in every]),
        "database_p95": _nearly_all([seen.waited for seen in every]),
        "dearest": round(min(seen.worked for seen in found[worst])),
        "dearest_at": worst,
        "slowest_at": slowest,
        "statements": max(seen.statements for seen in every),
        "requests": len(every),
        "answers": sorted({seen.status for seen in every}),
    }
    if "LOUD" in os.environ:
        print(page.name, report, file=sys.stderr, flush=True)
    return report


def _half(values: list[float]) -> int:
    return round(statistics.median(values))


def _nearly_all(values: list[float]) -> int:
    return round(statistics.quantiles([*values, values[0]], n=20, method="inclusive")[-1])


class Seen:
    """One request. `took`: by the clock; `worked`: of the processors; `waited`: for the database; all milliseconds."""

    took = worked = waited = 0.0
    statements = status = 0


def _asked(client: Client, page: Page, address: str, database: Processor) -> Seen:
    seen = Seen()
    with Stopwatch() as watch, connection.execute_wrapper(watch):
        ours, theirs, began = time.thread_time(), database.used(), time.perf_counter()
        seen.status = client.get(address, headers=page.headers).status_code
        seen.took = (time.perf_counter() - began) * 1000
        seen.worked = (time.thread_time() - ours + database.used() - theirs) * 1000
    seen.waited, seen.statements = watch.spent * 1000, watch.statements
    if "LOUD" in os.environ and seen.took > 300:
        print(f"  {seen.took:.0f} ms ({seen.worked:.0f}) {address}", file=sys.stderr, flush=True)
    return seen


class Processor:
    """What the database's process of this connection has used of the processors, where it runs on this machine."""

    def __init__(self, pid: int | None) -> None:
        self.file = Path(f"/proc/{pid}/schedstat")

    @classmethod
    def of_database(cls) -> Processor:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cls(cursor.fetchone()[0])

    def used(self) -> float:
        """Seconds; 0 where nobody can tell."""
        try:
            return int(self.file.read_text().split()[0]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0


class Stopwatch:
    """Adds up what the database takes."""

    spent = 0.0
    statements = 0

    def __enter__(self) -> Stopwatch:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, execute: Any, sql: str, *more: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, *more)
        finally:
            took = time.perf_counter() - began
            self.spent += took
            self.statements += 1
            if took > SLOW and "LOUD" in os.environ:
                print(f"    {took * 1000:.0f} ms {sql[:3000]} {more[0]!r:.300}", file=sys.stderr, flush=True)
                if "PLANS" in os.environ:
                    _explain(sql, more[0])


def _explain(sql: str, params: Any) -> None:
    with connection.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
        print("\n".join(f"      {row[0]}" for row in cursor.fetchall()), file=sys.stderr, flush=True)


if __name__ == "__main__":
    print(json.dumps({"make": make, "measure": measure}[sys.argv[1]](int(sys.argv[2]))))
