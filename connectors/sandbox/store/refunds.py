"""What a refund does: lines, amount and tax, restock, the status a full one sets, and its removal."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.store import money, stock
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.order_lines import LINE_KINDS, find_line, pieces
from connectors.sandbox.store.order_totals import totals
from connectors.sandbox.store.shop import Obj, Shop, now, set_meta
from connectors.sandbox.store.statuses import status_name
from connectors.sandbox.store.taxes import store as store_amount

# They take no money back; any other way to pay is a gateway that does.
OFFLINE = ("", "bacs", "cheque", "cod")


def find(shop: Shop, order_id: int, refund_id: int) -> Obj:
    found = next((row for row in shop.refunds.get(order_id, []) if row["id"] == refund_id), None)
    if found is None:
        raise RestError(404, "woocommerce_rest_invalid_order_refund_id", "Invalid order refund ID.")
    return found


def remaining(shop: Shop, order: Obj) -> Decimal:
    """What may still be refunded, tax included."""
    done: Decimal = sum(
        (row["amount"] or money.ZERO for row in shop.refunds.get(order["id"], [])), money.ZERO
    )
    return totals(order)["total"] - done


def create(shop: Shop, order: Obj, body: Obj) -> Obj:
    """POST /orders/ID/refunds. `line_items` names goods, shipping and fees alike by their ids; the amount is theirs
    unless given. Neither the pieces nor the amount are compared with the lines.

    Over the rest of the total, or for a gateway that cannot pay back: HTTP 500 with the bare number as data.
    """
    refund = blank_refund(shop, order, body)
    rows = rows_of(body)
    for given in rows:
        add_line(shop, order, refund, given)
    refund["amount"] = amount_of(body, refund, rows)
    amount, rest = refund["amount"] or money.ZERO, remaining(shop, order)
    if not 0 <= amount <= rest:
        raise refusal("Invalid refund amount.")
    if refund["payment"]:
        ask_gateway(order)
    store(shop, order, refund, full=amount == rest)
    if body.get("api_restock", True):
        restock(shop, order, refund)
    return refund


def rows_of(body: Obj) -> list[Obj]:
    """The lines of a body. Keyed by the line's id, as wp-admin sends them, they are taken without their quantities."""
    given = body.get("line_items") or []
    if isinstance(given, list):
        return given
    return [
        {
            "id": int(id_),
            "refund_total": row.get("refund_total"),
            "refund_tax": [
                {"id": rate, "refund_total": tax} for rate, tax in (row.get("refund_tax") or {}).items()
            ],
        }
        for id_, row in given.items()
    ]


def amount_of(body: Obj, refund: Obj, rows: list[Obj]) -> Decimal | None:
    """As sent, else what the lines come to; None where nothing names any money."""
    if body.get("amount") is not None:
        return money.amount(body["amount"])
    return -totals(refund)["total"] if any("refund_total" in row for row in rows) else None


def ask_gateway(order: Obj) -> None:
    if order["payment_method"] in OFFLINE:
        raise refusal("The payment gateway for this order does not support automatic refunds.")


def refusal(message: str) -> RestError:
    return RestError(500, "woocommerce_rest_cannot_create_order_refund", message, bare=True)


def blank_refund(shop: Shop, order: Obj, body: Obj) -> Obj:
    refund: Obj = {
        "id": shop.next("post"),
        "at": now(),
        "amount": money.ZERO,
        "decimals": order["decimals"],
        **{name: order[name] for name in ("rates", "prices_include_tax", "round_at_subtotal")},
        "trashed": False,
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
    """One refunded line: `id` of the order's line, `quantity`, `refund_total` (net), `refund_tax` by rate. A line the
    order does not have is left out."""
    for kind in LINE_KINDS:
        source = find_line(order[kind], given.get("id"))
        if source is not None:
            refund[kind].append(refunded(shop, order, source, given))


def refunded(shop: Shop, order: Obj, source: Obj, given: Obj) -> Obj:
    """A copy of the order's line with negative amounts; its subtotal is its total."""
    rows = given.get("refund_tax") or ()
    taxes = {int(row["id"]): -money.amount(row.get("refund_total")) for row in rows}
    line = source | {"id": shop.next("item"), "source": source["id"], "taxes": {}}
    for name in ("subtotal", "total"):
        if name in source:
            store_amount(order, line, name, -money.amount(given.get("refund_total")), taxes)
    if "quantity" in source:
        line["quantity"] = -pieces(shop, given.get("quantity"))
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
        back = min(-line["quantity"], stock.taken(source))
        if back:
            stock.give_back_refunded(shop, order, source, back)
            done = stock.restocked(source) + back
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
