"""The rows of a desk with a great many orders, made by PostgreSQL itself: some minutes for a million orders.

Indexes are taken away before and made again after, which takes a fraction of keeping them up row by row.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from bridge.alerts.models import Alert, AlertDelivery, Recipient
from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.orders.models import Order
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.sync import tally
from bridge.sync.models import (
    Drift,
    GoodsChange,
    GoodsRun,
    LinkRun,
    Reconciliation,
    ReplayRun,
    RetryRun,
    Upload,
)
from bridge.sync.replays.selection import Selection
from tests import factories

LONG = 50
"""Every so many orders' messages, events and calls belong to one order with a very long journey: of the last ones."""
WAITING_LAST = 9000
"""Of the newest messages: a third each is parked, dead, waiting."""


def multiply(template: Model, count: int, **values: str) -> None:
    """So many rows after the pattern of one; `values` are SQL expressions in which `n` counts from 1."""
    meta = template._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    chosen = ", ".join(values.get(field.column, f't."{field.column}"') for field in fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table, first = meta.db_table, last_id(type(template))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" (id, {columns}) SELECT {first} + n, {chosen} '
            f'FROM "{table}" t, generate_series(1, {count}) n WHERE t.id = {template.pk}'
        )
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {first + count})")


def last_id(model: type[Model]) -> int:
    newest = model._default_manager.order_by("-pk").first()
    return int(newest.pk) if newest is not None else 0


def moment(part: str, of: int, days: int = 365) -> str:
    """Spread evenly over so many days until now; `part` is a number up to `of`."""
    return f"now() - ({of} - ({part})) * interval '{days} days' / {of}"


