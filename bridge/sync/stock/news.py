"""Something a listing's number depends on has changed: it is marked, and one message per shop works it out anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TypeAlias

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from bridge.catalog.models import BundlePart, Listing, Product
from bridge.connections.models import Connection, Shop
from bridge.orders.sales import Sale
from bridge.outbox.enqueue import enqueue
from bridge.portions import portions
from bridge.sync import flows, kinds

# A document that reserves or ships shows in the report a moment later, and several come together.
AFTER_DOCUMENTS = timedelta(seconds=5)

Held: TypeAlias = dict[int, int]
"""The shop of each listing that is locked."""


def items_changed(account: Connection, items: Iterable[str] | None) -> None:
    """Of these items of MoySklad (None: of all): what shows them, as itself, in a bundle or under a parent's number,
    in every shop of the account.
    """
    shops = flows.shops_of(account)
    if items is None:
        for shop in shops:
            listings_changed(shop, None)
        return
    with transaction.atomic():
        showing = _showing(account, items)
        for part in portions(sorted(showing)):
            _mark(part)
        touched = set(showing.values())
        for shop in shops:
            if shop.pk in touched:
                ask(shop)


def hold(account: Connection, listing_ids: Iterable[int], items: Iterable[str] = ()) -> Held:
    """Lock these listings, and whatever shows the same goods or these items in any shop of the account; returns the
    shop of each that shows some.

    Who changes sales or several numbers in one transaction holds them all before the first change, by their keys: an
    order of a bundle and one of its part would else wait for one another. Orders are held before, messages after.
    """
    ids = set(listing_ids)
    showing = _showing(account, {*items, *_items_of(ids)})
    for part in portions(sorted(ids | showing.keys())):
        _lock(part)
    return showing


def changed(shops: Iterable[Shop], held: Held) -> None:
    """Of listings that are held, of these shops or others too: their numbers are worked out anew."""
    if not held:
        return
    for part in portions(sorted(held)):
        Listing.objects.filter(pk__in=part).update(stock_stale=True)
    known = {shop.pk: shop for shop in shops}
    touched = set(held.values())
    if others := touched - known.keys():
        known |= Shop.objects.select_related("site").in_bulk(others)
    for pk in sorted(touched):
        ask(known[pk])


def listings_changed(shop: Shop, listing_ids: Iterable[int] | None) -> None:
    """Of these listings of a shop (None: of all)."""
    with transaction.atomic():
        if listing_ids is None:
            Listing.objects.filter(shop=shop).update(stock_stale=True)
        else:
            ids = sorted(listing_ids)
            for part in portions(ids):
                _mark(part)
            for part in portions(ids):
                _relinked(shop, part)
        ask(shop)


def documents_changed(account: Connection) -> None:
    """Orders, shipments or returns changed: reserves do not tell by themselves, so the report is read in a moment."""
    flows.run_by(account, "stock", timezone.now() + AFTER_DOCUMENTS)


def _relinked(shop: Shop, listing_ids: list[int]) -> None:
    """Sales that no document holds yet are of what the listing is linked with now; other shops' numbers follow."""
    rows = Sale.objects.filter(listing__in=listing_ids, held=0, shipped=0).exclude(needed=0)
    other = rows.filter(listing__binding__isnull=False).exclude(product=F("listing__binding__product"))
    moved = list(
        (other | rows.filter(listing__binding__isnull=False, product=None)).select_related(
            "product", "listing__binding__product"
        )
    )
    items = set[str]()
    for sale in moved:
        product = sale.listing.binding.product
        items |= {product.external_id} | ({sale.product.external_id} if sale.product else set())
        Sale.objects.filter(pk=sale.pk).update(product=product)
    if items:
        items_changed(shop.account, items)


def ask(shop: Shop, **payload: int) -> None:
    """One message stands for all numbers of a shop; they lie with the listings."""
    enqueue(shop, shop.site, kinds.STOCK, f"stock:{shop.pk}", payload)


def _items_of(listing_ids: set[int]) -> set[str]:
    """What these listings are linked with or have sold, and its parts."""
    linked = Q(bindings__listing__in=listing_ids) | Q(sales__listing__in=listing_ids)
    rows = Product.objects.filter(linked).distinct().values_list("external_id", "parts__item_external_id")
    return {item for row in rows for item in row if item}


def _showing(account: Connection, items: Iterable[str]) -> Held:
    """The shop of each listing that shows one of these items, as itself, in a bundle or under a parent's number."""
    found: Held = {}
    for part in portions(sorted(items)):
        goods = Product.objects.filter(connection=account, external_id__in=_shown_by(account, part))
        # By these keys alone: a database without statistics would rather walk through all goods of a shop.
        rows = Listing.objects.filter(binding__product__in=list(goods.values_list("pk", flat=True)))
        found |= dict(rows.values_list("pk", "shop_id"))
    return found


def _shown_by(account: Connection, items: list[str]) -> set[str]:
    """These items, the bundles they are part of and the products they are variants of."""
    bundles = BundlePart.objects.filter(item_external_id__in=items).values_list(
        "bundle__connection_id", "bundle__external_id"
    )
    parents = Product.objects.filter(connection=account, external_id__in=items).exclude(parent_external_id="")
    return (
        set(items)
        | {bundle for owner, bundle in bundles if owner == account.pk}
        | set(parents.values_list("parent_external_id", flat=True))
    )


def _mark(listing_ids: Iterable[int]) -> None:
    """Rows that are stale already too: whoever works them out just now may have looked before this change."""
    Listing.objects.filter(pk__in=_lock(listing_ids)).update(stock_stale=True)


def _lock(listing_ids: Iterable[int]) -> list[int]:
    """In one order, whoever writes: rows locked crosswise would be a deadlock."""
    rows = Listing.objects.filter(pk__in=list(listing_ids)).order_by("pk")
    return list(rows.select_for_update().values_list("pk", flat=True))
