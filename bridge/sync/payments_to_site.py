"""An order paid in full in MoySklad becomes paid on the site, where the owner wants that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from bridge import worktime
from bridge.connections import clients
from bridge.connections.faults import is_outage
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.mapping import from_moysklad
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome, Untried
from bridge.sync import observed
from bridge.sync.orders_from_site import accept
from connectors.errors import ConnectorError
from connectors.moysklad.limits import Priority

UNPAID = frozenset({"pending", "failed", "on-hold"})
# What a person has ended on the site is not paid by us: WooCommerce would take it up again and mail the buyer.
OVER = frozenset({"cancelled", "refunded", "trash"})


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Mark these orders paid; when the site is away the rest is not tried."""
    outcomes: dict[int, Outcome] = {}
    away = False
    for message in messages:
        if away or worktime.time_is_up():
            outcomes[message.pk] = Untried()
            continue
        order = Order.objects.select_related("binding", "shop__site", "shop__account").get(
            pk=int(message.object_key.removeprefix("order:"))
        )
        try:
            outcomes[message.pk] = _mark_paid(order)
        except ConnectorError as error:
            outcomes[message.pk] = Failed(error)
            away = is_outage(error)
    return outcomes


def _mark_paid(order: Order) -> Outcome:
    """Read first: paid there already, nothing is written, and no second mail goes out."""
    site = clients.woocommerce(order.shop.site)
    if _read(order, site.orders.get(int(order.source_id))):
        return Done("the site says so already")
    if order.status in OVER:
        return Done(f"an order that is {order.status} is not paid on the site")
    paid = False
    if order.status in UNPAID:  # taking it up dates the payment too
        paid = _read(order, site.orders.update(int(order.source_id), {"status": "processing"}))
    if not paid:  # an order in work already (cash on delivery): WooCommerce takes the date alone
        date = {"key": "_date_paid", "value": str(int(timezone.now().timestamp()))}
        _read(order, site.orders.update(int(order.source_id), {"meta_data": [date]}))
    return Done("the order on the site is paid")


def _read(order: Order, wire: Mapping[str, Any]) -> bool:
    """Take over what the site says; whether it says paid."""
    accept(order.shop, dict(wire), read_at=None, sure=True)
    order.refresh_from_db()
    return order.content.get("paid_at") is not None


def hinted(event: InboxEvent) -> None:
    """A payment or a shipment changed: the orders it is linked to are read again."""
    rows = [row for row in payload(event).get("events") or [] if isinstance(row, dict)]
    named = [(str((row.get("meta") or {}).get("type") or ""), from_moysklad.ref_id(row)) for row in rows]
    account = event.connection
    client = clients.moysklad(account, Priority.STATUSES)
    orders: set[str] = set()
    if demands := [ref for kind, ref in named if kind == "demand"]:
        found = client.demands.by_ids(demands, deleted=None)
        orders |= {from_moysklad.ref_id(row.get("customerOrder")) for row in found}
    for kind in ("paymentin", "cashin"):
        if ids := [ref for one, ref in named if one == kind]:
            for row in client.payments.by_ids(kind, ids, deleted=None):
                orders |= from_moysklad.linked_orders(row)
    if ours := set(observed.of(account, orders).values_list("external_id", flat=True)):
        observed.look(client, account, sorted(ours))
