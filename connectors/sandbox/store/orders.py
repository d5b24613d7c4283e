"""What happens to orders: creation, changes of lines and status, trash and deletion, with stock and notes following."""

from __future__ import annotations

from connectors.sandbox.store import refunds, stock
from connectors.sandbox.store.errors import RestError, not_in_enum, unknown_order
from connectors.sandbox.store.order_edits import read_lines, read_meta
from connectors.sandbox.store.order_totals import totals
from connectors.sandbox.store.shop import Obj, Shop, now
from connectors.sandbox.store.statuses import known_statuses, status_name
from connectors.sandbox.store.taxes import shop_rates

ADDRESS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
)
BILLING = (*ADDRESS, "email", "phone")
SHIPPING = (*ADDRESS, "phone")
PLAIN = (
    "currency",
    "customer_note",
    "payment_method",
    "payment_method_title",
    "transaction_id",
    "customer_id",
)

MAILED = {
    "processing": "Processing order",
    "on-hold": "Order on-hold",
    "completed": "Completed order",
    "cancelled": "Cancelled order",
    "failed": "Failed order",
}


def blank_order(shop: Shop, created_via: str) -> Obj:
    """A pending order without lines."""
    id_, moment = shop.next("post"), now()
    return {
        "id": id_,
        "status": "pending",
        "currency": shop.options.currency,
        "decimals": shop.options.price_decimals,
        "prices_include_tax": shop.options.prices_include_tax,
        "round_at_subtotal": shop.options.tax_round_at_subtotal,
        "rates": shop_rates(shop),
        "created": moment,
        "modified": moment,
        "paid": None,
        "completed": None,
        "customer_id": 0,
        "order_key": f"wc_order_{shop.letters(13)}",
        "billing": dict.fromkeys(BILLING, ""),
        "shipping": dict.fromkeys(SHIPPING, ""),
        "payment_method": "",
        "payment_method_title": "",
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": created_via,
        "customer_note": "",
        "cart_hash": "",
        "number": str(id_),
        "meta_data": [],
        "line_items": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "tax_items": {},
        "stock_taken": False,
        "trashed_from": "",
    }


def find(shop: Shop, order_id: int) -> Obj:
    order = shop.orders.get(order_id)
    if order is None:
        raise unknown_order()
    return order


# Written as a field it dates the payment and leaves no field behind; nothing else happens (measured).
DATE_PAID = "_date_paid"


def create(shop: Shop, body: Obj) -> Obj:
    """POST /orders. An unknown coupon is refused, but leaves a draft behind, as the real one does."""
    order = blank_order(shop, str(body.get("created_via", "rest-api")))
    coupons = body.get("coupon_lines") or []
    if coupons:
        shop.orders[order["id"]] = order
        read_lines(shop, order, {"line_items": body.get("line_items", [])})
        order["status"] = "checkout-draft"
        shop.touch(order["id"], "created")
        code = str(coupons[0].get("code", "")).lower()
        message = f"Coupon &quot;{code}&quot; cannot be applied because it does not exist."
        raise RestError(400, "woocommerce_rest_invalid_coupon", message, new_draft_order_id=order["id"])
    read_plain(shop, order, body)
    read_lines(shop, order, body)
    shop.orders[order["id"]] = order
    status = body.get("status", "pending")
    if body.get("set_paid"):
        order["paid"] = now()
        status = body.get("status", "completed")
    if status != "pending":
        change_status(shop, order, status)
    shop.touch(order["id"], "created")
    return order


def update(shop: Shop, order: Obj, body: Obj) -> Obj:
    """PUT /orders/ID: only what is named changes; lines with quantity 0 go, amounts do not follow a quantity."""
    settle_waiting(shop, order)
    read_plain(shop, order, body)
    read_lines(shop, order, body)
    if body.get("status", order["status"]) != order["status"]:
        change_status(shop, order, body["status"])
    if body.get("set_paid"):
        payment_complete(shop, order)
    order["modified"] = now()
    shop.touch(order["id"], "updated")
    return order


