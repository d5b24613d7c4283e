"""The commands of docs/operations.md bring everything back: nothing of what came after the dump is lost or doubled."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import migrated
import pytest
from django.db import connection
from django.utils import timezone
from world import World, database_url, eventually, open_world

from bridge.connections.models import Shop
from bridge.demo.launch import ROOT
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import replay_all
from bridge.orders.models import Order

pytestmark = pytest.mark.sql

BACKUPS = (ROOT / "docs/operations.md").read_text().split("\n## Backups\n")[1].split("\n## ")[0]
COMMANDS = re.findall(r"```sh\n(.+?)\n```", BACKUPS, re.DOTALL)
"""In the document's order: PostgreSQL out and in, SQLite out and in."""


@pytest.fixture
def keeping(database: None, django_db_blocker: Any, tmp_path: Path) -> Iterator[World]:
    """A bridge with a database of its own, whose SQLite file lies where the document says."""
    with django_db_blocker.unblock(), migrated.own_database(tmp_path / "bridge.sqlite3"):
        yield from open_world(tmp_path, {})


def run(command: str, world: World) -> None:
    """As a person would, in a directory of their own, python being the bridge's."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "DATA_DIR": str(world.directory), "DATABASE_URL": database_url()}
    done = subprocess.run(
        ["sh", "-ec", command], cwd=world.directory, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def empty_database(world: World) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        migrated.remove_file(str(world.directory / "bridge.sqlite3"))
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()


def test_what_the_document_says_brings_all_back(keeping: World) -> None:
    world, box = keeping, keeping.box
    assert len(COMMANDS) == 4
    dump, restore = COMMANDS[2:] if connection.vendor == "sqlite" else COMMANDS[:2]
    Shop.objects.update(started_at=timezone.now() - timedelta(days=1))
    known = box.store.place_order({"S-00001": 1})["id"]
    world.document(known)
    world.quiet()
    run(dump, world)

    box.store.set_status(known, "on-hold")
    # Some time passes until a dump is brought back, so that orders are no news any more.
    earlier = (timezone.now() - timedelta(minutes=30)).isoformat()
    after = [box.store.place_order({"S-00002": 2}, created=earlier)["id"] for _number in range(3)]
    touched = world.document(after[0])
    for order in after:
        world.document(order)
    world.quiet()
    box.moysklad.edit("customerorder", touched["id"], {"description": "Позвонить вечером"})
    box.store.hold_events()
    unheard = box.store.place_order({"S-00001": 1})["id"]
    box.store.release_events(drop=100)

    world.bridge.stop()
    empty_database(world)
    run(restore, world)
    world.bridge.start()
    assert not Order.objects.filter(source_id__in=map(str, after)).exists(), "the dump is older"

    world.run_flow("orders")
    for order in (known, *after, unheard):
        eventually(lambda order=order: world.documents(order), f"order {order} has its document")
        eventually(lambda order=order: world.row(order).binding.external_id, f"order {order} knows it")
    replay_all(list(InboxEvent.objects.values_list("pk", flat=True)))
    world.bridge.manage("bridge_status")
    world.quiet()
    assert all(len(world.documents(order)) == 1 for order in (known, *after, unheard))
    assert world.row(known).status == "on-hold", "what changed after the dump is read again"
    assert box.moysklad.document(touched["id"])["description"] == "Позвонить вечером", (
        "the staff's word stays"
    )
