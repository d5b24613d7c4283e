"""The list of all tables."""

from bridge.alerts.models import Alert, AlertDelivery, AlertRules, Incident, Recipient
from bridge.apilog.models import ApiCall
from bridge.catalog.models import BundlePart, Listing, Product, ProductBarcode, ProductBinding, StockLevel
from bridge.connections.models import (
    AttributeMapping,
    Connection,
    DirectoryEntry,
    GoodsRule,
    OrderRule,
    PaymentMethod,
    Shop,
    StatusMapping,
    Throttle,
)
from bridge.diagnosis.models import Diagnosis
from bridge.inbox.models import InboxEvent
from bridge.orders.after_sale import Refund, RelatedDocument, Return
from bridge.orders.contacts import BuyerContacts
from bridge.orders.flags import Flag
from bridge.orders.models import CustomerBinding, Order, OrderBinding
from bridge.orders.sales import Sale, SiteSale
from bridge.outbox.models import DeliveryAttempt, Hold, OutboxMessage, Pause
from bridge.pairing.models import PairingCode
from bridge.people.models import AccessRules, ApiToken, AuthenticatorApp, OneTimeLink
from bridge.setup.models import Setup
from bridge.sync.models import (
    DayTally,
    Drift,
    GoodsChange,
    GoodsRun,
    Heartbeat,
    LinkRun,
    Reconciliation,
    ReplayRun,
    RetryRun,
    Upload,
    Watermark,
)

__all__ = [
    "AccessRules",
    "Alert",
    "AlertDelivery",
    "AlertRules",
    "ApiCall",
    "ApiToken",
    "AttributeMapping",
    "AuthenticatorApp",
    "BundlePart",
    "BuyerContacts",
    "Connection",
    "CustomerBinding",
    "DayTally",
    "DeliveryAttempt",
    "Diagnosis",
    "DirectoryEntry",
    "Drift",
    "Flag",
    "GoodsChange",
    "GoodsRule",
    "GoodsRun",
    "Heartbeat",
    "Hold",
    "InboxEvent",
    "Incident",
    "LinkRun",
    "Listing",
    "OneTimeLink",
    "Order",
    "OrderBinding",
    "OrderRule",
    "OutboxMessage",
    "PairingCode",
    "Pause",
    "PaymentMethod",
    "Product",
    "ProductBarcode",
    "ProductBinding",
    "Recipient",
    "Reconciliation",
    "Refund",
    "RelatedDocument",
    "ReplayRun",
    "RetryRun",
    "Return",
    "Sale",
    "Setup",
    "Shop",
    "SiteSale",
    "StatusMapping",
    "StockLevel",
    "Throttle",
    "Upload",
    "Watermark",
]
