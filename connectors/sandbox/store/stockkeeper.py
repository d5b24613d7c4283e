"""What the shopkeeper does to goods in wp-admin, a checkout that stops half-way, and a look at the stock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.store import bulk, checkout, money, orders, products, stock
from connectors.sandbox.store.catalogue import Product
from connectors.sandbox.store.order_shape import shown_order
from connectors.sandbox.store.product_body import TYPES
from connectors.sandbox.store.product_shape import shown_product
from connectors.sandbox.store.shop import Obj, Shop


class Stockkeeper:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def table(self) -> dict[str, Callable[..., Any]]:
        commands: dict[str, Callable[..., Any]] = {
            "product": self.product,
            "products": self.products,
            "products/seed": self.seed_products,
            "set_sku": self.set_sku,
            "set_stock": self.set_stock,
            "set_type": self.set_type,
            "edit_product": self.edit_product,
            "trash_product": self.trash_product,
            "untrash_product": self.untrash_product,
            "delete_product": self.delete_product,
            "stocks": self.stocks,
            "stock_writes": self.stock_writes,
            "clear_stock_writes": self.shop.stock_writes.clear,
            "sales": self.sales,
            "last_sale": self.last_sale,
            "start_sale": self.start_sale,
            "finish_sale": self.finish_sale,
            "age_sales": self.shop.journal.age,
            "skip_sales": self.shop.journal.skip,
            "refuse_product": self.refuse_product,
            "accept_products": self.shop.refusals.clear,
        }
        return {name: self._locked(command) for name, command in commands.items()}

    def _locked(self, command: Callable[..., Any]) -> Callable[..., Any]:
        def run(**arguments: Any) -> Any:
            with self.shop.lock:
                return command(**arguments)

        return run

    def product(self, sku: str) -> Obj:
        return shown_product(self.shop, self._product(sku))

    def products(self) -> list[Obj]:
        return [shown_product(self.shop, product) for product in self.shop.products.values()]

    def seed_products(self, **goods: Any) -> Obj:
        return bulk.seed_products(self.shop, **goods)

    def set_sku(self, sku: str, new_sku: str) -> Obj:
        """Without the check for twins, so that a test can make some."""
        product = self._product(sku)
        self.shop.products.put(product, "sku", new_sku)
        return self._saved(product)

    def set_stock(self, sku: str, quantity: float | None) -> Obj:
        """None stops managing stock for the item."""
        product = self._product(sku)
        product["manage_stock"] = quantity is not None
        if quantity is None:
            product["stock_quantity"] = None
            return self._saved(product)
        stock.write(self.shop, product, money.amount(quantity), "person")
        return shown_product(self.shop, product)

    def set_type(self, sku: str, type_: str) -> Obj:
        """Of a product, not of a variation. A variable one loses its prices, a grouped or external one its stock."""
        product = self._product(sku)
        if type_ not in TYPES or product["type"] == "variation":
            raise ValueError(f"a {product['type']} product cannot become {type_!r}")
        return self.edit_product(sku, {"type": type_})

    def edit_product(self, sku: str, body: Obj) -> Obj:
        """Like PUT /products/ID, by a person in wp-admin."""
        product = self._product(sku)
        return shown_product(self.shop, products.change(self.shop, product, body, who="person"))

    def trash_product(self, sku: str) -> None:
        products.trash(self.shop, self._product(sku))

    def untrash_product(self, sku: str) -> None:
        products.untrash(self.shop, self._product(sku))

    def delete_product(self, sku: str) -> None:
        products.delete(self.shop, self._product(sku))

    def stocks(self, by: str = "sku") -> dict[str, Any]:
        """The number of every item that keeps stock itself, by `sku` (those without one are left out) or `id`."""
        items = (product for product in self.shop.products.values() if product["manage_stock"] is True)
        return {str(item[by]): item["stock_quantity"] for item in items if item[by] != ""}

    def stock_writes(self, sku: str | None = None, who: str | None = None) -> list[Obj]:
        writes = self.shop.stock_writes
        return [row for row in writes if sku in (None, row["sku"]) and who in (None, row["who"])]

    def sales(self, order_id: int) -> list[Obj]:
        return self.shop.journal.shown(order_id)

    def last_sale(self, sku: str | None = None) -> int:
        item = None if sku is None else stock.item_id(self.shop, self._product(sku))
        return self.shop.journal.last(item)

    def start_sale(self, lines: dict[str, float]) -> Obj:
        """A checkout stopped between the rows of the journal and the stock: the rows are there, nothing has moved."""
        order = checkout.place(self.shop, lines, status="pending")
        for line in order["line_items"]:
            keeper = stock.keeper(
                self.shop, self.shop.products.get(line["variation_id"] or line["product_id"])
            )
            if keeper is not None:
                moved = stock.kept(self.shop, line["quantity"])
                self.shop.journal.begin(keeper["id"], order["id"], moved)
        return shown_order(self.shop, order)

    def finish_sale(self, order_id: int) -> Obj:
        """The checkout goes on: the stock moves, the rows are done, the order is processing."""
        order = orders.find(self.shop, order_id)
        for sale in self.shop.journal.of_order(order_id):
            if not sale.done:
                stock.take(self.shop, self.shop.products[sale.item], sale.quantity, order_id)
                sale.done = True
        for line in order["line_items"]:
            stock.remember(self.shop, line, line["quantity"])
        order["stock_taken"] = True
        orders.change_status(self.shop, order, "processing")
        return shown_order(self.shop, order)

    def refuse_product(self, sku: str, **refusal: Any) -> None:
        self.shop.refusals.add(self._product(sku)["id"], **refusal)

    def _saved(self, product: Product) -> Obj:
        self.shop.products.saved(product)
        return shown_product(self.shop, product)

    def _product(self, sku: str) -> Product:
        product = self.shop.by_sku(sku)
        if product is None:
            raise LookupError(f"no product with SKU {sku!r}")
        return product
