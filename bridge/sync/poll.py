"""The nets under lost events: changed orders of a site, changed documents of an account, from a watermark on."""

from __future__ import annotations

from datetime import timedelta

from bridge.connections import clients
from bridge.mapping import from_moysklad, from_woocommerce
from bridge.mapping.moscow import to_wire
from bridge.sync.flows import shops_of
from bridge.sync.models import Watermark
from bridge.sync.orders_from_site import note_polled
from bridge.sync.statuses_to_site import observe
from connectors.moysklad.limits import Priority

OVERLAP = timedelta(minutes=5)
PORTION = 200


def orders(watermark: Watermark) -> None:
    """Orders of the site by `modified_after` with overlap. What it cannot see: trashed and deleted orders, notes."""
    [shop] = shops_of(watermark.connection)
    since = (watermark.position or shop.started_at) - OVERLAP
    client = clients.woocommerce(watermark.connection)
    for wire in client.orders.modified_since(since.strftime("%Y-%m-%dT%H:%M:%S")):
        note_polled(shop, dict(wire))
        watermark.position = max(
            from_woocommerce.order(wire).modified_at, watermark.position or shop.started_at
        )


def statuses(watermark: Watermark) -> None:
    """Documents of the account by `updated`, deleted ones too; foreign ones are passed over."""
    account = watermark.connection
    start = watermark.position or min(shop.started_at for shop in shops_of(account))
    client = clients.moysklad(account, Priority.STATUSES)
    portion = []
    for row in client.orders.updated_since(to_wire(start - OVERLAP), deleted=None):
        portion.append(row)
        if len(portion) == PORTION:
            observe(account, portion)
            portion = []
        start = max(start, from_moysklad.document(row).updated_at)
    observe(account, portion)
    watermark.position = start
