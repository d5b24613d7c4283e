"""What repairs a difference: each action asks for what ordinary work would have done, so it goes through the outbox."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.inbox.receive import receive
from bridge.mapping import from_moysklad
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds, leased, site_reading
from bridge.sync.fields import wishes
from bridge.sync.fields.compared import asked
from bridge.sync.goods.store_listings import store
from bridge.sync.models import Drift
from bridge.sync.orders import linked_documents
from bridge.sync.reconcile.in_motion import InMotion
from bridge.sync.states import observed, removed_documents
from bridge.sync.stock import news
from connectors.moysklad.limits import Priority

Gone = OrderBinding.Gone
LOOK_AGAIN = "site.look_again"
"""The inbox's topic for an order of the site that is to be read anew (routes.py)."""


class Calls(NamedTuple):
    """Calls that repairs take, about."""

    site: int
    moysklad: int


class Repair(NamedTuple):
    """`site`, `moysklad`: calls for a hundred of them, about. `overwrites`: it puts what one side says over what a
    person entered on the other, so it is never done in bulk without that person seeing each.
    """

    do: Callable[[Shop, Sequence[Drift]], None]
    site: int = 0
    moysklad: int = 0
    overwrites: bool = False


def carry_out(shop: Shop, drifts: Iterable[Drift]) -> None:
    """Ask for these repairs. Raises leased.Trouble."""
    by_repair: dict[str, list[Drift]] = defaultdict(list)
    for drift in drifts:
        by_repair[drift.repair].append(drift)
    for name, rows in by_repair.items():
        if name in REPAIRS:
            REPAIRS[name].do(shop, rows)


def estimate(drifts: QuerySet[Drift]) -> Calls:
    numbers: dict[str, int] = defaultdict(int)
    for name in drifts.values_list("repair", flat=True).iterator(chunk_size=2000):
        numbers[name] += 1
    known = [(REPAIRS[name], number) for name, number in numbers.items() if name in REPAIRS]
    return Calls(
        sum(ceil(repair.site * number / 100) for repair, number in known),
        sum(ceil(repair.moysklad * number / 100) for repair, number in known),
    )


def moving(shop: Shop, drifts: QuerySet[Drift]) -> bool:
    """Whether something that these repairs asked for is on its way."""
    rows = list(drifts.values_list("order_id", "listing_id", "params"))
    keys = {f"order:{order}" for order, _listing, _params in rows if order}
    if any(listing for _order, listing, _params in rows):
        keys |= {f"stock:{shop.pk}", f"fields:{shop.pk}"}
    source_ids = {str(params.get("source_id") or "") for *_keys, params in rows} - {""}
    source_ids |= set(
        Order.objects.filter(pk__in={order for order, *_more in rows if order}).values_list(
            "source_id", flat=True
        )
    )
    motion = InMotion(shop, keys, source_ids)
    unheard = Order.objects.filter(shop=shop, source_id__in=source_ids)
    keys |= {order.object_key for order in unheard}
    motion_of_new = InMotion(shop, keys)
    return any(motion.moving("", one) for one in source_ids) or any(motion_of_new.moving(key) for key in keys)


def _look_again(shop: Shop, drifts: Sequence[Drift]) -> None:
    """The order is read from the site anew, as if its event had come."""
    for drift in drifts:
        source_id = str(drift.params.get("source_id") or "")
        body = json.dumps({"id": source_id})
        key = f"again:{drift.reconciliation_id}:{source_id}"
        receive(shop.site, LOOK_AGAIN, key, body, source_id=source_id)


def _send(shop: Shop, drifts: Sequence[Drift]) -> None:
    for order in _orders(drifts):
        enqueue(shop, shop.account, kinds.ORDER, order.object_key)


def _edit(shop: Shop, drifts: Sequence[Drift]) -> None:
    for order in _orders(drifts):
        enqueue(shop, shop.site, kinds.EDIT, order.object_key)


def _status(shop: Shop, drifts: Sequence[Drift]) -> None:
    """The site's order gets the status that the document's state means."""
    for order in _orders(drifts):
        enqueue(shop, shop.site, kinds.STATUS, order.object_key, {"status": ""})


