"""What the shopkeeper does to an order in wp-admin: lines edited, added and removed, refunds, and a look at notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from connectors.sandbox.store import customers, money, orders, refunds
from connectors.sandbox.store.order_lines import line_of_sku, read_goods, scaled
from connectors.sandbox.store.order_pages import OrderPages
from connectors.sandbox.store.order_shape import shown_order
from connectors.sandbox.store.order_totals import totals
from connectors.sandbox.store.refund_of_goods import refund_body
from connectors.sandbox.store.refund_shape import shown_refund, shown_refunds
from connectors.sandbox.store.shop import Obj, Shop


class Shopkeeper:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def table(self) -> dict[str, Callable[..., Any]]:
        return {
            "refund": self.refund,
            "delete_refund": self.delete_refund,
            "refunds": self.refunds,
            "every_refund": self.every_refund,
            "notes": self.notes,
            "mails": self.mails,
            "set_line": self.set_line,
            "add_line": self.add_line,
            "remove_line": self.remove_line,
            "recalculate": self.recalculate,
            "pay": self.pay,
            "add_customer": self.add_customer,
            "expire_coupon": self.expire_coupon,
            "delete_coupon": self.delete_coupon,
        }

    def add_customer(self, **customer: Any) -> int:
        with self.shop.lock:
            return customers.add(self.shop, **customer)

    def expire_coupon(self, code: str) -> None:
        with self.shop.lock:
            self.shop.coupons[code.lower()]["expired"] = True

    def delete_coupon(self, code: str) -> None:
        with self.shop.lock:
            del self.shop.coupons[code.lower()]

    def refund(self, order_id: int, restock: bool = True, reason: str = "", **what: Any) -> dict[str, Any]:
        """wp-admin's refund box, recorded only: the gateway is not asked to pay. What: see refund_body."""
        with self._order(order_id) as order:
            body = refund_body(self.shop, order, **what)
            body |= {"reason": reason, "api_refund": False, "api_restock": restock}
            return shown_refund(self.shop, order, refunds.create(self.shop, order, body))

    def delete_refund(self, order_id: int, refund_id: int) -> None:
        with self._order(order_id) as order:
            refunds.delete(self.shop, order, refunds.find(self.shop, order_id, refund_id))

    def refunds(self, order_id: int) -> list[dict[str, Any]]:
        with self._order(order_id) as order:
            return shown_refunds(self.shop, order)

    def every_refund(self) -> list[dict[str, Any]]:
        """Of all orders, each with its `order_id`."""
        with self.shop.lock:
            return [
                {"order_id": order["id"], **refund}
                for order in self.shop.orders.values()
                for refund in shown_refunds(self.shop, order)
            ]

    def notes(self, order_id: int) -> list[dict[str, Any]]:
        with self._order(order_id):
            return OrderPages(self.shop).shown_notes(order_id)

    def mails(self, order_id: int | None = None) -> list[dict[str, Any]]:
        """Mails the shop sent, as it notes them on orders; of one order or of all."""
        with self.shop.lock:
            return [
                {"order_id": id_, "mail": note["text"].split('"')[1]}
                for id_, notes in self.shop.notes.items()
                for note in notes
                if note["text"].startswith('Email "') and order_id in (None, id_)
            ]

    def set_line(
        self, order_id: int, sku: str, quantity: float | None = None, total: str | None = None
    ) -> dict[str, Any]:
        """A new quantity takes the amounts along, as the form of wp-admin does; a total (net) stands for itself."""
        with self._order(order_id) as order:
            line = self._line(order, sku)
            given: Obj = {"id": line["id"]}
            if quantity is not None:
                given |= {"quantity": quantity} | scaled(order, line, money.amount(quantity))
            if total is not None:
                given["total"] = total
            return self._edited(order, {"line_items": [given]})

    def add_line(
        self, order_id: int, sku: str, quantity: float = 1, total: str | None = None, recalculate: bool = True
    ) -> dict[str, Any]:
        """Without `recalculate` the line stands there, but total, modified date and stock wait for the next save."""
        with self._order(order_id) as order:
            product = self.shop.by_sku(sku)
            if product is None:
                raise LookupError(f"no product with SKU {sku!r}")
            given = {"variation_id" if product["parent_id"] else "product_id": product["id"]}
            given |= {"quantity": quantity} | ({} if total is None else {"total": total})
            if recalculate:
                return self._edited(order, {"line_items": [given]})
            order["waiting_totals"] = totals(order)
            order["line_items"].append(read_goods(self.shop, order, given))
            self.shop.touch(order_id, "item added")
            return shown_order(self.shop, order)

    def remove_line(self, order_id: int, sku: str) -> dict[str, Any]:
        with self._order(order_id) as order:
            line = self._line(order, sku)
            return self._edited(order, {"line_items": [{"id": line["id"], "quantity": 0}]})

    def recalculate(self, order_id: int) -> dict[str, Any]:
        """The button of wp-admin, for what `add_line` left waiting."""
        with self._order(order_id) as order:
            orders.recalculate_in_admin(self.shop, order)
            return shown_order(self.shop, order)

    def pay(self, order_id: int, transaction_id: str = "") -> dict[str, Any]:
        """A gateway confirms the money: dated, with its transaction, and no longer waiting."""
        with self._order(order_id) as order:
            orders.payment_confirmed(self.shop, order, transaction_id)
            return shown_order(self.shop, order)

    def _edited(self, order: Obj, body: Obj) -> dict[str, Any]:
        orders.edit_in_admin(self.shop, order, body)
        return shown_order(self.shop, order)

    def _line(self, order: Obj, sku: str) -> Obj:
        return line_of_sku(self.shop, order, sku)

    @contextmanager
    def _order(self, order_id: int) -> Iterator[Obj]:
        with self.shop.lock:
            order = self.shop.orders.get(order_id)
            if order is None:
                raise LookupError(f"no order {order_id}")
            yield order
