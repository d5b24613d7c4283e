"""The account's call budget is kept by all processes together, well used, shared, and never spent in vain.

The rules themselves (nine tenths used under a backlog, orders before stock, shops in turn, a clock that jumps) are held
under a simulated clock in tests/connectors/test_limits_rules.py and test_limits_learning.py, the queue's part of it in
tests/outbox/test_fairness.py; here real processes meet the sandbox, and its clock counts.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import Any

import pytest

from bridge.alerts.models import Alert
from bridge.connections.models import Connection
from bridge.outbox.models import OutboxMessage

BUDGET, WINDOW, WORKERS = 11, 3.0, 8
STOCK = "/report/stock/"  # is read by itself
# What comes one after the other spends the whole budget; how few calls a backlog takes shows where all of it waits.
GATHERED = pytest.mark.parametrize("gathered", [False, True], ids=["as it comes", "gathered"])
WORLD = {
    "limiter": True,
    "latency_ms": 30,
    "env": {"MOYSKLAD_CALLS": str(BUDGET), "WORKERS": str(WORKERS), "LEASE_SECONDS": "360"},
}


def fresh(world: Any) -> None:
    """A quiet bridge, a window nothing has used, and figures from here on."""
    world.quiet()
    time.sleep(WINDOW + 0.2)
    world.box.moysklad.reset_stats()


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


def busiest_window(calls: list[dict[str, Any]]) -> int:
    """The most calls of any three seconds, by the sandbox's clock."""
    moments = sorted(call["at"] for call in calls)
    return max(sum(1 for other in moments if start <= other < start + WINDOW) for start in moments)


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
    assert busiest_window(calls) <= BUDGET
    assert [call for call in calls if call["status"] == 429] == []
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
    assert [route for route in routes if route.startswith("PUT /entity/customerorder")] == []
    calls = sum(number for route, number in routes.items() if STOCK not in route)
    assert not gathered or calls < 120, f"{routes}: 159 changes"
    assert busiest_window(world.box.moysklad.calls()) <= BUDGET


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
