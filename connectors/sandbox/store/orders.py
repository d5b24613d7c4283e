"""What happens to orders: creation, changes of lines and status, trash and deletion, with stock and notes following."""

from __future__ import annotations

from connectors.sandbox.store import recalculation, refunds, stock
from connectors.sandbox.store.errors import RestError, unknown_order
from connectors.sandbox.store.order_edits import read_lines, read_meta
from connectors.sandbox.store.order_totals import totals
from connectors.sandbox.store.shop import Obj, Shop, now, set_meta
from connectors.sandbox.store.statuses import status_name
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
        "own_rates": False,
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
        "made_by_rest": False,
    }


def find(shop: Shop, order_id: int) -> Obj:
    order = shop.orders.get(order_id)
    if order is None:
        raise unknown_order()
    return order


# Written as a field it dates the payment and leaves no field behind; nothing else happens (measured).
DATE_PAID = "_date_paid"


def create(shop: Shop, body: Obj) -> Obj:
    """POST /orders. A coupon that is not valid is refused, but leaves a draft behind, as the real one does."""
    order = blank_order(shop, str(body.get("created_via", "rest-api")))
    order["made_by_rest"] = True
    read_plain(shop, order, body)
    read_lines(shop, order, body)
    shop.orders[order["id"]] = order
    if body.get("coupon_lines"):
        apply_coupons_or_leave_a_draft(shop, order, body)
    status = body.get("status", "pending")
    if body.get("set_paid"):
        order["paid"] = now()
        status = body.get("status", "completed")
    if status != "pending":
        change_status(shop, order, status)
    shop.touch(order["id"], "created")
    return order


def apply_coupons_or_leave_a_draft(shop: Shop, order: Obj, body: Obj) -> None:
    try:
        recalculation.apply_anew(shop, order, body)
    except RestError as refusal:
        order["status"] = "checkout-draft"
        refusal.data["new_draft_order_id"] = order["id"]
        shop.touch(order["id"], "created")
        raise


def update(shop: Shop, order: Obj, body: Obj) -> Obj:
    """PUT /orders/ID: amounts do not follow a quantity, but all taxes are those of today as soon as a line, an address
    or a coupon is named. A coupon that went bad is refused, and the rest of the change stays."""
    recalculation.check_coupons(shop, order, body)
    if recalculation.is_due(body):
        settle_waiting(shop, order)
        recalculation.take_rates_of_today(shop, order)
    edit(shop, order, body)
    if recalculation.is_due(body):
        recalculation.recalculate(order)
    if body.get("coupon_lines") is not None:
        recalculation.apply_anew(shop, order, body)
    if body.get("status", order["status"]) != order["status"]:
        change_status(shop, order, body["status"])
    if body.get("set_paid") and needs_payment(order):
        payment_confirmed(shop, order, order["transaction_id"])
    return order


def edit(shop: Shop, order: Obj, body: Obj) -> None:
    """What is named and nothing else."""
    read_lines(shop, order, body)
    read_plain(shop, order, body)
    order["modified"] = now()
    shop.touch(order["id"], "updated")


def edit_in_admin(shop: Shop, order: Obj, body: Obj) -> None:
    """The form of wp-admin saves the lines with the taxes it shows."""
    settle_waiting(shop, order)
    edit(shop, order, body)


def recalculate_in_admin(shop: Shop, order: Obj) -> None:
    """The button of wp-admin: rates of today, and tax lines with new ids."""
    order["tax_items"] = {}
    recalculation.take_rates_of_today(shop, order)
    edit_in_admin(shop, order, {})
    recalculation.recalculate(order)


def settle_waiting(shop: Shop, order: Obj) -> None:
    """Lines added in wp-admin count from the first save on: total and stock follow."""
    if order.pop("waiting_totals", None) and order["stock_taken"]:
        for line in order["line_items"]:
            stock.move(shop, order, line, line["quantity"] - stock.taken(line) - stock.restocked(line))


