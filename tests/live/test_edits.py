"""What a shop manager does to a real order later: goods changed in wp-admin, the order binned and taken out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.live.conftest import kopecks

STORAGES = pytest.mark.parametrize("storage", ["on", "off"], ids=["hpos", "legacy"])


def ids(live: Any, document: dict[str, Any], article: str) -> list[str]:
    return [row["id"] for row in live.rows(document, article)]


@pytest.mark.timeout(300)
@STORAGES
def test_goods_changed_in_the_admin_change_in_the_document(live: Any, storage: str) -> None:
    live.lab.run("hpos", storage)
    order_id = live.lab.order("classic", "S-00001:2", "V-00001-1:1")
    number, before, parked = str(order_id), live.agreed(order_id), live.parked()

    live.lab.run(
        "admin", "additem", number, "S-00002:1"
    )  # the lines are there, the order's total is still the old one
    live.until(lambda: live.parked() == parked + 1, "an order that does not add up waits")
    assert live.document(order_id)["sum"] == before["sum"]

    live.lab.run("admin", "recalc", number)
    added = live.agreed(order_id)
    live.until(lambda: live.parked() == parked, "it waits no longer")
    assert [row["quantity"] for row in live.rows(added, "S-00002")] == [1]

    live.lab.run("admin", "qty", number, str(live.line(order_id, "S-00001")["id"]), "5")
    more = live.agreed(order_id)
    assert [(row["quantity"], row["reserve"]) for row in live.rows(more, "S-00001")] == [(5, 5)]

    live.lab.run("admin", "rmitem", number, str(live.line(order_id, "V-00001-1")["id"]))
    after = live.agreed(order_id)
    assert live.rows(after, "V-00001-1") == []
    assert ids(live, after, "S-00001") == ids(live, before, "S-00001")
    assert ids(live, after, "S-00002") == ids(live, added, "S-00002")
    sums = [f"{row['sum'] / 100:.2f}" for row in (before, added, more, after)]
    live.note(f"edited in wp-admin, {'HPOS' if storage == 'on' else 'legacy'}", " → ".join(sums))


def by_admin(live: Any, order_id: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    number = str(order_id)
    return lambda: live.lab.run("admin", "trash", number), lambda: live.lab.run("admin", "untrash", number)


def by_rest(live: Any, order_id: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    path = f"orders/{order_id}"
    return lambda: live.lab.api.delete(path), lambda: live.lab.api.put(path, {"status": "processing"})


@pytest.mark.timeout(300)
@STORAGES
@pytest.mark.parametrize("how", [by_admin, by_rest], ids=["wp-admin", "rest"])
def test_order_in_the_bin_frees_its_goods_until_it_comes_back(live: Any, how: Any, storage: str) -> None:
    live.lab.run("hpos", storage)
    order_id = live.lab.order("store", "S-00001:2", "S-00003:1")
    document = live.agreed(order_id)

    def shows(state: str, reserve: list[float]) -> bool:
        now = live.box.moysklad.document(document["id"])
        goods = [row for sku in ("S-00001", "S-00003") for row in live.rows(now, sku)]
        return now["state"]["name"] == state and [row.get("reserve", 0) for row in goods] == reserve

    bin_it, take_it_out = how(live, order_id)
    bin_it()
    live.until(lambda: shows("Отменен", [0, 0]), "cancelled in MoySklad, nothing reserved")
    assert live.lab.get(order_id)["status"] == "trash"

    take_it_out()
    live.until(lambda: shows("Новый", [2, 1]), "as it was before")
    order = live.lab.get(order_id)
    assert order["status"] == "processing"
    assert live.box.moysklad.document(document["id"])["sum"] == kopecks(order["total"])
    live.note(
        f"bin and back, {how.__name__[3:]}, {'HPOS' if storage == 'on' else 'legacy'}",
        f"order {order_id}: state Отменен and no reserve, then Новый and reserve of 3 pieces",
    )
