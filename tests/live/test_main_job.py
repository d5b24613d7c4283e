"""The main job on a real shop: orders of every channel are in MoySklad, and closing them there completes them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.live.conftest import kopecks

CHANNELS = {
    "classic": ("S-00001:2", "V-00001-1:1", "--coupon", "SALE10"),
    "store": ("S-00001:3", "V-00001-1:1", "--coupon", "SALE10"),
    "rest": ("S-00002:2", "V-00001-1:1"),
    "admin": ("S-00002:2", "S-00003:1"),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("storage", ["on", "off"], ids=["hpos", "legacy"])
def test_orders_of_every_channel_reach_moysklad_and_are_completed_from_there(live: Any, storage: str) -> None:
    live.lab.run("hpos", storage)
    name = "HPOS" if storage == "on" else "legacy"
    for channel, words in CHANNELS.items():
        order_id = live.lab.order(channel, *words)
        if channel == "rest":  # an order made by REST is pending until somebody moves it on
            live.lab.api.put(f"orders/{order_id}", {"status": "processing"})
        placed = time.monotonic()
        document = live.document(order_id)
        arrived = time.monotonic() - placed
        order = live.lab.get(order_id)
        assert document["sum"] == kopecks(order["total"]), channel
        assert len(document["positions"]["rows"]) >= len(order["line_items"]), channel

        live.box.moysklad.set_state(document["id"], "Завершен")
        closed = time.monotonic()
        live.until(
            lambda number=order_id: live.lab.get(number)["status"] == "completed",
            f"{channel} order completed",
        )
        completed = time.monotonic() - closed
        live.note(
            f"{name}, {channel}",
            f"order {order_id}: {order['total']} = {document['sum'] / 100:.2f} in MoySklad {arrived:.1f} s after the "
            f"buyer's last page; closed there, completed on the site {completed:.1f} s later",
        )
    live.until(lambda: live.lab.waiting() == 0, "the plugin has nothing left to send", 10)


@pytest.mark.timeout(120)
def test_stock_of_moysklad_comes_to_the_site(live: Any) -> None:
    live.lab.run("hpos", "on")
    live.box.moysklad.set_stock("S-00001", "Основной склад", 5000)
    free = live.box.moysklad.stock("S-00001", "Основной склад")["freeStock"]
    live.box.moysklad.tell_stock()
    start = time.monotonic()

    live.until(
        lambda: live.lab.product("S-00001")["stock_quantity"] == free, f"{free:.0f} pieces on the site"
    )
    live.note(
        "stock", f"{free:.0f} free pieces in MoySklad, on the site after {time.monotonic() - start:.1f} s"
    )
