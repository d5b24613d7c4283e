"""Numbers written to the site: one bad item holds up no other, and none of them is taken for the site's own state."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone
from factories import BindingFactory, MessageFactory, OrderFactory, canonical_order

from bridge import worktime
from bridge.catalog.models import Listing
from bridge.catalog.selectors import differing
from bridge.connections.models import Connection, Shop
from bridge.domain.order import Line, to_json
from bridge.outbox.deliver import deliver
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Kind
from bridge.sync import kinds
from bridge.sync.stock import stock_to_site
from connectors.errors import ConnectorError, OutcomeUnknown, TransientError
from connectors.woocommerce.errors import error_from_item

State = OutboxMessage.State
pytestmark = pytest.mark.django_db
Batch = Callable[[Sequence[dict[str, Any]]], list[Any]]


@pytest.fixture
def site() -> Iterator[mock.Mock]:
    client = mock.Mock()
    client.products.batch.side_effect = lambda updates: [dict(u) for u in updates]
    with mock.patch("bridge.connections.clients.woocommerce", return_value=client):
        yield client


def goods(shop: Shop, count: int) -> None:
    for n in range(1, count + 1):
        Listing.objects.create(
            shop=shop, product_id=str(n), sku=f"s{n}", name="Кружка", wanted_quantity=5, site_quantity=1
        )


def send(message: OutboxMessage) -> OutboxMessage:
    OutboxMessage.objects.filter(pk=message.pk).update(due_at=timezone.now())
    deliver(message.pk, {kinds.STOCK: Kind(stock_to_site.deliver)})
    message.refresh_from_db()
    return message


def ask(shop: Shop) -> OutboxMessage:
    return enqueue(shop, shop.site, kinds.STOCK, f"stock:{shop.pk}")


def refusing(bad: int, error: ConnectorError) -> Batch:
    return lambda updates: [error if u["id"] == bad else dict(u) for u in updates]


def test_an_item_that_always_breaks_holds_up_no_other(shop: Shop, site: mock.Mock) -> None:
    goods(shop, 250)
    site.products.batch.side_effect = refusing(10, OutcomeUnknown("fatal in a plugin", status=500))
    message = send(ask(shop))
    assert message.state == State.WAITING, "it may have been passing"
    assert [x.product_id for x in Listing.objects.exclude(site_quantity=5)] == ["10"]


def test_after_a_few_tries_it_is_noted_and_the_message_is_done(shop: Shop, site: mock.Mock) -> None:
    goods(shop, 3)
    site.products.batch.side_effect = refusing(2, OutcomeUnknown("fatal in a plugin", status=503))
    message = ask(shop)
    for _ in range(stock_to_site.TRIES):
        assert message.state == State.WAITING
        message = send(message)
    assert message.state == State.DONE
    assert Listing.objects.get(product_id="2").write_error == "fatal in a plugin"
    assert not Connection.objects.get(pk=shop.site_id).failures


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refused_item_is_the_items_trouble(shop: Shop, site: mock.Mock, status: int) -> None:
    goods(shop, 3)
    answer = {"code": "woocommerce_rest_cannot_edit", "message": "no", "data": {"status": status}}
    site.products.batch.side_effect = refusing(2, error_from_item(answer, 400, "POST"))
    message = ask(shop)
    for _ in range(stock_to_site.TRIES):
        message = send(message) if message.state == State.WAITING else message
    assert message.state == State.DONE
    assert not Connection.objects.get(pk=shop.site_id).is_paused()
    assert [x.product_id for x in Listing.objects.exclude(write_error="")] == ["2"]


def test_a_site_that_is_away_ends_the_portion(shop: Shop, site: mock.Mock) -> None:
    goods(shop, 250)
    site.products.batch.side_effect = TransientError("maintenance", status=503)
    message = send(ask(shop))
    assert (message.state, message.attempts, site.products.batch.call_count) == (State.WAITING, 0, 1)
    assert Connection.objects.get(pk=shop.site_id).is_paused()


def test_when_the_time_of_the_job_is_up_the_rest_is_queued_anew(
    shop: Shop, site: mock.Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods(shop, 250)
    monkeypatch.setattr(worktime, "time_is_up", lambda: site.products.batch.call_count >= 1)
    message = send(ask(shop))
    assert message.state == State.DONE
    assert Listing.objects.filter(site_quantity=5).count() == 100
    rest = OutboxMessage.objects.get(state=State.WAITING)
    monkeypatch.undo()
    send(rest)
    assert not Listing.objects.exclude(site_quantity=5).exists()


def test_nothing_to_write_proves_nothing_of_the_site(shop: Shop, site: mock.Mock) -> None:
    Connection.objects.update(failures=2, paused_until=timezone.now() - timedelta(seconds=1))
    assert send(ask(shop)).state == State.DONE
    assert Connection.objects.get(pk=shop.site_id).failures == 2


def test_pieces_of_an_order_whose_try_failed_are_not_put_on_sale_again(shop: Shop) -> None:
    goods(shop, 1)
    line = Line("1", "1", "", "s1", "Кружка", Decimal(1), 100)
    order = OrderFactory(shop=shop, content=to_json(canonical_order("1", lines=(line,))))
    binding = BindingFactory(order=order, external_id="")
    for state in (State.WAITING, State.PARKED, State.DEAD):
        OutboxMessage.objects.all().delete()
        MessageFactory(shop=shop, kind=kinds.ORDER, object_key=order.object_key, state=state)
        assert not differing(shop).exists(), state
    binding.external_id = "document"
    binding.save()
    assert differing(shop).exists()
