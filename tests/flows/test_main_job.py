"""An order placed on the site is in MoySklad within seconds, stock comes back, closing there completes it here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bridge.outbox.models import OutboxMessage


def kopecks(total: str) -> int:
    return int(Decimal(total) * 100)


def test_an_order_reaches_moysklad_with_the_right_sum_and_contents(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 2, "V-00001-1": 1}, customer_note="Позвоните заранее")
    document = world.document(order["id"])
    assert document["sum"] == kopecks(order["total"])
    assert document["state"]["name"] == "Новый"
    assert document["store"]["name"] == "Основной склад"
    assert document["agent"]["email"] == order["billing"]["email"]
    assert "Позвоните заранее" in document["description"]
    assert order["billing"]["city"] in document["shipmentAddress"]
    rows = document["positions"]["rows"]
    assert [row["quantity"] for row in rows] == [2, 1, 1]
    assert [row.get("reserve", 0) for row in rows] == [2, 1, 0]


def test_a_line_total_that_does_not_divide_keeps_the_sum(world: Any) -> None:
    line = {"sku": "S-00003", "quantity": 3, "total": "1000.00"}
    order = world.box.store.place_order([line], shipping=None)
    document = world.document(order["id"])
    assert document["sum"] == 100000
    assert sorted((r["quantity"], r["price"]) for r in document["positions"]["rows"]) == [
        (1, 33334),
        (2, 33333),
    ]


def test_two_orders_of_one_buyer_share_a_counterparty(world: Any) -> None:
    buyer = {"email": "same@example.org", "phone": "8 (916) 000-00-01"}
    first = world.box.store.place_order({"S-00001": 1}, **buyer)
    second = world.box.store.place_order({"S-00002": 1}, **buyer)
    agents = {world.document(order["id"])["agent"]["id"] for order in (first, second)}
    assert len(agents) == 1
    matching = [
        row for row in world.box.moysklad.documents("counterparty") if row.get("email") == "same@example.org"
    ]
    assert len(matching) == 1


def test_statuses_the_owner_did_not_choose_are_not_sent(world: Any) -> None:
    pending = world.box.store.place_order({"S-00001": 1}, status="pending")
    draft = world.box.store.place_order({"S-00001": 1}, status="checkout-draft")
    sent = world.box.store.place_order({"S-00001": 1}, status="on-hold")
    world.document(sent["id"])
    world.quiet()
    assert world.documents(pending["id"]) == world.documents(draft["id"]) == []
    world.box.store.set_status(pending["id"], "processing")
    world.document(pending["id"])


def test_closing_in_moysklad_completes_the_order_and_nothing_echoes(world: Any) -> None:
    order = world.box.store.place_order({"S-00002": 1})
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.until(lambda: world.site_status(order["id"]) == "completed", "the order is completed")
    world.quiet()
    after = world.box.moysklad.document(document["id"])
    assert after["state"]["name"] == "Завершен"
    assert world.site_status(order["id"]) == "completed"
    assert not OutboxMessage.objects.filter(state="dead").exists()


def test_an_unsuccessful_state_cancels_the_order(world: Any) -> None:
    order = world.box.store.place_order({"S-00002": 1})
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.set_state(document["id"], "Отменен")
    world.until(lambda: world.site_status(order["id"]) == "cancelled", "the order is cancelled")


def test_cancelling_on_the_site_sets_the_mapped_state(world: Any) -> None:
    order = world.box.store.place_order({"S-00002": 1})
    document = world.document(order["id"])
    world.box.store.set_status(order["id"], "cancelled")
    world.until(
        lambda: world.box.moysklad.document(document["id"])["state"]["name"] == "Отменен", "the state follows"
    )


def test_a_stock_change_in_moysklad_arrives_on_the_site(world: Any) -> None:
    world.box.moysklad.set_stock("S-00004", "Основной склад", 77)
    world.box.moysklad.set_stock("V-00001-2", "Основной склад", 5)
    world.box.moysklad.set_stock("S-00005", "Магазин", 500)  # a warehouse this shop does not sell from
    before = world.box.store.product("S-00005")["stock_quantity"]
    world.box.moysklad.tell_stock()
    world.until(
        lambda: world.box.store.product("S-00004")["stock_quantity"] == 77, "the new number is on the site"
    )
    world.until(lambda: world.box.store.product("V-00001-2")["stock_quantity"] == 5, "the variation's too")
    world.quiet()
    assert world.box.store.product("S-00005")["stock_quantity"] == before


def test_a_known_buyer_costs_one_call_and_our_own_writes_come_back_as_none(world: Any) -> None:
    buyer = {"email": "known@example.org", "phone": "+7 916 000-00-02"}
    world.document(world.box.store.place_order({"S-00001": 1}, **buyer)["id"])
    world.quiet()
    world.box.moysklad.reset_stats()
    world.document(world.box.store.place_order({"S-00001": 1}, **buyer)["id"])
    world.quiet()
    every = [(call["method"], call["path"].rsplit("/", 1)[-1]) for call in world.box.moysklad.calls()]
    calls = [call for call in every if call != ("GET", "current")]  # the stock report reads by itself
    assert calls == [("POST", "customerorder")]


def test_readyz_and_the_figures_say_that_all_is_well(world: Any) -> None:
    assert world.get("/readyz").status_code == 200
    assert world.get("/healthz").status_code == 200
    figures = world.status()
    assert figures["outbox"]["dead"] == {}
    assert all(flow["last_success"] for flow in figures["flows"].values()), figures["flows"]
    assert figures["budget"]["main"]["webhooks"] == "on"
