"""Stock from the warehouse to the site: within seconds, only what differs, and no write puts back what was sold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.orders.sales import Sale
from tests.world import SLOW_MACHINE

WORLD = {"special": ["bundle"], "env": {"HEARTBEAT_TIMEOUT": "60"}}
STORE = "Основной склад"
A_LONG_TIME = 10**8
# A document's webhook asks for the report five seconds later; the next look by itself is an hour away.


@pytest.fixture(autouse=True)
def fresh(world: Any) -> Iterator[None]:
    """Nothing of the test before is on its way, and only the writes of this test are listed."""
    world.run_flow("stock")
    world.box.store.clear_stock_writes()
    yield
    world.box.moysklad.configure(recalculation_ms=0)
    world.box.store.release_events()
    world.box.store.event_knobs(hold=False)


def shown(world: Any, sku: str) -> float | None:
    """The number on the site."""
    number: float | None = world.box.store.stocks()[sku]
    return number


def comes(world: Any, sku: str, number: float | None, seconds: float = SLOW_MACHINE) -> None:
    world.until(lambda: shown(world, sku) == number, f"{sku} shows {number}", seconds)


def written(world: Any, sku: str | None = None) -> list[tuple[str, float, float, str]]:
    """The bridge's writes: SKU, old, new, by whom."""
    rows = world.box.store.stock_writes(sku=sku)
    return [(row["sku"], row["old"], row["new"], row["who"]) for row in rows if row["who"] != "order"]


def reserving(world: Any, sku: str, pieces: float) -> dict[str, Any]:
    """An order that a manager writes in MoySklad."""
    moysklad = world.box.moysklad
    position = {"quantity": pieces, "reserve": pieces, "assortment": {"meta": moysklad.item(sku)["meta"]}}
    body = {
        "organization": moysklad.ref("organization", moysklad.organization),
        "agent": moysklad.ref("counterparty", moysklad.add_counterparty(name="Оптовик")["id"]),
        "store": moysklad.ref("store", moysklad.stores[STORE]),
        "positions": [position],
    }
    return dict(moysklad.create("customerorder", body))


def test_what_came_in_is_on_the_site_within_seconds_of_the_webhook_and_nothing_else_is_written(
    world: Any,
) -> None:
    before = shown(world, "S-00001")
    world.box.moysklad.receive({"S-00001": 5}, STORE)
    assert world.box.moysklad.tell_stock() == 1
    comes(world, "S-00001", before + 5)
    world.quiet()
    assert written(world) == [("S-00001", before, before + 5, "plugin")]


def test_a_full_report_writes_only_what_differs(world: Any) -> None:
    before = shown(world, "S-00012")
    world.run_flow("stock_full")
    assert world.box.store.stock_writes() == []
    amounts = {"S-00012": before + 1, "S-00013": shown(world, "S-00013")}
    world.box.moysklad.set_stocks(STORE, amounts)
    world.run_flow("stock_full")
    comes(world, "S-00012", before + 1)
    assert written(world) == [("S-00012", before, before + 1, "plugin")]


def test_a_sale_whose_event_is_late_survives_the_write_before_it(world: Any) -> None:
    before = shown(world, "S-00004")
    world.box.store.hold_events()
    order = world.box.store.place_order({"S-00004": 2})
    world.box.moysklad.receive({"S-00004": 5}, STORE)
    world.box.moysklad.tell_stock()
    comes(world, "S-00004", before + 3)
    known = Listing.objects.filter(sku="S-00004", site_quantity=before + 3)
    world.until(known.exists, "the site's answer is noted")
    world.box.store.release_events()
    world.document(order["id"])
    world.run_flow("stock")
    world.until(
        lambda: not Sale.objects.filter(order__source_id=order["id"], in_flight__gt=0).exists(),
        "the report shows the order's reserve",
    )
    world.quiet()
    assert shown(world, "S-00004") == world.box.moysklad.stock("S-00004", STORE)["freeStock"] == before + 3
    assert Listing.objects.get(sku="S-00004").site_quantity == before + 3


def test_a_report_that_lags_does_not_put_back_what_was_sold(world: Any) -> None:
    before = shown(world, "S-00005")
    world.box.moysklad.configure(recalculation_ms=A_LONG_TIME)
    order = world.box.store.place_order({"S-00005": 3})
    world.document(order["id"])
    world.quiet()
    for flow in ("stock", "stock_full", "stock"):
        world.run_flow(flow)
        assert shown(world, "S-00005") == before - 3
    sale = Sale.objects.get(order__source_id=order["id"])
    assert sale.in_flight == 3
    world.box.moysklad.configure(recalculation_ms=0)
    world.run_flow("stock")
    sale.refresh_from_db()
    assert (sale.in_flight, sale.settled) == (0, True)
    assert written(world, "S-00005") == []
    assert shown(world, "S-00005") == before - 3


