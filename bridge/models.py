"""The list of all tables."""

from bridge.catalog.models import Listing, Product, ProductBinding, StockLevel
from bridge.connections.models import (
    AttributeMapping,
    Connection,
    DirectoryEntry,
    OrderRule,
    PaymentMethod,
    Shop,
    StatusMapping,
    Throttle,
)
from bridge.inbox.models import InboxEvent
from bridge.orders.after_sale import Refund, RelatedDocument, Return
from bridge.orders.contacts import BuyerContacts
from bridge.orders.flags import Flag
from bridge.orders.models import CustomerBinding, Order, OrderBinding
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.sync.models import Heartbeat, Upload, Watermark

__all__ = [
    "AttributeMapping",
    "BuyerContacts",
    "Connection",
    "CustomerBinding",
    "DeliveryAttempt",
    "DirectoryEntry",
    "Flag",
    "Heartbeat",
    "InboxEvent",
    "Listing",
    "Order",
    "OrderBinding",
    "OrderRule",
    "OutboxMessage",
    "PaymentMethod",
    "Product",
    "ProductBinding",
    "Refund",
    "RelatedDocument",
    "Return",
    "Shop",
    "StatusMapping",
    "StockLevel",
    "Throttle",
    "Upload",
    "Watermark",
]
