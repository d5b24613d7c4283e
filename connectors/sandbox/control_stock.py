"""Control of the store stand-in's goods: the shopkeeper's edits, the stock and who wrote it, sales at bad moments."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.control_base import Control

Json = dict[str, Any]


class StockControl(Control):
    """What `StoreControl` knows of products, stock, and the companion plugin's journal of sales."""

    def product(self, sku: str) -> Json:
        """Product or variation as /products shows it."""
        return dict(self.call("product", sku=sku))

    def products(self) -> list[Json]:
        return list(self.call("products"))

    def seed_products(self, **goods: Any) -> Json:
        """simple=, variations= (of each of parents=1), prefix="B", price="100.00", stock=10 (None: not managed). SKUs
        are B-000001 …, BV-000001 …, BV-000001-1 …; returns the ids `first`, `last` and the list `parents`."""
        return dict(self.call("products/seed", **goods))

    def set_sku(self, sku: str, new_sku: str) -> Json:
        """Without the check for twins."""
        return dict(self.call("set_sku", sku=sku, new_sku=new_sku))

    def set_stock(self, sku: str, quantity: float | None) -> Json:
        """A person's edit; None stops managing stock."""
        return dict(self.call("set_stock", sku=sku, quantity=quantity))

    def set_type(self, sku: str, type_: str) -> Json:
        """simple, variable, grouped or external."""
        return dict(self.call("set_type", sku=sku, type_=type_))

    def edit_product(self, sku: str, **fields: Any) -> Json:
        """Fields as PUT /products/ID takes them, by a person in wp-admin."""
        return dict(self.call("edit_product", sku=sku, body=fields))

    def trash_product(self, sku: str) -> None:
        """A variable product takes its variations along."""
        self.call("trash_product", sku=sku)

    def untrash_product(self, sku: str) -> None:
        self.call("untrash_product", sku=sku)

    def delete_product(self, sku: str) -> None:
        """For good."""
        self.call("delete_product", sku=sku)

    def stocks(self) -> dict[str, float | None]:
        """The number of every item that keeps its stock itself, by SKU; items without a SKU are left out."""
        return dict(self.call("stocks"))

    def stocks_by_id(self) -> dict[int, float | None]:
        return {int(id_): number for id_, number in self.call("stocks", by="id").items()}

    def stock_writes(self, sku: str | None = None, who: str | None = None) -> list[Json]:
        """Every write of a stock number, the oldest first: item, sku, old, new, who (order, rest, plugin, person),
        order_id (0 unless an order's), at (Unix seconds). Writes of the number that was there count too."""
        return list(self.call("stock_writes", sku=sku, who=who))

    def clear_stock_writes(self) -> None:
        self.call("clear_stock_writes")

    def sales(self, order_id: int) -> list[Json]:
        """The journal's rows of an order: number, item, quantity, at; also of one that is gone."""
        return list(self.call("sales", order_id=order_id))

    def last_sale(self, sku: str | None = None) -> int:
        """The journal's highest number, of all or of one stock item; 0 without any."""
        return int(self.call("last_sale", sku=sku))

    def start_sale(self, lines: dict[str, float]) -> Json:
        """A checkout stopped after it wrote the journal and before the stock moved; returns its order."""
        return dict(self.call("start_sale", lines=lines))

    def finish_sale(self, order_id: int) -> Json:
        return dict(self.call("finish_sale", order_id=order_id))

    def age_sales(self, seconds: float) -> None:
        """All rows of the journal become older; those over 30 days are purged."""
        self.call("age_sales", seconds=seconds)

    def skip_sales(self, count: int) -> None:
        """The journal uses up numbers without rows, as rolled back checkouts do."""
        self.call("skip_sales", count=count)

    def sell_during(self, lines: dict[str, float], **rule: Any) -> None:
        """An order is placed around a call of the API: when="before" (default) it is carried out, or "after" it and
        before its answer; method, path (regular expressions), count (default 1), skip."""
        self.call("sell_during", lines=lines, **rule)

    def sell_no_more(self) -> None:
        self.call("sell_no_more")

    def refuse_product(self, sku: str, **refusal: Any) -> None:
        """Saving this item fails in every API: code, message, status (400), count (None: for ever)."""
        self.call("refuse_product", sku=sku, **refusal)

    def accept_products(self) -> None:
        """No item is refused any more."""
        self.call("accept_products")