def test_what_a_buyer_gives_back_is_not_on_sale_while_others_are_owed(world: Any) -> None:
    world.box.moysklad.set_stocks(STORE, {"S-00014": 5})
    world.box.moysklad.tell_stock()
    comes(world, "S-00014", 5)
    orders = [world.box.store.place_order({"S-00014": pieces})["id"] for pieces in (3, 1)]
    for order in orders:
        world.document(order)
    world.box.moysklad.sell({"S-00014": 3}, STORE)
    world.box.moysklad.tell_stock()
    comes(world, "S-00014", -2)
    world.quiet()
    world.box.store.hold_events()
    world.box.store.set_status(orders[1], "cancelled")
    product = world.box.store.product("S-00014")
    assert (product["stock_quantity"], product["stock_status"]) == (-1, "outofstock"), "it is another buyer's"
    world.box.store.release_events()
    world.until(
        lambda: not Sale.objects.filter(order__source_id=orders[1], shown__gt=0).exists(),
        "the report shows that the reserve is gone",
    )
    comes(world, "S-00014", -1)
    world.box.moysklad.receive({"S-00014": 2}, STORE)
    world.box.moysklad.tell_stock()
    comes(world, "S-00014", 1)


def test_an_order_that_reserves_in_moysklad_is_heard_of_without_the_stock_webhook(world: Any) -> None:
    before = shown(world, "S-00006")
    order = reserving(world, "S-00006", 2)
    comes(world, "S-00006", before - 2)
    world.box.moysklad.edit("customerorder", order["id"], {"applicable": False})
    comes(world, "S-00006", before)


def test_shipments_and_returns_in_moysklad_are_heard_of_without_the_stock_webhook(world: Any) -> None:
    before = shown(world, "S-00007")
    [demand] = world.box.moysklad.sell({"S-00007": 3}, STORE)
    comes(world, "S-00007", before - 3)
    world.box.moysklad.return_goods(demand, {"S-00007": 1})
    comes(world, "S-00007", before - 2)


def test_a_bundle_with_a_service_in_it_shows_what_its_goods_allow(world: Any) -> None:
    moysklad = world.box.moysklad
    parts = [
        {"assortment": {"meta": moysklad.item(one)["meta"]}, "quantity": 1} for one in ("S-00011", "DELIVERY")
    ]
    moysklad.set_stock("S-00011", STORE, 7)
    moysklad.edit_item("X-SET", components=parts)
    moysklad.tell_stock()
    comes(world, "X-SET", 7)


def test_a_bundle_shows_what_its_scarcest_part_allows_a_variant_too(world: Any) -> None:
    moysklad = world.box.moysklad
    moysklad.set_stocks(STORE, {"S-00008": 9, "V-00001-2": 3})
    parts = [("S-00008", 2), ("V-00001-2", 1)]
    rows = [{"assortment": {"meta": moysklad.item(sku)["meta"]}, "quantity": n} for sku, n in parts]
    moysklad.edit_item("X-SET", components=rows)
    moysklad.tell_stock()
    comes(world, "X-SET", 3)
    moysklad.set_stock("V-00001-2", STORE, 7)
    moysklad.tell_stock()
    comes(world, "X-SET", 4)
    order = world.box.store.place_order({"X-SET": 1})
    world.document(order["id"])
    comes(world, "S-00008", 7)
    comes(world, "V-00001-2", 6)
    world.quiet()
    assert shown(world, "X-SET") == 3


def test_a_product_that_keeps_the_stock_of_its_variations_shows_them_all(world: Any) -> None:
    sizes = [f"V-00001-{n}" for n in range(1, 5)]
    world.box.store.edit_product("V-00001", manage_stock=True, stock_quantity=0)
    for sku in sizes:
        world.box.store.edit_product(sku, manage_stock=False)
    world.box.moysklad.set_stocks(STORE, dict(zip(sizes, (1, 2, 3, 4), strict=True)))
    world.run_flow("site_catalogue")
    world.box.moysklad.tell_stock()
    comes(world, "V-00001", 10)
    order = world.box.store.place_order({"V-00001-3": 2})
    world.document(order["id"])
    world.box.moysklad.receive({"V-00001-1": 5}, STORE)
    world.box.moysklad.tell_stock()
    comes(world, "V-00001", 13)


def test_without_the_plugin_numbers_go_by_rest_and_by_it_again_once_it_is_back(world: Any) -> None:
    before = shown(world, "S-00010")
    world.box.store.configure(plugin_stock=False)
    world.box.moysklad.receive({"S-00010": 1}, STORE)
    world.box.moysklad.tell_stock()
    comes(world, "S-00010", before + 1)
    world.quiet()
    assert written(world) == [("S-00010", before, before + 1, "rest")]
    assert Shop.objects.get().plugin_version != "1.3.0"
    world.box.store.configure(plugin_stock=True)
    world.document(world.box.store.place_order({"S-00011": 1})["id"])
    world.until(lambda: Shop.objects.get().plugin_version == "1.3.0", "the plugin speaks of itself")
    world.box.moysklad.receive({"S-00010": 1}, STORE)
    world.box.moysklad.tell_stock()
    comes(world, "S-00010", before + 2)
    assert written(world, "S-00010")[-1] == ("S-00010", before + 1, before + 2, "plugin")
