"""PostgreSQL databases for the processes of a test, whichever database the tests themselves use.

(Where Django's own connection of the tests leads: tests/migrated.py.)
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from migrated import RUN

from bridge.demo.launch import ROOT

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def server_url() -> str:
    """The PostgreSQL server tests may make databases in."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else os.environ.get("TEST_POSTGRES_URL", POSTGRES)


def answers() -> bool:
    try:
        psycopg.connect(server_url(), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def empty(template: str = "template1") -> Iterator[str]:
    """The address of a new database, dropped in the end."""
    name = f"operation_{uuid.uuid4().hex[:10]}"
    _run_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield f"{server_url().rpartition('/')[0]}/{name}"
    finally:
        _run_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def migrated() -> Iterator[str]:
    """The address of a new database with the newest tables and nothing in them."""
    with (Path(settings.DATA_DIR) / "operation-migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(server_url()) as connection:
            made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_template()])
            if made.fetchone() is None:
                _make_template()
    with empty(_template()) as url:
        yield url


def end_run() -> None:
    """In the first process, once all others have ended: drop the template of this run."""
    if answers():
        _run_sql(f'DROP DATABASE IF EXISTS "{_template()}" WITH (FORCE)')


def _template() -> str:
    """A migrated database of this run, which all its processes copy."""
    return f"operation_migrated_{os.environ[RUN]}"


def _make_template() -> None:
    with empty() as url:
        migrate = [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"]
        subprocess.run(migrate, env={**os.environ, "DATABASE_URL": url}, cwd=ROOT, check=True)
        _run_sql(f'CREATE DATABASE "{_template()}" TEMPLATE "{url.rpartition("/")[2]}"')


def _run_sql(statement: str) -> None:
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(statement)
