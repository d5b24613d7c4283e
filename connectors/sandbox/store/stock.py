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
    parent = shop.products.get(product["parent_id"])
    return parent if parent is not None and parent["manage_stock"] is True else None


def item_id(shop: Shop, product: Obj) -> int:
    """The id WooCommerce names as keeper of the stock; the product itself when nobody keeps any."""
    return int((keeper(shop, product) or product)["id"])


def kept(shop: Shop, quantity: Decimal | int) -> Decimal:
    """`wc_stock_amount`: whole pieces, the rest cut off, unless a plugin lets stock be decimal."""
    return Decimal(quantity) if shop.options.decimal_stock else Decimal(int(quantity))


def write(shop: Shop, product: Obj, quantity: Decimal | int, who: str, order_id: int = 0) -> None:
    """The one place that sets a number, and the log of it. `who`: order, rest, plugin, person."""
    old, new = product["stock_quantity"], money.number(kept(shop, quantity))
    product["stock_quantity"] = new
    follow_quantity(product)
    shop.products.saved(shop.products[product["id"]])
    entry = {"item": product["id"], "sku": product["sku"], "old": old, "new": new, "who": who}
    shop.stock_writes.append(entry | {"order_id": order_id, "at": now()})


def follow_quantity(product: Obj) -> None:
    """WooCommerce derives the status of managed stock anew at every save, whatever it was set to (source)."""
    if product["manage_stock"] is True:
        backorder = "onbackorder" if product["backorders"] != "no" else "outofstock"
        product["stock_status"] = "instock" if (product["stock_quantity"] or 0) > 0 else backorder


def move(shop: Shop, order: Obj, line: Obj, pieces: Decimal) -> None:
    """Take (positive) or give back pieces of a line; remembered in `_reduced_stock` and in the plugin's journal."""
    product = keeper(shop, shop.products.get(line["variation_id"] or line["product_id"]))
    if product is None or pieces == 0:
        return
    moved = kept(shop, pieces)
    sale = shop.journal.begin(product["id"], order["id"], moved) if shop.keeps_journal and moved else None
    take(shop, product, moved, order["id"])
    if sale:
        sale.done = True
    remember(shop, line, taken(line) + pieces)


def take(shop: Shop, product: Obj, moved: Decimal, order_id: int) -> None:
    write(shop, product, money.amount(product["stock_quantity"]) - moved, "order", order_id)


def remember(shop: Shop, line: Obj, now_taken: Decimal) -> None:
    meta = find_meta(line["meta"], "_reduced_stock")
    if meta is None:
        line["meta"].append(shop.meta("_reduced_stock", money.short(now_taken)))
    elif now_taken:
        meta["value"] = money.short(now_taken)
    else:
        line["meta"].remove(meta)


def give_back_refunded(shop: Shop, order: Obj, line: Obj, pieces: Decimal) -> None:
    """A refund's pieces; of a line refunded whole the memory stays as "0", as captured."""
    before = taken(line)
    move(shop, order, line, -pieces)
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
            move(shop, order, line, line["quantity"])
    elif order["status"] in GIVING_BACK and order["stock_taken"]:
        order["stock_taken"] = False
        for line in order["line_items"]:
            move(shop, order, line, -taken(line))
