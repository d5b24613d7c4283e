"""What happens to orders: creation, changes of lines and status, trash and deletion, with stock and notes following."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store import money, refunds, stock
from connectors.sandbox.store.errors import ORDER_STATUSES, RestError, not_in_enum, unknown_order
from connectors.sandbox.store.order_lines import fee_line, find_line, read_goods, shipping_line
from connectors.sandbox.store.shop import Obj, Shop, find_meta, now

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


def blank_order(shop: Shop, created_via: str) -> Obj:
    """A pending order without lines."""
    id_, moment = shop.next("post"), now()
    return {
        "id": id_,
        "status": "pending",
        "currency": "RUB",
        "prices_include_tax": True,
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
        "tax_line_id": shop.next("item"),
        "stock_taken": False,
        "trashed_from": "",
    }


def find(shop: Shop, order_id: int) -> Obj:
    order = shop.orders.get(order_id)
    if order is None:
        raise unknown_order()
    return order


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
    if body.get("set_paid") and order["paid"] is None:
        order["paid"] = now()
    if body.get("status", order["status"]) != order["status"]:
        change_status(shop, order, body["status"])
    order["modified"] = now()
    shop.touch(order["id"], "updated")
    return order


def settle_waiting(shop: Shop, order: Obj) -> None:
    """Lines added in wp-admin count from the first save on: total and stock follow."""
    if order.pop("waiting_totals", None) and order["stock_taken"]:
        for line in order["line_items"]:
            stock.move(shop, line, line["quantity"] - stock.taken(line) - stock.restocked(line))


def check_status(body: Obj) -> None:
    """Single calls check the status, batches do not."""
    if "status" in body and body["status"] not in ORDER_STATUSES:
        raise not_in_enum("status", "status", ORDER_STATUSES)


def read_plain(shop: Shop, order: Obj, body: Obj) -> None:
    for name in PLAIN:
        if name in body:
            order[name] = body[name]
    for name, known in (("billing", BILLING), ("shipping", SHIPPING)):
        given = body.get(name) or {}
        order[name] |= {part: str(given[part]) for part in known if part in given}
    for given in body.get("meta_data") or ():
        set_meta(shop, order["meta_data"], str(given["key"]), given.get("value"))


def set_meta(shop: Shop, metas: list[Obj], key: str, value: Any) -> None:
    old = find_meta(metas, key)
    if old is None:
        metas.append(shop.meta(key, value))
    elif value is None:
        metas.remove(old)
    else:
        old["value"] = value


def read_lines(shop: Shop, order: Obj, body: Obj) -> None:
    for given in body.get("line_items") or ():
        line = find_line(order["line_items"], given.get("id"))
        if line is None:
            line = read_goods(shop, given)
            order["line_items"].append(line)
            if order["stock_taken"]:
                stock.move(shop, line, line["quantity"])
        else:
            edit_goods(shop, order, line, given)
    for given in body.get("shipping_lines") or ():
        title, method = str(given.get("method_title", "")), str(given.get("method_id", ""))
        order["shipping_lines"].append(
            shipping_line(shop, title or method, money.kopecks(given.get("total", 0)), method)
        )
    for given in body.get("fee_lines") or ():
        order["fee_lines"].append(
            fee_line(shop, str(given.get("name", "")), money.kopecks(given.get("total", 0)))
        )


def edit_goods(shop: Shop, order: Obj, line: Obj, given: Obj) -> None:
    quantity = int(given["quantity"]) if "quantity" in given else int(line["quantity"])
    if order["stock_taken"]:
        stock.move(shop, line, quantity - line["quantity"])
    line["quantity"] = quantity
    for name in ("subtotal", "total"):
        if name in given:
            line[name] = money.kopecks(given[name])
            line[f"{name}_tax"] = money.on_top(line[name], shop.options.tax_percent)
    if quantity == 0:
        order["line_items"].remove(line)


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
    names = [name.replace("-", " ").capitalize() for name in (old, status)]
    shop.note(order["id"], f"Order status changed from {names[0]} to {names[1]}.")
    shop.touch(order["id"], "updated")


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
