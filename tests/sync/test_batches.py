"""A batch of orders asks the database what all of them need together, and little more for each."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import (
    PLACED,
    EventFactory,
    LinkedListingFactory,
    MessageFactory,
    OrderFactory,
    ProductFactory,
    ShopFactory,
    canonical_order,
)

from bridge.connections.models import Connection, PaymentMethod, Shop, StatusMapping
from bridge.domain.order import Customer, Line
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import PORTION, process_waiting
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.deliver import deliver
from bridge.outbox.models import OutboxMessage
from bridge.routes import KINDS, TOPICS
from bridge.sync import kinds
from bridge.sync.account import directory
from connectors.sandbox.control import running_sandbox
from connectors.transport.session import pooled_session

pytestmark = pytest.mark.django_db
FEW, MANY, GOODS = 10, 40, 10
NUMBERS = itertools.count(1)  # the stand-in remembers the orders of earlier tests
State = OutboxMessage.State


@pytest.fixture(scope="module")
def box() -> Iterator[Any]:
    with running_sandbox(items=2 * GOODS, limiter=False) as running:
        yield running
    pooled_session(allow_private=True).close()


@pytest.fixture
def shop(box: Any, settings: Any) -> Shop:
    """A shop whose goods are linked and whose paid orders get payments."""
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    account = Connection.objects.create(
        vendor="moysklad",
        name="box",
        base_url=box.moysklad.url,
        account_id="account",
        credentials={"token": box.moysklad.token},
    )
    directory.refresh(account)
    (organization, *_), (store, *_) = (
        box.moysklad.directory("organization").values(),
        box.moysklad.stores.values(),
    )
    shop = ShopFactory(account=account, organization_id=organization, store_ids=[store])
    PaymentMethod.objects.create(shop=shop, method="*", document="paymentin")
    StatusMapping.objects.create(
        shop=shop,
        direction="to_state",
        site_status="processing",
        state_id=next(iter(box.moysklad.states.values())),
    )
    for number in range(1, GOODS + 1):
        article = f"S-{number:05}"
        item = box.moysklad.item(article)
        product = ProductFactory(connection=account, external_id=item["id"], article=article)
        LinkedListingFactory(shop=shop, product_id=str(number), sku=article, link=product)
    return shop  # type: ignore[return-value]


def queue(shop: Shop, count: int, **content: Any) -> list[Order]:
    """New orders of as many buyers, waiting to be sent."""
    orders = []
    for number in itertools.islice(NUMBERS, count):
        line = Line("1", str(number % GOODS + 1), "", "", "Кружка", Decimal(2), 159170)
        buyer = Customer(first_name="Мария", email=f"buyer{number}@example.test")
        fields = {"lines": (line,), "charges": (), "total_minor": 159170, "customer": buyer}
        seen = canonical_order(str(number), **fields, **content)
        orders.append(OrderFactory(shop=shop, source_id=seen.source_id, seen=seen))
        MessageFactory(order=orders[-1])
    return orders  # type: ignore[return-value]


def queries_to_deliver(orders: list[Order]) -> int:
    first = OutboxMessage.objects.get(kind=kinds.ORDER, object_key=orders[0].object_key)
    with CaptureQueriesContext(connection) as queries:
        assert deliver(first.pk, KINDS) == len(orders)
    assert not OutboxMessage.objects.filter(kind=kinds.ORDER).exclude(state=State.DONE).exists()
    return len(queries)


def change_note(orders: list[Order]) -> None:
    """The buyer adds a word, and the orders are queued again."""
    for order in orders:
        order.content["note"] = "Позвоните заранее"
        order.save()
    OutboxMessage.objects.filter(object_key__in=[order.object_key for order in orders]).update(
        state=State.WAITING
    )


def test_each_new_order_of_a_batch_costs_few_queries(shop: Shop) -> None:
    few, many = (queries_to_deliver(queue(shop, count)) for count in (FEW, MANY))
    assert OrderBinding.objects.exclude(external_id="").count() == FEW + MANY
    assert many - few <= 4 * (MANY - FEW)


def test_each_paid_order_of_a_batch_costs_a_few_more_for_its_payment(shop: Shop) -> None:
    few, many = (queries_to_deliver(queue(shop, count, paid_at=PLACED)) for count in (FEW, MANY))
    assert OutboxMessage.objects.filter(kind=kinds.PAYMENT).count() == FEW + MANY
    assert many - few <= 9 * (MANY - FEW)


def test_news_of_orders_that_have_documents_costs_few_queries_however_many(shop: Shop) -> None:
    used = []
    for count in (FEW, MANY):
        orders = queue(shop, count)
        queries_to_deliver(orders)
        change_note(orders)
        used.append(queries_to_deliver(orders))
    written = OrderBinding.objects.values_list("written__description", flat=True)
    assert [text.startswith("Позвоните заранее") for text in written] == [True] * (FEW + MANY)
    assert used[1] - used[0] <= MANY - FEW


def test_each_event_of_a_portion_costs_few_queries(shop: Shop) -> None:
    def queries_for(count: int, first: int) -> int:
        for number in range(first, first + count):
            EventFactory(connection=shop.site, state=InboxEvent.State.WAITING, body=json.dumps(event(number)))
        with CaptureQueriesContext(connection) as queries:
            assert process_waiting(TOPICS) == count
        assert not InboxEvent.objects.exclude(state=InboxEvent.State.DONE).exists()
        return len(queries)

    one, portion = queries_for(1, 1), queries_for(PORTION, 101)
    assert OutboxMessage.objects.filter(kind=kinds.ORDER).count() == PORTION + 1
    assert portion - one <= 15 * (PORTION - 1)


def event(number: int) -> dict[str, Any]:
    """What the plugin says of a new order."""
    order = {
        "id": number,
        "order_key": f"wc_order_{number}",
        "number": str(number),
        "status": "processing",
        "currency": "RUB",
        "total": "100.00",
        "date_created_gmt": "2026-11-21T10:00:00",
        "date_modified_gmt": "2026-11-21T10:00:05",
    }
    return {"event": "order.changed", "read_at": 1795255205.5, "order": order, "refunds": []}
