"""The keys that make every document of ours one of a kind: the same thing never becomes two documents."""

from __future__ import annotations

import uuid

from bridge.orders.models import Order

NAMESPACE = uuid.UUID("c6f1a3de-1b7e-5d26-8f55-54b2a8f0a7e1")


def sync_id(order: Order, generation: int) -> uuid.UUID:
    """Of an order's own document; the generation rises only when a removed one is made again."""
    return uuid.uuid5(NAMESPACE, f"{order.shop_id}:order:{order.source_id}:{order.order_key}:{generation}")


def related_sync_id(order: Order, source_key: str) -> uuid.UUID:
    """Of a document beside it: `payment`, `refund:640:<demand id>`, `money:640` (orders/after_sale.py)."""
    return uuid.uuid5(NAMESPACE, f"{order.shop_id}:{source_key}:{order.source_id}:{order.order_key}")
