"""What a refund does: lines, amount and tax, restock, the status a full one sets, and its removal."""

from __future__ import annotations

from connectors.sandbox.store import money, stock
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.order_lines import LINE_KINDS, find_line, totals
from connectors.sandbox.store.shop import Obj, Shop, find_meta, now

AMOUNTS = ("subtotal", "subtotal_tax", "total", "total_tax")


def find(shop: Shop, order_id: int, refund_id: int) -> Obj:
    found = next((row for row in shop.refunds.get(order_id, []) if row["id"] == refund_id), None)
    if found is None:
        raise RestError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
    return found


def remaining(shop: Shop, order: Obj) -> int:
    """What may still be refunded, tax included."""
    done: int = sum(refund["amount"] for refund in shop.refunds.get(order["id"], []))
    return totals(order)["total"] - done


def create(shop: Shop, order: Obj, body: Obj) -> Obj:
    """POST /orders/ID/refunds. `line_items` names goods, shipping and fees alike by their ids; the amount is theirs
    unless given.

    Over the rest of the total: HTTP 500 with the bare number as data.
    """
    refund = blank_refund(shop, order, body)
    for given in body.get("line_items") or ():
        add_line(shop, order, refund, given)
    refund["amount"] = -totals(refund)["total"]
    if body.get("amount") is not None:
        refund["amount"] = money.kopecks(body["amount"])
    rest = remaining(shop, order)
    nothing = refund["amount"] == 0 and not body.get("line_items")
    if nothing or not 0 <= refund["amount"] <= rest:
        raise RestError(
            500, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.", bare=True
        )
    store(shop, order, refund, full=refund["amount"] == rest)
    if body.get("api_restock", True):
        restock(shop, order, refund)
    return refund


def blank_refund(shop: Shop, order: Obj, body: Obj) -> Obj:
    refund: Obj = {
        "id": shop.next("post"),
        "at": now(),
        "amount": 0,
        "reason": str(body.get("reason") or ""),
        "payment": bool(body.get("api_refund", True)),
        "meta_data": [],
        "tax_line_id": shop.next("item"),
    }
    refund |= {kind: [] for kind in LINE_KINDS}
    for given in body.get("meta_data") or ():
        refund["meta_data"].append(shop.meta(str(given["key"]), given.get("value")))
    return refund


def add_line(shop: Shop, order: Obj, refund: Obj, given: Obj) -> None:
    """One refunded line: `id` of the order's line, `quantity`, `refund_total` (net), `refund_tax` by rate."""
    for kind in LINE_KINDS:
        source = find_line(order[kind], given.get("id"))
        if source is not None:
            refund[kind].append(refunded(shop, source, given))
            return
    raise RestError(400, "woocommerce_rest_invalid_line_item", "Line item does not belong to this order.")


def refunded(shop: Shop, source: Obj, given: Obj) -> Obj:
    total = -money.kopecks(given.get("refund_total") or 0)
    tax = -sum(money.kopecks(item.get("refund_total") or 0) for item in given.get("refund_tax") or ())
    line = source | {"id": shop.next("item"), "source": source["id"]}
    line |= {name: tax if name.endswith("tax") else total for name in AMOUNTS if name in source}
    if "quantity" in source:
        line["quantity"] = -int(given.get("quantity") or 0)
    line["meta"] = [shop.meta("_refunded_item_id", str(source["id"]))]
    return line


def store(shop: Shop, order: Obj, refund: Obj, full: bool) -> None:
    """Keep it; a full one makes the order refunded."""
    refund["meta_data"].insert(0, shop.meta("_refund_type", "full" if full else "partial"))
    shop.refunds.setdefault(order["id"], []).append(refund)
    order["modified"] = now()
    if full:
        order["status"] = "refunded"
    shop.note(order["id"], 'Email "Refunded order" sent.')
    shop.touch(order["id"], "updated")


def restock(shop: Shop, order: Obj, refund: Obj) -> None:
    """Goods back on the shelf, remembered at the order's line so that cancelling does not give them back twice."""
    for line in refund["line_items"]:
        source = find_line(order["line_items"], line["source"])
        if source is None or not order["stock_taken"]:
            continue
        pieces = min(-line["quantity"], stock.taken(source))
        if pieces:
            stock.give_back_refunded(shop, source, pieces)
            done = find_meta(source["meta"], "_restock_refunded_items")
            if done is None:
                source["meta"].append(shop.meta("_restock_refunded_items", str(pieces)))
            else:
                done["value"] = str(int(done["value"]) + pieces)


def the_rest(shop: Shop, order: Obj) -> None:
    """The status `refunded` by hand: an amount without lines, and nothing goes back to stock."""
    rest = remaining(shop, order)
    if rest > 0:
        refund = blank_refund(shop, order, {"reason": "Order fully refunded.", "api_refund": False})
        refund["amount"] = rest
        store(shop, order, refund, full=True)


def delete(shop: Shop, order: Obj, refund: Obj) -> None:
    """Neither stock nor the order's modified date follow; only the plugin's hooks tell."""
    shop.refunds[order["id"]].remove(refund)
    shop.touch(order["id"], "refund deleted")
