"""No migration since the last release makes shops wait: what locks or rewrites a large table is refused here.

Nor does one that is interrupted stay half done: without a transaction there are only operations that can be run again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from bridge.migrations._index_beside import AddIndexBeside, IndexFieldBeside, RemoveIndexBeside

LAST_RELEASE = "0005_history_of_refunds"
# Those that grow with every order, buyer, event or call.
LARGE = {
    *("inboxevent", "outboxmessage", "deliveryattempt", "apicall"),
    *("order", "orderbinding", "refund", "return", "relateddocument", "flag"),
    *("sale", "sitesale", "customerbinding", "buyercontacts"),
    *("goodschange", "drift", "alertdelivery"),
}
# Those that do not: of each a shop has few, or as many as goods, or as many as people ask for.
SMALL = {
    *("connection", "throttle", "shop", "directoryentry", "statusmapping", "orderrule", "attributemapping"),
    *("paymentmethod", "goodsrule", "setup", "watermark", "heartbeat", "daytally", "pause", "hold"),
    *("product", "productbarcode", "bundlepart", "listing", "productbinding", "stocklevel"),
    *("goodsrun", "linkrun", "upload", "retryrun", "replayrun", "reconciliation", "diagnosis"),
    *("alert", "incident", "alertrules", "recipient"),
    *("accessrules", "apitoken", "authenticatorapp", "onetimelink", "pairingcode"),
}
BESIDE = (AddIndexBeside, RemoveIndexBeside, IndexFieldBeside)


def since_the_release() -> list[migrations.Migration]:
    """In their order."""
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    named = sorted((name, migration) for (app, name), migration in found.items() if app == "bridge")
    return [migration for name, migration in named if name > LAST_RELEASE]


def state_of_the_release() -> ProjectState:
    return MigrationLoader(None, ignore_no_migrations=True).project_state(("bridge", LAST_RELEASE))


def locks(every: list[migrations.Migration]) -> Iterator[str]:
    """What is wrong with each, in words. Tables that came since the release are empty when it is upgraded."""
    state = state_of_the_release()
    made: set[str] = set()
    for migration in every:
        name = migration.name
        for operation in migration.operations:
            before = state.clone()
            operation.state_forwards("bridge", state)
            if isinstance(operation, migrations.CreateModel):
                made.add(operation.name_lower)
            for problem in _problems(operation, migration, before, made):
                yield f"{name}: {problem}"


def _problems(
    operation: Operation, migration: migrations.Migration, before: ProjectState, made: set[str]
) -> Iterator[str]:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for one in operation.database_operations:
            yield from _problems(one, migration, before, made)
        return
    if migration.atomic and isinstance(operation, BESIDE):
        yield f"{operation.describe()}: an index is made beside the work only where atomic = False"
    if not migration.atomic and not isinstance(operation, (*BESIDE, migrations.RunPython)):
        yield f"{operation.describe()}: half done it stays so for ever: a migration with a transaction is for it"
    if isinstance(operation, migrations.RunPython):
        if migration.atomic and _touches_large(operation.code):
            yield f"{operation.code.__name__} changes rows of a large table in one transaction"
        return
    if isinstance(operation, migrations.RunSQL):
        if re.search(rf"\bbridge_({'|'.join(sorted(LARGE))})\b", str(operation.sql), re.IGNORECASE):
            yield "SQL of its own on a large table: say it with an operation"
        return
    table = str(getattr(operation, "model_name", "")).lower()
    if table in made or table not in LARGE:
        return
    match operation:
        case migrations.AddIndex() if not isinstance(operation, BESIDE):
            yield f"{operation.index.name} locks {table} while it is made: use AddIndexBeside"
        case migrations.AddConstraint():
            yield f"{operation.constraint.name} looks at every row of {table} under a lock"
        case migrations.AddField():
            yield from _added(table, operation)
        case migrations.AlterField():
            old = before.models["bridge", table].fields[operation.name]
            yield from _altered(table, operation, old)
        case migrations.AlterUniqueTogether():
            yield f"a unique index locks {table} while it is made"


def _touches_large(code: Any) -> bool:
    """Whether the function asks for a large model by its name, as get_model does."""
    said = {str(const).lower() for const in code.__code__.co_consts if isinstance(const, str)}
    return bool(said & LARGE)


def _added(table: str, operation: migrations.AddField) -> Iterator[str]:
    field: Any = operation.field
    if field.unique or field.db_index:
        yield f"{table}.{operation.name} comes with an index that locks: add it first, then IndexFieldBeside"
    if field.generated:
        yield f"{table}.{operation.name} is reckoned for every row"
    value = field.db_default
    if value is not models.NOT_PROVIDED and not isinstance(getattr(value, "value", value), str | int | bool):
        yield f"{table}.{operation.name} has a default that may differ from row to row: each is written anew"
    if isinstance(field, models.ForeignKey) and not field.null:
        yield f"{table}.{operation.name} refers for every row"


def _altered(table: str, operation: migrations.AlterField, old: Any) -> Iterator[str]:
    new: Any = operation.field
    where = f"{table}.{operation.name}"
    if (new.unique or new.db_index) > (old.unique or old.db_index) and not isinstance(operation, BESIDE):
        yield f"{where} gets an index that locks: use IndexFieldBeside"
    if old.null and not new.null:
        yield f"{where} is looked through for empty rows under a lock"
    if old.get_internal_type() != new.get_internal_type():
        yield f"{where} is rewritten as another type"
    elif (old.max_length or 0) > (new.max_length or 0) or getattr(old, "decimal_places", 0) != getattr(
        new, "decimal_places", 0
    ):
        yield f"{where} is rewritten in another size"


def test_no_migration_since_the_last_release_locks_a_large_table() -> None:
    assert list(locks(since_the_release())) == []


def test_of_each_table_it_is_known_whether_it_grows() -> None:
    """A new one is named above; then no migration to come is let through because nobody had thought of it."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {name for app, name in loader.project_state().models if app == "bridge"}
    assert set() == LARGE & SMALL
    assert known == LARGE | SMALL