def _state(shop: Shop, drifts: Sequence[Drift]) -> None:
    """The document gets the state that the site's status means: the site's word counts as news again."""
    for order in _orders(drifts):
        with transaction.atomic():
            OrderBinding.objects.filter(order=order).update(site_status="", expected_status="")
            enqueue(shop, shop.account, kinds.ORDER, order.object_key)


def _look_there(shop: Shop, drifts: Sequence[Drift]) -> None:
    """The documents are read anew, as if MoySklad had told of them."""
    ids = [order.binding.external_id for order in _orders(drifts) if order.binding.external_id]
    with leased.calling(shop.account):
        observed.look(clients.moysklad(shop.account, Priority.CATALOGUE), shop.account, ids)


def _create_again(shop: Shop, drifts: Sequence[Drift]) -> None:
    """A new document takes the place of the removed one; the owner's rule for removed documents is heard first."""
    _look_there(shop, drifts)
    for order in _orders(drifts):
        removed_documents.create_again(order)


def _link(shop: Shop, drifts: Sequence[Drift]) -> None:
    for drift in drifts:
        if drift.order is not None:
            with leased.calling(shop.account):
                linked_documents.choose(drift.order, str(drift.params.get("document_id") or ""))


def _site_goods(shop: Shop, drifts: Sequence[Drift]) -> None:
    """The document's goods become those of the site: what staff made of them is known now, and overruled."""
    orders = {order.binding.external_id: order for order in _orders(drifts)}
    with leased.calling(shop.account):
        client = clients.moysklad(shop.account, Priority.CATALOGUE, tenant=shop.name)
        documents = client.orders.by_ids(orders.keys(), ["positions"])
    for document in documents:
        order = orders[str(document["id"])]
        with transaction.atomic():
            binding = OrderBinding.objects.select_for_update().get(order=order)
            positions = from_moysklad.positions(document)
            binding.written = {**binding.written, "positions": positions, "foreign": False}
            binding.goods = ""
            binding.save(update_fields=["written", "goods"])
            enqueue(shop, shop.account, kinds.ORDER, order.object_key)


def _stock(shop: Shop, drifts: Sequence[Drift]) -> None:
    pks = _read_goods(shop, drifts)
    Listing.objects.filter(pk__in=pks).update(write_error="")
    news.listings_changed(shop, pks)


def _fields(shop: Shop, drifts: Sequence[Drift]) -> None:
    pks = _read_goods(shop, drifts)
    Listing.objects.filter(pk__in=pks).update(fields_error="", fields_taken={})
    wishes.listings_changed(shop, pks)
    wishes.queue(shop)


def _read_goods(shop: Shop, drifts: Sequence[Drift]) -> list[int]:
    """What the site shows of these items now is what we know of them; what differs from the wish is written."""
    pks = sorted({drift.listing_id for drift in drifts if drift.listing_id})
    listings = list(Listing.objects.filter(pk__in=pks))
    with leased.calling(shop.site):
        goods = site_reading.facts_of(clients.woocommerce(shop.site), listings, asked(shop))
    store(shop, goods, timezone.now())
    return pks


def _orders(drifts: Sequence[Drift]) -> list[Order]:
    pks = {drift.order_id for drift in drifts if drift.order_id}
    rows = Order.objects.filter(pk__in=pks).select_related("binding", "shop__site", "shop__account")
    return list(rows.order_by("pk"))


REPAIRS: Mapping[str, Repair] = {
    "look_again": Repair(_look_again, site=100, moysklad=3),
    "look_there": Repair(_look_there, site=200, moysklad=1),
    "send": Repair(_send, moysklad=3),
    "create_again": Repair(_create_again, moysklad=4),
    "link": Repair(_link, moysklad=100),
    "edit": Repair(_edit, site=200, moysklad=100),
    "site_goods": Repair(_site_goods, moysklad=3, overwrites=True),
    "status": Repair(_status, site=200, overwrites=True),
    "state": Repair(_state, moysklad=2, overwrites=True),
    "stock": Repair(_stock, site=3),
    "fields": Repair(_fields, site=3),
}
OVERWRITING = [name for name, repair in REPAIRS.items() if repair.overwrites]
