"""Some orders and items compared by themselves: those a person named, and differences that are looked at once more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from bridge.catalog.models import Listing
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.mapping.order_summary import FIELDS
from bridge.orders.models import Order
from bridge.sync import leased, site_reading
from bridge.sync.fields.compared import asked
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile import (
    goods_compared,
    links_compared,
    orders_compared,
    site_links_compared,
)
from bridge.sync.reconcile import site_orders_read as site_orders
from bridge.sync.reconcile.findings import Compared

LOT = 100


class Named(NamedTuple):
    """`unheard`: ids on the site of orders that we do not know."""

    orders: Sequence[Order] = ()
    listings: Sequence[Listing] = ()
    unheard: Sequence[str] = ()


def chosen(run: Reconciliation) -> Named:
    return Named(
        list(Order.objects.filter(shop=run.shop_id, pk=run.chosen.get("order"))),
        list(Listing.objects.filter(shop=run.shop_id, pk=run.chosen.get("listing"))),
    )


def of(drifts: Iterable[Drift]) -> Named:
    rows = list(drifts)
    source_ids = {
        str(row.params.get("source_id") or "") for row in rows if not (row.order_id or row.listing_id)
    }
    known = Order.objects.filter(shop__in={row.shop_id for row in rows}, source_id__in=source_ids)
    return Named(
        [*Order.objects.filter(pk__in={row.order_id for row in rows}), *known],
        list(Listing.objects.filter(pk__in={row.listing_id for row in rows})),
        sorted(source_ids - {row.source_id for row in known} - {""}),
    )


def look(shop: Shop, named: Named, since: datetime) -> Compared:
    """One call for a hundred orders of each side, and for a hundred items. Raises leased.Trouble."""
    result = Compared()
    if named.orders or named.unheard:
        with leased.calling(shop.site):
            client = clients.woocommerce(shop.site)
            here = site_orders.by_ids(client, named.orders)
            ids = [int(number) for number in named.unheard if number.isdecimal()]
            here += site_orders.summaries(client.orders.by_ids(ids, fields=FIELDS))
        result.add(orders_compared.compare(shop, site_orders.paired(shop, here)))
    if named.listings:
        with leased.calling(shop.site):
            client = clients.woocommerce(shop.site)
            goods = site_reading.facts_of(client, named.listings, asked(shop))
        if shop.write_goods:
            result.add(goods_compared.compare(shop, goods))
        links = site_links_compared.compare(shop, goods)
        links.counts = {}
        result.add(links)
        result.add(links_compared.compare(shop, since, named.listings))
    return result
