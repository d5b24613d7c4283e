"""Thousands of cards put in at once, past the checks a body goes through: an account that has grown for years."""

from __future__ import annotations

import time

from connectors.sandbox.moysklad import moments
from connectors.sandbox.moysklad.account import Account, Obj, Ref, ean13
from connectors.sandbox.moysklad.goods_bodies import named_characteristic
from connectors.sandbox.moysklad.stock import Stock

FIRST_BARCODE = 100_000_000
QUIET_SECONDS = 60.0
"""The newest of the cards was changed this long ago."""
APART = 0.01
"""Seconds between the changes of two cards."""


def add(
    account: Account, stock: Stock, count: int, prefix: str, places: dict[str, float], variants: int
) -> int:
    """Products `<prefix>-000001`… with a price and a barcode, each with `variants` variants `…-1` on; what can be sold
    has `places` (store id to pieces) in stock."""
    moment = time.time() - QUIET_SECONDS - count * (1 + variants) * APART
    size = named_characteristic(account, "Размер") if variants else {}
    number = 0
    for place in range(1, count + 1):
        article = f"{prefix}-{place:06d}"
        product = _card(account, f"Товар {article}", article, number, moment + number * APART)
        product |= _product_fields(account)
        account.insert("product", product)
        sold = [product]
        number += 1
        for one in range(1, variants + 1):
            variant = _variant(account, product, f"{article}-{one}", number, moment + number * APART)
            variant["characteristics"] = [{"id": size["id"], "name": size["name"], "value": str(one)}]
            account.insert("variant", variant)
            sold = [variant] if one == 1 else [*sold, variant]
            number += 1
        for card in sold:
            for store, amount in places.items():
                stock.levels.at((card["id"], store)).stock += amount
    return number


def _card(account: Account, name: str, article: str, number: int, moment: float) -> Obj:
    price = {
        "value": float(10_000 + number % 5000 * 50),
        "currency": account.defaults["currency"],
        "priceType": Ref("pricetype", next(iter(account.price_types))),
    }
    return {
        "id": account.new_id(),
        "accountId": account.id,
        "updated": moments.written(moment),
        "name": name,
        "article": article,
        "code": article,
        "externalCode": article,
        "archived": False,
        "salePrices": [price],
        "barcodes": [{"ean13": ean13(FIRST_BARCODE + number)}],
    }


def _product_fields(account: Account) -> Obj:
    return {
        "owner": account.defaults["employee"],
        "shared": False,
        "group": account.defaults["group"],
        "uom": account.defaults["uom"],
    }


def _variant(account: Account, product: Obj, article: str, number: int, moment: float) -> Obj:
    size = article.rpartition("-")[2]
    card = _card(account, f"{product['name']} ({size})", article, number, moment)
    return card | {"product": Ref("product", product["id"])}