def needs_payment(order: Obj) -> bool:
    return order["status"] in ("pending", "failed") and totals(order)["total"] > 0


def paid_status(order: Obj) -> str:
    """Where a payment takes an order. Cash is paid when all is done; of an order made by REST WooCommerce has noted,
    before the lines were there, that nothing of it needs processing."""
    return "completed" if order["payment_method"] == "cod" or order["made_by_rest"] else "processing"


def payment_confirmed(shop: Shop, order: Obj, transaction_id: str) -> None:
    """The money is there: dated once, and an order that waited for it goes on."""
    order["transaction_id"] = transaction_id
    order["paid"] = order["paid"] or now()
    if order["status"] in ("pending", "failed", "on-hold"):
        change_status(shop, order, paid_status(order))
    order["modified"] = now()
    shop.touch(order["id"], "updated")


def read_plain(shop: Shop, order: Obj, body: Obj) -> None:
    for name in PLAIN:
        if name in body:
            order[name] = body[name]
    for name, known in (("billing", BILLING), ("shipping", SHIPPING)):
        given = body.get(name) or {}
        order[name] |= {part: str(given[part]) for part in known if part in given}
    fields = [row for row in body.get("meta_data") or () if row.get("key") != DATE_PAID]
    if len(fields) < len(body.get("meta_data") or ()):
        order["paid"] = int(next(row["value"] for row in body["meta_data"] if row["key"] == DATE_PAID))
    read_meta(shop, order, {**body, "meta_data": fields}, "meta_data")


def change_status(shop: Shop, order: Obj, status: str) -> None:
    """The status and what it drags along: stock, dates, a note, and the refund `refunded` makes."""
    old, order["status"] = order["status"], status
    stock.follow_status(shop, order)
    if order["paid"] is None and status in (paid_status(order), "completed"):
        order["paid"] = now()
    if status == "completed":
        order["completed"] = now()
    if status == "refunded":
        refunds.the_rest(shop, order)
    order["modified"] = now()
    note_status(shop, order, old)
    shop.touch(order["id"], "updated")


def note_status(shop: Shop, order: Obj, old: str) -> None:
    """The order's own diary: the change, and the mail it sends; out of the trash it sends none."""
    names = [status_name(shop, name) for name in (old, order["status"])]
    shop.note(order["id"], f"Order status changed from {names[0]} to {names[1]}.")
    if old in ("pending", "checkout-draft") and order["status"] in stock.TAKING:
        shop.note(order["id"], 'Email "New order" sent.')
    if order["status"] in MAILED and old != "trash":
        shop.note(order["id"], f'Email "{MAILED[order["status"]]}" sent.')


def trash(shop: Shop, order: Obj) -> None:
    """To the trash: status and two metas; stock stays where it is. Legacy storage takes the refunds along."""
    order["trashed_from"], order["status"] = order["status"], "trash"
    set_meta(shop, order["meta_data"], "_wp_trash_meta_status", f"wc-{order['trashed_from']}")
    set_meta(shop, order["meta_data"], "_wp_trash_meta_time", str(now()))
    for refund in shop.refunds.get(order["id"], []):
        refund["trashed"] = shop.options.legacy_storage
    order["modified"] = now()
    shop.touch(order["id"], "trashed")


def untrash(shop: Shop, order: Obj) -> None:
    """In wp-admin; a status set by REST takes an order out too, but in legacy storage leaves its refunds there."""
    for refund in shop.refunds.get(order["id"], []):
        refund["trashed"] = False
    order["status"], order["trashed_from"] = order["trashed_from"] or "pending", ""
    order["meta_data"] = [meta for meta in order["meta_data"] if not meta["key"].startswith("_wp_trash_meta")]
    order["modified"] = now()
    shop.touch(order["id"], "restored")


def delete(shop: Shop, order: Obj) -> None:
    """For good; of a live order the core's webhooks do not tell."""
    del shop.orders[order["id"]]
    shop.touch(order["id"], "deleted")
