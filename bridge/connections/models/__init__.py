"""Connection (an account or a site we call), Shop (which site sells from which account, and how) and what they name."""

from __future__ import annotations

from bridge.connections.models.connection import Connection, Throttle, Vendor, new_token
from bridge.connections.models.directory import DirectoryEntry
from bridge.connections.models.shop import Shop, default_statuses
from bridge.connections.models.shop_rows import (
    AttributeMapping,
    GoodsRule,
    OrderRule,
    PaymentMethod,
    StatusMapping,
)

__all__ = [
    "AttributeMapping",
    "Connection",
    "DirectoryEntry",
    "GoodsRule",
    "OrderRule",
    "PaymentMethod",
    "Shop",
    "StatusMapping",
    "Throttle",
    "Vendor",
    "default_statuses",
    "new_token",
]
