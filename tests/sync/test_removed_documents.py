"""A document removed in MoySklad: created again with a new identity, left so, or the order cancelled on the site."""

from collections.abc import Callable

import pytest

from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.states.removed_documents import cancel_on_site, create_again, leave
from tests import factories

pytestmark = pytest.mark.django_db


def order_with_document(gone: str) -> Order:
    """An order whose document is gone, with the question about it parked; for '' nothing is gone."""
    order: Order = factories.OrderFactory()
    factories.BindingFactory(order=order, gone=gone, written={"state": "x"}, state_id="state-new")
    if gone in ("binned", "deleted"):
        factories.ParkedFactory(order=order, problem="document_gone", problem_params={"document": "1"})
    return order


def sync_id(order: Order) -> str:
    return str(OrderBinding.objects.get(order=order).sync_id)


@pytest.mark.parametrize("gone", ["binned", "deleted", "left"])
def test_created_again_it_is_a_new_document(gone: str) -> None:
    order = order_with_document(gone)
    before = sync_id(order)
    assert create_again(order)
    binding = OrderBinding.objects.get(order=order)
    assert (binding.gone, binding.external_id, binding.written, binding.generation) == ("", "", {}, 1)
    assert sync_id(order) != before
    message = OutboxMessage.objects.get()
    assert (message.state, message.kind, message.problem) == ("waiting", kinds.ORDER, "")


@pytest.mark.parametrize("gone", ["binned", "deleted"])
def test_left_so_nothing_waits_any_more(gone: str) -> None:
    order = order_with_document(gone)
    assert leave(order)
    assert OrderBinding.objects.get().gone == "left"
    assert OutboxMessage.objects.get().state == "discarded"


def test_cancelled_on_the_site() -> None:
    order = order_with_document("deleted")
    assert cancel_on_site(order)
    assert OrderBinding.objects.get().gone == "left"
    sent = OutboxMessage.objects.get(state="waiting")
    assert (sent.kind, sent.connection, sent.payload) == (
        kinds.STATUS,
        order.shop.site,
        {"status": "cancelled"},
    )


@pytest.mark.parametrize("decide", [create_again, leave, cancel_on_site])
def test_a_document_in_its_place_needs_no_decision(decide: Callable[[Order], bool]) -> None:
    order = order_with_document("")
    assert not decide(order)
    binding = OrderBinding.objects.get()
    assert (binding.gone, binding.generation) == ("", 0)
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("decide", [create_again, leave, cancel_on_site])
def test_an_order_without_a_document_needs_no_decision(decide: Callable[[Order], bool]) -> None:
    assert not decide(factories.OrderFactory())


@pytest.mark.parametrize("decide", [leave, cancel_on_site])
def test_decided_twice_is_decided_once(decide: Callable[[Order], bool]) -> None:
    order = order_with_document("deleted")
    assert decide(order)
    before = list(OutboxMessage.objects.values())
    assert not decide(order)
    assert list(OutboxMessage.objects.values()) == before


def test_another_orders_question_stays() -> None:
    other = factories.ParkedFactory()
    assert leave(order_with_document("deleted"))
    other.refresh_from_db()
    assert other.state == "parked"
