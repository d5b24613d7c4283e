"""The statements that accept an event, made by Django once a process.

Making one anew takes several times as long as sending it, and there is no address that is called more often
(docs/adr/0019). What they ask and store is read from the models, as everywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import OperationalError, connection, models
from django.db.models import Q
from django.db.models.sql import InsertQuery
from django.utils import timezone

from bridge.connections.models import Connection, Shop, Vendor
from bridge.inbox.models import InboxEvent
from bridge.passing import PASSING, mend

# All that the door asks about the site that knocks: a shop has a hundred columns more.
AT_THE_DOOR = ("vendor", "name", "credentials", "hook_token", "shop__name", "shop__home_url", "shop__site_id")

LOOK_AGAIN = 0.002
"""Seconds."""

M = TypeVar("M", bound=models.Model)


class Statement(NamedTuple):
    """`fields`: those of the columns it asks for, or of the values it takes, in their order."""

    sql: str
    fields: tuple[models.Field[Any, Any], ...]


def site_of(connection_id: int) -> Connection | None:
    """The site of this number, with its shop; what else they have is read when somebody asks for it."""
    if not 0 < connection_id < 2**63:  # what no column holds, some databases cannot even be asked for
        return None
    statement = _site()
    row = _first_row(statement.sql, (connection_id, Vendor.WOOCOMMERCE.value))
    if row is None:
        return None
    site = _instance(Connection, statement, row)
    shop = _instance(Shop, statement, row)
    Connection._meta.get_field("shop").set_cached_value(site, shop if shop.pk else None)
    return site


def store(event: InboxEvent) -> None:
    """One INSERT. Raises IntegrityError where the event was stored before."""
    statement = _event()
    values = [
        field.get_db_prep_save(field.pre_save(event, True), connection=connection)
        for field in statement.fields
    ]
    with connection.cursor() as cursor, _first_in_line(cursor) as execute:
        execute(statement.sql, values)
        (event.pk,) = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias


def earlier_waits(event: InboxEvent) -> bool:
    """Whether an event that was due before this one waits: whoever takes that one takes this one too. Of two that are
    stored at once one does not see the other, so one of them wakes.
    """
    due = connection.ops.adapt_datetimefield_value(event.due_at)
    with connection.cursor() as cursor:
        cursor.execute(_earlier().sql, (InboxEvent.State.WAITING.value, due, due, event.pk))
        return cursor.fetchone() is not None


@contextmanager
def _first_in_line(cursor: Any) -> Iterator[Callable[[str, list[Any]], Any]]:
    """Execute a write as soon as nobody else writes. On SQLite, where one writes at a time, nobody is called when his
    turn has come: each looks again after a while, by SQLite's own rule a longer one each time, up to 0.1 s.
    """
    if connection.vendor != "sqlite":
        yield cursor.execute
        return
    patience = float(connection.settings_dict["OPTIONS"]["timeout"])

    def execute(sql: str, values: list[Any]) -> Any:
        until = time.monotonic() + patience
        while True:
            try:
                return cursor.execute(sql, values)
            except OperationalError as error:
                if not _is_busy(error) or time.monotonic() > until:
                    raise
            time.sleep(LOOK_AGAIN)

    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        yield execute
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _first_row(sql: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """What a request asks first. Whether its connection to the database is still of use shows by that: Django need not
    ask before (CONN_HEALTH_CHECKS), which would be one question more for each event.
    """
    had_one = connection.connection is not None and not connection.in_atomic_block
    connection.health_check_done = True  # type: ignore[attr-defined]  # of Django 4.1
    try:
        return _asked(sql, values)
    except PASSING:
        if not had_one:
            raise
        mend()
        return _asked(sql, values)


def _asked(sql: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


@cache
def _site() -> Statement:
    found = Connection.objects.filter(pk=0, vendor=Vendor.WOOCOMMERCE).select_related("shop")
    compiler = found.only(*AT_THE_DOOR).query.get_compiler(connection=connection)
    sql, _values = compiler.as_sql()
    return Statement(sql, tuple(column.target for column, _as, _alias in compiler.select))


@cache
def _event() -> Statement:
    fields = tuple(field for field in InboxEvent._meta.concrete_fields if not field.primary_key)
    query = InsertQuery(InboxEvent)
    query.insert_values(fields, [InboxEvent(connection_id=0, due_at=timezone.now())])
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = [InboxEvent._meta.pk]
    [(sql, _values)] = compiler.as_sql()
    return Statement(sql, fields)


@cache
def _earlier() -> Statement:
    now = timezone.now()
    waiting = InboxEvent.objects.filter(state=InboxEvent.State.WAITING).order_by()
    due = waiting.filter(Q(due_at__lt=now) | Q(due_at=now, pk__lt=1))
    sql, values = due.values_list("pk")[:1].query.sql_with_params()
    if values != (InboxEvent.State.WAITING, *values[1:3], 1):
        raise RuntimeError("Django gives the values of this statement in another order.")
    return Statement(sql, ())


def _instance(model: type[M], statement: Statement, row: tuple[Any, ...]) -> M:
    """The model's part of a row."""
    names, values = [], []
    for field, value in zip(statement.fields, row, strict=True):
        if field.model is model:
            names.append(field.attname)
            convert = getattr(field, "from_db_value", None)
            values.append(convert(value, None, connection) if convert else value)
    return model.from_db(connection.alias, names, values)
