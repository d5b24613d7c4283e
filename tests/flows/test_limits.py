"""The account's call budget is kept by all processes together, well used, shared, and never spent in vain.

The rules themselves (nine tenths used under a backlog, orders before stock, shops in turn, a clock that jumps) are held
under a simulated clock in tests/connectors/test_limits_rules.py and test_limits_learning.py, the queue's part of it in
tests/outbox/test_fairness.py; here real processes meet the sandbox, and its clock counts.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from call_budget import BUDGET, LIMITED, WINDOW, WORKERS, fresh, puts, within

from bridge.alerts.models import Alert
from bridge.connections.models import Connection, PaymentMethod, Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync.subscriptions import GOODS, ORDERS, PROGRESS, RESERVES

PAID = 30
STOCK = "/report/stock/"  # is read by itself
# What comes one after the other spends the whole budget; how few calls a backlog takes shows where all of it waits.
GATHERED = pytest.mark.parametrize("gathered", [False, True], ids=["as it comes", "gathered"])
WORLD = LIMITED


def documents(world: Any) -> dict[str, dict[str, Any]]:
    """By name; a second one of a name fails the test."""
    rows = world.box.moysklad.documents()
    found = {row["name"]: row for row in rows}
    assert len(found) == len(rows), "two documents of one name"
    return found


def arrive(world: Any, orders: list[int]) -> None:
    """Each has its one document, and nothing is left to do."""
    wanted = {f"WOO-{order}" for order in orders}
    world.until(lambda: wanted <= documents(world).keys(), "all orders are in MoySklad")
    world.quiet()
    documents(world)


@GATHERED
def test_a_backlog_in_eight_workers_never_exceeds_the_budget_and_shows_its_use(
    world: Any, gathered: bool
) -> None:
    fresh(world)
    with world.backlog() if gathered else nullcontext():
        orders = world.box.store.place_orders(60)
    shown = world.until(lambda: budget_in_use(world), "calls are in use")
    assert (shown["calls"], shown["window_seconds"]) == (BUDGET, WINDOW)
    assert 0 < shown["used"] <= BUDGET
    arrive(world, orders)
    calls = world.box.moysklad.calls()
    within(calls)
    paths = [call["path"] for call in calls if STOCK not in call["path"]]
    assert not gathered or len(paths) < 60, f"{len(paths)} calls for 60 new buyers: a backlog goes in bulk"


def budget_in_use(world: Any) -> dict[str, Any]:
    """As it is shown; {} while nothing of it is used."""
    shown = dict(world.status()["budget"]["main"])
    return shown if shown["used"] else {}


@GATHERED
def test_changes_of_many_orders_and_many_changes_of_one_go_in_bulk_and_never_by_put(
    world: Any, gathered: bool
) -> None:
    """MoySklad locks out who PUTs one entity more than 100 times a minute."""
    orders = world.box.store.place_orders(40, email="same@example.test", phone="")
    arrive(world, orders)
    fresh(world)
    with world.backlog() if gathered else nullcontext():
        for number in range(120):
            world.box.store.edit_order(orders[0], {"customer_note": f"Позвоните {number} раз"})
        for order in orders[1:]:
            world.box.store.set_status(order, "cancelled")

    def followed() -> bool:
        first, *others = (documents(world)[f"WOO-{order}"] for order in orders)
        told = "Позвоните 119 раз" in first.get("description", "")
        return told and {row["state"]["name"] for row in others} == {"Отменен"}

    world.until(followed, "all changes are in MoySklad")
    world.quiet()
    routes = world.box.moysklad.stats()["by_route"]
    calls = sum(number for route, number in routes.items() if STOCK not in route)
    assert not gathered or calls < 120, f"{routes}: 159 changes"
    within(world.box.moysklad.calls())
    assert puts(world.box.moysklad.calls()) == {}


@pytest.fixture
def money(world: Any) -> Iterator[None]:
    """Paid orders make payments, refunds returns and payments out; buyers follow the site."""
    world.configure(buyers={"update": True})
    expense = next(iter(world.box.moysklad.directory("expenseitem").values()))
    Shop.objects.update(expense_item_id=expense)
    PaymentMethod.objects.create(shop=world.shop, method="bacs", document="paymentin")
    yield
    world.quiet()
    PaymentMethod.objects.all().delete()
    Shop.objects.update(expense_item_id="")
    world.configure(buyers={"update": False})


def test_payments_refunds_returns_and_buyers_that_changed_go_without_a_put(world: Any, money: None) -> None:
    """Half of the orders are shipped, and come back."""
    box, buyers = world.box, [{"email": f"paid{n}@example.test", "phone": ""} for n in range(PAID)]
    placed = {"paid": True, "payment_method": "bacs", "shipping": None}
    with world.backlog():
        orders = [box.store.place_order({"S-00001": 2}, **placed, **buyer)["id"] for buyer in buyers]
    arrive(world, orders)
    for order in orders[::2]:
        box.moysklad.ship(documents(world)[f"WOO-{order}"]["id"])
    fresh(world)
    with world.backlog():
        for order in orders:
            box.store.refund(order, {"S-00001": 1})
        for buyer in buyers:
            box.store.place_order({"S-00002": 1}, shipping=None, first_name="Мария", city="Тверь", **buyer)
    world.until(lambda: len(box.moysklad.documents("paymentout")) == PAID, "the money goes out")
    world.quiet()
    assert len(box.moysklad.documents("salesreturn")) == PAID / 2
    moved = [one for one in box.moysklad.counterparties() if one.get("email", "").startswith("paid")]
    assert [one["actualAddressFull"]["city"] for one in moved] == ["Тверь"] * PAID
    calls = [call for call in box.moysklad.calls() if STOCK not in call["path"]]
    assert puts(calls) == {}
    within(calls)
    posts = Counter(call["path"] for call in calls if call["method"] == "POST")
    assert sum(posts.values()) < PAID, f"{posts}: {4.5 * PAID} changes go in bulk"


def test_the_only_puts_of_the_bridge_switch_its_notifications_on_again(world: Any) -> None:
    """One for each, at most, and once a day: far fewer than MoySklad's hundred in a minute."""
    hooks = world.box.moysklad.documents("webhook")
    for hook in hooks:
        world.box.moysklad.edit("webhook", hook["id"], {"enabled": False})
    fresh(world)
    world.run_flow("subscriptions")
    calls = world.box.moysklad.calls()
    assert puts(calls) == {"/entity/webhook": len(hooks)}
    assert 0 < len(hooks) <= len({*ORDERS, *GOODS, *PROGRESS, *RESERVES}) < 50
    within(calls)


def test_a_revoked_token_is_one_alert_few_calls_and_no_lost_order(world: Any) -> None:
    fresh(world)
    Alert.objects.all().delete()
    world.box.moysklad.revoke_token()
    revoked = time.time()  # what was asked before is no try with a dead token
    orders = world.box.store.place_orders(40)
    world.until(lambda: Connection.objects.get(vendor="moysklad").is_paused(), "the account is left alone")
    world.until(lambda: Alert.objects.filter(subject="auth", event="began").exists(), "somebody is told")
    # Long enough for several probes: the circuit closes for longer with each.
    time.sleep(8)
    calls = [call for call in world.box.moysklad.calls() if call["at"] >= revoked]
    assert {call["status"] for call in calls} == {401}
    assert len(calls) <= WORKERS, f"{len(calls)} calls with a dead token: at most one of each worker"
    assert Alert.objects.filter(subject="auth", event="began").count() == 1
    assert not OutboxMessage.objects.filter(state="dead").exists(), "nobody's tries are used up"
    world.configure()  # with the new token
    arrive(world, orders)
    assert Alert.objects.filter(subject="auth", event="began").count() == 1
