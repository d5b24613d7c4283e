"""One item of the plugin's stock endpoint: what is set, or why not, with the sales the bridge did not know of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.store import money, stock
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.shop import Obj, Shop
from connectors.sandbox.store.stock_body import StockBody, Wanted

Result = dict[str, Any]


def set_item(shop: Shop, body: StockBody, item: Wanted) -> Result:
    """Under the shop's lock, so no sale comes between the sum and the write. `busy` may be asked again at once."""
    product = shop.products.get(item.id)
    if product is None:
        return {"result": "unknown"}
    holder = stock.keeper(shop, product)
    if holder is None:
        return {"result": "unmanaged"}
    if holder is not product:
        return {"result": "parent", "holder": holder["id"]}
    if shop.journal.is_busy(item.id):
        return {"result": "busy"}
    accepted = shop.revisions.get(item.id, 0)
    if body.revision <= accepted:  # nothing is set; the present number tells how it stands
        return shown(shop, product, "stale" if body.revision < accepted else "set", present(product))
    try:
        shop.refusals.check(item.id)
    except RestError as problem:
        return {"result": "error", "message": problem.message}
    return counted_and_set(shop, body, item, product)


def counted_and_set(shop: Shop, body: StockBody, item: Wanted, product: Obj) -> Result:
    """What is in `status` changes nothing: WooCommerce derives the status of managed stock at every save (source)."""
    later = max(
        shop.journal.after(item.id, body.counted_through, body.counted_since) - item.counted, Decimal(0)
    )
    new, was = stock.kept(shop, item.quantity - later), present(product)
    same = product["stock_quantity"] == new and item.backorders in (None, product["backorders"])
    shop.revisions[item.id] = body.revision
    if not same:
        if item.backorders is not None:
            product["backorders"] = item.backorders
        stock.write(shop, product, new, "plugin")
    return shown(shop, product, "same" if same else "set", was)


def present(product: Obj) -> Decimal:
    return money.amount(product["stock_quantity"])


def shown(shop: Shop, product: Obj, result: str, was: Decimal) -> Result:
    """`sale`: the highest number of the item's journal, for all its sales are in the number now."""
    numbers = {"quantity": money.short(present(product)), "was": money.short(was)}
    return {"result": result, **numbers, "sale": shop.journal.last(product["id"])}
