"""The net under lost news of shipments and payments: where a shop acts on them, the orders they belong to are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.mapping import from_moysklad
from bridge.mapping.moscow import from_wire, to_wire
from bridge.orders.record_sales import counts_shipments
from bridge.sync.flows import shops_of
from bridge.sync.models import Watermark
from bridge.sync.states import observed
from bridge.sync.states.poll import OVERLAP
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Priority
from connectors.moysklad.payments import PaymentKind

INCOMING: tuple[PaymentKind, ...] = ("paymentin", "cashin")


def matters(shop: Shop) -> bool:
    """Whether anything on the site follows from a payment or a shipment in MoySklad."""
    chosen = (shop.status_when_paid, shop.status_when_partly_shipped, shop.status_when_shipped)
    return shop.mark_paid or any(chosen) or counts_shipments(shop)


def changes(watermark: Watermark) -> None:
    """Shipments and payments changed since the last look; whether they also touch their order is not documented."""
    account, shops = watermark.connection, shops_of(watermark.connection)
    paid = any(matters(shop) for shop in shops)
    if not paid and not any(shop.write_goods for shop in shops):
        watermark.position = timezone.now()  # from here on, should an owner want it later
        return
    client = clients.moysklad(account, Priority.STATUSES)
    # A shipment is counted off the numbers of the site by the document it belongs to.
    newest, orders = _changed(client, watermark.position or timezone.now(), INCOMING if paid else ())
    if ours := _ours(account, orders):
        observed.look(client, account, ours)
    watermark.position = newest


def _changed(client: MoySklad, since: datetime, payments: Sequence[PaymentKind]) -> tuple[datetime, set[str]]:
    """The newest change of all, and the orders that the changed documents belong to."""
    start = to_wire(since - OVERLAP)
    orders: set[str] = set()
    rows: list[Any] = list(client.demands.updated_since(start, deleted=None))
    orders |= {from_moysklad.ref_id(row.get("customerOrder")) for row in rows}
    for kind in payments:
        paid = list(client.payments.updated_since(kind, start, deleted=None))
        orders |= {order for row in paid for order in from_moysklad.linked_orders(row)}
        rows += paid
    return max([since, *(from_wire(str(row["updated"])) for row in rows)]), orders


def _ours(account: Connection, orders: set[str]) -> list[str]:
    return sorted(observed.of(account, orders).values_list("external_id", flat=True))
