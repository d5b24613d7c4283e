"""What the buyers of a site could give back: pieces it took from its stock and puts on sale again by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.domain.status import CLOSED
from bridge.orders.sales import Sale
from bridge.portions import portions
from bridge.sync.stock.sold import RECENT


def given_back(shop: Shop, listings: Sequence[Listing]) -> Mapping[int, Decimal]:
    """By primary key, the pieces of each in orders that are open or recent, as far as we have heard of them.

    A product that keeps the stock of its variations gets back what was sold of them.
    """
    wanted = {(row.product_id, row.variation_id): row.pk for row in listings}
    open_or_recent = Q(order__placed_at__gte=timezone.now() - RECENT) | ~Q(order__status__in=CLOSED)
    found: dict[int, Decimal] = defaultdict(Decimal)
    for part in portions({product for product, _variation in wanted}):
        rows = Sale.objects.filter(
            open_or_recent, listing__shop=shop, listing__product_id__in=part, taken__gt=0
        )
        of_listing = rows.values_list("listing__product_id", "listing__variation_id", "listing__keeper")
        for product, variation, keeper, pieces in of_listing.annotate(pieces=Sum("taken")):
            key = product, "" if keeper == Listing.Keeper.PARENT else variation
            if key in wanted:
                found[wanted[key]] += pieces
    return found
