"""Pieces given back on a real shop leave an unshipped order's document, and are a return of a shipped one; returns in
MoySklad are refunds of the shop."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.conftest import kopecks

STORAGES = pytest.mark.parametrize("storage", ["on", "off"], ids=["hpos", "legacy"])
GOODS = ("S-00001:3", "V-00001-1:1")
STORE = "Основной склад"
PIECE = 35100  # one S-00001, the shop's taxes off
NAMES = {"on": "HPOS", "off": "legacy"}


def refund_one(live: Any, order_id: int) -> None:
    """The manager gives one piece of S-00001 back, without putting it into the site's stock."""
    line_id = str(live.line(order_id, "S-00001")["id"])
    live.lab.run("admin", "refund", str(order_id), line_id, "1", f"{PIECE / 100:.2f}", "norestock")


def left(live: Any, document: dict[str, Any]) -> tuple[float, float, float]:
    """(pieces of S-00001, reserved pieces, sum) the document shows now."""
    now = live.box.moysklad.document(document["id"])
    rows = live.rows(now, "S-00001")
    return sum(r["quantity"] for r in rows), sum(r.get("reserve", 0) for r in rows), now["sum"]


def is_of(reference: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a link names the document; an address may carry `?expand=…`."""
    return bool(reference["meta"]["href"].partition("?")[0].endswith(document["id"]))


def returns_of(live: Any, demand: dict[str, Any]) -> list[dict[str, Any]]:
    """The returns of a shipment."""
    rows = live.box.moysklad.documents("salesreturn")
    return [row for row in rows if is_of(row["demand"], demand)]


def linked(live: Any, kind: str, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The payments of a kind that are linked to a document."""
    rows = live.box.moysklad.documents(kind)
    return [row for row in rows if any(is_of(one, document) for one in row["operations"])]


def refunds(live: Any, order_id: int) -> list[dict[str, Any]]:
    return list(live.lab.api.get(f"orders/{order_id}/refunds").json())


@pytest.mark.timeout(300)
@STORAGES
def test_pieces_refunded_before_shipment_leave_the_document_until_the_refund_is_deleted(
    live: Any, storage: str
) -> None:
    live.lab.run("hpos", storage)
    order_id = live.lab.order("classic", *GOODS)
    document, total = live.agreed(order_id), kopecks(live.lab.get(order_id)["total"])

    refund_one(live, order_id)
    live.until(lambda: left(live, document) == (2, 2, total - PIECE), "two pieces are left in the document")

    live.lab.run("admin", "delrefund", str(order_id), str(live.lab.get(order_id)["refunds"][0]["id"]))
    live.until(lambda: left(live, document) == (3, 3, total), "the third piece is back")
    live.note(
        f"refund before shipment, {NAMES[storage]}",
        f"{total / 100:.2f} → {(total - PIECE) / 100:.2f} → deleted: {total / 100:.2f}",
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("storage", "pay", "paid", "back"),
    [("on", "cod", "cashin", "cashout"), ("off", "bacs", "paymentin", "paymentout")],
    ids=["hpos-cash", "legacy-bank"],
)
def test_pieces_refunded_after_shipment_are_returns_with_their_money(
    live: Any, storage: str, pay: str, paid: str, back: str
) -> None:
    live.lab.run("hpos", storage)
    order_id = live.lab.order("store", *GOODS, "--pay", pay)
    document, total = live.agreed(order_id), kopecks(live.lab.get(order_id)["total"])
    shipped = live.box.moysklad.ship(document["id"])
    live.lab.run("admin", "status", str(order_id), "completed")
    [income] = live.until(lambda: linked(live, paid, document), "the money came in")
    assert income["sum"] == total

    returned: list[dict[str, Any]] = []
    for count in (1, 2):
        refund_one(live, order_id)
        live.until(lambda n=count: len(returns_of(live, shipped)) == n, f"return {count} of the shipment")
        seen = {row["id"] for row in returned}
        [new] = [row for row in returns_of(live, shipped) if row["id"] not in seen]
        assert [row["quantity"] for row in live.rows(new, "S-00001")] == [1]
        assert new["sum"] == PIECE
        [gone] = live.until(lambda one=new: linked(live, back, one), "the money went back")
        assert gone["sum"] == PIECE
        returned.append(new)
        live.lab.api.put(f"orders/{order_id}", {"customer_note": f"told again {count}"})

    live.quiet()
    after = live.box.moysklad.document(document["id"])
    assert "told again 2" in after["description"]
    assert after["sum"] == total
    assert len(returns_of(live, shipped)) == 2
    assert len(linked(live, paid, document)) == 1
    live.note(
        f"refund after shipment, {NAMES[storage]}, {pay}",
        f"order {order_id}: {paid} {total / 100:.2f}; two refunds: two returns and two {back} of {PIECE / 100:.2f}",
    )


@pytest.mark.timeout(300)
@STORAGES
def test_returns_in_moysklad_are_refunds_on_the_site_and_its_goods_are_on_sale_once(
    live: Any, storage: str
) -> None:
    live.lab.run("hpos", storage)
    order_id = live.lab.order("store", *GOODS)
    document, total = live.agreed(order_id), kopecks(live.lab.get(order_id)["total"])
    shipped = live.box.moysklad.ship(document["id"])
    one = live.box.moysklad.return_goods(shipped["id"], {"S-00001": 1})
    live.until(lambda: len(refunds(live, order_id)) == 1, "the site has the refund")
    rest = live.box.moysklad.return_goods(shipped["id"], {"S-00001": 2, "V-00001-1": 1})
    live.until(lambda: len(refunds(live, order_id)) == 2, "the site has both refunds")
    live.quiet()  # a refund is listed before all of its lines are stored

    second, first = refunds(live, order_id)
    assert [(row["sku"], row["quantity"]) for row in first["line_items"]] == [("S-00001", -1)]
    assert {row["sku"]: row["quantity"] for row in second["line_items"]} == {"S-00001": -2, "V-00001-1": -1}
    assert [kopecks(row["amount"]) for row in (first, second)] == [PIECE, rest["sum"]]
    assert one["sum"] == PIECE
    for refund, returned in ((first, one), (second, rest)):
        marks = [row["value"] for row in refund["meta_data"] if row["key"] == "_sklad_bridge_return"]
        assert marks == [returned["id"]]
        assert refund["refunded_payment"] is False
        assert refund["reason"] == f"Возврат {returned['name']} в МойСклад"
    order = live.lab.get(order_id)
    assert order["status"] == "processing"  # the delivery is not given back
    metas = [meta["key"] for row in order["line_items"] for meta in row["meta_data"]]
    assert "_restock_refunded_items" not in metas
    put_back = f"SELECT COUNT(*) FROM wp_sklad_bridge_sales WHERE order_id={order_id} AND quantity < 0"
    assert live.lab.run("sql", put_back).split()[-1] == "0", "WooCommerce puts nothing back by itself"
    live.box.moysklad.tell_stock()
    free = live.box.moysklad.stock("S-00001", STORE)["freeStock"]
    live.until(
        lambda: live.lab.product("S-00001")["stock_quantity"] == free,
        "what came back is on sale once, as MoySklad counts it",
    )

    live.lab.api.put(f"orders/{order_id}", {"customer_note": "told again"})
    live.quiet()
    after = live.box.moysklad.document(document["id"])
    assert "told again" in after["description"]
    assert after["sum"] == total
    assert len(returns_of(live, shipped)) == len(refunds(live, order_id)) == 2
    live.note(
        f"return in MoySklad, {NAMES[storage]}",
        f"order {order_id}: returns {PIECE / 100:.2f} and {rest['sum'] / 100:.2f}, refunds "
        f"{first['amount']} and {second['amount']}; {free:.0f} free in MoySklad and on sale",
    )
