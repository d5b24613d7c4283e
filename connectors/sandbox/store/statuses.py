"""Statuses an order may have: WooCommerce's own and those a plugin of the shop added."""

from __future__ import annotations

from connectors.sandbox.store.errors import ORDER_STATUSES
from connectors.sandbox.store.shop import Shop

NAMES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}


def known_statuses(shop: Shop) -> tuple[str, ...]:
    return (*ORDER_STATUSES, *shop.options.custom_statuses)


def status_name(shop: Shop, slug: str) -> str:
    return NAMES.get(slug) or shop.options.custom_statuses.get(slug) or slug


def shown_statuses(shop: Shop) -> list[dict[str, str]]:
    """`/orders/statuses`."""
    return [{"slug": slug, "name": name} for slug, name in (NAMES | shop.options.custom_statuses).items()]
