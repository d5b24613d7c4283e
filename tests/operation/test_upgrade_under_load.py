"""The last release goes on while its database is migrated: nothing it writes waits long, fails or is lost.

(That a kind of statement locks is refused by test_migrations.py; here PostgreSQL itself says who waits.)
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from operation import databases
from operation.last_release import SECRET_KEY, Database
from world import FAST

from bridge.demo.launch import ROOT

ROWS = int(os.environ.get("UPGRADE_ROWS", "0")) or 20_000
LONGEST = 3.0 if "UPGRADE_ROWS" in os.environ else 12.0
"""Seconds that one statement may wait for a lock: so long the plugin waits for the bridge to take its event. Beside
other tests the migrations themselves are slow, and with few rows no lock of theirs is about rows.
"""

# With the columns of the last release, as its processes write until they are restarted.
EVENT = (
    "INSERT INTO bridge_inboxevent (connection_id, source_id, topic, delivery_id, dedup_key, body, received_at, state,"
    " due_at, attempts, problem, problem_params) SELECT id, '1', 'probe', %(mark)s, %(mark)s, '{}', now(), 'done',"
    " now(), 0, '', '{}' FROM bridge_connection WHERE vendor = 'woocommerce'"
)
# Where it finds what it wrote last: a migration that puts back what it had read a moment ago is found out.
ORDER = "UPDATE bridge_order SET email = %(mark)s WHERE id = %(row)s AND email = %(last)s"
MESSAGE = "UPDATE bridge_outboxmessage SET problem = %(mark)s WHERE id = %(row)s AND problem = %(last)s"


class Writer(Thread):
    """Statements without a pause on a connection of its own, each a transaction or all three one."""

    def __init__(self, old: Database, place: int, *, together: bool) -> None:
        super().__init__()
        self.old, self.together = old, together
        # The first of those copied and the last: migrations that go by portions come to them at different times.
        rows = {
            table: f"SELECT id FROM {table} ORDER BY id" for table in ("bridge_order", "bridge_outboxmessage")
        }
        self.rows = {table: old.rows(query)[place][0] for table, query in rows.items()}
        self.marks: list[str] = []
        self.written_at: list[float] = []
        self.longest = 0.0
        self.wrong = ""
        self.ended = Event()

    def run(self) -> None:
        try:
            with psycopg.connect(self.old.url, autocommit=True) as connection:
                # The server counts only the time that a statement stands before a lock: a busy machine is none.
                connection.execute(f"SET lock_timeout = '{LONGEST:g}s'")
                last = {ORDER: "first", MESSAGE: "first"}
                self._begin(connection)
                while not self.ended.is_set():
                    self._write(connection, last)
        except Exception as error:  # noqa: BLE001  told by the test
            self.wrong = f"{type(error).__name__}: {error}"

    def _begin(self, connection: psycopg.Connection[object]) -> None:
        for table, column in (("bridge_order", "email"), ("bridge_outboxmessage", "problem")):
            connection.execute(f"UPDATE {table} SET {column} = 'first' WHERE id = %s", [self.rows[table]])

    def _write(self, connection: psycopg.Connection[object], last: dict[str, str]) -> None:
        mark = uuid.uuid4().hex
        if self.together:
            with connection.transaction():
                self._three(connection, mark, last)
        else:
            self._three(connection, mark, last)
        last[ORDER] = last[MESSAGE] = mark
        self.marks.append(mark)
        self.written_at.append(time.monotonic())

    def _three(self, connection: psycopg.Connection[object], mark: str, last: dict[str, str]) -> None:
        for statement, row in (
            (EVENT, 0),
            (ORDER, self.rows["bridge_order"]),
            (MESSAGE, self.rows["bridge_outboxmessage"]),
        ):
            began = time.monotonic()
            told = {"mark": mark, "row": row, "last": last.get(statement, "")}
            done = connection.execute(statement, told)
            self.longest = max(self.longest, time.monotonic() - began)
            assert done.rowcount == 1, f"not as it was written last: {statement}"


@pytest.mark.usefixtures("require_postgres")
def test_what_the_last_release_writes_meanwhile_neither_waits_nor_is_lost(tmp_path: Path) -> None:
    with databases.empty() as url:
        old = Database(url)
        old.load()
        old.multiply(ROWS)
        writers = [Writer(old, 0, together=False), Writer(old, -1, together=True)]
        for writer in writers:
            writer.start()
        try:
            began = time.monotonic()
            migrate = [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"]
            env = {
                **os.environ,
                **FAST,
                "SECRET_KEY": SECRET_KEY,
                "DATABASE_URL": url,
                "DATA_DIR": str(tmp_path),
            }
            subprocess.run(migrate, env=env, cwd=ROOT, check=True)
            ended = time.monotonic()
        finally:
            for writer in writers:
                writer.ended.set()
            for writer in writers:
                writer.join()
        assert [writer.wrong for writer in writers] == ["", ""]
        print(
            f"{ended - began:.1f} s of migrations, written {[len(writer.marks) for writer in writers]} times; "
            f"the longest statement took {max(writer.longest for writer in writers):.2f} s"
        )
        for writer in writers:
            moments = [began, *(at for at in writer.written_at if began < at < ended), ended]
            gaps = [after - before for before, after in pairwise(moments)]
            assert len(gaps) > 100
            assert max(gaps) < 3 * LONGEST, "it wrote all through: no three statements in a row stood long"
            stored = {
                mark for (mark,) in old.rows("SELECT dedup_key FROM bridge_inboxevent WHERE topic = 'probe'")
            }
            assert set(writer.marks) <= stored
            for table, column in (("bridge_order", "email"), ("bridge_outboxmessage", "problem")):
                [(kept,)] = old.rows(f"SELECT {column} FROM {table} WHERE id = {writer.rows[table]}")
                assert kept == writer.marks[-1]
