"""A database of the last release, with its data, becomes one of this version: everything is there and orders go on.

`make upgrade-test` does it with many rows (UPGRADE_ROWS) and sends an order through both kinds of database.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from operation import databases
from operation.last_release import COPIED, MADE, SECRET_KEY, Database
from operation.test_migrations import LARGE
from world import FAST, eventually, toml

from bridge.demo.launch import ROOT, Bridge
from connectors.sandbox.control import running_sandbox

ROWS = int(os.environ.get("UPGRADE_ROWS", "0"))


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
        found.load()
        yield found
        return
    request.getfixturevalue("require_postgres")
    with databases.empty() as url:
        found = Database(url)
        found.load()
        yield found


FACTS = "SELECT source_id, number, status, total_minor, currency, order_key FROM bridge_order ORDER BY id"
DOCUMENTS = "SELECT order_id, sync_id, external_id, state_id FROM bridge_orderbinding ORDER BY id"
MESSAGES = "SELECT id, kind, object_key, state, problem FROM bridge_outboxmessage ORDER BY id"
EVENTS = "SELECT id, topic, dedup_key, body FROM bridge_inboxevent ORDER BY id"


def test_every_table_that_grows_is_multiplied(old: Database) -> None:
    """What `make upgrade-test` migrates is not three tables out of ten."""
    growing = {f"bridge_{name}" for name in LARGE} & old.tables()
    assert growing == {*COPIED, *MADE}
    old.multiply(30)
    assert {table for table in growing if old.count(table) < 30} == set()
    if old.sqlite:  # PostgreSQL has looked itself
        assert old.rows("PRAGMA foreign_key_check") == []


def test_everything_is_there_and_an_order_goes_through(old: Database, tmp_path: Path) -> None:
    if ROWS:
        old.multiply(ROWS)
    before = {table: old.count(table) for table in old.tables()}
    known = {query: old.rows(query) for query in (FACTS, DOCUMENTS, MESSAGES, EVENTS)}
    assert all(known.values())
    env = {**FAST, "SECRET_KEY": SECRET_KEY, "DATABASE_URL": old.url}
    migrate = [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"]
    began = time.monotonic()
    subprocess.run(migrate, env={**os.environ, **env, "DATA_DIR": str(tmp_path)}, cwd=ROOT, check=True)
    kind = "SQLite" if old.sqlite else "PostgreSQL"
    print(f"{kind}: {sum(before.values())} rows migrated in {time.monotonic() - began:.1f} s")
    for query, rows in known.items():
        assert old.rows(query) == rows
    after = {table: old.count(table) for table in old.tables()}
    assert {table: after.get(table) for table in before} == before
    if old.sqlite and not ROWS:  # which database it is makes no difference to what follows
        return
    box_options: dict[str, Any] = {"limiter": False, "special": ["missing_in_moysklad"]}
    with running_sandbox(**box_options) as box, ExitStack() as stack:
        old.move_to(box)
        bridge = stack.enter_context(Bridge(tmp_path, env, web_workers=1))
        (tmp_path / "shop.toml").write_text(toml(box))
        bridge.manage("configure", str(tmp_path / "shop.toml"))
        site, secret = bridge.manage(
            "shell",
            "-c",
            "from bridge.models import Shop; s = Shop.objects.get(name='site').site; "
            "print(s.pk, s.credentials['event_secret'])",
        ).split()[-2:]
        box.store.pair(f"{bridge.url}/api/v1/events/woocommerce/{site}/", secret)
        waited = "SELECT 1 FROM bridge_inboxevent WHERE state = 'waiting' AND source_id = '42'"
        eventually(lambda: not old.rows(waited), "what waited is handled")
        # The shop numbers its orders anew: beyond those the database knows.
        new = [box.store.place_order({"S-00001": 1})["id"] for _number in range(12)][-1]
        eventually(
            lambda: [row for row in box.moysklad.documents() if row["name"] == f"WOO-{new}"],
            f"order {new} is in MoySklad",
        )
