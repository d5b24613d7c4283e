"""API calls that a refund of the site and a return in MoySklad cost, echoes included."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import PaymentMethod, Shop
from bridge.orders.after_sale import RelatedDocument

pytestmark = pytest.mark.bench
WORLD = {"env": {"LEASE_SECONDS": "60"}}
MANY = 50


def show(name: str, calls: int, target: str) -> None:
    print(f"  {name:<62} {calls:>14}   {target}")


def shipped(world: Any, count: int) -> list[tuple[int, dict[str, Any]]]:
    """Paid orders, shipped whole: their ids and shipments."""
    paid = {"payment_method": "bacs", "paid": True}
    orders = [world.box.store.place_order({"S-00001": 2, "S-00002": 1}, **paid)["id"] for _ in range(count)]
    found = [(order_id, world.box.moysklad.ship(world.document(order_id)["id"])) for order_id in orders]
    world.quiet()
    return found


def money_back(count: int) -> bool:
    return RelatedDocument.objects.filter(kind="paymentout").exclude(external_id="").count() == count


def test_calls_for_a_refund_and_a_return(world: Any) -> None:
    expense_item = next(iter(world.box.moysklad.directory("expenseitem").values()))
    Shop.objects.update(expense_item_id=expense_item)
    PaymentMethod.objects.create(shop=world.shop, method="bacs", document="paymentin")
    print("\nAfter the sale: calls to MoySklad")
    [(order_id, _demand), (other_id, demand)] = shipped(world, 2)
    world.box.moysklad.reset_stats()
    world.box.store.refund(order_id, {"S-00001": 1})
    world.until(lambda: money_back(1), "the refund is in MoySklad")
    world.quiet()
    refund = len(world.box.moysklad.calls())
    show("a refund: return of goods and outgoing payment", refund, "≤ 3")

    world.box.moysklad.reset_stats()
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    world.until(lambda: world.box.store.refunds(other_id), "the return is on the site")
    world.quiet()
    back = len(world.box.moysklad.calls())
    show("a return", back, "≤ 3")

    world.box.moysklad.reset_stats()
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1, "S-00002": 1, "DELIVERY": 1})
    world.until(lambda: world.site_status(other_id) == "refunded", "the return of the rest is on the site")
    world.quiet()
    rest = len(world.box.moysklad.calls())
    show("a return of all that is left", rest, "≤ 3")
    assert refund <= 3
    assert back <= 3
    assert rest <= 3


def test_calls_for_many_refunds_at_once(world: Any) -> None:
    orders = [order_id for order_id, _demand in shipped(world, MANY)]
    before = RelatedDocument.objects.filter(kind="paymentout").exclude(external_id="").count()
    world.box.store.hold_events()
    for order_id in orders:
        world.box.store.refund(order_id, {"S-00001": 1})
    world.box.moysklad.reset_stats()
    world.box.store.release_events()
    world.until(lambda: money_back(before + MANY), f"{MANY} refunds are in MoySklad", 120)
    world.quiet()
    calls = len(world.box.moysklad.calls())
    show(f"{MANY} refunds that came together", calls, f"naive {3 * MANY}")
    assert calls < MANY
