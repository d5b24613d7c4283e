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

# Rows that come once for each order, and what makes a copy of one differ. Messages: those that were sent.
COPIED = {
    "bridge_order": ("source_id", "TRUE"),
    "bridge_inboxevent": ("dedup_key", "state = 'done'"),
    "bridge_outboxmessage": ("object_key", "state = 'done'"),
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
        """Of every table of COPIED at least so many rows."""
        for table, (own, which) in COPIED.items():
            with self.connect() as connection:
                cursor = connection.execute(f"SELECT * FROM {table} LIMIT 0")
                columns = [f'"{column[0]}"' for column in cursor.description if column[0] != "id"]
                values = [f"{name} || '-' || n" if name == f'"{own}"' else name for name in columns]
                (known,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {which}").fetchone()
                most = rows // known + 1
                connection.execute(
                    f"WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {most}) "
                    f"INSERT INTO {table} ({', '.join(columns)}) "
                    f"SELECT {', '.join(values)} FROM {table}, copy WHERE {which}"
                )

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
