"""What somebody reads who has the database: every table, every column, as text."""

from __future__ import annotations

from django.db import connection


def dump() -> dict[str, str]:
    """The rows of each table."""
    told = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            told[table] = "\n".join(repr(row) for row in cursor.fetchall())
    return told


def tables_with(text: str) -> list[str]:
    """The tables in which this text stands, in Cyrillic as it is or as JSON escapes it."""
    escaped = text.encode("unicode_escape").decode()
    return sorted(
        name
        for name, rows in dump().items()
        if any(one in rows for one in (text, escaped, escaped.replace("\\", "\\\\")))
    )