def settle_waiting(shop: Shop, order: Obj) -> None:
    """Lines added in wp-admin count from the first save on: total and stock follow."""
    if order.pop("waiting_totals", None) and order["stock_taken"]:
        for line in order["line_items"]:
            stock.move(shop, line, line["quantity"] - stock.taken(line) - stock.restocked(line))


def needs_payment(order: Obj) -> bool:
    return order["status"] in ("pending", "failed") and totals(order)["total"] > 0


def payment_complete(shop: Shop, order: Obj) -> None:
    """`set_paid` on an order that is there already; see the switch `set_paid_anytime`."""
    if needs_payment(order) or shop.options.set_paid_anytime:
        payment_confirmed(shop, order, order["transaction_id"])


def payment_confirmed(shop: Shop, order: Obj, transaction_id: str) -> None:
    """The money is there: dated once, and an order that waited for it goes on."""
    order["transaction_id"] = transaction_id
    order["paid"] = order["paid"] or now()
    if order["status"] in ("pending", "failed", "on-hold"):
        change_status(shop, order, "processing")
    order["modified"] = now()
    shop.touch(order["id"], "updated")


def check_status(shop: Shop, body: Obj) -> None:
    """Single calls check the status, batches do not."""
    known = known_statuses(shop)
    if "status" in body and body["status"] not in known:
        raise not_in_enum("status", "status", known)


def read_plain(shop: Shop, order: Obj, body: Obj) -> None:
    for name in PLAIN:
        if name in body:
            order[name] = body[name]
    for name, known in (("billing", BILLING), ("shipping", SHIPPING)):
        given = body.get(name) or {}
        order[name] |= {part: str(given[part]) for part in known if part in given}
    fields = [row for row in body.get("meta_data") or () if row.get("key") != DATE_PAID]
    if len(fields) < len(body.get("meta_data") or ()):
        order["paid"] = float(next(row["value"] for row in body["meta_data"] if row["key"] == DATE_PAID))
    read_meta(shop, order, {**body, "meta_data": fields}, "meta_data")


def change_status(shop: Shop, order: Obj, status: str) -> None:
    """The status and what it drags along: stock, dates, a note, and the refund `refunded` makes."""
    old, order["status"] = order["status"], status
    stock.follow_status(shop, order)
    cash = order["payment_method"] == "cod"
    if order["paid"] is None and (status == "completed" or (status == "processing" and not cash)):
        order["paid"] = now()
    if status == "completed":
        order["completed"] = now()
    if status == "refunded":
        refunds.the_rest(shop, order)
    order["modified"] = now()
    note_status(shop, order, old)
    shop.touch(order["id"], "updated")


def note_status(shop: Shop, order: Obj, old: str) -> None:
    """The order's own diary: the change, and the mail it sends."""
    names = [status_name(shop, name) for name in (old, order["status"])]
    shop.note(order["id"], f"Order status changed from {names[0]} to {names[1]}.")
    if old in ("pending", "checkout-draft") and order["status"] in stock.TAKING:
        shop.note(order["id"], 'Email "New order" sent.')
    if order["status"] in MAILED:
        shop.note(order["id"], f'Email "{MAILED[order["status"]]}" sent.')


def trash(shop: Shop, order: Obj) -> None:
    """To the trash: status and two metas; stock stays where it is."""
    order["trashed_from"], order["status"] = order["status"], "trash"
    order["meta_data"].append(shop.meta("_wp_trash_meta_status", f"wc-{order['trashed_from']}"))
    order["meta_data"].append(shop.meta("_wp_trash_meta_time", str(now())))
    order["modified"] = now()
    shop.touch(order["id"], "trashed")


def untrash(shop: Shop, order: Obj) -> None:
    order["status"], order["trashed_from"] = order["trashed_from"] or "pending", ""
    order["meta_data"] = [meta for meta in order["meta_data"] if not meta["key"].startswith("_wp_trash_meta")]
    order["modified"] = now()
    shop.touch(order["id"], "restored")


def delete(shop: Shop, order: Obj) -> None:
    """For good; of a live order the core's webhooks do not tell."""
    del shop.orders[order["id"]]
    shop.touch(order["id"], "deleted")
