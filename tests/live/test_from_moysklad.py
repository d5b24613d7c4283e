"""What staff do to a document in MoySklad: goods changed there change the shop's order, money taken there pays it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.conftest import kopecks

STORAGES = pytest.mark.parametrize("storage", ["on", "off"], ids=["hpos", "legacy"])
NAMES = {"on": "HPOS", "off": "legacy"}


def shown(minor: float) -> str:
    return f"{minor / 100:.2f}"


def agree(live: Any, order_id: int, document: dict[str, Any]) -> bool:
    """The order's total is the document's sum, and the lines make up the total."""
    order, now = live.lab.get(order_id), live.box.moysklad.document(document["id"])
    rows = [row for key in ("line_items", "shipping_lines", "fee_lines") for row in order[key]]
    lines = sum(kopecks(row["total"]) + kopecks(row["total_tax"]) for row in rows)
    return bool(now["sum"] == kopecks(order["total"]) == lines)


@pytest.mark.timeout(300)
@STORAGES
def test_goods_changed_in_moysklad_change_the_order_and_its_coupon_stays(live: Any, storage: str) -> None:
    live.lab.run("hpos", storage)
    order_id = live.lab.order("store", "S-00001:3", "V-00001-1:1", "--coupon", "sale10")
    document, desk = live.agreed(order_id), live.box.moysklad
    before = live.line(order_id, "S-00001")

    desk.set_position(document["id"], "S-00001", quantity=2)
    live.until(lambda: live.line(order_id, "S-00001")["quantity"] == 2, "two pieces on the site")
    live.until(lambda: agree(live, order_id, document), "both sides agree")
    less = live.line(order_id, "S-00001")
    for amount in ("subtotal", "total"):
        assert 3 * kopecks(less[amount]) == 2 * kopecks(before[amount])
    sums = [document["sum"], desk.document(document["id"])["sum"]]

    desk.add_position(document["id"], "S-00002", 2, 50000.0)
    live.until(lambda: live.line(order_id, "S-00002").get("total") == "1000.00", "new goods on the site")
    desk.remove_position(document["id"], "V-00001-1")
    live.until(lambda: not live.line(order_id, "V-00001-1"), "the removed goods are gone")
    live.until(lambda: agree(live, order_id, document), "both sides agree")
    sums.append(desk.document(document["id"])["sum"])

    order = live.lab.get(order_id)
    assert [row["code"] for row in order["coupon_lines"]] == ["sale10"]
    discount = sum(kopecks(row["subtotal"]) - kopecks(row["total"]) for row in order["line_items"])
    assert kopecks(order["discount_total"]) == discount > 0
    notes = [row["note"] for row in live.lab.api.get(f"orders/{order_id}/notes").json()]
    assert len([text for text in notes if document["name"] in text]) == 3
    live.note(f"edited in MoySklad, {NAMES[storage]}", " → ".join(map(shown, sums)) + ", coupon sale10 stays")


def on_the_site(live: Any, kind: str) -> int:
    """An order with a document that nobody paid."""
    pay = "cod" if kind == "processing" else "bacs"
    order_id = int(live.lab.order("rest" if kind == "rest" else "store", "S-00001:2", "--pay", pay))
    if kind == "rest":
        live.lab.api.put(f"orders/{order_id}", {"status": "on-hold"})
    live.agreed(order_id)
    if kind == "pending":
        live.lab.api.put(f"orders/{order_id}", {"status": "pending"})
    return order_id


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kind", "status", "storage"),
    [
        ("pending", "pending", "on"),
        ("on-hold", "on-hold", "on"),
        ("on-hold", "on-hold", "off"),
        ("processing", "processing", "on"),
        ("processing", "processing", "off"),
        ("rest", "on-hold", "on"),
    ],
    ids=["pending", "bank", "bank-legacy", "cash", "cash-legacy", "made by REST"],
)
def test_money_taken_in_moysklad_pays_the_order_once(live: Any, kind: str, status: str, storage: str) -> None:
    live.lab.run("hpos", storage)
    order_id = on_the_site(live, kind)
    order, document = live.lab.get(order_id), live.document(order_id)
    assert (order["status"], order["date_paid"]) == (status, None)

    live.box.moysklad.pay(document["id"])
    live.until(lambda: live.lab.get(order_id)["date_paid"], "paid on the site")
    paid = live.lab.get(order_id)
    assert paid["status"] == "processing"
    assert paid["total"] == order["total"]

    live.lab.api.put(f"orders/{order_id}", {"customer_note": "told again"})
    live.quiet()
    after = live.box.moysklad.document(document["id"])
    assert "told again" in after["description"]
    assert after["payedSum"] == after["sum"]
    live.note(
        f"paid in MoySklad, {kind}, {NAMES[storage]}",
        f"order {order_id}: {status} → processing, paid {paid['date_paid']}; {shown(after['payedSum'])} once",
    )