def make(orders: int) -> dict[str, Any]:
    """Orders with their documents; half as many messages again, two tries each; events, calls and the rest."""
    call_command("migrate", verbosity=0)
    began = time.monotonic()
    with transaction.atomic(), without_indexes(), connection.cursor() as cursor:
        # No foreign key is looked up for each row.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        _orders(orders)
        _journeys(orders)
        _goods(orders)
        _after_sale(orders)
        _work(orders)
        _alerts(orders)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    for minute in range(1, tally.DAYS // tally.PORTION + 2):  # as the beat does, a portion a minute
        tally.keep(timezone.now() + tally.EVERY * minute)
    return {
        "seconds": round(time.monotonic() - began),
        "orders": Order.objects.count(),
        "tries": DeliveryAttempt.objects.count(),
    }


LARGE = ("bridge_%", "django_admin_log")
INDEXES = """
    SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid),
           pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
    WHERE NOT i.indisprimary AND t.relkind = 'r' AND (t.relname LIKE %s OR t.relname = %s)
"""


@contextmanager
def without_indexes() -> Iterator[None]:
    """Inside, the bridge's tables have their primary keys alone."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, LARGE)
        found = cursor.fetchall()
        for table, index, constraint, _definition, _index in found:
            cursor.execute(
                f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"' if constraint else f"DROP INDEX {index}"
            )
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for table, _name, constraint, definition, index in found:
            cursor.execute(
                f'ALTER TABLE {table} ADD CONSTRAINT "{constraint}" {definition}' if constraint else index
            )


def _orders(count: int) -> None:
    first = factories.OrderFactory(shop=factories.ShopFactory(name="Лавка"))
    second = factories.ShopFactory(name="Вторая лавка", account=first.shop.account)
    phone = "lpad((n::bigint * 7919 % 1000000000)::text, 9, '0')"
    values = {
        "source_id": "(10000 + n)::text",
        "order_key": "'wc_order_' || n",
        "number": "(10000 + n)::text",
        "status": "(ARRAY['completed','completed','completed','processing','cancelled','refunded'])[1 + n % 6]",
        "email": "'buyer' || n || '@example.test'",
        "phone": f"'+79' || {phone}",
        "phone_backwards": f"reverse('79' || {phone})",
        "total_minor": "100000 + n % 500000",
        "shop_id": f"CASE WHEN n % 1000 = 0 THEN {second.pk} ELSE {first.shop_id} END",
        "placed_at": moment("n", count),
        "modified_at": moment("n", count),
        "first_seen_at": moment("n", count),
    }
    multiply(first, count, **values)
    # Every fiftieth has no document; a thousandth of the documents was removed.
    binding = factories.BindingFactory(order=first)
    multiply(
        binding,
        count - count // 50,
        order_id=f"{first.pk} + n + (n - 1) / 49",
        sync_id="gen_random_uuid()",
        external_id="gen_random_uuid()::text",
        document_name="'Д-' || lpad((10000 + n)::text, 7, '0')",
        gone="CASE WHEN n % 1000 = 0 THEN 'left' ELSE '' END",
    )


def _journeys(orders: int) -> None:
    order = Order.objects.order_by("pk")[0]
    count = orders + orders // 2
    done = factories.MessageFactory(order=order, state="done")
    number = "((n * 2 + 2) / 3)"
    last = f"n > {count - WAITING_LAST}"
    states = "(ARRAY['parked','dead','waiting'])[1 + n % 3]"
    multiply(
        done,
        count,
        object_key=f"'order:' || ({order.pk} + {number})",
        kind="CASE WHEN n % 3 = 0 THEN 'status_to_site' ELSE 'order_to_moysklad' END",
        state=f"CASE WHEN {last} THEN {states} WHEN n % 2000 = 0 THEN 'discarded' ELSE 'done' END",
        problem=f"CASE WHEN {last} AND n % 3 < 2 THEN (ARRAY['unlinked_lines','name_taken'])[1 + n % 3] ELSE '' END",
        problem_params="""'{"lines": "Кружка", "detail": "номер"}'::jsonb""",
        created_at=moment("n", count),
        due_at=f"CASE WHEN {last} THEN now() + interval '1 hour' ELSE {moment('n', count)} END",
        done_at=moment("n", count),
    )
    tried = factories.AttemptFactory(message=done, outcome="done", detail="")
    of, start = "(n + 1) / 2", moment("(n + 1) / 2", count)
    multiply(
        tried,
        count * 2,
        message_id=f"{done.pk} + {of}",
        started_at=f"{start} + n % 2 * interval '1 minute'",
        finished_at=f"{start} + n % 2 * interval '1 minute' + interval '1 second'",
        outcome="CASE WHEN n % 2 = 1 AND n % 7 = 0 THEN 'failed' ELSE 'done' END",
    )
    event = factories.EventFactory(connection=order.shop.site, source_id=order.source_id)
    multiply(
        event,
        orders,
        # Every twentieth comes from MoySklad: an order's journey looks through those for its document.
        connection_id=f"CASE WHEN n % 20 = 0 THEN {order.shop.account_id} ELSE {order.shop.site_id} END",
        topic="CASE WHEN n % 20 = 0 THEN 'moysklad.customerorder' ELSE 'woocommerce.order.changed' END",
        source_id="CASE WHEN n % 20 = 0 THEN '' ELSE (10000 + n)::text END",
        dedup_key="'many:' || n",
        delivery_id="'many-' || n",
        received_at=moment("n", orders),
        state=f"CASE WHEN n > {orders - 200} THEN 'failed' ELSE 'done' END",
        problem=f"CASE WHEN n > {orders - 200} THEN 'payload_not_an_order' ELSE '' END",
        problem_params="""'{"detail": "1:1"}'::jsonb""",
        body='\'{"order": {"id": \' || n || \', "text": "\' || repeat(md5(n::text), 40) || \'"}}\'',
    )
    call = factories.CallFactory(connection=order.shop.account, shop=order.shop, message=done)
    for side, more in (
        (
            "out",
            {
                "message_id": f"{done.pk} + {count - orders} + n",
                "delivered_at": moment(f"{count - orders} + n", count),
            },
        ),
        ("in", {"message_id": "NULL", "event_id": f"{event.pk} + n"}),
    ):
        multiply(
            call,
            orders,
            at=moment("n", orders, 30),
            direction=f"'{side}'",
            status="CASE WHEN n % 500 = 0 THEN 503 ELSE 200 END",
            **more,
        )
    _long_journey(order, done, tried, event, call)
    person = User.objects.create_superuser("owner", "owner@example.test", "a long password")
    deed = LogEntry.objects.create(
        user=person,
        content_type=ContentType.objects.get_for_model(Order),
        object_id=str(order.pk),
        object_repr="1",
        action_flag=2,
        change_message="Заказ поставлен в очередь на отправку.",
    )
    multiply(
        deed, orders // 10, object_id=f"({order.pk} + n * 10)::text", action_time=moment("n", orders // 10)
    )


def _long_journey(order: Order, done: Any, tried: Any, event: Any, call: Any) -> None:
    """The first order was in trouble for a long while."""
    first = last_id(OutboxMessage)
    multiply(done, LONG * 10, created_at=moment("n", LONG * 10, 60))
    at = moment("n", LONG * 20, 60)
    multiply(
        tried,
        LONG * 20,
        message_id=f"{first} + (n + 1) / 2",
        outcome="'failed'",
        started_at=at,
        finished_at=at,
    )
    multiply(
        call, LONG * 40, at=moment("n", LONG * 40, 60), delivered_at=moment("(n + 1) / 2", LONG * 20, 60)
    )
    multiply(event, LONG * 10, dedup_key="'long:' || n", received_at=moment("n", LONG * 10, 60))


def _goods(orders: int) -> None:
    shop = Order.objects.select_related("shop").order_by("pk")[0].shop
    count = orders // 20
    listing = factories.LinkedListingFactory(shop=shop, product_id="1001", sku="MUG-0001")
    product = Product.objects.get(bindings__listing=listing)
    multiply(
        product, count, external_id="gen_random_uuid()::text", name="'Кружка ' || n", article="'MUG-' || n"
    )
    multiply(listing, count, product_id="(2000000 + n)::text", name="'Кружка ' || n", sku="'MUG-' || n")
    binding = ProductBinding.objects.get(listing=listing)
    multiply(binding, count - count // 100, listing_id=f"{listing.pk} + n", product_id=f"{product.pk} + n")
    Listing.objects.filter(binding=None).update(match=Listing.Match.MISSING)


def _after_sale(orders: int) -> None:
    order = Order.objects.select_related("shop__account").order_by("pk")[0]
    account = order.shop.account
    few = orders // 20
    codes_of_flags = "(ARRAY['sum_differs','tax_differs','tax_not_expressed'])[1 + n % 3]"
    multiply(
        factories.RefundFactory(order=order),
        few,
        order_id=f"{order.pk} + n * 20",
        source_id="(70000 + n)::text",
        placed_at=moment("n", few),
    )
    multiply(
        factories.ReturnFactory(connection=account, order=order),
        few,
        order_id=f"CASE WHEN n % 100 = 0 THEN NULL ELSE {order.pk} + n * 20 END",
        external_id="gen_random_uuid()::text",
        name="'В-' || n",
        moment=moment("n", few),
    )
    multiply(
        factories.RelatedDocumentFactory(order=order),
        orders // 2,
        order_id=f"{order.pk} + n * 2",
        sync_id="gen_random_uuid()",
        external_id="gen_random_uuid()::text",
    )
    multiply(
        factories.FlagFactory(order=order),
        few // 10,
        order_id=f"{order.pk} + n * 200",
        code=codes_of_flags,
        raised_at=moment("n", few // 10),
    )
    run = Reconciliation.objects.create(shop=order.shop, due_at=timezone.now(), state="done")
    multiply(run, 2000, created_at=moment("n", 2000, 30))
    drift = Drift.objects.create(
        reconciliation=run,
        shop=order.shop,
        subject="order",
        code="drift_state_differs",
        title="1",
        order=order,
    )
    codes = "(ARRAY['drift_state_differs','drift_order_not_sent','drift_order_stuck'])[1 + n % 3]"
    multiply(
        drift,
        few * 4,
        order_id=f"{order.pk} + n * 5",
        title="(10000 + n * 5)::text",
        code=codes,
        state=f"CASE WHEN n > {few * 4 - 2000} THEN 'open' WHEN n % 50 = 0 THEN 'accepted' ELSE 'gone' END",
        found_at=moment("n", few * 4),
    )


def _work(orders: int) -> None:
    """Long work of every kind, a year of nights; and the goods a preview and the bridge itself have changed."""
    shop = Order.objects.select_related("shop").order_by("pk")[0].shop
    due = timezone.now()
    chosen = {"source": "messages", "of": shop.pk, "cause": "unlinked_lines", "narrowed": {}}
    for run in (
        Upload.objects.create(shop=shop, due_at=due, state="done"),
        RetryRun.objects.create(shop=shop, due_at=due, state="done", chosen=chosen),
        ReplayRun.objects.create(shop=shop, due_at=due, state="done", chosen=Selection().to_json()),
        LinkRun.objects.create(shop=shop, due_at=due, state="done", kind="suggestions", step="made"),
        GoodsRun.objects.create(shop=shop, due_at=due, state="done", step="written"),
    ):
        multiply(run, 2000, created_at=moment("n", 2000))
    ready = GoodsRun.objects.create(shop=shop, due_at=due, state="done", step="ready")
    listing = Listing.objects.order_by("pk")[0]
    goods = orders // 20
    change = GoodsChange.objects.create(
        run=ready, shop=shop, listing=listing, field="stock", old="1", new="2", reason="pieces_in_stock"
    )
    ours = GoodsChange.objects.create(
        shop=shop, listing=listing, field="price", old="1", new="2", state="written", at=due
    )
    multiply(
        change, goods, listing_id=f"{listing.pk} + n", mark="CASE WHEN n % 50 = 0 THEN 'zero' ELSE '' END"
    )
    multiply(
        ours,
        goods * 4,
        listing_id=f"{listing.pk} + n % {goods}",
        state="CASE WHEN n % 100 = 0 THEN 'refused' ELSE 'written' END",
        at=moment("n", goods * 4),
    )


def _alerts(orders: int) -> None:
    """Some tellings of each day of many years, each to two people."""
    shop = Order.objects.select_related("shop__account").order_by("pk")[0].shop
    first = Recipient.objects.create(name="Ольга", channel="email", address="olga@example.test")
    second = Recipient.objects.create(name="Пётр", channel="telegram", address="1")
    count = orders // 50
    facts = {"code": "unlinked_lines", "count": 3, "new": 1, "orders": ["10001", "10002"]}
    alert = Alert.objects.create(
        key="many", kind="failure", subject="failure", event="first", shop=shop, facts=facts
    )
    multiply(alert, count, key="'many:' || n", created_at=moment("n", count))
    for person in (first, second):
        told = AlertDelivery.objects.create(
            alert=alert, recipient=person, state="sent", sent_at=alert.created_at
        )
        multiply(
            told,
            count,
            alert_id=f"{alert.pk} + n",
            state="CASE WHEN n % 1000 = 0 THEN 'given_up' ELSE 'sent' END",
            sent_at=moment("n", count),
        )
