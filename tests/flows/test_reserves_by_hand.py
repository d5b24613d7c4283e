"""Staff change reserves, quantities and shipments of orders in MoySklad: the site's numbers follow within seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from world import SLOW_MACHINE

from bridge.orders.sales import Sale

STORE = "Основной склад"
WORLD = {"env": {"HEARTBEAT_TIMEOUT": "60"}}


@pytest.fixture
def order(world: Any, request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """Four of ten pieces ordered, reserved and off the number; nothing is on its way."""
    sku = str(request.param)
    world.box.moysklad.set_stock(sku, STORE, 10)
    world.run_flow("stock")
    placed = world.box.store.place_order({sku: 4})
    document = world.document(placed["id"])
    world.quiet()
    rests_at(world, sku, 6)
    yield {"sku": sku, "document": document["id"], "id": placed["id"]}
    world.box.moysklad.webhook_knobs(drop=False)


def shown(world: Any, sku: str) -> float:
    """The number on the site."""
    return float(world.box.store.stocks()[sku])


def rests_at(world: Any, sku: str, number: float, most: float | None = None) -> None:
    """The site comes to show the number, with nothing in doubt about the item, and never shows more than `most`."""
    # A document's webhook asks for the report five seconds later; the next look by itself is an hour away.
    deadline, highest = time.monotonic() + SLOW_MACHINE, 0.0
    sales = Sale.objects.filter(listing__sku=sku, settled=False)
    while sales.exists() or shown(world, sku) != number:
        highest = max(highest, shown(world, sku))
        assert time.monotonic() < deadline, f"{sku} shows {shown(world, sku)}, not {number}"
        time.sleep(0.05)
    assert most is None or highest <= most
    assert shown(world, sku) == number


@pytest.mark.parametrize("order", ["S-00001"], indirect=True)
def test_a_cleared_reserve_is_not_on_sale_again(world: Any, order: dict[str, Any]) -> None:
    sku = order["sku"]
    world.box.moysklad.set_position(order["document"], sku, reserve=0)
    world.until(lambda: Sale.objects.get(order__source_id=order["id"]).in_flight == 4, "it is in flight")
    rests_at(world, sku, 6, most=6)
    assert world.box.moysklad.stock(sku, STORE)["freeStock"] == 10
    world.box.moysklad.set_position(order["document"], sku, reserve=4)
    world.until(lambda: Sale.objects.get(order__source_id=order["id"]).in_flight == 0, "it is reserved again")
    rests_at(world, sku, 6, most=6)


@pytest.mark.parametrize("order", ["S-00002"], indirect=True)
def test_more_pieces_reserved_by_staff_are_off_the_number(world: Any, order: dict[str, Any]) -> None:
    world.box.moysklad.set_position(order["document"], order["sku"], quantity=7, reserve=7)
    rests_at(world, order["sku"], 3)
    world.box.moysklad.set_position(order["document"], order["sku"], quantity=2, reserve=2)
    rests_at(world, order["sku"], 8, most=8)


@pytest.mark.parametrize("order", ["S-00003"], indirect=True)
def test_a_part_shipped_by_hand_without_a_reserve_is_off_once(world: Any, order: dict[str, Any]) -> None:
    sku = order["sku"]
    world.box.moysklad.set_position(order["document"], sku, reserve=0)
    demand = world.box.moysklad.ship(order["document"], {sku: 1})
    world.until(lambda: Sale.objects.get(order__source_id=order["id"]).in_flight == 3, "one has left")
    rests_at(world, sku, 6, most=6)
    world.box.moysklad.unship(demand["id"])
    world.until(lambda: Sale.objects.get(order__source_id=order["id"]).in_flight == 4, "it came back")
    rests_at(world, sku, 6, most=6)


@pytest.mark.parametrize("order", ["S-00004"], indirect=True)
def test_without_webhooks_the_next_look_sees_reserves_and_shipments(
    world: Any, order: dict[str, Any]
) -> None:
    sku, moysklad = order["sku"], world.box.moysklad
    moysklad.webhook_knobs(drop=True)
    moysklad.set_position(order["document"], sku, reserve=0)
    world.run_flow("statuses")
    world.run_flow("stock")
    rests_at(world, sku, 6, most=6)
    moysklad.ship(order["document"], {sku: 3})
    world.run_flow("progress")
    world.run_flow("stock")
    rests_at(world, sku, 6, most=6)
    assert Sale.objects.get(order__source_id=order["id"]).in_flight == 1
