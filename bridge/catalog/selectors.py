"""Questions about goods that more than one place asks."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from bridge.catalog.models import Listing
from bridge.connections.models import Shop

PORTION = 500


def differing(shop: Shop) -> QuerySet[Listing]:
    """Listings whose number on the site is not the wanted one; what the site refused waits for a new number.

    Left out is what was sold and MoySklad does not know of yet: its number still counts those pieces, and writing it
    would put them on sale again.
    """
    unequal = Q(site_quantity=None) | ~Q(site_quantity=F("wanted_quantity"))
    rows = Listing.objects.filter(
        unequal, shop=shop, present=True, manages_stock=True, write_error="", wanted_quantity__isnull=False
    )
    products, variations = _sold_unsent(shop)
    return rows.exclude(variation_id="", product_id__in=products).exclude(variation_id__in=variations)


def _sold_unsent(shop: Shop) -> tuple[set[str], set[str]]:
    """Ids of simple products, and of variations, in orders without a document whose message has not gone."""
    messages = shop.messages.filter(
        kind="order_to_moysklad",
        state__in=("waiting", "in_flight", "parked", "dead"),
        object_key__startswith="order:",
    )
    orders = [int(key.partition(":")[2]) for key in messages.values_list("object_key", flat=True)]
    products: set[str] = set()
    variations: set[str] = set()
    for start in range(0, len(orders), PORTION):
        # A binding is kept before the first call; it has a document only once that has answered.
        without = Q(binding=None) | Q(binding__external_id="")
        unsent = shop.orders.filter(without, pk__in=orders[start : start + PORTION])
        for lines in unsent.values_list("content__lines", flat=True):
            for line in lines or []:
                if line["variation_id"]:
                    variations.add(line["variation_id"])
                else:
                    products.add(line["product_id"])
    return products, variations
