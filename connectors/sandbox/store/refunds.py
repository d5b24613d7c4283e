"""What a refund does: lines, amount and tax, restock, the status a full one sets, and its removal."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.store import money, stock
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.order_lines import LINE_KINDS, find_line
from connectors.sandbox.store.order_totals import totals
from connectors.sandbox.store.shop import Obj, Shop, now, set_meta
from connectors.sandbox.store.statuses import status_name
from connectors.sandbox.store.taxes import store as store_amount


def find(shop: Shop, order_id: int, refund_id: int) -> Obj:
    found = next((row for row in shop.refunds.get(order_id, []) if row["id"] == refund_id), None)
    if found is None:
        raise RestError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
    return found


def remaining(shop: Shop, order: Obj) -> Decimal:
    """What may still be refunded, tax included."""
    done: Decimal = sum((refund["amount"] for refund in shop.refunds.get(order["id"], [])), money.ZERO)
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
        refund["amount"] = money.amount(body["amount"])
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
        "amount": money.ZERO,
        "decimals": order["decimals"],
        "rates": order["rates"],
        "reason": str(body.get("reason") or ""),
        "payment": bool(body.get("api_refund", True)),
        "meta_data": [],
        "tax_items": {},
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
    """A copy of the order's line with negative amounts; its subtotal is its total."""
    rows = given.get("refund_tax") or ()
    taxes = {int(row["id"]): -money.amount(row.get("refund_total")) for row in rows}
    line = source | {"id": shop.next("item"), "source": source["id"], "taxes": {}}
    for name in ("subtotal", "total"):
        if name in source:
            store_amount(line, name, -money.amount(given.get("refund_total")), taxes)
    if "quantity" in source:
        line["quantity"] = -money.amount(given.get("quantity"))
    line["meta"] = [shop.meta("_refunded_item_id", str(source["id"]))]
    return line


def store(shop: Shop, order: Obj, refund: Obj, full: bool) -> None:
    """Keep it; a full one makes the order refunded."""
    refund["meta_data"].insert(0, shop.meta("_refund_type", "full" if full else "partial"))
    shop.refunds.setdefault(order["id"], []).append(refund)
    order["modified"] = now()
    if full and order["status"] != "refunded":
        old, order["status"] = order["status"], "refunded"
        shop.note(order["id"], f"Order status changed from {status_name(shop, old)} to Refunded.")
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
            done = stock.restocked(source) + pieces
            set_meta(shop, source["meta"], "_restock_refunded_items", money.short(done))


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
