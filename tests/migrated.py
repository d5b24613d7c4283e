"""The tests' database is migrated once and copied by each test process: migrating takes longer than most test files.

SQLite: a file beside the database, named after the migrations it holds and kept for the next run. PostgreSQL: a
template of this run, dropped at its end. Migrations themselves run whenever a template is made.
"""

from __future__ import annotations

import fcntl
import hashlib
import inspect
import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.loader import MigrationLoader

RUN = "TEST_RUN"
"""The environment's name for what all processes of this run of tests share."""


def begin_run() -> None:
    """In the first process, before it starts others."""
    os.environ.setdefault(RUN, uuid.uuid4().hex[:12])


def end_run() -> None:
    """In the first process, once all others have ended: drop the template of this run."""
    if connection.vendor == "postgresql":
        with _locked():
            _drop(_template())


@contextmanager
def own_database(file: Path | None = None) -> Iterator[None]:
    """Meanwhile Django's connection leads to a migrated database that is dropped afterwards.

    Without `file` the one of this test process. With it one more that no other test sees: in this very file, or, on
    PostgreSQL, called after it.
    """
    before = connection.settings_dict["NAME"]
    if file is None:
        own = connection.creation._get_test_db_name()
    else:
        own = str(file) if connection.vendor == "sqlite" else f"{before}_{file.stem}"
    with _locked():
        if not _exists(_template()):
            _make(_template())
        _drop(own)  # what a process that was killed left behind
        if connection.vendor == "sqlite":
            shutil.copyfile(_template(), own)
        else:
            _on_server("CREATE DATABASE {} TEMPLATE {}", own, _template())
    _lead_to(own)
    try:
        # What follows from the code and not from migrations: content types, permissions, what roles may do.
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
        yield
    finally:
        _lead_to(before)
        _drop(own)


def copy_to(file: Path) -> None:
    """A migrated database in this file, for processes of their own. Nothing where the tests' own is no file."""
    if connection.vendor == "sqlite":
        with _locked():
            shutil.copyfile(_template(), file)


def remove_file(name: str) -> None:
    """A database of SQLite, with what lies beside it."""
    for part in ("", "-wal", "-shm"):
        Path(name + part).unlink(missing_ok=True)


def _template() -> str:
    if connection.vendor == "sqlite":
        return str(Path(settings.DATA_DIR) / f"test-migrated-{_migrations()}.sqlite3")
    return f"test_migrated_{os.environ[RUN]}"


def _migrations() -> str:
    """A short name for all migrations there are, of Django and of others too."""
    digest = hashlib.sha256(f"{sys.version} {version('django')}".encode())
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    for _key, migration in sorted(found.items()):
        digest.update(Path(inspect.getfile(type(migration))).read_bytes())
    return digest.hexdigest()[:12]


def _exists(template: str) -> bool:
    if connection.vendor == "sqlite":
        return Path(template).exists()
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        return cursor.fetchone() is not None


def _make(template: str) -> None:
    """Migrate an empty database and give it this name when it is complete."""
    names = connection.settings_dict["TEST"]
    before, wanted, unfinished = connection.settings_dict["NAME"], names["NAME"], f"{template}_new"
    names["NAME"] = unfinished
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        names["NAME"] = wanted
        _lead_to(before)
    if connection.vendor == "sqlite":
        for older in Path(template).parent.glob("test-migrated-*.sqlite3"):
            older.unlink()
        Path(unfinished).replace(template)
        return
    _on_server("ALTER DATABASE {} RENAME TO {}", unfinished, template)


def _drop(name: str) -> None:
    if connection.vendor == "sqlite":
        remove_file(name)
    else:
        _on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _on_server(statement: str, *databases: str) -> None:
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(statement.format(*map(connection.ops.quote_name, databases)))


def _lead_to(name: str) -> None:
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name


@contextmanager
def _locked() -> Iterator[None]:
    """One process at a time makes or copies a template; the others wait."""
    with (Path(settings.DATA_DIR) / "test-migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
