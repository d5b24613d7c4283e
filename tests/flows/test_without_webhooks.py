"""Every flow works by polling alone: no plugin, no webhooks, no public address."""

from __future__ import annotations

from typing import Any

from bridge.connections.models import Connection

WORLD = {"env": {"BRIDGE_PUBLIC_URL": ""}}


def test_the_whole_job_with_webhooks_off(world: Any) -> None:
    world.configure(intervals={"orders": 1, "statuses": 1, "stock": 1})
    world.box.store.pair("", "")  # no plugin either
    order = world.box.store.place_order({"S-00001": 2, "V-00001-1": 1})
    document = world.document(order["id"])
    assert round(document["sum"]) == round(float(order["total"]) * 100)
    world.box.moysklad.set_stock("S-00007", "Основной склад", 63)
    world.until(
        lambda: world.box.store.product("S-00007")["stock_quantity"] == 63, "stock arrives by polling"
    )
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.until(lambda: world.site_status(order["id"]) == "completed", "the status arrives by polling")
    assert world.box.moysklad.deliveries() == []
    assert Connection.objects.get(vendor="moysklad").hooks_problem == "no_public_url"
    assert world.status()["budget"]["main"]["webhooks"] == "no_public_url"