def fill(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("bridge", "Order").objects.update(phone="")


INDEX = models.Index(fields=["phone"], name="order_phone")
FIELD = models.CharField(max_length=10, default="")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddIndex("order", INDEX),
        AddIndexBeside("order", INDEX),  # in a transaction
        migrations.AddField("order", "more", models.CharField(max_length=10, default="", db_index=True)),
        migrations.AddField("order", "more", models.CharField(max_length=10, null=True, unique=True)),
        migrations.AddField("order", "more", models.DateTimeField(db_default=Now())),
        migrations.AddField("order", "more", models.ForeignKey("bridge.shop", models.CASCADE)),
        migrations.AlterField("order", "status", models.TextField()),
        migrations.AlterField("order", "status", models.CharField(max_length=20)),
        migrations.AlterField("order", "status", models.CharField(max_length=60, unique=True)),
        migrations.AddConstraint(
            "order", models.CheckConstraint(condition=~models.Q(status=""), name="order_has_status")
        ),
        migrations.RunPython(fill),
        migrations.RunSQL("UPDATE bridge_order SET phone = ''"),
    ],
    ids=lambda operation: operation.describe()[:40],
)
def test_what_locks_is_seen(operation: Operation) -> None:
    migration = migrations.Migration("0099_probe", "bridge")
    migration.operations = [operation]
    assert list(locks([migration]))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("shop", "more", FIELD),
        migrations.AlterField("order", "placed_at", models.DateTimeField()),
        migrations.RemoveIndex("order", "order_source"),
        migrations.RunSQL("SELECT 1"),
    ],
    ids=lambda operation: operation.describe()[:40],
)
def test_without_a_transaction_there_is_only_what_can_be_run_again(operation: Operation) -> None:
    migration = migrations.Migration("0099_probe", "bridge")
    migration.atomic = False
    migration.operations = [operation]
    operation.state_forwards = lambda *_: None  # type: ignore[method-assign]
    assert list(locks([migration]))


@pytest.mark.django_db(transaction=True)
def test_indexes_that_are_there_are_made_anew_as_they_were() -> None:
    def indexes() -> dict[str, Any]:
        tables = ("bridge_order", "bridge_orderbinding", "bridge_outboxmessage")
        with connection.cursor() as cursor:
            found = [connection.introspection.get_constraints(cursor, table) for table in tables]
        return {name: facts for table in found for name, facts in table.items() if facts["index"]}

    before = indexes()
    tried = 0
    loader = MigrationLoader(None, ignore_no_migrations=True)
    others = [leaf for leaf in loader.graph.leaf_nodes() if leaf[0] != "bridge"]
    state = loader.project_state([("bridge", LAST_RELEASE), *others])
    for migration in since_the_release():
        for operation in migration.operations:
            was = state.clone()
            operation.state_forwards("bridge", state)
            name = getattr(getattr(operation, "index", None), "name", "")
            if isinstance(operation, IndexFieldBeside) or name in {"message_object", "message_of_upload"}:
                with connection.schema_editor(atomic=False) as editor:
                    operation.database_forwards("bridge", editor, was, state.clone())
                tried += 1
    assert tried == 6
    assert indexes() == before


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("order", "more", FIELD),
        migrations.AddField("order", "more", models.DateTimeField(null=True)),
        migrations.AlterField("order", "status", models.CharField("in other words", max_length=200)),
        migrations.AddIndex("shop", models.Index(fields=["name"], name="shop_name")),
        migrations.RemoveIndex("order", "order_source"),
    ],
    ids=lambda operation: operation.describe()[:40],
)
def test_what_does_not_lock_may_pass(operation: Operation) -> None:
    migration = migrations.Migration("0099_probe", "bridge")
    migration.operations = [operation]
    if isinstance(operation, migrations.RemoveIndex):
        operation.state_forwards = lambda *_: None  # type: ignore[method-assign]
    assert list(locks([migration])) == []
