"""The list of all tables."""

from bridge.catalog.models import Listing, Product, ProductBinding, StockLevel
from bridge.connections.models import Connection, DirectoryEntry, Shop, StatusMapping, Throttle
from bridge.inbox.models import InboxEvent
from bridge.orders.models import CustomerBinding, Order, OrderBinding
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.sync.models import Heartbeat, Watermark

__all__ = [
    "Connection",
    "CustomerBinding",
    "DeliveryAttempt",
    "DirectoryEntry",
    "Heartbeat",
    "InboxEvent",
    "Listing",
    "Order",
    "OrderBinding",
    "OutboxMessage",
    "Product",
    "ProductBinding",
    "Shop",
    "StatusMapping",
    "StockLevel",
    "Throttle",
    "Watermark",
]
