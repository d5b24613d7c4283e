"""Orders as the site has them now, in pages of a hundred with the few fields that are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bridge.connections.models import Shop
from bridge.domain.errors import BadPayload
from bridge.mapping.order_summary import FIELDS, OrderSummary, order_summary
from bridge.orders.models import Order
from connectors.woocommerce.client import WooCommerce

TRASH = "trash"


class Pair(NamedTuple):
    """An order as the site has it, and as we know it: a row not stored where we never heard of it."""

    site: OrderSummary
    order: Order


def summaries(rows: Iterable[Mapping[str, Any]]) -> list[OrderSummary]:
    """What cannot be read is left out: the inbox has set it aside with its reason."""
    found = []
    for row in rows:
        try:
            found.append(order_summary(row))
        except BadPayload:
            continue
    return found


def by_ids(client: WooCommerce, orders: Sequence[Order]) -> list[OrderSummary]:
    """What the site says of these orders of ours; one that it has no more counts as in the trash."""
    ids = [int(order.source_id) for order in orders if order.source_id.isdecimal()]
    found = {one.source_id: one for one in summaries(client.orders.by_ids(ids, fields=FIELDS))}
    rest = [number for number in ids if str(number) not in found]
    found |= {
        one.source_id: one for one in summaries(client.orders.by_ids(rest, status=TRASH, fields=FIELDS))
    }
    return [_same_order(order, found.get(order.source_id)) or _lost(order) for order in orders]


def paired(shop: Shop, site: Sequence[OrderSummary]) -> list[Pair]:
    """The same id with another key is another order (a restored or cloned site)."""
    rows = Order.objects.filter(shop=shop, source_id__in=[one.source_id for one in site])
    rows = rows.select_related("binding", "shop__site", "shop__account").prefetch_related("refunds")
    known = {(row.source_id, row.order_key): row for row in rows}
    return [Pair(one, known.get((one.source_id, one.order_key)) or _unheard(shop, one)) for one in site]


def _same_order(order: Order, found: OrderSummary | None) -> OrderSummary | None:
    return found if found is not None and found.order_key == order.order_key else None


def _lost(order: Order) -> OrderSummary:
    return OrderSummary(
        order.source_id,
        order.order_key,
        order.number,
        TRASH,
        order.currency,
        order.total_minor,
        order.placed_at,
        order.modified_at,
    )


def _unheard(shop: Shop, one: OrderSummary) -> Order:
    return Order(
        shop=shop,
        source_id=one.source_id,
        order_key=one.order_key,
        number=one.number,
        status=one.status,
        currency=one.currency,
        total_minor=one.total_minor,
        placed_at=one.placed_at,
        modified_at=one.modified_at,
    )
