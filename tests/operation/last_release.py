"""A database as the last release left it: orders that arrived, refunds, questions, and an event not yet read.

The files beside it were written by `pg_dump --inserts` and SQLite's `.dump` after that release's own code had worked
between the sandboxes. When a release is made they are made anew, and LAST_RELEASE in test_migrations.py moves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from connectors.sandbox.control import Sandbox

HERE = Path(__file__).parent
SECRET_KEY = "key-of-the-last-release-only-in-tests"
"""What its stored credentials are encrypted with."""

# Copies of a row stand in one step each above it, so that what refers to it does so by the same sum.
STEP = 1000
MOVED = f"{{}} + n * {STEP}"
NAMED = "{} || '-' || n"
DONE = "state = 'done'"
# Of tables that grow: which rows are copied, and the columns in which a copy differs besides its id.
COPIED = {
    "bridge_order": ("TRUE", {"source_id": NAMED}),
    "bridge_orderbinding": ("TRUE", {"order_id": MOVED, "external_id": NAMED, "sync_id": "new_uuid"}),
    "bridge_inboxevent": (DONE, {"dedup_key": NAMED}),
    "bridge_outboxmessage": (DONE, {"object_key": NAMED}),
    "bridge_deliveryattempt": (
        f"message_id IN (SELECT id FROM bridge_outboxmessage WHERE {DONE})",
        {"message_id": MOVED},
    ),
    "bridge_customerbinding": ("TRUE", {"value": NAMED, "external_id": NAMED}),
    "bridge_buyercontacts": ("TRUE", {"external_id": NAMED}),
}
# As many copies as of these: what they belong to has no more.
AS_MANY_AS = {"bridge_orderbinding": "bridge_order", "bridge_deliveryattempt": "bridge_outboxmessage"}
# Of those that had hardly a row: one for each order that has none.
MADE = {
    "bridge_refund": {
        "source_id": "'refund'",
        "amount_minor": "total_minor",
        "placed_at": "placed_at",
        "content": "'{}'",
        "deleted_at": "modified_at",
    },
    "bridge_flag": {"code": "'probe'", "params": "'{}'", "raised_at": "placed_at"},
    "bridge_relateddocument": {
        "kind": "'payment'",
        "source_key": "'payment'",
        "sync_id": "new_uuid",
        "external_id": "'payment-' || id",
        "name": "''",
        "page_url": "''",
        "sum_minor": "total_minor",
        "sending": "FALSE",
        "gone": "TRUE",
        "created_at": "placed_at",
    },
    "bridge_return": {
        "external_id": "'return-' || id",
        "name": "''",
        "page_url": "''",
        "sum_minor": "total_minor",
        "moment": "placed_at",
        "content": "'{}'",
        "sending": "FALSE",
        "gone": "TRUE",
        "settled": "TRUE",
        "connection_id": "(SELECT id FROM bridge_connection WHERE vendor = 'moysklad')",
    },
}


class Database:
    """One of either kind, by its address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")

    @contextmanager
    def connect(self) -> Iterator[Any]:
        if self.sqlite:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection:
                yield connection
                connection.commit()
        else:
            with psycopg.connect(self.url) as connection:
                yield connection

    def load(self) -> None:
        with self.connect() as connection:
            if self.sqlite:
                connection.executescript((HERE / "last_release.sqlite.sql").read_text())
            else:
                connection.execute((HERE / "last_release.postgresql.sql").read_text())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return list(connection.execute(query).fetchall())

    def tables(self) -> set[str]:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if self.sqlite
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        return {name for (name,) in self.rows(query) if name.startswith("bridge_")}

    def count(self, table: str) -> int:
        return int(self.rows(f'SELECT count(*) FROM "{table}"')[0][0])

    def multiply(self, rows: int) -> None:
        """Of every table that grows at least so many rows, in one transaction: references are looked at in its end."""
        with self.connect() as connection:
            known = {
                table: connection.execute(f"SELECT count(*), max(id) FROM {table} WHERE {which}").fetchone()
                for table, (which, _columns) in COPIED.items()
            }
            for table, (which, changed) in COPIED.items():
                assert known[table][1] < STEP
                count, _highest = known[AS_MANY_AS.get(table, table)]
                cursor = connection.execute(f"SELECT * FROM {table} LIMIT 0")
                columns = [column[0] for column in cursor.description]
                values = [{"id": MOVED, **changed}.get(name, "{}").format(f'"{name}"') for name in columns]
                connection.execute(
                    "WITH RECURSIVE copy(n) AS "
                    f"(SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {rows // count + 1}) "
                    f"{self._insert(table, columns, values)} FROM {table}, copy WHERE {which}"
                )
            for table, made in MADE.items():
                connection.execute(
                    f"{self._insert(table, [*made, 'order_id'], [*made.values(), 'id'])} FROM bridge_order"
                    f" WHERE id NOT IN (SELECT order_id FROM {table} WHERE order_id IS NOT NULL)"
                )
            if not self.sqlite:
                for table in COPIED:
                    connection.execute(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                    )

    def _insert(self, table: str, columns: list[str], values: list[str]) -> str:
        uuid = "lower(hex(randomblob(16)))" if self.sqlite else "gen_random_uuid()"
        names = ", ".join(f'"{name}"' for name in columns)
        return f"INSERT INTO {table} ({names}) SELECT {', '.join(values).replace('new_uuid', uuid)}"

    def move_to(self, box: Sandbox) -> None:
        """Shop and account of that time are these from now on: the same goods, at other addresses."""
        moved = [
            f"UPDATE bridge_connection SET base_url = '{box.moysklad.url}' WHERE vendor = 'moysklad'",
            f"UPDATE bridge_connection SET base_url = '{box.store.url}' WHERE vendor = 'woocommerce'",
            f"UPDATE bridge_shop SET home_url = '{box.store.url}'",
        ]
        for before, article in self.rows(
            "SELECT external_id, article FROM bridge_product WHERE article <> ''"
        ):
            now = box.moysklad.item(article)["id"]
            for table, column in (("product", "external_id"), ("stocklevel", "product_external_id")):
                moved.append(f"UPDATE bridge_{table} SET {column} = '{now}' WHERE {column} = '{before}'")
        with self.connect() as connection:
            for statement in moved:
                connection.execute(statement)
