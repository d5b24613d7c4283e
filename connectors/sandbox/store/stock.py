"""Stock of the site: taken once per order when it is accepted, given back when it is cancelled, failed or pending."""

from __future__ import annotations

from decimal import Decimal

from connectors.sandbox.store import money
from connectors.sandbox.store.shop import Obj, Shop, find_meta, now

TAKING = ("processing", "on-hold", "completed")
GIVING_BACK = ("cancelled", "failed", "pending")


def keeper(shop: Shop, product: Obj | None) -> Obj | None:
    """Whose stock counts: the product's own, its parent's, or nobody's."""
    if product is None or product["manage_stock"] is True:
        return product
    if product["parent_id"]:
        parent = shop.products[product["parent_id"]]
        return parent if parent["manage_stock"] is True else None
    return None


def set_quantity(product: Obj, quantity: Decimal | int) -> None:
    product["stock_quantity"] = money.number(quantity)
    if product["manage_stock"] is True:
        backorder = "onbackorder" if product["backorders"] != "no" else "outofstock"
        product["stock_status"] = "instock" if quantity > 0 else backorder
    product["modified"] = now()


def move(shop: Shop, line: Obj, pieces: Decimal) -> None:
    """Take (positive) or give back pieces of a line; remembered in `_reduced_stock`."""
    product = keeper(shop, shop.products.get(line["variation_id"] or line["product_id"]))
    if product is None or pieces == 0:
        return
    set_quantity(product, money.amount(product["stock_quantity"]) - pieces)
    meta = find_meta(line["meta"], "_reduced_stock")
    now_taken = taken(line) + pieces
    if meta is None:
        line["meta"].append(shop.meta("_reduced_stock", money.short(now_taken)))
    elif now_taken:
        meta["value"] = money.short(now_taken)
    else:
        line["meta"].remove(meta)


def give_back_refunded(shop: Shop, line: Obj, pieces: Decimal) -> None:
    """A refund's pieces; of a line refunded whole the memory stays as "0", as captured."""
    before = taken(line)
    move(shop, line, -pieces)
    if before == pieces:
        line["meta"].append(shop.meta("_reduced_stock", "0"))


def taken(line: Obj) -> Decimal:
    return counted(line, "_reduced_stock")


def restocked(line: Obj) -> Decimal:
    return counted(line, "_restock_refunded_items")


def counted(line: Obj, key: str) -> Decimal:
    meta = find_meta(line["meta"], key)
    return money.amount(meta["value"]) if meta else money.ZERO


def follow_status(shop: Shop, order: Obj) -> None:
    """Make stock agree with the order's status; trash, delete and refunded move nothing."""
    if order["status"] in TAKING and not order["stock_taken"]:
        order["stock_taken"] = True
        for line in order["line_items"]:
            move(shop, line, line["quantity"])
    elif order["status"] in GIVING_BACK and order["stock_taken"]:
        order["stock_taken"] = False
        for line in order["line_items"]:
            move(shop, line, -taken(line))
