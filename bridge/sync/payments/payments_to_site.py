"""An order paid in full in MoySklad becomes paid on the site, where the owner wants that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from bridge.connections import clients
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.mapping import from_moysklad
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Outcome
from bridge.sync.site_orders.order_messages import one_by_one
from bridge.sync.site_orders.orders_from_site import answered
from bridge.sync.states import observed, status_news
from bridge.sync.stock.news import documents_changed
from connectors.moysklad.limits import Priority

TAKEN_UP = "processing"
UNPAID = frozenset({"pending", "failed", "on-hold"})
# What a person has ended on the site is not paid by us: WooCommerce would take it up again and mail the buyer.
OVER = frozenset({"cancelled", "refunded", "trash"})


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Mark these orders paid on their site."""
    return one_by_one(messages, lambda order, _message: _mark_paid(order))


def _mark_paid(order: Order) -> Outcome:
    """Read first: paid there already, nothing is written, and no second mail goes out."""
    site = clients.woocommerce(order.shop.site)
    answered(order, site.orders.get(int(order.source_id)))
    if _is_paid(order):
        return Done("the site says so already")
    if order.status in OVER:
        return Done(f"an order that is {order.status} is not paid on the site")
    if order.status in UNPAID:  # taking it up dates the payment too; the document's state stays the staff's
        with status_news.reflects(getattr(order, "binding", None), TAKEN_UP):
            wire = site.orders.update(int(order.source_id), {"status": TAKEN_UP})
        answered(order, wire)
    if not _is_paid(order):  # an order in work already (cash on delivery): WooCommerce takes the date alone
        date = {"key": "_date_paid", "value": str(int(timezone.now().timestamp()))}
        answered(order, site.orders.update(int(order.source_id), {"meta_data": [date]}))
    return Done("the order on the site is paid")


def _is_paid(order: Order) -> bool:
    return order.content.get("paid_at") is not None


def hinted(events: Sequence[InboxEvent]) -> set[int]:
    """Payments or shipments of an account changed: the orders they are linked to are read again, all in two calls."""
    named = list(dict.fromkeys(one for event in events for one in from_moysklad.named(payload(event))))
    account = events[0].connection
    client = clients.moysklad(account, Priority.STATUSES)
    orders: set[str] = set()
    if any(kind == "demand" for kind, _ref in named):
        documents_changed(account)
    if demands := [ref for kind, ref in named if kind == "demand"]:
        found = client.demands.by_ids(demands, deleted=None)
        orders |= {from_moysklad.ref_id(row.get("customerOrder")) for row in found}
    for kind in ("paymentin", "cashin"):
        if ids := [ref for one, ref in named if one == kind]:
            for row in client.payments.by_ids(kind, ids, deleted=None):
                orders |= from_moysklad.linked_orders(row)
    if ours := set(observed.of(account, orders).values_list("external_id", flat=True)):
        observed.look(client, account, sorted(ours))
    return {event.pk for event in events}
