"""Runs a command on a ground with BENCH_ORDERS orders in it (1,000,000 unless told; 0: not at all), which become the
measured shop's own (ground.py):

    python -m tests.bench.main_job.filled pytest -m bench -s tests/bench/main_job

The database is made on the server of TEST_POSTGRES_URL, some two minutes, and dropped afterwards; one that is kept is
given by BENCH_FILLED_URL.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
NAME = "bench_filled"
ROOT = Path(__file__).parents[3]
FORGOTTEN = (
    "UPDATE bridge_inboxevent SET body = '' WHERE received_at < now() - interval '89 days'",
    "DELETE FROM bridge_deliveryattempt WHERE finished_at < now() - interval '364 days'",
    "DELETE FROM bridge_apicall WHERE at < now() - interval '29 days'",
    "DELETE FROM bridge_goodschange WHERE run_id IS NULL AND at < now() - interval '29 days'",
)
"""What a bridge of this age has forgotten long since (bridge/personal/retention.py, bridge/apilog/retention.py,
bridge/sync/last_writes.py), and of one day more: or it would catch up on a year while something is measured.
"""


def main(command: list[str]) -> int:
    if kept := os.environ.get("BENCH_FILLED_URL"):
        return _run(command, kept)
    orders = os.environ.get("BENCH_ORDERS", "1000000")
    if orders == "0":
        return 0
    url = urlunsplit(urlsplit(SERVER)._replace(path=f"/{NAME}"))
    try:
        _on_server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME}")
        make = [sys.executable, str(ROOT / "tests/bench/desk_of_many.py"), "make", orders]
        subprocess.run(
            make, env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}, cwd=ROOT, check=True
        )
        with psycopg.connect(url, autocommit=True) as made:
            for statement in FORGOTTEN:
                made.execute(statement)
            made.execute("VACUUM ANALYZE")  # or the server does it while something is measured
            made.execute("CHECKPOINT")
        return _run(command, url)
    finally:
        _on_server(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def _run(command: list[str], url: str) -> int:
    return subprocess.run(
        command, env={**os.environ, "DATABASE_URL": url, "BENCH_FILLED_URL": url}, check=False
    ).returncode


def _on_server(*statements: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
